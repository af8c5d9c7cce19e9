//! `undo`: the last annotation taken back, which is an entry, too.

use crate::error::{Error, Result, visible};
use crate::journal::{Act, Op, ops};

use super::World;
use super::args::Globals;
use super::bookmark::write;
use super::run::{Opened, Outcome, json_line};

/// Takes back the last annotation of this journal that still stands.
pub fn undo(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let Some(last) = undoable(ops(opened.case.whole_journal())) else {
        return Err(Error::usage("there is nothing to take back"));
    };
    write(&opened, &[Act::Undo { line: last.id.clone() }], world)?;
    let text = if globals.json {
        json_line(&serde_json::json!({ "undone": last.seq, "what": last.act.told() }))?
    } else {
        format!("taken back: {} (entry {})", visible(&last.act.told()), last.seq.unwrap_or_default())
    };
    world.line(&text)?;
    Ok(Outcome::Done)
}

/// Finds the last annotation of the journal's own that stands and is no undo.
fn undoable(ops: Vec<Op>) -> Option<Op> {
    let mut own = ops.into_iter().filter(|op| op.seq.is_some() && !op.undone);
    own.rfind(|op| !matches!(op.act, Act::Undo { .. }))
}
