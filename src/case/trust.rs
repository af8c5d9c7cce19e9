//! What the keys of a case cover, and whether its journal may be written to.
//!
//! Nothing is written to a journal that is not the one that was signed or seen before,
//! until [`super::accept`] has accepted it.

use crate::error::{Error, Result};
use crate::fs::{Dir, unusable};
use crate::journal::{ANCHORS, Anchors, CaseCreate, CaseMemory, Journal, SignedCheckpoint, Trust};

use super::CaseMetadata;

/// Returns the keys with which a case began: the one in `case.toml`, if the journal's
/// first entry does not contradict it.
pub fn first_keys(about: &CaseMetadata, journal: &Journal) -> Vec<String> {
    let named = about.key.as_ref().map(|key| key.fingerprint.clone());
    let begun = journal.entries.first().and_then(|line| line.what.get("key"));
    let agrees = begun.is_none_or(|key| key.as_str() == named.as_deref());
    named.filter(|_| agrees).into_iter().collect()
}

/// Determines what the keys of a case cover; see [`Trust::evaluate`].
pub fn trust_in(case: &Dir, about: &CaseMetadata, journal: &Journal, all: bool) -> Result<Trust> {
    let anchors = Anchors::list(case).map_err(|error| unusable(error, ANCHORS))?;
    Ok(Trust::evaluate(&about.id, &first_keys(about, journal), journal, &anchors, all))
}

/// Fails unless the journal is the one that was seen or signed before.
pub(super) fn may_write(
    case: &Dir,
    about: &CaseMetadata,
    journal: &Journal,
    known: Option<&CaseMemory>,
) -> Result<()> {
    let hash = about.sha256(case)?;
    let begins = |create: &CaseCreate| create.id == about.id && create.case_toml_sha256 == hash;
    let first = journal.entries.first().filter(|first| first.is::<CaseCreate>());
    if first.is_some_and(|first| !first.read().as_ref().is_some_and(begins)) {
        return Err(Error::integrity("case.toml is not the one with which the journal begins")
            .hint("`vestigo verify` says how they differ; nothing is written to such a case."));
    }
    let hint = "Find out who changed the case, and compare it with a copy. `vestigo checkpoint --accept-history` gives the known history up, and says so in the journal.";
    if let Some(how) = known.and_then(|known| known.history(journal).contradiction()) {
        return Err(Error::integrity(how).hint(hint));
    }
    match trust_in(case, about, journal, false)?.contradicted.first() {
        None => Ok(()),
        Some(SignedCheckpoint { name, signed, differs, .. }) => {
            let differs = differs.as_deref().unwrap_or_default();
            let said = format!("anchors/{name}, signed by {}, says otherwise: {differs}", signed.fingerprint);
            Err(Error::integrity(said).hint(hint))
        }
    }
}
