//! `search`: events that match, in several forms.

use clap::{Args, ValueEnum};

use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::event_output::{OutputFormat, Printer};
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::error::Result;
use crate::index::{CancelToken, Hit, Order, Request};
use crate::record::thousands;

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderChoice {
    /// Latest first
    Newest,
    /// Earliest first
    Oldest,
}

/// Find events
#[derive(Debug, Clone, Args)]
pub struct SearchArgs {
    /// What to look for, such as 'user.name:root AND outcome:failure'
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub span: TimeArgs,
    /// At most so many events
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "all")]
    pub limit: usize,
    /// Every event that matches
    #[arg(long)]
    pub all: bool,
    /// In which order
    #[arg(long, value_enum, default_value_t = OrderChoice::Newest)]
    pub order: OrderChoice,
    /// Only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// In which form [default: table, or json with --json]
    #[arg(long, value_enum)]
    pub format: Option<OutputFormat>,
    /// Only how many
    #[arg(long)]
    pub count: bool,
    /// Say on standard error how the question was read, and among what it was asked
    #[arg(long)]
    pub explain: bool,
}

/// How many events are fetched at once.
const PAGE: usize = 1000;

/// Prints the events that match.
pub fn run(args: &SearchArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let request = Request { expr: context.query(&args.query)?, window: context.window(&args.span)? };
    let index = context.case.index();
    let explain = |runtime: &mut Runtime| -> Result<()> {
        context.explain(&args.query)?.iter().for_each(|line| runtime.note(line));
        Ok(())
    };
    if args.explain {
        explain(runtime)?;
    }
    if args.count {
        let count = index.count(&request, &CancelToken::new())?;
        let text =
            if globals.json { json_line(&serde_json::json!({ "count": count }))? } else { count.to_string() };
        runtime.line(&text)?;
        return Ok(if count == 0 { ExitReason::Nothing } else { ExitReason::Done });
    }
    let form = args.format.unwrap_or(if globals.json { OutputFormat::Json } else { OutputFormat::Table });
    let fields: Vec<String> = args.fields.iter().map(|name| context.field(name)).collect::<Result<_>>()?;
    let mut printer = Printer::new(form, fields, context.zone);
    printer.begin(runtime)?;
    let order = match args.order {
        OrderChoice::Newest => Order::Newest,
        OrderChoice::Oldest => Order::Oldest,
    };
    let (mut printed, limit) = (0, if args.all { usize::MAX } else { args.limit });
    let mut after: Option<Hit> = None;
    while printed < limit {
        let wanted = PAGE.min(limit - printed);
        let hits = index.page(&request, order, after.as_ref(), wanted, &CancelToken::new())?;
        for hit in &hits {
            printer.event(&context.case.entry(hit)?, runtime)?;
        }
        printed += hits.len();
        after = hits.last().copied();
        if hits.len() < wanted {
            break;
        }
    }
    printer.end(runtime)?;
    if printed == limit && !globals.quiet && form == OutputFormat::Table {
        let count = index.count(&request, &CancelToken::new())?;
        if count > printed as u64 {
            runtime.note(&format!(
                "{} of {} events; --all gives every one",
                thousands(printed as u64),
                thousands(count)
            ));
        }
    }
    if printed == 0 {
        if !globals.quiet && form == OutputFormat::Table {
            runtime.note("nothing matched");
            if !args.explain {
                explain(runtime)?;
            }
        }
        return Ok(ExitReason::Nothing);
    }
    Ok(ExitReason::Done)
}
