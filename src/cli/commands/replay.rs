//! `replay`: the query of a bundle, run again.

use std::path::PathBuf;

use clap::Args;

use crate::app::{ReplayReport, replay_bundle};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::record::thousands;

/// How many events that differ are listed.
const LISTED: usize = 20;

/// Re-run a bundle's query and compare: the same result, or what differs and why
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// The bundle, or its query.json
    pub bundle: PathBuf,
}

/// Runs the query of a bundle again.
pub fn run(args: &ReplayArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let replayed = replay_bundle(&context.case, &args.bundle)?;
    print_result(globals, runtime, &replayed, |runtime| print_difference(&replayed, runtime))?;
    Ok(if replayed.same { ExitReason::Done } else { ExitReason::NoMatch })
}

fn print_difference(replayed: &ReplayReport, runtime: &mut Runtime) -> Result<()> {
    let (then, now) = (thousands(replayed.then), thousands(replayed.now));
    if replayed.same {
        return runtime.line(&format!("same: exactly the same {now} events"));
    }
    runtime.line(&format!("differs: {then} events then, {now} now"))?;
    for (sign, list) in [("+", &replayed.added), ("-", &replayed.gone)] {
        list.iter()
            .take(LISTED)
            .try_for_each(|event| runtime.line(&format!("  {sign} {}", visible(event))))?;
        if list.len() > LISTED {
            runtime.line(&format!("  {sign} … and {} more", thousands((list.len() - LISTED) as u64)))?;
        }
    }
    replayed.why.iter().try_for_each(|why| runtime.line(&format!("because: {why}")))
}
