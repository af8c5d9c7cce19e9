//! `undo` and `redo`: an annotation taken back, or brought again, which is an entry, too.

use clap::Args;

use crate::cli::annotate::write;
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::error::{Error, Result, visible};
use crate::journal::{Annotation, undoable};

/// Take your last annotation back
#[derive(Debug, Clone, Args)]
pub struct UndoArgs {
    /// Take back the last one whoever wrote it
    #[arg(long)]
    pub any: bool,
}

/// Takes back the last annotation of this journal that still stands. Somebody
/// else's is taken back only where `any` says so.
pub fn run(args: &UndoArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let Some(last) = undoable(context.case.whole_journal()) else {
        return Err(Error::usage("there is nothing to take back"));
    };
    let (seq, told) = (last.seq.unwrap_or_default(), visible(&last.annotation.summary()));
    if last.by != runtime.who().by() && !args.any {
        let by = visible(&last.author());
        return Err(Error::usage(format!(
            "the last annotation is not yours: {told} (entry {seq}, {by}, {})",
            last.at
        ))
        .hint("`vestigo undo --any` takes back what somebody else wrote, and says so for ever."));
    }
    tell(&context, &last.to_undo(), ("undone", "taken back"), (seq, &told), globals, runtime)
}

/// Writes an undo or a redo, and says what it takes back or brings again.
pub fn tell(
    context: &CommandContext,
    act: &Annotation,
    (name, word): (&str, &str),
    (seq, told): (u64, &str),
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    runtime.listen();
    write(context, std::slice::from_ref(act), globals, runtime)?;
    let text = if globals.json {
        json_line(&serde_json::json!({ name: seq, "what": told }))?
    } else {
        format!("{word}: {told} (entry {seq})")
    };
    runtime.line(&text)?;
    Ok(ExitReason::Done)
}
