//! Undo and redo: entries that take another one back.

use crate::case::Case;
use crate::error::{Error, Result};
use crate::journal::{Actor, Annotation, AnnotationOp, redoable, undoable};

use super::describe_annotation;

/// What an undo or a redo would take back, and the annotation that does so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// The annotation to write.
    pub annotation: Annotation,
    /// SHA-256 of the line that is taken back, in hex.
    pub id: String,
    /// Its number in this journal.
    pub entry: u64,
    /// What it says (foreign text).
    pub description: String,
    /// Who wrote it, as `login@host`.
    pub by: String,
    /// Who wrote it, with what is not sure of that (foreign text).
    pub author: String,
    /// When it was written.
    pub at: String,
}

impl Reversal {
    fn new(op: &AnnotationOp, description: String) -> Reversal {
        Reversal {
            annotation: op.to_undo(),
            id: op.id.clone(),
            entry: op.seq.unwrap_or_default(),
            description,
            by: op.by.clone(),
            author: op.author(),
            at: op.at.clone(),
        }
    }

    /// Reports whether this user wrote what is taken back.
    pub fn is_by(&self, actor: &Actor) -> bool {
        self.by == actor.by()
    }
}

/// Finds the last annotation of this journal that is in effect.
pub fn undo(case: &Case) -> Result<Reversal> {
    let last = undoable(case.whole_journal()).ok_or_else(|| Error::usage("there is nothing to undo"))?;
    Ok(Reversal::new(&last, describe_annotation(case, &last.annotation)))
}

/// Finds the undo that was written last.
pub fn redo(case: &Case) -> Result<Reversal> {
    let last = redoable(case.whole_journal()).ok_or_else(|| {
        Error::usage("there is nothing to redo")
            .hint("An undo can be redone until something else is written.")
    })?;
    let description = match &last.annotation {
        Annotation::Undo { of: Some(of), .. } => format!("{} {} of {}", of.kind, of.seq, of.by),
        annotation => describe_annotation(case, annotation),
    };
    Ok(Reversal::new(&last, description))
}
