//! `normalize`: logs in, flat ECS JSON out, no case.

use std::path::PathBuf;

use clap::Args;

use crate::app::{ImportRow, ImportStatus, normalize as each_event};
use crate::cli::args::{Globals, ReadingArgs};
use crate::cli::outcome::ExitReason;
use crate::cli::receipt_output::{has_content, remarks};
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::record::{EventView, FixedClock, write_event};

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
    let (mut any, mut rows): (bool, Vec<ImportRow>) = (false, Vec::new());
    let clock = FixedClock(runtime.clock.now());
    let written = |entry: &EventView<'_>, text: &mut String| {
        write_event(entry, false, text);
        text.push('\n');
    };
    each_event(
        &args.paths,
        &options,
        &args.reading.limits(),
        &clock,
        &written,
        &mut |text| {
            any |= !text.is_empty();
            runtime.bytes(text.as_bytes())
        },
        &mut |row| rows.push(row),
    )?;
    let mut reason = if any { ExitReason::Done } else { ExitReason::NoMatch };
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
