//! `redo`: an undo taken back.

use crate::cli::args::Globals;
use crate::cli::commands::undo::tell;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::error::{Error, Result, visible};
use crate::journal::{Annotation, redoable};

/// Brings back what was taken back last.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let journal = context.case.whole_journal();
    let Some(last) = redoable(journal) else {
        return Err(Error::usage("there is nothing to bring back")
            .hint("An undo can be taken back until something else is written."));
    };
    let told = match &last.annotation {
        Annotation::Undo { of: Some(of), .. } => visible(&format!("{} {} of {}", of.kind, of.seq, of.by)),
        act => visible(&act.summary()),
    };
    tell(
        &context,
        &last.to_undo(),
        ("redone", "brought back"),
        (last.seq.unwrap_or_default(), &told),
        globals,
        runtime,
    )
}
