//! Merging the annotations of two copies of a case: nothing is lost, and the result
//! does not depend on who merges whom, how often, or in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::Timestamp;

use super::annotation::Annotation;
use super::annotation_log::{AnnotationOp, annotation_ops};
use super::entry::Entry;
use super::payload::{Conflict, JournalMerge};
use super::reader::{Journal, entry_hash};
use super::remediation::Sla;
use super::state::known_conflicts;

/// What another journal contributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// The lines that are new here, without line ends, in order.
    pub lines: Vec<String>,
    /// Properties to which both copies gave different values.
    pub conflicts: Vec<Conflict>,
    /// SHA-256 of those of the lines that no known key had signed in the other copy.
    pub unsigned: Vec<String>,
    /// How many such lines were not taken.
    pub left: usize,
}

/// Which annotations of another copy are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeChoice {
    /// Only those that a known key had signed.
    Signed,
    /// All of them; the others are marked as unsigned permanently.
    All,
}

impl Merge {
    /// Computes what `theirs` contributes to `ours`. A known key had signed the first
    /// `covered` entries of `theirs`.
    pub fn new(ours: &Journal, theirs: &Journal, covered: u64, choice: MergeChoice) -> Merge {
        let (our_ops, their_ops) = (annotation_ops(ours), annotation_ops(theirs));
        let our_ids: BTreeSet<&str> = our_ops.iter().map(|op| op.id.as_str()).collect();
        let their_ids: BTreeSet<&str> = their_ops.iter().map(|op| op.id.as_str()).collect();
        let is_signed = |op: &&AnnotationOp| op.via < covered && !op.unsigned;
        let new: Vec<&AnnotationOp> =
            their_ops.iter().filter(|op| !our_ids.contains(op.id.as_str())).collect();
        let unsigned = new.iter().filter(|op| !is_signed(op)).count();
        let left = if choice == MergeChoice::All { 0 } else { unsigned };
        let taken: Vec<&AnnotationOp> =
            new.into_iter().filter(|op| choice == MergeChoice::All || is_signed(op)).collect();
        let unsigned = taken.iter().filter(|op| !is_signed(op)).map(|op| op.id.clone()).collect();
        let texts = annotation_lines(theirs);
        let lines = taken.iter().filter_map(|op| texts.get(&op.id).cloned()).collect();
        let only_ours: Vec<&AnnotationOp> =
            our_ops.iter().filter(|op| !their_ids.contains(op.id.as_str())).collect();
        // Conflicts of the other copy's own merges are passed on to whoever merges it.
        let mut conflicts = find_conflicts(&only_ours, &taken);
        conflicts.extend(known_conflicts(theirs));
        conflicts.sort();
        conflicts.dedup();
        Merge { lines, conflicts, unsigned, left }
    }

    /// Returns the time of the latest new entry, as it claims itself.
    pub fn latest(&self) -> Option<Timestamp> {
        let entries = self.lines.iter().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        entries.map(|entry| Timestamp::from_nanos(entry.tick())).max()
    }

    /// Returns the journal entry that records the merge.
    pub fn entry(&self, from: &Journal) -> JournalMerge {
        JournalMerge {
            from: Some(from.end()),
            lines: self.lines.clone(),
            conflicts: self.conflicts.clone(),
            unsigned: self.unsigned.clone(),
        }
    }
}

/// Returns the lines of a journal's annotations, without line ends, by their hash.
fn annotation_lines(journal: &Journal) -> BTreeMap<String, String> {
    let without_end = |line: &str| line.trim_end_matches('\n').to_owned();
    let mut lines = BTreeMap::new();
    for (entry, line) in journal.entries.iter().zip(&journal.texts) {
        if let Some(merge) = entry.read::<JournalMerge>() {
            let merged = merge.entries();
            lines.extend(merged.map(|(line, _)| (entry_hash(line.as_bytes()), without_end(&line))));
        } else if let Ok(line) = std::str::from_utf8(line) {
            lines.insert(entry_hash(line.as_bytes()), without_end(line));
        }
    }
    lines
}

/// Returns the last value that one side gave each property.
fn last_values<'a>(ops: &[&'a AnnotationOp]) -> BTreeMap<(String, &'static str), (&'a AnnotationOp, String)> {
    let mut last = BTreeMap::new();
    for op in ops.iter().filter(|op| !op.undone) {
        for (on, what, value) in values_set(&op.annotation) {
            last.insert((on, what), (*op, value));
        }
    }
    last
}

/// Returns the properties that an annotation sets: the subject, the property, and the
/// value. Their words are a format (see [`Conflict`]).
fn values_set(annotation: &Annotation) -> Vec<(String, &'static str, String)> {
    let single = |on: &str, what, value: &str| vec![(on.to_owned(), what, value.to_owned())];
    match annotation {
        Annotation::AddBookmark { event, note: Some(note), .. } => single(&event.event, "note", note),
        Annotation::AddBookmark { event, .. } => single(&event.event, "mark", "marked"),
        Annotation::RemoveBookmark { event } => single(event, "mark", "taken away"),
        Annotation::ChangeFinding { finding, change } => {
            change.scalars().map(|(what, value)| (finding.clone(), what, value)).collect()
        }
        Annotation::CloseFinding { finding, .. } => single(finding, "state", "closed"),
        Annotation::RetractFinding { finding, .. } => single(finding, "state", "closed"),
        Annotation::ReopenFinding { finding, .. } => single(finding, "state", "open"),
        Annotation::VerifyFix { finding, .. } => single(finding, "state", "verified"),
        Annotation::AcceptRisk { finding, .. } => single(finding, "state", "accepted"),
        Annotation::SetSla { sla } => {
            single("findings", "sla", &sla.as_ref().map(Sla::to_string).unwrap_or_default())
        }
        Annotation::SetParameter { parameter, value } => {
            let value = value.as_ref().map_or_else(|| "default".to_owned(), ToString::to_string);
            single(parameter, "value", &value)
        }
        Annotation::AddIndicators { name, sha256, .. } => single(name, "indicators", sha256),
        Annotation::RemoveIndicators { name } => single(name, "indicators", "removed"),
        Annotation::Reread { source, change, .. } => {
            let change: Vec<String> = change.iter().map(ToString::to_string).collect();
            single(source, "reading", &change.join(", "))
        }
        Annotation::AddFinding(_)
        | Annotation::AddNote { .. }
        | Annotation::AddFilter { .. }
        | Annotation::RemoveFilter { .. }
        | Annotation::Undo { .. } => Vec::new(),
    }
}

/// Returns the properties to which both sides gave different values without knowing of
/// each other. The later value is in effect.
fn find_conflicts(ours: &[&AnnotationOp], theirs: &[&AnnotationOp]) -> Vec<Conflict> {
    let (our_values, their_values) = (last_values(ours), last_values(theirs));
    let mut conflicts = Vec::new();
    for ((on, what), (our_op, our_value)) in &our_values {
        let Some((their_op, their_value)) = their_values.get(&(on.clone(), *what)) else { continue };
        if our_value == their_value {
            continue;
        }
        let ours_is_later = (our_op.tick, &our_op.id) > (their_op.tick, &their_op.id);
        let (stands, gave_way) =
            if ours_is_later { (our_value, their_value) } else { (their_value, our_value) };
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
