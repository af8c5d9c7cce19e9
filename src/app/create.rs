//! Creating a case.

use std::path::{Path, PathBuf};

use crate::case::{CaseMetadata, CaseOptions, CaseWriter};
use crate::error::Result;
use crate::journal::Signer;
use crate::record::Zone;

use super::{Session, Warning};

/// How a new case begins.
#[derive(Debug, Clone, Default)]
pub struct NewCase {
    /// Its title; none for the folder's name.
    pub title: Option<String>,
    /// The examiner.
    pub examiner: Option<String>,
    /// The zone in which it is shown.
    pub zone: Option<Zone>,
    /// The key that signs; none for the one configured, or one that is made.
    pub sign: Option<PathBuf>,
}

/// Reports whether there is a case in a folder.
pub fn case_exists(folder: &Path) -> bool {
    CaseMetadata::path(folder).exists()
}

/// Creates an empty case in the session's folder, and signs its beginning.
pub fn create_case(new: NewCase, session: &Session) -> Result<Vec<Warning>> {
    let mut writer = begin_case(new, session)?;
    Ok(session.checkpoint(&mut writer))
}

/// Creates an empty case and keeps the right to write to it.
pub(super) fn begin_case(new: NewCase, session: &Session) -> Result<CaseWriter> {
    let NewCase { title, examiner, zone, sign } = new;
    let signer = sign.or(session.config.read()?.sign).map(|path| Signer::open(&path)).transpose()?;
    let keyring = session.config.keyring().ok();
    let options = CaseOptions { title, examiner, zone, signer, keyring };
    CaseWriter::create(&session.folder, &options, &session.actor, session.clock.as_ref())
}
