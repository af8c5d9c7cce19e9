//! Signing the journal's present end.

use std::path::PathBuf;

use crate::case::{self, CaseWriter, CheckpointInfo, accept, adopt, introduce, seal, stamp};
use crate::error::Result;
use crate::journal::{Entry, KeyUse};

use super::{Session, Warning};

/// How the journal's end is to be signed.
#[derive(Debug, Clone, Default)]
pub struct CheckpointRequest {
    /// The key that signs; none for the one configured, or the case's own.
    pub sign: Option<PathBuf>,
    /// The time-stamp authority; none for the one configured, if any.
    pub tsa: Option<String>,
    /// Entries that others wrote, and that no key of the case signed, are adopted.
    pub adopt: bool,
    /// A history that is not the one remembered is accepted.
    pub accept_history: bool,
    /// Where no key can be had, the checkpoint stays unsigned.
    pub allow_unsigned: bool,
}

/// A checkpoint that was written.
#[derive(Debug)]
pub struct CheckpointReceipt {
    /// The checkpoint that was signed, and stamped if it was.
    pub info: CheckpointInfo,
    /// When the authority stamped it.
    pub stamped: Option<String>,
    /// Entries of the journal now: an entry about a stamp comes after what was stamped.
    pub entries: u64,
    /// The entries that were adopted.
    pub adopted: Vec<Entry>,
    /// The entry by which the remembered history was given up.
    pub given_up: Option<Entry>,
    /// What did not come to its end.
    pub warnings: Vec<Warning>,
}

/// Signs the present end of the session's case, and has it stamped where an authority
/// is named or configured.
pub fn sign_checkpoint(request: &CheckpointRequest, session: &Session) -> Result<CheckpointReceipt> {
    let clock = session.clock.as_ref();
    let (mut writer, given_up) = if request.accept_history {
        accept(&session.folder, &session.actor, clock)?
    } else {
        (session.writer()?, None)
    };
    let signer = match session.signer(request.sign.as_deref()) {
        Ok(signer) => signer,
        Err(error) if request.allow_unsigned => return unsigned(writer, given_up, error, session),
        Err(error) => return Err(error),
    };
    let adopted = if request.adopt { adopt(&mut writer, &signer, clock)? } else { Vec::new() };
    introduce(&mut writer, &signer, clock)?;
    let mut info = seal(&writer, Some(&signer))?;
    let fingerprint = signer.identity().fingerprint;
    let is_other = info.signed.as_ref().is_none_or(|signed| signed.fingerprint != fingerprint);
    if request.sign.is_some() && is_other {
        // The present end was signed by another key of the case already.
        writer.append(KeyUse { fingerprint }, clock)?;
        info = seal(&writer, Some(&signer))?;
    }
    let (mut stamped, mut warnings) = (None, Vec::new());
    if let Some(url) = request.tsa.clone().or(session.config.read()?.tsa) {
        match stamp(&mut writer, &signer, &url, clock) {
            Ok(at) => stamped = Some(at),
            Err(error) => warnings.push(Warning::NotStamped(error)),
        }
    }
    let entries = writer.journal().entries.len() as u64;
    Ok(CheckpointReceipt { info, stamped, entries, adopted, given_up, warnings })
}

/// Writes a checkpoint that nobody signs.
fn unsigned(
    mut writer: CaseWriter,
    given_up: Option<Entry>,
    why: crate::error::Error,
    session: &Session,
) -> Result<CheckpointReceipt> {
    let info = case::checkpoint(&mut writer, None, session.clock.as_ref())?;
    let entries = writer.journal().entries.len() as u64;
    let warnings = vec![Warning::Unsigned(why)];
    Ok(CheckpointReceipt { info, stamped: None, entries, adopted: Vec::new(), given_up, warnings })
}
