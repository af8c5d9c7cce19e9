//! `source`: how each source is read, and reading one differently.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::app::{
    Corrections, Plan, Receipt, RereadChange, SourceChange, SourceInfo, YEARS, find_source, format_by_name,
    format_clock_offset, format_of_log_format, parse_clock_offset, reread_source,
};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::{OutputRows, print_result};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Error, Result, visible};
use crate::record::{Continuation, SourceId, Zone, counted, thousands};

/// The value that returns a setting to automatic detection.
const AUTO: &str = "auto";

/// Show how each source is read, and correct it later, reversibly
#[derive(Debug, Clone, Subcommand)]
pub enum SourceCommand {
    /// List the sources and how each is read
    List,
    /// Reread a source with another zone (--zone), year, host or format; `vestigo undo` reverts it
    Reread(RereadArgs),
    /// Correct a source's clock
    SetClock {
        /// The source: the first digits of its id, or its path
        source: String,
        /// What to add to its times, such as +37s or -1h30m; 0s if the clock was right
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
    /// This format (see `vestigo formats list`), or auto
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
    /// The lines that a web server writes by this LogFormat (Apache httpd) or log_format (nginx)
    #[arg(long, value_name = "TEXT", conflicts_with = "format", allow_hyphen_values = true)]
    pub log_format: Option<String>,
}

/// Lists sources, or reads one differently.
pub fn run(command: &SourceCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        SourceCommand::List => list(globals, runtime),
        SourceCommand::Reread(args) => {
            let by = corrections(args, globals.zone())?;
            correct(&args.source, &by, globals, runtime)
        }
        SourceCommand::SetClock { source, clock } => {
            let clock = parse_clock_offset(clock).ok_or_else(|| {
                Error::usage(format!("`{}` is not a clock correction", visible(clock)))
                    .hint("Write what to add to the times: +37s, -1h30m, +0.5s, 0s; at most ten years.")
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
            Error::usage(format!("`{}` is not a valid year", visible(text))).hint(format!(
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
        definition: args.log_format.as_deref().map(format_of_log_format).transpose()?,
        clock: None,
    };
    if corrections == Corrections::default() {
        return Err(Error::usage("nothing to change").hint(
            "Name --zone, --year, --host, --format or --log-format; `vestigo source list` shows what they are now.",
        ));
    }
    Ok(corrections)
}

fn list(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let headings = [
        ("Id", Align::Whole),
        ("Source", Align::Tail),
        ("Format", Align::Left),
        ("Zone", Align::Left),
        ("Year", Align::Left),
        ("Host", Align::Left),
        ("Clock", Align::Right),
        ("Events", Align::Right),
        ("Read by", Align::Left),
    ];
    let sources = context.case.sources();
    let mut rows = OutputRows::new(globals, &headings);
    for source in &sources {
        let continues = context.case.continuation(&source.id);
        let events = context.case.searched_events(source);
        rows.add(runtime, || object(source, events, continues), || cells(source, events, continues))?;
    }
    rows.print_unless_empty(runtime)?;
    Ok(if sources.is_empty() { ExitReason::NoMatch } else { ExitReason::Done })
}

fn cells(source: &SourceInfo, events: u64, continues: Option<&Continuation>) -> [String; 9] {
    let plan = source.plan.as_ref();
    let by = source.reread.as_ref().map_or("import".to_owned(), |reread| format!("entry {}", reread.entry));
    let stated =
        |plan: &&Plan| plan.stated.iter().any(|stated| matches!(stated.what.as_str(), "host" | "zone"));
    let by = if plan.filter(stated).is_some() { by + ", as the collection states" } else { by };
    let by = by + &continues.map(continued).unwrap_or_default();
    let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        source.id.short(),
        source.path.clone(),
        source.receipt.format.clone(),
        dash(plan.map(|plan| plan.zone.clone())),
        dash(plan.and_then(|plan| plan.year).map(|year| year.to_string())),
        dash(plan.and_then(|plan| plan.host.clone())),
        dash(plan.filter(|plan| plan.clock != 0).map(|plan| format_clock_offset(plan.clock))),
        thousands(events),
        by,
    ]
}

/// Describes which source a source continues, and from which record on.
fn continued(continues: &Continuation) -> String {
    let Continuation { source, record, .. } = continues;
    format!("; continues {} from record {record}", source.get(..8).unwrap_or(source))
}

/// Returns a note that a source is a part of a file of which other parts are read as before.
fn other_parts(context: &CommandContext, source: &SourceId) -> Option<String> {
    let before = context.case.continuation(source).and_then(|before| before.source.parse::<SourceId>().ok());
    let next: Vec<String> = context.case.continued_by(source).iter().map(SourceId::short).collect();
    let parts = [
        before.map(|before| format!("continues {}", before.short())),
        (!next.is_empty()).then(|| format!("is continued by {}", next.join(", "))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let what = parts.join(" and ");
    (!parts.is_empty()).then(|| format!("only this part of the file is read differently: it {what}"))
}

fn object(source: &SourceInfo, events: u64, continues: Option<&Continuation>) -> Value {
    let plan = source.plan.as_ref();
    let reread = source.reread.as_ref().map(
        |reread| json!({ "entry": reread.entry, "at": reread.at, "by": reread.by, "change": reread.change }),
    );
    let mut object = json!({ "source": source.id.to_string(), "path": source.path, "format": source.receipt.format,
        "forced": plan.map(|plan| plan.forced), "zone": plan.map(|plan| &plan.zone),
        "year": plan.map(|plan| plan.year), "host": plan.map(|plan| &plan.host),
        "clock": plan.map(|plan| format_clock_offset(plan.clock)), "events": events,
        "unparsed": source.receipt.unparsed, "first": source.span().map(|span| span.0.to_string()),
        "last": source.span().map(|span| span.1.to_string()), "time": source.receipt.time,
        "reread": reread });
    if let Some(plan) = plan.filter(|plan| !plan.stated.is_empty()) {
        object["stated"] = json!(plan.stated);
    }
    if let Some(continues) = continues {
        object["continues"] = json!(continues);
    }
    object
}

fn correct(named: &str, by: &Corrections, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let source = find_source(&context.case, named)?;
    runtime.listen();
    let mut changed = watched_bytes(runtime, globals, |watch| {
        reread_source(&context.case, &source, by, &context.session, watch)
    })?;
    print_warnings(std::mem::take(&mut changed.written.warnings), runtime);
    let now = &changed.corrected.receipt;
    let range = now.span();
    let object = json!({ "source": source.id.to_string(), "path": source.path, "entry": changed.entry,
        "change": changed.corrected.change, "format": now.format, "events": now.events,
        "unparsed": now.unparsed, "first": range.map(|range| range.0.to_string()),
        "last": range.map(|range| range.1.to_string()), "time": now.time });
    print_result(globals, runtime, &object, |runtime| print_change(&changed, &context, runtime))?;
    if let Some(parts) = other_parts(&context, &source.id) {
        runtime.note(&parts);
    }
    if globals.json {
        return Ok(ExitReason::Done);
    }
    if now.unparsed * 2 > now.events {
        runtime.note("warning: less than half of it is recognized this way; `vestigo undo` reverts it");
    } else if !globals.quiet {
        runtime.note("evidence, ids and hashes stay as they are; `vestigo undo` reverts it");
    }
    Ok(ExitReason::Done)
}

fn print_change(changed: &SourceChange, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    let (source, corrected) = (&changed.before, &changed.corrected);
    let (before, now) = (&source.receipt, &corrected.receipt);
    let entry = changed.entry.map(|entry| format!(" (entry {entry})")).unwrap_or_default();
    let (id, path) = (source.id.short(), visible(&source.path));
    runtime.line(&format!("source {id} {path} is read differently from now on{entry}"))?;
    for RereadChange { what, before, now } in &corrected.change {
        let shown = |value: &Option<String>| visible(value.as_deref().unwrap_or("none"));
        runtime.line(&format!("  {what:<7} {}, before: {}", shown(now), shown(before)))?;
    }
    let times = |receipt: &Receipt| match receipt.span() {
        Some((first, last)) => {
            format!("{} → {}", context.zone.show(first, 0), context.zone.show(last, 0))
        }
        None => "none".to_owned(),
    };
    runtime.line(&format!("  {:<7} {}", "times", times(now)))?;
    runtime.line(&format!("  {:<7} {}", "before", times(before)))?;
    for (what, was, is) in [
        ("not recognized by any format", before.unparsed, now.unparsed),
        ("without a time", before.time.none, now.time.none),
        ("after the import", before.time.future, now.time.future),
    ] {
        if was != is {
            let of = counted(now.events, "event");
            runtime.line(&format!("! {} of {of} {what}, before: {}", thousands(is), thousands(was)))?;
        }
    }
    Ok(())
}
