//! Trust material that the verifier supplies.

use std::path::PathBuf;

use crate::error::visible;
use crate::journal::{AllowedSigners, Checkpoint, Home, SignerIdentity};
use crate::record::Timestamp;

/// Trust material that the verifier supplies.
#[derive(Default)]
pub struct TrustInputs {
    /// Checkpoints that were kept outside, with the name of what they were read from.
    pub anchors: Vec<(String, Checkpoint)>,
    /// Whose signatures are trusted.
    pub allowed: Option<AllowedSigners>,
    /// Certificates to which time stamps must lead.
    pub tsa_ca: Option<PathBuf>,
    /// The present, for keys that expire.
    pub now: Timestamp,
    /// Where this machine remembers what it saw of cases.
    pub home: Home,
}

impl TrustInputs {
    /// Judges a signature that fits: as whose it counts, and what that leaves open.
    pub fn check_signer(
        &self,
        signed: &SignerIdentity,
        namespace: &str,
    ) -> Result<(String, Option<String>), String> {
        match &self.allowed {
            Some(allowed) => {
                let name = allowed.principal(signed, namespace, self.now)?;
                Ok((format!("{} ({})", signed.fingerprint, visible(&name)), None))
            }
            None => {
                let open = format!(
                    "Whose key {} is: compare it with what its owner told you, or bring --allowed-signers.",
                    signed.fingerprint
                );
                Ok((signed.fingerprint.clone(), Some(open)))
            }
        }
    }
}
