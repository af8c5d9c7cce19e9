//! The annotations of a journal, its own and those merged in, in one order.

use std::collections::{BTreeMap, HashSet};

use super::{Annotation, Entry, Journal, JournalMerge, UndoneEntry, entry_hash};

/// One annotation, wherever it was first written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationOp {
    /// SHA-256 of the line that says it, in hex.
    pub id: String,
    /// Its place in the order of all annotations, see [`Entry::tick`].
    pub tick: i64,
    /// When, as the clock said.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub annotation: Annotation,
    /// How many annotations came to this journal before it.
    pub arrived: usize,
    /// It stands in this journal itself, under this number; none where it was merged in.
    pub seq: Option<u64>,
    /// The entry of this journal that holds it: itself, or the merge that brought it in.
    pub via: u64,
    /// It was merged in from a copy in which no known key had signed it: who said
    /// it, and when, is only what that copy claims.
    pub unsigned: bool,
    /// A later entry takes it back.
    pub undone: bool,
}

/// What is written behind the name of whoever said what nobody had signed.
pub const UNSIGNED_COPY: &str = "(unsigned copy)";

impl AnnotationOp {
    /// Returns who said it, with what is not sure of that.
    pub fn author(&self) -> String {
        if self.unsigned { format!("{} {UNSIGNED_COPY}", self.by) } else { self.by.clone() }
    }
}

/// Gives a journal's annotations in the order of their ticks. What this gives is
/// the same for every journal that holds the same annotations, but for
/// `arrived` and `seq`.
pub fn annotation_ops(journal: &Journal) -> Vec<AnnotationOp> {
    ops_in(journal.entries.iter().zip(journal.texts.iter().map(AsRef::as_ref)))
}

/// Gives the annotations among some of a journal's lines, each with its text; see [`annotation_ops`].
pub(super) fn ops_in<'a>(lines: impl Iterator<Item = (&'a Entry, &'a [u8])>) -> Vec<AnnotationOp> {
    let mut known = BTreeMap::new();
    let mut take = |line: &Entry, text: &[u8], seq: Option<u64>, via: u64, marked: &HashSet<&str>| {
        let Some(annotation) = line.annotation() else { return };
        let (id, arrived) = (entry_hash(text), known.len());
        let (at, by) = (line.at.clone(), line.by.clone());
        let unsigned = marked.contains(id.as_str());
        let op = AnnotationOp {
            id: id.clone(),
            tick: line.tick(),
            at,
            by,
            annotation,
            arrived,
            seq,
            via,
            unsigned,
            undone: false,
        };
        known.entry((op.tick, id)).or_insert(op);
    };
    for (line, text) in lines {
        if let Some(merge) = line.read::<JournalMerge>() {
            let marked = merge.unsigned.iter().map(String::as_str).collect();
            for (text, inner) in merged(&merge) {
                take(&inner, text.as_bytes(), None, line.seq, &marked);
            }
        } else {
            take(line, text, Some(line.seq), line.seq, &HashSet::new());
        }
    }
    let mut ops: Vec<AnnotationOp> = known.into_values().collect();
    mark_undone(&mut ops);
    ops
}

/// Finds the last annotation of the journal's own that stands and is no undo:
/// the one that an undo takes back.
pub fn undoable(journal: &Journal) -> Option<AnnotationOp> {
    let mut own = annotation_ops(journal).into_iter().filter(|op| op.seq.is_some() && !op.undone);
    own.rfind(|op| !matches!(op.annotation, Annotation::Undo { .. }))
}

/// Finds the undo that a redo takes back: the last one, where nothing else was
/// written since.
pub fn redoable(journal: &Journal) -> Option<AnnotationOp> {
    let ops: Vec<AnnotationOp> = annotation_ops(journal).into_iter().filter(|op| op.seq.is_some()).collect();
    let is_undo =
        |id: &str| ops.iter().any(|op| op.id == id && matches!(op.annotation, Annotation::Undo { .. }));
    let is_redo =
        |op: &AnnotationOp| matches!(&op.annotation, Annotation::Undo { line, .. } if is_undo(line));
    let last = ops.iter().rfind(|op| !op.undone && !is_redo(op))?;
    matches!(last.annotation, Annotation::Undo { .. }).then(|| last.clone())
}

impl AnnotationOp {
    /// Returns the entry that takes this one back, or takes it back again where it is an undo.
    pub fn to_undo(&self) -> Annotation {
        let kind = self.annotation.kind().to_owned();
        let of = self.seq.map(|seq| UndoneEntry { seq, kind, by: self.by.clone() });
        Annotation::Undo { line: self.id.clone(), of }
    }
}

/// Returns the lines that a merge brought in: the text with its line end, and what it says.
/// Merges of the version before do not tell which of them no known key had signed.
pub(super) fn merged(merge: &JournalMerge) -> impl Iterator<Item = (String, Entry)> {
    merge.lines.iter().filter_map(|text| Some((format!("{text}\n"), serde_json::from_str(text).ok()?)))
}

/// Marks what is taken back. Whoever takes something back has seen it, so its
/// tick is later: going backwards, each undo is judged before what it undoes.
fn mark_undone(ops: &mut [AnnotationOp]) {
    let mut gone: HashSet<String> = HashSet::new();
    for op in ops.iter_mut().rev() {
        op.undone = gone.contains(&op.id);
        if let (Annotation::Undo { line, .. }, false) = (&op.annotation, op.undone) {
            gone.insert(line.clone());
        }
    }
}
