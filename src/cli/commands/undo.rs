//! `undo` and what it has in common with `redo`: both write an entry.

use clap::Args;

use crate::app::{Reversal, annotate, undo};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::error::{Error, Result, visible};

/// Undo your last annotation
#[derive(Debug, Clone, Args)]
pub struct UndoArgs {
    /// Undo the last one, whoever wrote it
    #[arg(long)]
    pub any: bool,
}

/// Undoes the last annotation of this journal that is in effect. Somebody else's is
/// undone only with `--any`.
pub fn run(args: &UndoArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let last = undo(&context.case)?;
    if !args.any && !last.is_by(&context.session.actor) {
        let (what, by) = (visible(&last.description), visible(&last.author));
        return Err(Error::usage(format!(
            "the last annotation is not yours: {what} (entry {}, {by}, {})",
            last.entry, last.at
        ))
        .hint(
            "`vestigo undo --any` undoes what somebody else wrote; the journal records that permanently.",
        ));
    }
    write(&context, last, "undone", globals, runtime)
}

/// Writes an undo or a redo, and prints what it concerns.
pub fn write(
    context: &CommandContext,
    reversal: Reversal,
    done: &str,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    runtime.listen();
    let Reversal { annotation, entry, description, .. } = reversal;
    let written = watched_bytes(runtime, globals, |watch| {
        annotate(&context.case, |_| Ok(vec![annotation]), &context.session, watch)
    })?;
    print_warnings(written.warnings, runtime);
    let what = visible(&description);
    print_result(globals, runtime, &serde_json::json!({ done: entry, "what": what }), |runtime| {
        runtime.line(&format!("{done}: {what} (entry {entry})"))
    })?;
    Ok(ExitReason::Done)
}
