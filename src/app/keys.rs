//! Whose keys sign for a case.

use crate::case::{CaseMetadata, keys_of};
use crate::error::Result;
use crate::journal::{self, SignerIdentity};

use super::Session;

/// The key by which others can recognize the user's signatures.
#[derive(Debug)]
pub struct AllowedKey {
    /// The key.
    pub identity: SignerIdentity,
    /// The namespaces in which it signs, as an allowed_signers file names them.
    pub namespaces: &'static str,
    /// It has signed for the case before.
    pub is_known: bool,
}

/// Returns the key that signs for the session's case.
pub fn allowed_key(session: &Session) -> Result<AllowedKey> {
    let case = CaseMetadata::folder(&session.folder)?;
    let about = CaseMetadata::of(&case)?;
    let identity = session.signer(None)?.identity();
    let journal = journal::read(&case)?;
    let is_known = keys_of(&about, &journal.entries).contains(&identity.fingerprint);
    Ok(AllowedKey { identity, namespaces: "vestigo-bundle,vestigo-checkpoint,vestigo-transfer", is_known })
}
