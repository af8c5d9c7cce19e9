//! `undo`: the last annotation taken back, which is an entry, too.

use crate::error::{Error, Result, visible};
use crate::journal::{Act, undoable};

use super::World;
use super::args::Globals;
use super::bookmark::write;
use super::run::{Opened, Outcome, json_line};

/// Takes back the last annotation of this journal that still stands.
pub fn undo(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let Some(last) = undoable(opened.case.whole_journal()) else {
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
