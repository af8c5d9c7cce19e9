//! Who may sign the entries of a case.
//!
//! A checkpoint's signature means that its signer vouches for every entry before it. So
//! before one is written, each entry that no earlier checkpoint of the case covers has to
//! be this user's own: written by this process, remembered as written on this machine, or
//! adopted with [`adopt`].

use std::ops::Range;

use std::path::Path;

use base64::Engine;

use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result, Visible};

use crate::fs::Dir;

use crate::journal::{
    self, Actor, AdoptedEntry, CaseMemory, CheckpointAdopt, Entry, GivenUpCheckpoint, HistoryAccept, Journal,
    SignedCheckpoint, Signer,
};

use crate::record::Clock;

use super::trust::trust_in;
use super::{Case, CaseMetadata, CaseWriter};

/// Returns the entries that a signature by this key would cover unchecked: nobody has
/// signed them yet, and this user did not write them.
pub fn foreign(hold: &CaseWriter, key: &str) -> Result<Vec<Entry>> {
    unseen(hold.dir(), hold.about(), hold.journal(), hold.own(), key)
}

fn unseen(
    case: &Dir,
    about: &CaseMetadata,
    journal: &Journal,
    mut own: Vec<Range<u64>>,
    key: &str,
) -> Result<Vec<Entry>> {
    let covered = trust_in(case, about, journal, false)?.covered_for(key);
    let ours = |seq: u64| own.iter().any(|run| run.contains(&seq));
    let adopted: Vec<Range<u64>> = journal::adopted_entries(journal)
        .into_iter()
        .filter(|adopted| ours(adopted.seq))
        .flat_map(|adopted| adopted.ranges)
        .map(|(first, last)| first..last.saturating_add(1))
        .collect();
    own.extend(adopted);
    Ok(journal::uncovered(journal, covered, &own).into_iter().cloned().collect())
}

/// Fails if a signature would cover entries that others wrote and nobody signed.
pub fn may_sign(hold: &CaseWriter, signer: &Signer) -> Result<()> {
    refuse(&foreign(hold, &signer.identity().fingerprint)?)
}

/// Does the check of [`may_sign`] for a case that is only open for reading.
pub fn may_vouch(case: &Case, signer: &Signer, who: &Actor) -> Result<()> {
    let known = CaseMemory::new(&who.home, &case.about().id, case.folder());
    let journal = case.whole_journal();
    let own = known.map(|known| known.own_entries(journal)).unwrap_or_default();
    refuse(&unseen(case.dir(), case.about(), journal, own, &signer.identity().fingerprint)?)
}

fn refuse(foreign: &[Entry]) -> Result<()> {
    if foreign.is_empty() {
        return Ok(());
    }
    let mut shown: Vec<String> = foreign
        .iter()
        .take(SHOWN)
        .map(|line| format!("{} {} by {}", line.seq, Visible(&line.kind), Visible(&line.by)))
        .collect();
    if foreign.len() > SHOWN {
        shown.push(format!("and {} more", foreign.len() - SHOWN));
    }
    let numbers = journal::format_ranges(&journal::to_ranges(foreign.iter().map(|line| line.seq)));
    let (entries, stand, them) =
        if foreign.len() == 1 { ("entry", "stands", "it") } else { ("entries", "stand", "them") };
    Err(Error::integrity(format!(
        "NOT SIGNED: {entries} {numbers} {stand} under no signature of the case, and you did not write {them} here: {}",
        shown.join("; ")
    ))
    .hint("Look with `vestigo journal`; `vestigo checkpoint --adopt` takes over what others wrote, and says so forever."))
}

/// Adopts the entries that [`foreign`] lists, in an entry that names them, and returns
/// them. They are signed with the next checkpoint.
pub fn adopt(hold: &mut CaseWriter, signer: &Signer, clock: &dyn Clock) -> Result<Vec<Entry>> {
    let key = signer.identity().fingerprint;
    let foreign = foreign(hold, &key)?;
    if foreign.is_empty() {
        return Ok(foreign);
    }
    let ranges = journal::to_ranges(foreign.iter().map(|line| line.seq));
    let listed = |line: &Entry| {
        let (by, kind, at) = (line.by.clone(), line.kind.clone(), line.at.clone());
        AdoptedEntry { seq: line.seq, by, kind, at }
    };
    let adopt = CheckpointAdopt {
        ranges,
        count: foreign.len() as u64,
        first: foreign.first().map(|line| line.seq),
        last: foreign.last().map(|line| line.seq),
        head: hold.journal().head.clone(),
        key: Some(key),
        entries: foreign.iter().take(LISTED).map(listed).collect(),
    };
    hold.append(adopt, clock)?;
    Ok(foreign)
}

/// Takes the lock of a case whose history is not the known one, gives up the known one in
/// an entry, and returns the entry. If nothing contradicts the journal, nothing is
/// written.
pub fn accept(folder: &Path, who: &Actor, clock: &dyn Clock) -> Result<(CaseWriter, Option<Entry>)> {
    let mut hold = CaseWriter::any(&CaseMetadata::folder(folder)?, who, clock)?;
    let history = hold.known().map(|known| known.history(hold.journal())).unwrap_or_default();
    let contradicted = trust_in(hold.dir(), hold.about(), hold.journal(), true)?.contradicted;
    let unread = history.unreadable.is_some();
    if history.contradiction().is_none() && contradicted.is_empty() && !unread {
        return Ok((hold, None));
    }
    let given_up = |each: SignedCheckpoint| GivenUpCheckpoint {
        checkpoint: each.name,
        entries: each.checkpoint.size,
        root: STANDARD.encode(each.checkpoint.root),
        key: each.signed.fingerprint,
    };
    let why = history.contradiction();
    let accept = HistoryAccept {
        remembered: history.remembered,
        why,
        found: hold.journal().end(),
        given_up: contradicted.into_iter().map(given_up).collect(),
    };
    let line = hold.append(accept, clock)?;
    if let Some(known) = hold.known() {
        known.accept(hold.journal(), clock.now())?;
    }
    Ok((hold, Some(line)))
}
/// Most entries that an entry lists individually.
const LISTED: usize = 1000;

/// Most entries that a message lists.
const SHOWN: usize = 10;
