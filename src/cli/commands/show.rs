//! `show`: one event, whole.

use clap::Args;

use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::export::proof as prove;
use crate::journal::RereadChange;
use crate::record::{EventId, EventRecord, thousands, write_json};

/// Show one event: fields, raw bytes, where it lies, its hash checked
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// The event's id, such as a1b2c3d4:17
    pub id: String,
    /// Show so many records before and after it too
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: u64,
    /// Print the proof that its bytes are part of the sealed original, as JSON
    #[arg(long, conflicts_with = "context")]
    pub proof: bool,
}

/// Prints one event, or the proof that it is part of its sealed original.
pub fn run(args: &ShowArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    if args.proof {
        proof(&args.id, globals, runtime)
    } else {
        show(&args.id, args.context, globals, runtime)
    }
}

/// Prints one event with its fields, bytes and origin, and its neighbours where asked.
fn show(id: &str, neighbors: u64, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let hit = context.case.find(&id.parse::<EventId>()?)?;
    let records = context.case.store().row(context.case.locate(&hit.source)?).records;
    let (from, to) = (hit.record.saturating_sub(neighbors), (hit.record + neighbors + 1).min(records));
    for record in from..to {
        let Some(entry) = neighbour(&context, &hit.source, record, hit.record)? else { continue };
        if globals.json {
            runtime.line(&write_json(&entry, true))?;
        } else if record == hit.record {
            whole(&entry, &context, runtime)?;
        } else {
            let mark = if record < hit.record { "before" } else { "after" };
            runtime.line(&format!("{mark} {}  {}", entry.origin.id(), raw_line(&entry)))?;
        }
    }
    Ok(ExitReason::Done)
}

/// Prints the proof that one record is part of its sealed original.
fn proof(id: &str, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let hit = context.case.find(&id.parse::<EventId>()?)?;
    runtime.line(&json_line(&prove(&context.case, &hit)?)?)?;
    Ok(ExitReason::Done)
}

/// Reads a record; a neighbour that is no event is passed over.
fn neighbour(
    context: &CommandContext,
    source: &crate::record::SourceId,
    record: u64,
    asked: u64,
) -> Result<Option<EventRecord>> {
    match context.case.entry_at(source, record) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if record == asked => Err(error),
        Err(_) => Ok(None),
    }
}

fn whole(entry: &EventRecord, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let (event, origin) = (&entry.event, &entry.origin);
    runtime.line(&format!("event     {}", origin.id()))?;
    match event.stamp {
        None => runtime.line("time      not told by the record")?,
        Some(stamp) => {
            let read = event.when_text.as_deref().map(|text| format!(", read from \"{}\"", visible(text)));
            let digits = match stamp.precision {
                crate::record::Precision::Milli => 3,
                crate::record::Precision::Micro => 6,
                crate::record::Precision::Nano => 9,
                _ => 0,
            };
            let shown = context.zone.show(stamp.instant, digits);
            runtime.line(&format!("time      {shown} ({}{})", stamp.basis, read.unwrap_or_default()))?;
        }
    }
    runtime.line(&format!("format    {}", event.format))?;
    let width = event.fields().iter().map(|(key, _)| key.name().len()).max().unwrap_or(0).min(40);
    for (key, value) in event.fields() {
        runtime.line(&format!("  {:width$}  {}", visible(key.name()), visible(&value.text())))?;
    }
    runtime.line(&format!("original  {}", raw_line(entry)))?;
    let row = context.case.store().row(context.case.locate(&origin.source)?);
    runtime.line(&format!(
        "origin    {} line {}, byte {}, {} bytes, record {}",
        visible(&row.found.path),
        thousands(origin.line),
        thousands(origin.offset),
        thousands(origin.length),
        origin.record
    ))?;
    for (kind, sha256) in &row.found.containers {
        runtime.line(&format!("          in {kind} {sha256}"))?;
    }
    runtime.line(&format!("source    {}", origin.source))?;
    let sources = context.case.sources();
    let reread =
        sources.iter().find(|source| source.id == origin.source).and_then(|source| source.reread.as_ref());
    if let Some(reread) = reread {
        let change: Vec<String> = reread.change.iter().map(RereadChange::to_string).collect();
        runtime.line(&format!(
            "reread    {} by entry {}, {}, {}",
            visible(&change.join(", ")),
            reread.entry,
            visible(&reread.at),
            visible(&reread.by)
        ))?;
    }
    runtime.line("checked   the bytes above were read through their frame's SHA-256 just now ✓")
}

fn raw_line(entry: &EventRecord) -> String {
    visible(&String::from_utf8_lossy(&entry.raw))
}
