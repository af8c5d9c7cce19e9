//! How sources are read if an annotation changed that after their import.

use std::collections::BTreeMap;

use serde_json::Value;

use super::annotation::{Annotation, REREAD, RereadChange, UNDO};
use super::annotation_log::ops_in;
use super::entry::{Entry, EntryPayload};
use super::payload::JournalMerge;

/// The change in effect to how a source is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread {
    /// The number of its entry in this journal, or of the merge that brought it.
    pub entry: u64,
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// The settings that changed from what was in effect before.
    pub change: Vec<RereadChange>,
    /// How the source's records are read (`parse::Plan` as JSON). Opaque here.
    pub plan: Value,
    /// What that plan yields (`case::Understood` as JSON). Opaque here.
    pub gives: Value,
}

/// Reports whether an entry of a kind can affect how a source is read.
pub fn affects_rereads(kind: &str) -> bool {
    matches!(kind, REREAD | UNDO | JournalMerge::KIND)
}

/// Returns the rereads in effect, by the SHA-256 of their sources in hex. The entries
/// must include all of a journal for which [`affects_rereads`] holds, in order, each
/// with its line.
pub fn rereads<'a>(entries: impl Iterator<Item = (&'a Entry, &'a [u8])>) -> BTreeMap<String, Reread> {
    let entries: Vec<_> = entries.filter(|(entry, _)| affects_rereads(&entry.kind)).collect();
    if entries.iter().all(|(entry, _)| entry.kind == UNDO) {
        return BTreeMap::new();
    }
    let mut in_effect = BTreeMap::new();
    for op in ops_in(entries.into_iter()).into_iter().filter(|op| !op.undone) {
        let (entry, at, by) = (op.via, op.at.clone(), op.author());
        if let Annotation::Reread { source, change, plan, gives } = op.annotation {
            in_effect.insert(source, Reread { entry, at, by, change, plan, gives });
        }
    }
    in_effect
}
