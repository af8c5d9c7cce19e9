//! `normalize`: logs in, flat ECS JSON out, no case.

use std::path::PathBuf;

use clap::Args;

use crate::app::{ImportRow, ImportStatus, normalize as each_event};
use crate::cli::args::{Globals, ReadingArgs};
use crate::cli::outcome::ExitReason;
use crate::cli::receipt_output::{has_content, remarks};
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::record::{FixedClock, write_json};

/// Print logs as one flat JSON object per event (ECS names), without a case
#[derive(Debug, Clone, Args)]
pub struct NormalizeArgs {
    /// Files or folders; - is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Prints one JSON object per event.
pub fn run(args: &NormalizeArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let options = args.reading.options(globals.zone())?;
    let (mut events, mut rows): (u64, Vec<ImportRow>) = (0, Vec::new());
    let clock = FixedClock(runtime.clock.now());
    each_event(
        &args.paths,
        &options,
        &args.reading.limits(),
        &clock,
        &mut |entry| {
            events += 1;
            runtime.line(&write_json(entry, false))
        },
        &mut |row| rows.push(row),
    )?;
    let mut reason = if events == 0 { ExitReason::NoMatch } else { ExitReason::Done };
    for row in rows {
        if let Some(why) = row.reason.as_deref().filter(|_| !has_content(&row)) {
            runtime.note(&format!("{}: {}: {}", row.status.word(), visible(&row.path), visible(why)));
        }
        remarks(&row).iter().for_each(|line| runtime.note(line));
        if row.incomplete || row.status == ImportStatus::Unread {
            reason = ExitReason::Incomplete;
        }
    }
    Ok(reason)
}
