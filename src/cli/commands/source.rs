//! `source`: how each source is read, and reading one otherwise.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::case::{Receipt, SourceInfo};
use crate::cli::annotate::write;
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Error, Result, visible};
use crate::journal::{Reread, RereadChange};
use crate::parse::{Corrections, YEARS, format_by_name, format_clock_offset, parse_clock_offset};
use crate::record::{Zone, counted, thousands};

/// The word that takes a correction back to what vestigo finds out itself.
const AUTO: &str = "auto";

/// How each source is read, corrected later, reversibly
#[derive(Debug, Clone, Subcommand)]
pub enum SourceCommand {
    /// Each source with how it is read
    List,
    /// Read a source in another zone (--zone), year, host, format; `vestigo undo` takes it back
    Reread(RereadArgs),
    /// Say how far a source's clock was wrong
    SetClock {
        /// The source: the first digits of its id, or its path
        source: String,
        /// What to add to its times, such as +37s or -1h30m; 0s: it was right
        #[arg(value_name = "±D", allow_hyphen_values = true)]
        clock: String,
    },
}

#[derive(Debug, Clone, Args)]
pub struct RereadArgs {
    /// The source: the first digits of its id, or its path
    pub source: String,
    /// The year of its first line, or auto
    #[arg(long, value_name = "Y")]
    pub year: Option<String>,
    /// The host of events that name none, or auto for none
    #[arg(long, value_name = "H")]
    pub host: Option<String>,
    /// Only this format (see `vestigo formats list`), or auto
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
}

/// Lists sources, or reads one otherwise.
pub fn run(what: &SourceCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match what {
        SourceCommand::List => list(globals, runtime),
        SourceCommand::Reread(args) => {
            let by = corrections(args, globals.zone())?;
            correct(&args.source, &by, globals, runtime)
        }
        SourceCommand::SetClock { source, clock } => {
            let clock = parse_clock_offset(clock).ok_or_else(|| {
                Error::usage(format!("`{}` is not how far a clock can be wrong", visible(clock))).hint(
                    "Write what is to be added to the times: +37s, -1h30m, +0.5s, 0s; at most ten years.",
                )
            })?;
            correct(source, &Corrections { clock: Some(clock), ..Corrections::default() }, globals, runtime)
        }
    }
}

fn corrections(args: &RereadArgs, zone: Option<Zone>) -> Result<Corrections> {
    let auto = |text: &String| text == AUTO;
    let year = |text: &String| {
        let year = text.parse().ok().filter(|year| YEARS.contains(year));
        year.map(Some).ok_or_else(|| {
            Error::usage(format!("`{}` is not a year of a log", visible(text))).hint(format!(
                "Write one from {} to {}, or auto.",
                YEARS.start(),
                YEARS.end()
            ))
        })
    };
    let format = |name: &String| match format_by_name(name) {
        Some(_) => Ok(Some(name.clone())),
        None => Err(Error::usage(format!("there is no format `{}`", visible(name)))
            .hint("See `vestigo formats list`.")),
    };
    let or_auto = |text: &Option<String>| text.clone().map(|text| Some(text).filter(|text| !auto(text)));
    let corrections = Corrections {
        zone,
        year: args.year.as_ref().map(|text| if auto(text) { Ok(None) } else { year(text) }).transpose()?,
        host: or_auto(&args.host),
        format: args
            .format
            .as_ref()
            .map(|text| if auto(text) { Ok(None) } else { format(text) })
            .transpose()?,
        clock: None,
    };
    if corrections == Corrections::default() {
        return Err(Error::usage("what is to be read otherwise was not said").hint(
            "Name --zone, --year, --host or --format; `vestigo source list` shows what they are now.",
        ));
    }
    Ok(corrections)
}

fn list(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let mut table = Table::new(&[
        ("Id", Align::Whole),
        ("Source", Align::Tail),
        ("Format", Align::Left),
        ("Zone", Align::Left),
        ("Year", Align::Left),
        ("Host", Align::Left),
        ("Clock", Align::Right),
        ("Events", Align::Right),
        ("Read by", Align::Left),
    ]);
    let sources = context.case.sources();
    for source in &sources {
        if globals.json {
            runtime.line(&json_line(&row(source))?)?;
            continue;
        }
        let plan = source.plan.as_ref();
        let by =
            source.reread.as_ref().map_or("import".to_owned(), |reread| format!("entry {}", reread.entry));
        let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        table.row([
            source.id.short(),
            source.path.clone(),
            source.receipt.format.clone(),
            dash(plan.map(|plan| plan.zone.clone())),
            dash(plan.and_then(|plan| plan.year).map(|year| year.to_string())),
            dash(plan.and_then(|plan| plan.host.clone())),
            dash(plan.filter(|plan| plan.clock != 0).map(|plan| format_clock_offset(plan.clock))),
            thousands(source.receipt.events),
            by,
        ]);
    }
    if !globals.json && !sources.is_empty() {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    Ok(if sources.is_empty() { ExitReason::Nothing } else { ExitReason::Done })
}

fn row(source: &SourceInfo) -> Value {
    let plan = source.plan.as_ref();
    let by = |reread: &Reread| json!({ "entry": reread.entry, "at": reread.at, "by": reread.by, "change": reread.change });
    json!({ "source": source.id.to_string(), "path": source.path, "format": source.receipt.format,
        "forced": plan.map(|plan| plan.forced), "zone": plan.map(|plan| &plan.zone),
        "year": plan.map(|plan| plan.year), "host": plan.map(|plan| &plan.host),
        "clock": plan.map(|plan| format_clock_offset(plan.clock)), "events": source.receipt.events,
        "unparsed": source.receipt.unparsed, "first": source.span().map(|span| span.0.to_string()),
        "last": source.span().map(|span| span.1.to_string()), "time": source.receipt.time,
        "reread": source.reread.as_ref().map(by) })
}

fn correct(
    format_by_name: &str,
    by: &Corrections,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let source = find(&context, format_by_name)?;
    runtime.listen();
    let corrected = watched_bytes(runtime, globals, |watch| context.case.corrected(&source.id, by, watch))?;
    write(&context, std::slice::from_ref(&corrected.act), globals, runtime)?;
    let again = context.case.reread()?;
    let entry = again.sources().into_iter().find(|now| now.id == source.id).and_then(|now| now.reread);
    let entry = entry.map(|reread| reread.entry);
    let (before, now) = (&source.receipt, &corrected.receipt);
    if globals.json {
        let span = now.span();
        let object = json!({ "source": source.id.to_string(), "path": source.path, "entry": entry,
            "change": corrected.change, "format": now.format, "events": now.events, "unparsed": now.unparsed,
            "first": span.map(|span| span.0.to_string()), "last": span.map(|span| span.1.to_string()),
            "time": now.time });
        runtime.line(&json_line(&object)?)?;
        return Ok(ExitReason::Done);
    }
    let entry = entry.map(|entry| format!(" (entry {entry})")).unwrap_or_default();
    runtime.line(&format!(
        "source {} {} is read otherwise from now on{entry}",
        source.id.short(),
        visible(&source.path)
    ))?;
    for RereadChange { what, before, now } in &corrected.change {
        let shown = |value: &Option<String>| visible(value.as_deref().unwrap_or("none"));
        runtime.line(&format!("  {what:<7} {}, before {}", shown(now), shown(before)))?;
    }
    let times = |receipt: &Receipt| match receipt.span() {
        Some((first, last)) => format!("{} → {}", context.zone.show(first, 0), context.zone.show(last, 0)),
        None => "tells no time".to_owned(),
    };
    runtime.line(&format!("  {:<7} {}", "times", times(now)))?;
    runtime.line(&format!("  {:<7} {}", "before", times(before)))?;
    for (what, was, is) in [
        ("understood by no format", before.unparsed, now.unparsed),
        ("without a time", before.time.none, now.time.none),
        ("after the import", before.time.future, now.time.future),
    ] {
        if was != is {
            let of = counted(now.events, "event");
            runtime.line(&format!("! {} of {of} {what}, before {}", thousands(is), thousands(was)))?;
        }
    }
    if now.unparsed * 2 > now.events {
        runtime.note("warning: less than half of it is understood so; `vestigo undo` takes it back");
    } else if !globals.quiet {
        runtime.note("evidence, ids and hashes stay as they are; `vestigo undo` takes it back");
    }
    Ok(ExitReason::Done)
}

/// Finds the source that is meant: by the first digits of its id, or by its path.
pub fn find(context: &CommandContext, named: &str) -> Result<SourceInfo> {
    let sources = context.case.sources();
    let lower = named.to_ascii_lowercase();
    let is_hex = lower.len() >= 4 && lower.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_id = |source: &&SourceInfo| is_hex && source.id.to_string().starts_with(&lower);
    let by_path = |source: &&SourceInfo| source.path == named;
    let by_end = |source: &&SourceInfo| source.path.ends_with(&format!("/{named}"));
    let ways: [&dyn Fn(&&SourceInfo) -> bool; 3] = [&by_id, &by_path, &by_end];
    let found: Vec<&SourceInfo> = ways
        .iter()
        .map(|way| sources.iter().filter(|source| way(source)).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    match found[..] {
        [source] => Ok(source.clone()),
        [] => Err(Error::usage(format!("there is no source `{}` in this case", visible(named)))
            .hint("See their ids with `vestigo source list`.")),
        _ => {
            let ids: Vec<String> = found.iter().map(|source| source.id.short()).collect();
            Err(Error::usage(format!("`{}` fits {} sources", visible(named), found.len()))
                .hint(format!("Name one by its id: {}.", ids.join(", "))))
        }
    }
}
