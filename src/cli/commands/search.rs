//! `search`: events that match, in several formats, or the table that a query with pipes makes.

use clap::{Args, ValueEnum};

use crate::app::{CancelToken, Hit, Order, PipedAnswer, Request, ResultTable, answer, each_match};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::event_output::{OutputFormat, Printer};
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::cli::table_output::print_table;
use crate::error::{Error, Result};
use crate::query::Pipeline;
use crate::record::{EventRecord, TimeRange, counted, thousands};

/// How many events are printed if nobody says it.
const LIMIT: usize = 100;

/// The order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderChoice {
    /// Latest first
    Newest,
    /// Earliest first
    Oldest,
}

impl From<OrderChoice> for Order {
    fn from(choice: OrderChoice) -> Order {
        match choice {
            OrderChoice::Newest => Order::Newest,
            OrderChoice::Oldest => Order::Oldest,
        }
    }
}

/// Search for events, or make a table of them
///
/// Behind a pipe stands what is made of the events that match: count, stats, timechart, top,
/// rare, first or last; then where, sort, head and tail change the rows.
#[derive(Debug, Clone, Args)]
pub struct SearchArgs {
    /// The query, such as 'user.name:root AND outcome:failure' or
    /// 'outcome:failure | count by user.name | sort -count'
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub range: TimeArgs,
    /// Limit the number of events, or of rows [default: 100 events, every row]
    #[arg(long, value_name = "N", conflicts_with = "all")]
    pub limit: Option<usize>,
    /// Print every event that matches
    #[arg(long)]
    pub all: bool,
    /// Sort order [default: newest]
    #[arg(long, value_enum)]
    pub order: Option<OrderChoice>,
    /// Print only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// Output format [default: table, or json with --json]
    #[arg(long, value_enum)]
    pub format: Option<OutputFormat>,
    /// Print only the count of events, or of rows
    #[arg(long)]
    pub count: bool,
    /// Explain on standard error how the query was read, and how much was searched
    #[arg(long)]
    pub explain: bool,
}

impl SearchArgs {
    fn format(&self, globals: &Globals) -> OutputFormat {
        self.format.unwrap_or(if globals.json { OutputFormat::Json } else { OutputFormat::Table })
    }

    /// Returns how many events are printed at most.
    fn limit(&self) -> usize {
        if self.all { usize::MAX } else { self.limit.unwrap_or(LIMIT) }
    }

    /// Refuses options that make no sense behind a pipe.
    fn check_pipes(&self, pipeline: &Pipeline) -> Result<()> {
        if self.order.is_some() {
            return Err(Error::usage("--order is for queries without pipes")
                .hint("Write the order into the query: | sort -count."));
        }
        if pipeline.columns().is_none() {
            return Ok(());
        }
        if !self.fields.is_empty() {
            return Err(Error::usage("--fields is for events, and this query makes a table")
                .hint("Name the columns in the query: | count by user.name, source.ip."));
        }
        match self.format {
            None | Some(OutputFormat::Table | OutputFormat::Json | OutputFormat::Csv) => Ok(()),
            Some(OutputFormat::Raw | OutputFormat::TimesketchCsv | OutputFormat::TimesketchJsonl) => {
                Err(Error::usage("this format is for events, and this query makes a table")
                    .hint("Choose --format table, json or csv."))
            }
        }
    }
}

/// Prints the events that match, or the table that is made of them.
pub fn run(args: &SearchArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let (pipeline, window) = (context.pipeline(&args.query)?, context.time_range(&args.range)?);
    if !pipeline.is_plain() {
        args.check_pipes(&pipeline)?;
    }
    if args.explain {
        explain(args, &context, runtime)?;
    }
    if !pipeline.is_plain() {
        return run_piped(args, &pipeline, window, &context, globals, runtime);
    }
    let request = Request { expr: pipeline.filter, window };
    let cancel = CancelToken::new();
    if args.count {
        return print_count(context.case.index().count(&request, &cancel)?, globals, runtime);
    }
    let mut printer = printer(args, &context, globals)?;
    printer.begin(runtime)?;
    let (order, limit) = (args.order.map_or(Order::Newest, Order::from), args.limit());
    let printed = each_match(&context.case, &request, order, limit, &cancel, &mut |entry| {
        printer.event(&entry, runtime)
    })?;
    printer.end(runtime)?;
    if printed == limit && comments(args, globals) {
        let count = context.case.index().count(&request, &cancel)?;
        note_cut(printed as u64, count, "events", runtime);
    }
    done(printed, args, &context, globals, runtime)
}

/// Prints what a query with pipes gives.
fn run_piped(
    args: &SearchArgs,
    pipeline: &Pipeline,
    window: TimeRange,
    context: &CommandContext,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    match answer(&context.case, pipeline, window, &context.zone, &CancelToken::new())? {
        PipedAnswer::Table(table) if args.count => print_count(table.rows.len() as u64, globals, runtime),
        PipedAnswer::Table(table) => print_rows(args, &table, context, globals, runtime),
        PipedAnswer::Events(hits) if args.count => print_count(hits.len() as u64, globals, runtime),
        PipedAnswer::Events(hits) => print_events(args, &hits, context, globals, runtime),
    }
}

fn print_rows(
    args: &SearchArgs,
    table: &ResultTable,
    context: &CommandContext,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let limit = args.limit.unwrap_or(usize::MAX);
    print_table(table, args.format(globals), limit, &context.zone, runtime)?;
    if !globals.quiet {
        for (column, values) in &table.passed_over {
            let (values, name) = (counted(*values, "value"), column.name());
            runtime.note(&format!("note: {name}: passed over {values} that it does not take"));
        }
    }
    if table.rows.len() > limit && comments(args, globals) {
        note_cut(limit as u64, table.rows.len() as u64, "rows", runtime);
    }
    done(table.rows.len().min(limit), args, context, globals, runtime)
}

fn print_events(
    args: &SearchArgs,
    hits: &[Hit],
    context: &CommandContext,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let mut printer = printer(args, context, globals)?;
    printer.begin(runtime)?;
    let printed = hits.len().min(args.limit());
    for hit in &hits[..printed] {
        let entry: EventRecord = context.case.entry(hit)?;
        printer.event(&entry, runtime)?;
    }
    printer.end(runtime)?;
    if printed < hits.len() && comments(args, globals) {
        note_cut(printed as u64, hits.len() as u64, "events", runtime);
    }
    done(printed, args, context, globals, runtime)
}

fn printer(args: &SearchArgs, context: &CommandContext, globals: &Globals) -> Result<Printer> {
    let fields: Vec<String> = args.fields.iter().map(|name| context.field(name)).collect::<Result<_>>()?;
    Ok(Printer::new(args.format(globals), fields, context.zone))
}

fn explain(args: &SearchArgs, context: &CommandContext, runtime: &mut Runtime) -> Result<()> {
    context.explain(&args.query)?.iter().for_each(|line| runtime.note(line));
    Ok(())
}

fn print_count(count: u64, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    print_result(globals, runtime, &serde_json::json!({ "count": count }), |runtime| {
        runtime.line(&count.to_string())
    })?;
    Ok(if count == 0 { ExitReason::NoMatch } else { ExitReason::Done })
}

/// Returns whether remarks about the result are printed.
fn comments(args: &SearchArgs, globals: &Globals) -> bool {
    !globals.quiet && args.format(globals) == OutputFormat::Table
}

fn note_cut(printed: u64, all: u64, what: &str, runtime: &mut Runtime) {
    if all > printed {
        let (printed, all) = (thousands(printed), thousands(all));
        runtime.note(&format!("{printed} of {all} {what}; --all prints every one"));
    }
}

/// Says so where nothing was printed.
fn done(
    printed: usize,
    args: &SearchArgs,
    context: &CommandContext,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    if printed > 0 {
        return Ok(ExitReason::Done);
    }
    if comments(args, globals) {
        runtime.note("nothing matched");
        if !args.explain {
            explain(args, context, runtime)?;
        }
    }
    Ok(ExitReason::NoMatch)
}
