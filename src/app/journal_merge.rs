//! Merging the annotations of another copy of the case.

use std::path::Path;

use serde::Serialize;

use crate::case::{CaseWriter, Watch, append_all, one_moment, trust_in};
use crate::error::{Context, Error, Result, visible};
use crate::fs::Dir;
use crate::journal::{self, Anchors, CaseCreate, Conflict, Journal, Merge, MergeChoice, Trust};
use crate::record::Timestamp;

use super::{Session, Warning};

/// How far ahead of this machine's clock another copy's entries may be, in nanoseconds: a year.
const AHEAD: i64 = 366 * 86_400 * 1_000_000_000;

/// What a merge did.
#[derive(Debug, Serialize)]
pub struct MergeReport {
    /// How many annotations were merged.
    pub merged: usize,
    /// Where the two copies contradict each other.
    pub conflicts: Vec<MergeConflict>,
    /// How many of those merged no known key had signed.
    pub unsigned: usize,
    /// How many were not merged, since no known key signed them there.
    pub left: usize,
    /// How many entries of the other copy a known key signed.
    pub covered: u64,
    /// How many entries the other copy has.
    #[serde(skip)]
    pub entries: usize,
    /// The other copy is of another case.
    #[serde(skip)]
    pub other_case: bool,
    /// The other copy's last entry was cut off.
    #[serde(skip)]
    pub torn: bool,
    /// What did not come to its end.
    #[serde(skip)]
    pub warnings: Vec<Warning>,
}

/// Two copies of a case say different things about the same; the later one is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeConflict {
    /// The finding's uid or the bookmark's event.
    pub on: String,
    /// Which of its properties.
    pub what: String,
    /// What is kept.
    pub kept: String,
    /// What was overridden; it is in the history.
    pub overridden: String,
}

impl From<&Conflict> for MergeConflict {
    fn from(conflict: &Conflict) -> MergeConflict {
        MergeConflict {
            on: conflict.on.clone(),
            what: conflict.what.clone(),
            kept: conflict.stands.clone(),
            overridden: conflict.gave_way.clone(),
        }
    }
}

/// Merges the annotations of another copy of the session's case: its folder, or its
/// `journal.jsonl`. With `adopt`, annotations that no known key signed are taken, too,
/// and stay marked.
pub fn merge_journal(other: &Path, adopt: bool, session: &Session, watch: Watch<'_>) -> Result<MergeReport> {
    let theirs = read_other(other)?;
    let first = theirs.entries.first().and_then(|entry| entry.read::<CaseCreate>()).ok_or_else(|| {
        Error::case(format!("{} is not the journal of a case", shown(other)))
            .hint("Name another copy of the case, or its journal.jsonl.")
    })?;
    let mut writer = session.writer()?;
    let covered = covered_in(other, &theirs, &first.id, &writer, session)?;
    let choice = if adopt { MergeChoice::All } else { MergeChoice::Signed };
    let merge = Merge::new(writer.journal(), &theirs, covered, choice);
    check_clock(&merge, session.clock.now())?;
    let mut warnings = Vec::new();
    if !merge.lines.is_empty() {
        let (signer, unsigned) = session.signer_or_warning();
        let entries = [merge.entry(&theirs).into()];
        let clock = session.clock.as_ref();
        let mut appended = append_all(&mut writer, &entries, signer.as_ref(), clock, watch)?;
        warnings.extend(unsigned.into_iter().chain(Warning::of_appended(&mut appended)));
    }
    Ok(MergeReport {
        merged: merge.lines.len(),
        conflicts: merge.conflicts.iter().map(MergeConflict::from).collect(),
        unsigned: merge.unsigned.len(),
        left: merge.left,
        covered,
        entries: theirs.entries.len(),
        other_case: first.id != writer.about().id,
        torn: !theirs.torn.is_empty(),
        warnings,
    })
}

fn shown(other: &Path) -> String {
    let file = if other.is_dir() { other.join(journal::FILE) } else { other.to_owned() };
    visible(&file.to_string_lossy())
}

/// Reads the journal of another copy; one whose chain is broken is not believed.
fn read_other(other: &Path) -> Result<Journal> {
    let file = if other.is_dir() { other.join(journal::FILE) } else { other.to_owned() };
    let shown = shown(other);
    if std::fs::symlink_metadata(&file).is_err() {
        return Err(Error::case(format!("there is no journal at {shown}"))
            .hint("Name another copy of the case, or its journal.jsonl."));
    }
    let theirs = if other.is_dir() {
        // Somebody may be writing to it: what was written is waited for until it is sealed.
        one_moment(&Dir::open(other).context(|| format!("cannot open {shown}"))?).1?
    } else {
        journal::read_named(&file)?
    };
    match &theirs.broken {
        None => Ok(theirs),
        Some((line, how)) => Err(Error::integrity(format!("{shown}, line {line}: {how}"))
            .hint("Nothing was merged: a broken journal is not believed.")),
    }
}

/// Refuses entries from a far future: whatever is said here would be said before them.
fn check_clock(merge: &Merge, now: Timestamp) -> Result<()> {
    match merge.latest().filter(|latest| *latest > now.plus(AHEAD)) {
        None => Ok(()),
        Some(latest) => Err(Error::case(format!(
            "an entry of the other copy is dated {latest}, and it is {now} here"
        ))
        .hint("Set this machine's clock right; entries that are more than a year ahead are not merged, since nothing said here could come after them.")),
    }
}

/// Returns how many entries of another copy are covered by a checkpoint that a key
/// of this case, or one of the user's own, signed.
fn covered_in(
    other: &Path,
    theirs: &Journal,
    id: &str,
    writer: &CaseWriter,
    session: &Session,
) -> Result<u64> {
    let folder = if other.is_dir() { Some(other) } else { other.parent() };
    let Some(folder) =
        folder.map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
    else {
        return Ok(0);
    };
    let why = || "cannot list the checkpoints of the other copy".to_owned();
    let anchors = Anchors::list(&Dir::open(folder).context(why)?).context(why)?;
    let mut keys = trust_in(writer.dir(), writer.about(), writer.journal(), false)?.keys;
    keys.extend(session.own_keys());
    Ok(Trust::evaluate(id, &keys, theirs, &anchors, false).covered)
}
