//! Rebuilding the index, and saving what is intact of a damaged case.

use std::path::Path;

use crate::case::{CaseWriter, Rebuilt, Watch, rebuild};
use crate::error::{Error, Result, visible};
use crate::import::{Repaired, repair};

use super::{Session, Warning};

/// Rebuilds the index of the session's case from its evidence.
pub fn rebuild_index(session: &Session, watch: Watch<'_>) -> Result<(Rebuilt, Vec<Warning>)> {
    let rebuilt = rebuild(&session.folder, &session.actor, session.clock.as_ref(), watch)?;
    let mut writer = session.writer()?;
    Ok((rebuilt, session.checkpoint(&mut writer)))
}

/// Saves what is intact of the session's case, which is damaged, into a new one.
pub fn repair_case(to: &Path, session: &Session) -> Result<(Repaired, Vec<Warning>)> {
    let from = &session.folder;
    let parts = ["case.toml", "journal.jsonl", "evidence"];
    if !parts.iter().any(|part| from.join(part).exists()) {
        let shown = visible(&from.to_string_lossy());
        return Err(Error::case(format!("there is no case at {shown}, not even a damaged one"))
            .hint("Name the damaged case with --case."));
    }
    let (clock, keyring) = (session.clock.as_ref(), session.config.keyring().ok());
    let repaired = repair(from, to, &session.actor, keyring, clock)?;
    let mut writer = CaseWriter::open(to, &session.actor, clock)?;
    Ok((repaired, session.checkpoint(&mut writer)))
}
