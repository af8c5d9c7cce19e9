//! The annotations of a journal, its own and merged ones, in a single order.

use std::collections::{BTreeMap, HashSet};

use super::annotation::{Annotation, UndoneEntry};
use super::entry::Entry;
use super::payload::JournalMerge;
use super::reader::{Journal, entry_hash};

/// An annotation in the order of all annotations, wherever it was first written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationOp {
    /// SHA-256 of its line, in hex.
    pub id: String,
    /// Its position in the order of all annotations, see [`Entry::tick`].
    pub tick: i64,
    /// When, by the system clock.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub annotation: Annotation,
    /// How many annotations came to this journal before it.
    pub arrived: usize,
    /// Its entry number if it was written to this journal; `None` if it was merged.
    pub seq: Option<u64>,
    /// The entry of this journal that holds it: its own, or that of the merge.
    pub via: u64,
    /// Whether it was merged from a copy in which no known key had signed it: author
    /// and time are only what that copy claims.
    pub unsigned: bool,
    /// Whether a later entry undoes it.
    pub undone: bool,
}

/// The remark after the name of an author whose entry nobody had signed.
pub const UNSIGNED_COPY: &str = "(unsigned copy)";

impl AnnotationOp {
    /// Returns the author, with a remark if that is only a claim.
    pub fn author(&self) -> String {
        if self.unsigned { format!("{} {UNSIGNED_COPY}", self.by) } else { self.by.clone() }
    }

    /// Returns the annotation that undoes this one, or redoes it if it is an undo.
    pub fn to_undo(&self) -> Annotation {
        let kind = self.annotation.kind().to_owned();
        let of = self.seq.map(|seq| UndoneEntry { seq, kind, by: self.by.clone() });
        Annotation::Undo { line: self.id.clone(), of }
    }

    fn is_undo(&self) -> bool {
        matches!(self.annotation, Annotation::Undo { .. })
    }
}

/// Returns a journal's annotations in the order of their ticks. The result is the same
/// for all journals with the same annotations, except for `arrived`, `seq` and `via`.
pub fn annotation_ops(journal: &Journal) -> Vec<AnnotationOp> {
    ops_in(journal.entries.iter().zip(journal.texts.iter().map(AsRef::as_ref)))
}

/// Returns the annotations among some of a journal's entries, each given with its line;
/// see [`annotation_ops`].
pub(super) fn ops_in<'a>(entries: impl Iterator<Item = (&'a Entry, &'a [u8])>) -> Vec<AnnotationOp> {
    let mut known = BTreeMap::new();
    for (entry, line) in entries {
        if let Some(merge) = entry.read::<JournalMerge>() {
            let unsigned: HashSet<&str> = merge.unsigned.iter().map(String::as_str).collect();
            for (line, merged) in merge.entries() {
                add_op(&mut known, &merged, line.as_bytes(), None, entry.seq, &unsigned);
            }
        } else {
            add_op(&mut known, entry, line, Some(entry.seq), entry.seq, &HashSet::new());
        }
    }
    let mut ops: Vec<AnnotationOp> = known.into_values().collect();
    mark_undone(&mut ops);
    ops
}

/// Adds an entry if it is an annotation that is not known yet.
fn add_op(
    known: &mut BTreeMap<(i64, String), AnnotationOp>,
    entry: &Entry,
    line: &[u8],
    seq: Option<u64>,
    via: u64,
    unsigned: &HashSet<&str>,
) {
    let Some(annotation) = entry.annotation() else { return };
    let (id, arrived) = (entry_hash(line), known.len());
    let op = AnnotationOp {
        id: id.clone(),
        tick: entry.tick(),
        at: entry.at.clone(),
        by: entry.by.clone(),
        annotation,
        arrived,
        seq,
        via,
        unsigned: unsigned.contains(id.as_str()),
        undone: false,
    };
    known.entry((op.tick, id)).or_insert(op);
}

/// Returns the annotation that an undo applies to: the last one written to this journal
/// that is in effect and is not an undo itself.
pub fn undoable(journal: &Journal) -> Option<AnnotationOp> {
    let mut own = annotation_ops(journal).into_iter().filter(|op| op.seq.is_some() && !op.undone);
    own.rfind(|op| !op.is_undo())
}

/// Returns the undo that a redo applies to: the last one, if nothing else was written
/// since.
pub fn redoable(journal: &Journal) -> Option<AnnotationOp> {
    let ops: Vec<AnnotationOp> = annotation_ops(journal).into_iter().filter(|op| op.seq.is_some()).collect();
    let undoes_undo = |id: &str| ops.iter().any(|op| op.id == id && op.is_undo());
    let is_redo =
        |op: &AnnotationOp| matches!(&op.annotation, Annotation::Undo { line, .. } if undoes_undo(line));
    let last = ops.iter().rfind(|op| !op.undone && !is_redo(op))?;
    last.is_undo().then(|| last.clone())
}

/// Marks what is undone. An undo always has a later tick than what it undoes, since
/// its author had seen that: going backward, each undo is decided before its target.
fn mark_undone(ops: &mut [AnnotationOp]) {
    let mut undone: HashSet<String> = HashSet::new();
    for op in ops.iter_mut().rev() {
        op.undone = undone.contains(&op.id);
        if let (Annotation::Undo { line, .. }, false) = (&op.annotation, op.undone) {
            undone.insert(line.clone());
        }
    }
}
