//! `export`: the evidence bundle.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use serde_json::json;

use crate::app::{
    ExportRequest, ExportStage, ExportedBundle, SelectedQuery, Selection, export, find_events,
    read_redacted_values,
};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::progress::{BarPosition, watched};
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::error::{Error, Result, visible};
use crate::record::{format_bytes, thousands};

/// Create an evidence bundle that anybody can verify
#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("redacted").multiple(true).args(["redact", "redact_value", "redact_values"])))]
pub struct ExportArgs {
    /// The events of this finding (repeatable)
    #[arg(long = "finding", value_name = "N")]
    pub findings: Vec<u64>,
    /// The bookmarked events
    #[arg(long)]
    pub bookmarks: bool,
    /// The events of this query; an empty result is exported as such
    #[arg(long, value_name = "Q")]
    pub query: Option<String>,
    /// This event (repeatable)
    #[arg(long = "event", value_name = "ID")]
    pub events: Vec<String>,
    /// Every event of the case
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub range: TimeArgs,
    /// Output path that does not exist yet: a folder, or a file with --tar [default: ./<case>-x<seq>]
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// One tar file instead of a folder
    #[arg(long)]
    pub tar: bool,
    /// The signing key [default: `sign` in config.toml, or the case's own]
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// Have the signature time-stamped by this authority, http://… [default: `tsa` in config.toml]
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Replace the values of these fields with tokens, everywhere
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub redact: Vec<String>,
    /// Replace this text with a token, everywhere (repeatable)
    #[arg(long, value_name = "TEXT")]
    pub redact_value: Vec<String>,
    /// Replace the texts in this file, one per line, with tokens
    #[arg(long, value_name = "FILE")]
    pub redact_values: Option<PathBuf>,
    /// Reason for the redaction [default: not stated]
    #[arg(long, value_name = "WHY", requires = "redacted")]
    pub redact_reason: Option<String>,
    /// Include complete originals
    #[arg(long, conflicts_with = "redacted")]
    pub originals: bool,
}

/// Creates a bundle of the selected events, and records in the journal that it left.
pub fn run(args: &ExportArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let mut redact_values = args.redact_value.clone();
    redact_values.retain(|value| !value.trim().is_empty());
    if let Some(path) = &args.redact_values {
        redact_values.extend(read_redacted_values(path)?);
        if redact_values.is_empty() && args.redact.is_empty() {
            return Err(Error::usage("the file of values to redact is empty"));
        }
    }
    let request = ExportRequest {
        out: args.out.clone(),
        tar: args.tar,
        sign: args.sign.clone(),
        tsa: args.tsa.clone(),
        redact: args.redact.clone(),
        redact_values,
        redact_reason: args.redact_reason.clone(),
        originals: args.originals,
        zone: Some(context.zone),
        ..ExportRequest::new(selection(args, &context)?)
    };
    runtime.listen();
    if !globals.quiet && runtime.err_is_terminal {
        runtime.note("reading the evidence again: a bundle does not rely on the index");
    }
    let progress = ExportProgress::default();
    let exported = watched(runtime, globals, &|| progress.position(), || {
        export(&context.case, &request, &context.session, &|stage, now, all| progress.set(stage, now, all))
    })?;
    print_bundle(exported, globals, runtime)?;
    Ok(ExitReason::Done)
}

/// Progress of an export: bytes of evidence read again, then events written.
#[derive(Default)]
struct ExportProgress {
    bytes: AtomicU64,
    total: AtomicU64,
    events: AtomicU64,
}

impl ExportProgress {
    fn set(&self, stage: ExportStage, now: u64, all: u64) {
        match stage {
            ExportStage::Reading => {
                self.bytes.fetch_max(now, Ordering::Relaxed);
                self.total.store(all, Ordering::Relaxed);
            }
            ExportStage::Writing => drop(self.events.fetch_max(now, Ordering::Relaxed)),
        }
    }

    fn position(&self) -> BarPosition {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (get(&self.bytes), get(&self.total), get(&self.events))
    }
}

/// Returns the events that the command line selects.
fn selection(args: &ExportArgs, context: &CommandContext) -> Result<Selection> {
    let window = context.time_range(&args.range)?;
    let query = args.query.as_ref().map(|text| {
        let expr = context.parse(text)?;
        Ok::<_, Error>(SelectedQuery { text: expr.to_string(), expr, window })
    });
    let selection = Selection {
        findings: args.findings.clone(),
        bookmarks: args.bookmarks,
        query: query.transpose()?,
        events: find_events(&context.case, &args.events)?,
        all: args.all,
    };
    if selection.is_empty() {
        return Err(Error::usage("nothing selected for export")
            .hint("Name --finding N, --bookmarks, --query Q, --event ID or --all."));
    }
    if selection.query.is_none() {
        args.range.needs_query()?;
    }
    Ok(selection)
}

fn print_bundle(exported: ExportedBundle, globals: &Globals, runtime: &mut Runtime) -> Result<()> {
    let ExportedBundle { made, warnings } = exported;
    print_warnings(warnings, runtime);
    made.notes.iter().for_each(|note| runtime.note(&format!("note: {}", visible(&note.to_string()))));
    let shown = visible(&made.bundle.to_string_lossy());
    let object = json!({ "bundle": shown, "events": made.events, "files": made.files, "bytes": made.bytes,
        "tagmanifest_sha256": made.tagmanifest, "signer": made.signer });
    print_result(globals, runtime, &object, |runtime| {
        let (events, length) = (thousands(made.events), format_bytes(made.bytes));
        runtime.line(&format!("created {shown}: {events} events, {length}"))?;
        if made.events == 0 {
            runtime.line("nothing matched: the bundle says so, and what was searched")?;
        }
        let signer = made.signer.as_deref().unwrap_or("nobody");
        runtime.line(&format!(
            "for your ticket: {} sha-256 {} signed by {signer}",
            made.name, made.tagmanifest
        ))?;
        if !globals.quiet {
            let script = if made.bundle.is_file() {
                format!("unpack it and run sh {}/verify.sh", made.name)
            } else {
                format!("sh {shown}/verify.sh")
            };
            runtime.note(&format!("verify it: {script}, or vestigo verify {shown}"));
        }
        Ok(())
    })
}
