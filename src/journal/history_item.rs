//! One line of the history of a bookmark or finding.

use serde::Serialize;

use super::annotation_log::AnnotationOp;
use super::summary::Wording;

/// A note, or a change to a bookmark or finding: who, when and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryItem {
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// What, in the words of `findings.jsonl` in a bundle and of `--json`: a format.
    pub text: String,
    /// What, in the words that people read (foreign text: show through `Visible`).
    #[serde(skip)]
    pub summary: String,
}

impl HistoryItem {
    /// Creates an item whose text was typed by a person, and so has only one wording.
    pub fn new(at: String, by: String, text: String) -> HistoryItem {
        HistoryItem { at, by, summary: text.clone(), text }
    }

    pub(super) fn from_op(op: &AnnotationOp, describe: impl Fn(Wording) -> String) -> HistoryItem {
        let (text, summary) = (describe(Wording::Recorded), describe(Wording::Shown));
        HistoryItem { at: op.at.clone(), by: op.author(), text, summary }
    }

    pub(super) fn from_change(op: &AnnotationOp) -> HistoryItem {
        HistoryItem::from_op(op, |wording| {
            let summary = op.annotation.summarize(wording);
            if op.undone { format!("{summary} {}", wording.undone()) } else { summary }
        })
    }

    pub(super) fn from_note(op: &AnnotationOp, note: &str) -> HistoryItem {
        HistoryItem::new(op.at.clone(), op.author(), note.to_owned())
    }
}
