//! `show`: one event, whole.

use clap::Args;
use std::cmp::Ordering;

use crate::app::{RereadChange, record_proof, show_records};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::record::{EventId, EventRecord, Precision, thousands, write_json};

/// Show one event: fields, raw bytes, origin, with its hash checked
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// The event's id, such as a1b2c3d4:17
    pub id: String,
    /// Also show N records before and after it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: u64,
    /// Print the proof that its bytes are part of the sealed original, as JSON
    #[arg(long, conflicts_with = "context")]
    pub proof: bool,
}

/// Prints one event with its neighbors, or the proof that it is part of its sealed original.
pub fn run(args: &ShowArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let id: EventId = args.id.parse()?;
    if args.proof {
        runtime.line(&json_line(&record_proof(&context.case, &id)?)?)?;
        return Ok(ExitReason::Done);
    }
    show_records(&context.case, &id, args.context, &mut |entry, place| match place {
        _ if globals.json => runtime.line(&write_json(&entry, true)),
        Ordering::Equal => print_event(&entry, &context, runtime),
        Ordering::Less => runtime.line(&format!("before {}  {}", entry.origin.id(), raw_line(&entry))),
        Ordering::Greater => runtime.line(&format!("after {}  {}", entry.origin.id(), raw_line(&entry))),
    })?;
    Ok(ExitReason::Done)
}

fn print_event(entry: &EventRecord, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let event = &entry.event;
    runtime.line(&format!("event     {}", entry.origin.id()))?;
    match event.time {
        None => runtime.line("time      none in the record")?,
        Some(stamp) => {
            let read = event.time_text.as_deref().map(|text| format!(", read from \"{}\"", visible(text)));
            let digits = match stamp.precision {
                Precision::Milli => 3,
                Precision::Micro => 6,
                Precision::Nano => 9,
                Precision::Day | Precision::Minute | Precision::Second => 0,
            };
            let shown = context.zone.show(stamp.timestamp, digits);
            runtime.line(&format!("time      {shown} ({}{})", stamp.basis, read.unwrap_or_default()))?;
        }
    }
    runtime.line(&format!("format    {}", event.format))?;
    let width = event.fields().iter().map(|(key, _)| key.name().len()).max().unwrap_or(0).min(40);
    for (key, value) in event.fields() {
        runtime.line(&format!("  {:width$}  {}", visible(key.name()), visible(&value.text())))?;
    }
    runtime.line(&format!("original  {}", raw_line(entry)))?;
    print_origin(entry, context, runtime)?;
    runtime.line("checked   the bytes above were just read and match their frame's SHA-256 ✓")
}

fn print_origin(entry: &EventRecord, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let (case, origin) = (&context.case, &entry.origin);
    let found = &case.store().row(case.locate(&origin.source)?).found;
    runtime.line(&format!(
        "origin    {} line {}, byte {}, {} bytes, record {}",
        visible(&found.path),
        thousands(origin.line),
        thousands(origin.offset),
        thousands(origin.length),
        origin.record
    ))?;
    for (kind, sha256) in &found.containers {
        runtime.line(&format!("          in {kind} {sha256}"))?;
    }
    runtime.line(&format!("source    {}", origin.source))?;
    let whole = case.whole(&origin.source, origin.record);
    if whole != origin.source {
        runtime.line(&format!(
            "replaced  unfinished when it was imported; whole in {}:{}, which searches find instead",
            whole.short(),
            origin.record
        ))?;
    }
    let reread = case.sources().into_iter().find(|source| source.id == origin.source);
    if let Some(reread) = reread.and_then(|source| source.reread) {
        let change: Vec<String> = reread.change.iter().map(RereadChange::to_string).collect();
        runtime.line(&format!(
            "reread    {} by entry {}, {}, {}",
            visible(&change.join(", ")),
            reread.entry,
            visible(&reread.at),
            visible(&reread.by)
        ))?;
    }
    Ok(())
}

fn raw_line(entry: &EventRecord) -> String {
    visible(&String::from_utf8_lossy(&entry.raw))
}
