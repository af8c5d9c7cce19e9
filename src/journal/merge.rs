//! Two copies of a case brought together: nothing is lost, and it does not
//! matter who merges whom, how often, or in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::Timestamp;

use super::annotation_log::{AnnotationOp, annotation_ops, merged};
use super::state::{Conflict, known_conflicts};
use super::{Annotation, Entry, Journal, JournalMerge};

/// What another journal brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// The lines that are new here, without their line ends, in their order.
    pub lines: Vec<String>,
    /// Where both say different things of the same.
    pub conflicts: Vec<Conflict>,
    /// SHA-256 of those among the lines that no known key had signed there.
    pub unsigned: Vec<String>,
    /// How many such lines were left where they are.
    pub left: usize,
}

/// What is taken of a copy's annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeChoice {
    /// Only what a known key had signed.
    Signed,
    /// All; the rest is marked as unsigned for ever.
    All,
}

impl Merge {
    /// Works out what `theirs` brings that `ours` lacks. A known key had signed its
    /// first `covered` entries.
    pub fn new(ours: &Journal, theirs: &Journal, covered: u64, take: MergeChoice) -> Merge {
        let (mine, other) = (annotation_ops(ours), annotation_ops(theirs));
        let known: BTreeSet<&str> = mine.iter().map(|op| op.id.as_str()).collect();
        let known_there: BTreeSet<&str> = other.iter().map(|op| op.id.as_str()).collect();
        let texts = texts(theirs);
        let signed = |op: &&AnnotationOp| op.via < covered && !op.unsigned;
        let new: Vec<&AnnotationOp> = other.iter().filter(|op| !known.contains(op.id.as_str())).collect();
        let unsigned = new.iter().filter(|op| !signed(op)).count();
        let left = if take == MergeChoice::All { 0 } else { unsigned };
        let new: Vec<&AnnotationOp> =
            new.into_iter().filter(|op| take == MergeChoice::All || signed(op)).collect();
        let unsigned = new.iter().filter(|op| !signed(op)).map(|op| op.id.clone()).collect();
        let lines = new.iter().filter_map(|op| texts.get(&op.id).cloned()).collect();
        let alone: Vec<&AnnotationOp> =
            mine.iter().filter(|op| !known_there.contains(op.id.as_str())).collect();
        // What they had to choose between when they merged, whoever merges them hears of, too.
        let mut conflicts = conflicts(&alone, &new);
        conflicts.extend(known_conflicts(theirs));
        conflicts.sort();
        conflicts.dedup();
        Merge { lines, conflicts, unsigned, left }
    }

    /// Gives the moment of the latest entry that is new here, as it says itself.
    pub fn latest(&self) -> Option<Timestamp> {
        let lines = self.lines.iter().filter_map(|text| serde_json::from_str::<Entry>(text).ok());
        lines.map(|line| Timestamp::from_nanos(line.tick())).max()
    }

    /// Returns the entry that brings all of it in.
    pub fn entry(&self, from: &Journal) -> JournalMerge {
        JournalMerge {
            from: Some(from.end()),
            lines: self.lines.clone(),
            conflicts: self.conflicts.clone(),
            unsigned: self.unsigned.clone(),
        }
    }
}

/// Gives the text of every annotation in a journal, by its hash.
fn texts(journal: &Journal) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (line, text) in journal.entries.iter().zip(&journal.texts) {
        if let Some(merge) = line.read::<JournalMerge>() {
            texts.extend(merged(&merge).map(|(text, _)| {
                (super::entry_hash(text.as_bytes()), text.trim_end_matches('\n').to_owned())
            }));
        } else if let Ok(text) = std::str::from_utf8(text) {
            texts.insert(super::entry_hash(text.as_bytes()), text.trim_end_matches('\n').to_owned());
        }
    }
    texts
}

/// What each side said last of each property, where the other did not know of it.
fn last_words<'a>(ops: &[&'a AnnotationOp]) -> BTreeMap<(String, &'static str), (&'a AnnotationOp, String)> {
    let mut last = BTreeMap::new();
    for op in ops.iter().filter(|op| !op.undone) {
        for (on, what, value) in said_of(&op.annotation) {
            last.insert((on, what), (*op, value));
        }
    }
    last
}

fn said_of(act: &Annotation) -> Vec<(String, &'static str, String)> {
    let one = |on: &str, what, value: &str| vec![(on.to_owned(), what, value.to_owned())];
    match act {
        Annotation::AddBookmark { event, note: Some(note), .. } => one(&event.event, "note", note),
        Annotation::AddBookmark { event, .. } => one(&event.event, "mark", "marked"),
        Annotation::RemoveBookmark { event } => one(event, "mark", "taken away"),
        Annotation::ChangeFinding { finding, change } => {
            let scalar = |what: &str| !matches!(what, "tag" | "untag" | "events added" | "events taken away");
            let parts = change.parts().into_iter().filter(|(what, _)| scalar(what));
            parts.map(|(what, value)| (finding.clone(), what, value)).collect()
        }
        Annotation::CloseFinding { finding, .. } => one(finding, "state", "closed"),
        Annotation::ReopenFinding { finding, .. } => one(finding, "state", "open"),
        Annotation::Reread { source, change, .. } => {
            let change: Vec<String> = change.iter().map(ToString::to_string).collect();
            one(source, "reading", &change.join(", "))
        }
        Annotation::AddFinding(_) | Annotation::AddNote { .. } | Annotation::Undo { .. } => Vec::new(),
    }
}

fn conflicts(ours: &[&AnnotationOp], theirs: &[&AnnotationOp]) -> Vec<Conflict> {
    let (mine, other) = (last_words(ours), last_words(theirs));
    let mut conflicts = Vec::new();
    for ((on, what), (op, value)) in &mine {
        let Some((rival, against)) = other.get(&(on.clone(), *what)) else { continue };
        if value == against {
            continue;
        }
        let ours_stands = (op.tick, &op.id) > (rival.tick, &rival.id);
        let (stands, gave_way) = if ours_stands { (value, against) } else { (against, value) };
        conflicts.push(Conflict {
            on: on.clone(),
            what: (*what).to_owned(),
            stands: stands.clone(),
            gave_way: gave_way.clone(),
        });
    }
    conflicts.sort();
    conflicts
}
