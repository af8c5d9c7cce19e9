//! `replay`: the question of a bundle, asked again.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::export::{question, replay as ask_again};
use crate::record::thousands;

/// Ask the question of a bundle again: the same answer, or what differs and why
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// The bundle, or its query.json
    pub bundle: PathBuf,
}

/// Asks the question of a bundle again.
pub fn run(args: &ReplayArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let (question, bag) = question(&args.bundle)?;
    let replayed = ask_again(&context.case, &question, bag.as_ref())?;
    if globals.json {
        runtime.line(&json_line(&replayed)?)?;
    } else if replayed.same {
        runtime.line(&format!("same: the very {} events", thousands(replayed.now)))?;
    } else {
        let (then, now) = (thousands(replayed.then), thousands(replayed.now));
        runtime.line(&format!("differs: {then} events then, {now} now"))?;
        for (mark, list) in [("+", &replayed.added), ("-", &replayed.gone)] {
            list.iter()
                .take(20)
                .try_for_each(|event| runtime.line(&format!("  {mark} {}", visible(event))))?;
            if list.len() > 20 {
                runtime.line(&format!("  {mark} … and {} more", thousands(list.len() as u64 - 20)))?;
            }
        }
        replayed.why.iter().try_for_each(|why| runtime.line(&format!("because: {why}")))?;
    }
    Ok(if replayed.same { ExitReason::Done } else { ExitReason::Nothing })
}
