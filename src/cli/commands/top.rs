//! `top`: the values of a field and how often each occurs.

use clap::Args;

use crate::app::{CancelToken, Request, TermOrder};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::OutputRows;
use crate::cli::runtime::Runtime;
use crate::cli::table::Align;
use crate::error::Result;
use crate::record::{Timestamp, thousands};

/// Count the values of a field
#[derive(Debug, Clone, Args)]
pub struct TopArgs {
    /// The field, by name or alias
    pub field: String,
    /// The query
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub range: TimeArgs,
    /// Number of values
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub n: usize,
    /// The rarest instead of the most frequent
    #[arg(long)]
    pub rare: bool,
}

/// Prints the most frequent or the rarest values.
pub fn run(args: &TopArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let request = Request { expr: context.query(&args.query)?, window: context.time_range(&args.range)? };
    let name = context.field(&args.field)?;
    let order = if args.rare { TermOrder::Rarest } else { TermOrder::Most };
    let values = context.case.index().top(&request, &name, order, args.n, &CancelToken::new())?;
    let headings =
        [("Events", Align::Right), ("Value", Align::Left), ("First", Align::Whole), ("Last", Align::Whole)];
    let mut rows = OutputRows::new(globals, &headings);
    let full = |time: Option<Timestamp>| time.map(|time| time.to_string());
    let shown =
        |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| context.zone.show(time, 0));
    for value in &values {
        rows.add(
            runtime,
            || {
                serde_json::json!({ "value": value.value, "count": value.count,
                    "first": full(value.first), "last": full(value.last) })
            },
            || [thousands(value.count), value.value.clone(), shown(value.first), shown(value.last)],
        )?;
    }
    rows.print_unless_empty(runtime)?;
    Ok(if values.is_empty() { ExitReason::NoMatch } else { ExitReason::Done })
}
