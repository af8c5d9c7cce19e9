//! `import`: evidence in, receipt out.

use std::path::PathBuf;

use clap::Args;

use crate::app::{
    ImportReport, ImportRequest, ImportRow, ImportStatus, NewCase, ParseOptions, PendingImport, Progress,
    case_exists, walk,
};
use crate::cli::args::{Globals, ReadingArgs};
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::progress::watched;
use crate::cli::receipt_output::print_report;
use crate::cli::runtime::Runtime;
use crate::cli::session::{self, examiner, print_warnings};
use crate::error::{Error, Result, visible};
use crate::record::format_bytes;

use super::detect::{self, DetectArgs};

/// Import logs as sealed evidence and account for every byte
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// Files or folders; - is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The host, for events that name none
    #[arg(long, value_name = "H")]
    pub host: Option<String>,
    /// Set labels.K = V on every event (repeatable)
    #[arg(long = "label", value_name = "K=V")]
    pub labels: Vec<String>,
    /// Look for what is unusual right behind the import, as `vestigo detect` does
    #[arg(long, conflicts_with = "dry_run")]
    pub detect: bool,
    /// Show what would be imported, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Imports into the case, which is created if it does not exist.
pub fn run(args: &ImportArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let labels = args.labels.iter().map(|label| key_value(label)).collect::<Result<Vec<_>>>()?;
    let options = ParseOptions { host: args.host.clone(), labels, ..args.reading.options(globals.zone())? };
    if args.dry_run {
        return dry_run(args, runtime);
    }
    let session = session::session(globals, runtime)?;
    let examiner =
        if case_exists(&session.folder) { None } else { examiner(None, &session, globals, runtime)? };
    let new = NewCase { examiner, ..NewCase::default() };
    let (pending, unsigned) = PendingImport::new(new, &session)?;
    case_path::remember(&session.folder, runtime);
    runtime.listen();
    print_warnings(unsigned, runtime);
    let request = ImportRequest {
        paths: args.paths.clone(),
        options,
        limits: args.reading.limits(),
        is_watched: false,
    };
    let progress = Progress::default();
    let mut rows: Vec<ImportRow> = Vec::new();
    let read = || (progress.bytes_read(), progress.total_bytes(), progress.events_read());
    let imported = watched(runtime, globals, &read, || {
        pending.run(&request, &session, &progress, &mut |row| rows.push(row.clone()))
    });
    // What was acknowledged is printed, whatever came after.
    let report = imported.as_ref().ok().map(|(report, _)| report);
    let printed = print_report(&rows, report, progress.total_bytes(), globals, runtime);
    let (report, unsealed) = imported?;
    printed?;
    print_warnings(unsealed, runtime);
    if args.detect && !report.interrupted {
        detect::run(&DetectArgs::default(), globals, runtime)?;
    }
    Ok(exit_reason(&report))
}

fn key_value(label: &str) -> Result<(String, String)> {
    let pair = label.split_once('=').filter(|(key, _)| !key.is_empty());
    pair.map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| {
        Error::usage(format!("`{}` is not a label", visible(label))).hint("Write it as KEY=VALUE.")
    })
}

fn dry_run(args: &ImportArgs, runtime: &mut Runtime) -> Result<ExitReason> {
    let found = walk(&args.paths)?;
    for input in &found.inputs {
        let length = input.length().map_or_else(|| "?".to_owned(), format_bytes);
        runtime.line(&format!("would import {}  {length}", visible(&input.path.to_string_lossy())))?;
    }
    for skipped in &found.skipped {
        runtime.line(&format!("would skip {}: {}", visible(&skipped.name.text), visible(&skipped.reason)))?;
    }
    Ok(ExitReason::Done)
}

fn exit_reason(report: &ImportReport) -> ExitReason {
    let total = &report.total;
    if report.interrupted {
        ExitReason::Interrupted
    } else if total.incomplete > 0 || total.with(ImportStatus::Unread) > 0 {
        ExitReason::Incomplete
    } else {
        ExitReason::Done
    }
}
