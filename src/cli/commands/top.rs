//! `top`: the values of a field and how often each occurs.

use clap::Args;

use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::Result;
use crate::index::{CancelToken, Request, TermOrder};
use crate::record::thousands;

/// Count the values of a field
#[derive(Debug, Clone, Args)]
pub struct TopArgs {
    /// The field, by name or alias
    pub field: String,
    /// Which events
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub span: TimeArgs,
    /// So many values
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub n: usize,
    /// The rarest instead of the most frequent
    #[arg(long)]
    pub rare: bool,
}

/// Prints the most frequent or the rarest values.
pub fn run(args: &TopArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let request = Request { expr: context.query(&args.query)?, window: context.window(&args.span)? };
    let name = context.field(&args.field)?;
    let (index, cancel) = (context.case.index(), CancelToken::new());
    let rank = if args.rare { TermOrder::Rarest } else { TermOrder::Most };
    let values = index.top(&request, &name, rank, args.n, &cancel)?;
    let shown = |time: Option<crate::record::Timestamp>| time.map(|time| time.to_string());
    let mut table = Table::new(&[
        ("Events", Align::Right),
        ("Value", Align::Left),
        ("First", Align::Whole),
        ("Last", Align::Whole),
    ]);
    for value in &values {
        if globals.json {
            let row = serde_json::json!({ "value": value.value, "count": value.count,
                "first": shown(value.first), "last": shown(value.last) });
            runtime.line(&json_line(&row)?)?;
            continue;
        }
        let time = |time: Option<crate::record::Timestamp>| {
            time.map_or_else(|| "-".to_owned(), |time| context.zone.show(time, 0))
        };
        table.row([thousands(value.count), value.value.clone(), time(value.first), time(value.last)]);
    }
    if values.is_empty() {
        return Ok(ExitReason::Nothing);
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    Ok(ExitReason::Done)
}
