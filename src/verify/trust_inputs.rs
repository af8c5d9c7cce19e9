//! Trust material that the verifier supplies.

use std::path::PathBuf;

use crate::error::visible;
use crate::journal::{AllowedSigners, Checkpoint, Home, SignerIdentity};
use crate::record::Timestamp;

/// Trust material that the verifier supplies, from outside what is verified.
#[derive(Default)]
pub struct TrustInputs {
    /// Checkpoints that were kept elsewhere, with the name of the file they come from.
    pub anchors: Vec<(String, Checkpoint)>,
    /// Whose signatures are trusted; `None` to trust none in particular.
    pub allowed: Option<AllowedSigners>,
    /// Certificates at which the chains of time stamps must end.
    pub tsa_ca: Option<PathBuf>,
    /// The current time, for keys that expire.
    pub now: Timestamp,
    /// Where this machine remembers what it saw of cases.
    pub home: Home,
}

impl TrustInputs {
    /// Checks whether the signer of a valid signature is trusted in a namespace. Returns the
    /// signer's name and what that leaves unproven, or why it is not trusted.
    pub fn check_signer(
        &self,
        signer: &SignerIdentity,
        namespace: &str,
    ) -> Result<(String, Option<String>), String> {
        match &self.allowed {
            Some(allowed) => {
                let name = allowed.principal(signer, namespace, self.now)?;
                Ok((format!("{} ({})", signer.fingerprint, visible(&name)), None))
            }
            None => {
                let unproven = format!(
                    "Whose key {} is: compare it with what its owner told you, or use --allowed-signers.",
                    signer.fingerprint
                );
                Ok((signer.fingerprint.clone(), Some(unproven)))
            }
        }
    }
}
