//! `timeline`: counts over time.

use clap::Args;

use crate::app::{BucketChoice, CancelToken, Histogram, Request, parse_interval, timeline};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::Result;
use crate::record::{Zone, thousands};

/// Count events over time
#[derive(Debug, Clone, Args)]
pub struct TimelineArgs {
    /// The query
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub range: TimeArgs,
    /// The width of a bucket, such as 5m, 1h, 1d
    #[arg(long, value_name = "W", conflicts_with = "buckets")]
    pub interval: Option<String>,
    /// Number of buckets of equal width
    #[arg(long, value_name = "N")]
    pub buckets: Option<usize>,
    /// Split each bucket by this field
    #[arg(long, value_name = "FIELD")]
    pub by: Option<String>,
}

/// Prints how many events match in each bucket, empty ones too.
pub fn run(args: &TimelineArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let request = Request { expr: context.query(&args.query)?, window: context.time_range(&args.range)? };
    let by = args.by.as_deref().map(|name| context.field(name)).transpose()?;
    let buckets = match (args.buckets, &args.interval) {
        (Some(count), _) => BucketChoice::Count(count),
        (None, Some(text)) => BucketChoice::Width(parse_interval(text)?),
        (None, None) => BucketChoice::Readable,
    };
    let cancel = CancelToken::new();
    let histogram = timeline(&context.case, &request, buckets, by.as_deref(), &context.zone, &cancel)?;
    let Some(histogram) = histogram else {
        if !globals.quiet && !globals.json {
            runtime.note("nothing that matched has a time");
        }
        return Ok(ExitReason::NoMatch);
    };
    if globals.json {
        print_json(&histogram, runtime)?;
    } else {
        print_table(&histogram, &context.zone, runtime)?;
    }
    Ok(ExitReason::Done)
}

fn print_json(histogram: &Histogram, runtime: &mut Runtime) -> Result<()> {
    for bucket in &histogram.buckets {
        let (start, end) = (bucket.window.from.to_string(), bucket.window.to.to_string());
        if histogram.by.is_empty() {
            let row = serde_json::json!({ "start": start, "end": end, "count": bucket.count });
            runtime.line(&json_line(&row)?)?;
        }
        for (value, count) in histogram.by.iter().zip(&bucket.by) {
            let row = serde_json::json!({ "start": start, "end": end, "count": count, "by": value });
            runtime.line(&json_line(&row)?)?;
        }
    }
    Ok(())
}

fn print_table(histogram: &Histogram, zone: &Zone, runtime: &mut Runtime) -> Result<()> {
    let split = !histogram.by.is_empty();
    let mut heads = vec![("Start", Align::Whole), ("Events", Align::Right), ("", Align::Left)];
    if split {
        heads.push(("By", Align::Left));
    }
    let most = histogram.buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0).max(1);
    let mut table = Table::new(&heads);
    for bucket in &histogram.buckets {
        let bar = "█".repeat((bucket.count * 30).div_ceil(most) as usize);
        let mut row = vec![zone.show(bucket.window.from, 0), thousands(bucket.count), bar];
        if split {
            let counts = histogram.by.iter().zip(&bucket.by).filter(|(_, count)| **count > 0);
            let named = |value: &String| if value.is_empty() { "(none)".to_owned() } else { value.clone() };
            let counts: Vec<String> =
                counts.map(|(value, count)| format!("{} {count}", named(value))).collect();
            row.push(counts.join("  "));
        }
        table.row(row);
    }
    table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))
}
