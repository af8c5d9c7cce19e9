//! `timeline`: counts over time.

use clap::Args;

use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Histogram, Request};
use crate::record::{TimeRange, Timestamp, Zone, bucket_edges, readable_width, thousands};

/// Count events over time
#[derive(Debug, Clone, Args)]
pub struct TimelineArgs {
    /// Which events
    #[arg(default_value = "*", allow_hyphen_values = true)]
    pub query: String,
    #[command(flatten)]
    pub span: TimeArgs,
    /// The width of a bucket, such as 5m, 1h, 1d
    #[arg(long, value_name = "W", conflicts_with = "buckets")]
    pub interval: Option<String>,
    /// So many buckets of equal width
    #[arg(long, value_name = "N")]
    pub buckets: Option<usize>,
    /// Split each bucket by this field
    #[arg(long, value_name = "FIELD")]
    pub by: Option<String>,
}

/// How many buckets there are at most where the user does not say.
const BUCKETS: usize = 60;

/// The most buckets that are made.
const MOST: i128 = 1_000_000;

/// How many values a bucket is split into.
const SERIES: usize = 8;

/// Prints how many events match in each bucket, empty ones too.
pub fn run(args: &TimelineArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let request = Request { expr: context.query(&args.query)?, window: context.window(&args.span)? };
    let cancel = CancelToken::new();
    let Some((first, last)) = context.case.index().span(&request, &cancel)? else {
        if !globals.quiet && !globals.json {
            runtime.note("nothing matched that tells a time");
        }
        return Ok(ExitReason::Nothing);
    };
    let edges = edges(args, &request, TimeRange { from: first, to: last.plus(1) }, &context.zone)?;
    let by = args.by.as_deref().map(|name| context.field(name)).transpose()?;
    let histogram = context.case.index().histogram(&request, &edges, by.as_deref(), SERIES, &cancel)?;
    if globals.json {
        json(&histogram, runtime)?
    } else {
        table(&histogram, &context.zone, runtime)?
    }
    Ok(ExitReason::Done)
}

/// Cuts what the user asked for, or else what there is, into buckets.
fn edges(args: &TimelineArgs, request: &Request, found: TimeRange, zone: &Zone) -> Result<Vec<Timestamp>> {
    let asked = request.window;
    let window = TimeRange {
        from: if args.span.from.is_some() { asked.from } else { found.from },
        to: if args.span.to.is_some() { asked.to } else { found.to },
    };
    let length = i128::from(window.to.nanos()) - i128::from(window.from.nanos());
    if let Some(count) = args.buckets {
        let count = count.clamp(1, MOST as usize) as i128;
        let edge = |n: i128| i128::from(window.from.nanos()) + length * n / count;
        return Ok((0..=count).map(|n| Timestamp::from_nanos(edge(n) as i64)).collect());
    }
    let width = match &args.interval {
        Some(text) => interval(text)?,
        None => readable_width(window, BUCKETS),
    };
    if length / i128::from(width) > MOST {
        return Err(
            Error::usage("that would be more than a million buckets").hint("Choose a wider --interval.")
        );
    }
    Ok(bucket_edges(window, width, zone))
}

/// Reads a width such as `5m` into nanoseconds.
fn interval(text: &str) -> Result<i64> {
    let bad = || {
        Error::usage(format!("`{}` is not an interval", visible(text)))
            .hint("Write a whole number and one of s, m, h, d, w: 5m.")
    };
    let unit = text.chars().last().ok_or_else(bad)?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(bad()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| bad())?;
    let width = count.checked_mul(seconds).and_then(|width| width.checked_mul(1_000_000_000));
    width.filter(|width| *width > 0).ok_or_else(bad)
}

fn json(histogram: &Histogram, runtime: &mut Runtime) -> Result<()> {
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

fn table(histogram: &Histogram, zone: &Zone, runtime: &mut Runtime) -> Result<()> {
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
            let parts = histogram.by.iter().zip(&bucket.by).filter(|(_, count)| **count > 0);
            let named = |value: &String| if value.is_empty() { "(none)".to_owned() } else { value.clone() };
            row.push(
                parts
                    .map(|(value, count)| format!("{} {count}", named(value)))
                    .collect::<Vec<_>>()
                    .join("  "),
            );
        }
        table.row(row);
    }
    table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))
}
