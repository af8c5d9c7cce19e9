//! `redo`: an undo that is undone.

use crate::app::redo;
use crate::cli::args::Globals;
use crate::cli::commands::undo::write;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::error::Result;

/// Redoes what was undone last.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let last = redo(&context.case)?;
    write(&context, last, "redone", globals, runtime)
}
