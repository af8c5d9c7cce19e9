//! The annotations of a journal, its own and those merged in, in one order.

use std::collections::{BTreeMap, HashSet};

use super::{Act, Journal, Line, Undone, hash_of};

/// One annotation, wherever it was first written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// SHA-256 of the line that says it, in hex.
    pub id: String,
    /// Its place in the order of all annotations, see [`Line::tick`].
    pub tick: i64,
    /// When, as the clock said.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub act: Act,
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

impl Op {
    /// Returns who said it, with what is not sure of that.
    pub fn said_by(&self) -> String {
        if self.unsigned { format!("{} {UNSIGNED_COPY}", self.by) } else { self.by.clone() }
    }
}

/// The kind of entry that brings another copy's annotations in.
pub const MERGE: &str = "journal.merge";

/// Gives a journal's annotations in the order of their ticks. What this gives is
/// the same for every journal that holds the same annotations, but for
/// `arrived` and `seq`.
pub fn ops(journal: &Journal) -> Vec<Op> {
    ops_in(journal.lines.iter().zip(journal.texts.iter().map(AsRef::as_ref)))
}

/// Gives the annotations among some of a journal's lines, each with its text; see [`ops`].
pub(super) fn ops_in<'a>(lines: impl Iterator<Item = (&'a Line, &'a [u8])>) -> Vec<Op> {
    let mut known = BTreeMap::new();
    let mut take = |line: &Line, text: &[u8], seq: Option<u64>, via: u64, marked: &HashSet<&str>| {
        let Some(act) = Act::read(&line.act, &line.what) else { return };
        let (id, arrived) = (hash_of(text), known.len());
        let (at, by) = (line.at.clone(), line.by.clone());
        let unsigned = marked.contains(id.as_str());
        let op =
            Op { id: id.clone(), tick: line.tick(), at, by, act, arrived, seq, via, unsigned, undone: false };
        known.entry((op.tick, id)).or_insert(op);
    };
    for (line, text) in lines {
        if line.act == MERGE {
            let marked = unsigned(line);
            for (text, inner) in merged(line) {
                take(&inner, text.as_bytes(), None, line.seq, &marked);
            }
        } else {
            take(line, text, Some(line.seq), line.seq, &HashSet::new());
        }
    }
    let mut ops: Vec<Op> = known.into_values().collect();
    mark_undone(&mut ops);
    ops
}

/// Finds the last annotation of the journal's own that stands and is no undo:
/// the one that an undo takes back.
pub fn undoable(journal: &Journal) -> Option<Op> {
    let mut own = ops(journal).into_iter().filter(|op| op.seq.is_some() && !op.undone);
    own.rfind(|op| !matches!(op.act, Act::Undo { .. }))
}

/// Finds the undo that a redo takes back: the last one, where nothing else was
/// written since.
pub fn redoable(journal: &Journal) -> Option<Op> {
    let ops: Vec<Op> = ops(journal).into_iter().filter(|op| op.seq.is_some()).collect();
    let is_undo = |id: &str| ops.iter().any(|op| op.id == id && matches!(op.act, Act::Undo { .. }));
    let is_redo = |op: &Op| matches!(&op.act, Act::Undo { line, .. } if is_undo(line));
    let last = ops.iter().rfind(|op| !op.undone && !is_redo(op))?;
    matches!(last.act, Act::Undo { .. }).then(|| last.clone())
}

impl Op {
    /// Returns the entry that takes this one back, or takes it back again where it is an undo.
    pub fn taken_back(&self) -> Act {
        let (act, _) = self.act.written();
        let of = self.seq.map(|seq| Undone { seq, act, by: self.by.clone() });
        Act::Undo { line: self.id.clone(), of }
    }
}

/// Gives the lines that a merge brought in: the text with its line end, and what it says.
pub fn merged(line: &Line) -> impl Iterator<Item = (String, Line)> {
    let texts = line.what["lines"].as_array().into_iter().flatten();
    texts.filter_map(|text| {
        let text = text.as_str()?;
        Some((format!("{text}\n"), serde_json::from_str(text).ok()?))
    })
}

/// Returns which of the lines that a merge brought in no known key had signed, by
/// their SHA-256. Merges of the version before do not tell.
pub fn unsigned(line: &Line) -> HashSet<&str> {
    line.what["unsigned"].as_array().into_iter().flatten().filter_map(|id| id.as_str()).collect()
}

/// Marks what is taken back. Whoever takes something back has seen it, so its
/// tick is later: going backwards, each undo is judged before what it undoes.
fn mark_undone(ops: &mut [Op]) {
    let mut gone: HashSet<String> = HashSet::new();
    for op in ops.iter_mut().rev() {
        op.undone = gone.contains(&op.id);
        if let (Act::Undo { line, .. }, false) = (&op.act, op.undone) {
            gone.insert(line.clone());
        }
    }
}
