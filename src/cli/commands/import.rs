//! `import`: evidence in, receipt out.

use std::path::PathBuf;

use std::path::Path;

use clap::Args;

use crate::case::{CaseMetadata, CaseOptions, CaseWriter};
use crate::cli::args::{Globals, ReadingArgs};
use crate::cli::case_path;
use crate::cli::outcome::ExitReason;
use crate::cli::progress::watched;
use crate::cli::receipt_output::print_report;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{config, examiner, keyring, signer_or_warning, warn_unsealed};
use crate::error::{Error, Result, visible};
use crate::import::{Import, ImportReport, ImportRow, ImportStatus, Progress, run as import_into};
use crate::journal::Signer;
use crate::parse::ParseOptions;
use crate::record::bytes;
use crate::source::walk;

/// Seal logs into the case and say what became of every byte
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
    /// Put labels.K = V on every event
    #[arg(long = "label", value_name = "K=V")]
    pub labels: Vec<String>,
    /// Say what would be imported, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Imports what was named, making the case where it is not there.
pub fn run(args: &ImportArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let labels = args.labels.iter().map(|label| key_value(label)).collect::<Result<Vec<_>>>()?;
    let options = ParseOptions { host: args.host.clone(), labels, ..args.reading.options(globals.zone())? };
    if args.dry_run {
        return dry_run(args, runtime);
    }
    let folder = case_path::chosen(globals.case.as_deref(), runtime)?;
    let hold = held(&folder, globals, runtime)?;
    case_path::remember(&folder, runtime);
    let meter = Progress::default();
    let stop = runtime.stop.clone();
    runtime.listen();
    let signer = signer_or_warning(&folder, runtime);
    let import = Import {
        paths: &args.paths,
        options: &options,
        limits: args.reading.limits(),
        stop: &stop,
        meter: &meter,
        signer: signer.as_ref(),
    };
    let mut rows: Vec<ImportRow> = Vec::new();
    let read = || (meter.bytes_read(), meter.total_bytes(), meter.events_read());
    let report = watched(runtime, globals, &read, || {
        import_into(hold, &import, runtime.clock.as_ref(), &mut |row| rows.push(row.clone()))
    });
    // What was acknowledged is told, whatever came after.
    let told = print_report(&rows, report.as_ref().ok(), meter.total_bytes(), globals, runtime);
    let mut report = report?;
    told?;
    warn_unsealed(report.unsealed.take(), runtime);
    Ok(outcome(&report))
}

/// Takes the case that is meant, and makes it where it is not there: then the key
/// that the user has configured is the one with which it begins.
fn held(folder: &Path, globals: &Globals, runtime: &mut Runtime) -> Result<CaseWriter> {
    let who = runtime.who();
    if CaseMetadata::path(folder).exists() {
        return CaseWriter::open(folder, &who, runtime.clock.as_ref());
    }
    let signer = config(runtime)?.sign.map(|path| Signer::open(&path)).transpose()?;
    let examiner = examiner(None, globals, runtime)?;
    // The zone of its sources need not be the one in which the case is shown.
    let new = CaseOptions { examiner, signer, keyring: keyring(runtime).ok(), ..CaseOptions::default() };
    CaseWriter::create(folder, &new, &who, runtime.clock.as_ref())
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
        let length = input.length().map_or_else(|| "?".to_owned(), bytes);
        runtime.line(&format!("would import {}  {length}", visible(&input.path.to_string_lossy())))?;
    }
    for skipped in &found.skipped {
        runtime.line(&format!("would skip {}: {}", visible(&skipped.name.text), visible(&skipped.reason)))?;
    }
    Ok(ExitReason::Done)
}

fn outcome(report: &ImportReport) -> ExitReason {
    let total = &report.total;
    if report.interrupted {
        ExitReason::Interrupted
    } else if total.incomplete > 0 || total.with(ImportStatus::Unread) > 0 {
        ExitReason::Partly
    } else {
        ExitReason::Done
    }
}
