//! `search`: events that match, in several formats.

use clap::{Args, ValueEnum};

use crate::app::{CancelToken, Order, Request, each_match};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::event_output::{OutputFormat, Printer};
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::error::Result;
use crate::record::thousands;

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

/// Search for events
#[derive(Debug, Clone, Args)]
pub struct SearchArgs {
    /// The query, such as 'user.name:root AND outcome:failure'
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub range: TimeArgs,
    /// Limit the number of events
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "all")]
    pub limit: usize,
    /// Print every event that matches
    #[arg(long)]
    pub all: bool,
    /// Sort order
    #[arg(long, value_enum, default_value_t = OrderChoice::Newest)]
    pub order: OrderChoice,
    /// Print only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// Output format [default: table, or json with --json]
    #[arg(long, value_enum)]
    pub format: Option<OutputFormat>,
    /// Print only the count
    #[arg(long)]
    pub count: bool,
    /// Explain on standard error how the query was read, and how much was searched
    #[arg(long)]
    pub explain: bool,
}

/// Prints the events that match.
pub fn run(args: &SearchArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let request = Request { expr: context.query(&args.query)?, window: context.time_range(&args.range)? };
    let explain = |runtime: &mut Runtime| -> Result<()> {
        context.explain(&args.query)?.iter().for_each(|line| runtime.note(line));
        Ok(())
    };
    if args.explain {
        explain(runtime)?;
    }
    let cancel = CancelToken::new();
    if args.count {
        let count = context.case.index().count(&request, &cancel)?;
        print_result(globals, runtime, &serde_json::json!({ "count": count }), |runtime| {
            runtime.line(&count.to_string())
        })?;
        return Ok(if count == 0 { ExitReason::NoMatch } else { ExitReason::Done });
    }
    let format = args.format.unwrap_or(if globals.json { OutputFormat::Json } else { OutputFormat::Table });
    let fields: Vec<String> = args.fields.iter().map(|name| context.field(name)).collect::<Result<_>>()?;
    let mut printer = Printer::new(format, fields, context.zone);
    printer.begin(runtime)?;
    let limit = if args.all { usize::MAX } else { args.limit };
    let printed = each_match(&context.case, &request, args.order.into(), limit, &cancel, &mut |entry| {
        printer.event(&entry, runtime)
    })?;
    printer.end(runtime)?;
    let comments = !globals.quiet && format == OutputFormat::Table;
    if printed == limit && comments {
        let count = context.case.index().count(&request, &cancel)?;
        if count > printed as u64 {
            let (printed, count) = (thousands(printed as u64), thousands(count));
            runtime.note(&format!("{printed} of {count} events; --all prints every one"));
        }
    }
    if printed == 0 && comments {
        runtime.note("nothing matched");
        if !args.explain {
            explain(runtime)?;
        }
    }
    Ok(if printed == 0 { ExitReason::NoMatch } else { ExitReason::Done })
}
