//! How sources are read, where an entry says otherwise than their import.

use std::collections::BTreeMap;

use serde_json::Value;

use super::annotation::{REREAD, UNDO};
use super::annotation_log::ops_in;
use super::{Annotation, Entry, EntryPayload, JournalMerge, RereadChange};

/// What the last standing entry says of how a source is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread {
    /// The number of the entry of this journal that says so, or of the merge that brought it in.
    pub entry: u64,
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// What was read otherwise than just before.
    pub change: Vec<RereadChange>,
    /// How its records are read (`parse::Plan` as JSON). Opaque here.
    pub plan: Value,
    /// What that makes of them (`case::Understood` as JSON). Opaque here.
    pub gives: Value,
}

/// Tells whether an entry can have a part in how a source is read.
pub fn affects_rereads(kind: &str) -> bool {
    matches!(kind, REREAD | UNDO | JournalMerge::KIND)
}

/// Gives how sources are read, by their SHA-256 in hex, where entries that stand
/// say so. The lines are those of a journal for which [`affects_rereads`] holds,
/// or more, in their order, each with its text.
pub fn rereads<'a>(lines: impl Iterator<Item = (&'a Entry, &'a [u8])>) -> BTreeMap<String, Reread> {
    let lines: Vec<_> = lines.filter(|(line, _)| affects_rereads(&line.kind)).collect();
    if lines.iter().all(|(line, _)| line.kind == UNDO) {
        return BTreeMap::new();
    }
    let mut standing = BTreeMap::new();
    for op in ops_in(lines.into_iter()).into_iter().filter(|op| !op.undone) {
        let (entry, at, by) = (op.via, op.at.clone(), op.author());
        if let Annotation::Reread { source, change, plan, gives } = op.annotation {
            standing.insert(source, Reread { entry, at, by, change, plan, gives });
        }
    }
    standing
}
