//! How a bundle's events lie over time, for the report's chart.

use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, HistogramBucket as IndexBucket, Hit, Request};
use crate::query::Expr;
use crate::record::{TimeRange, Timestamp, Zone, bucket_edges, readable_width, thousands};

use super::model::{ChartBucket, ReportChart};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How many bars the chart has, about.
const BARS: usize = 60;

/// Finds the stretches of an hour or more in which no source of a case has any
/// event, in the intervals of the chart of these events.
pub fn silent_ranges(case: &Case, hits: &[Hit], zone: &Zone) -> Result<Vec<TimeRange>> {
    let times = hits.iter().filter_map(|hit| hit.time);
    let Some((first, last)) = times.clone().min().zip(times.max()) else { return Ok(Vec::new()) };
    let (edges, _) = edges(first, last, zone);
    let all = Request { expr: Expr::All, window: TimeRange::ALL };
    Ok(gaps(&case.index().histogram(&all, &edges, None, 0, &CancelToken::new())?.buckets))
}

/// Finds the same where every event of the case is known: from their times.
pub fn silent_ranges_among(times: &[Timestamp], zone: &Zone) -> Vec<TimeRange> {
    let Some((first, last)) = times.iter().min().zip(times.iter().max()) else { return Vec::new() };
    let (edges, _) = edges(*first, *last, zone);
    let windows = edges.windows(2).map(|pair| TimeRange { from: pair[0], to: pair[1] });
    let mut counted: Vec<IndexBucket> =
        windows.map(|window| IndexBucket { window, count: 0, by: Vec::new() }).collect();
    for time in times {
        let place = edges.partition_point(|edge| edge <= time).checked_sub(1);
        if let Some(bucket) = place.and_then(|place| counted.get_mut(place)) {
            bucket.count += 1;
        }
    }
    gaps(&counted)
}

/// Returns the edges of the chart's intervals, and how long one is.
fn edges(first: Timestamp, last: Timestamp, zone: &Zone) -> (Vec<Timestamp>, i64) {
    let window = TimeRange { from: first, to: last.plus(1) };
    let width = readable_width(window, BARS);
    (bucket_edges(window, width, zone), width)
}

/// Counts events over time, by outcome, and marks the silent stretches.
pub struct TimelineBuilder {
    edges: Vec<Timestamp>,
    chart: ReportChart,
}

impl TimelineBuilder {
    /// Creates the empty intervals from the first event's moment to the last's.
    pub fn new(first: Timestamp, last: Timestamp, zone: &Zone, silent: &[TimeRange]) -> TimelineBuilder {
        let (edges, width) = edges(first, last, zone);
        let windows = edges.windows(2).map(|pair| TimeRange { from: pair[0], to: pair[1] });
        let within =
            |window: &TimeRange| silent.iter().any(|gap| gap.from <= window.from && window.to <= gap.to);
        let bucket = |window: TimeRange| ChartBucket { gap: within(&window), ..empty(window, width, zone) };
        let buckets: Vec<ChartBucket> = windows.map(bucket).collect();
        let (from, to) = match (edges.first(), edges.last()) {
            (Some(from), Some(to)) if !buckets.is_empty() => (*from, *to),
            _ => (first, last),
        };
        let (from, to) = (zone.show(from, 0), zone.show(to, 0));
        TimelineBuilder { edges, chart: ReportChart { buckets, width_text: length(width), from, to } }
    }

    /// Counts an event by the first letter of its outcome.
    pub fn add(&mut self, time: Timestamp, outcome: u8) {
        let place = self.edges.partition_point(|edge| *edge <= time);
        let bucket = place.checked_sub(1).and_then(|place| self.chart.buckets.get_mut(place));
        let Some(bucket) = bucket else { return };
        match outcome {
            b's' => bucket.success += 1,
            b'f' => bucket.failure += 1,
            _ => bucket.other += 1,
        }
    }

    /// Returns the chart.
    pub fn chart(self) -> ReportChart {
        self.chart
    }
}

fn empty(window: TimeRange, width: i64, zone: &Zone) -> ChartBucket {
    let label = zone.show(window.from, if width < SECOND { 3 } else { 0 });
    // Of `2026-03-01 10:30:00.000Z`: what tells neighbors apart.
    let said = match width {
        DAY.. => ..10,
        MINUTE.. => ..16,
        SECOND.. => ..19,
        _ => ..23,
    };
    let mark = label.get(said).unwrap_or(&label).to_owned();
    ChartBucket { label, mark, ..ChartBucket::default() }
}

/// Finds stretches of an hour or more in which no source has any event.
/// Coverage speaks of gaps in the same sense; shorter silence is usual.
fn gaps(any: &[IndexBucket]) -> Vec<TimeRange> {
    let (mut from, mut found) = (0, Vec::new());
    while let Some(first) = any.get(from) {
        let silent = any[from..].iter().take_while(|counted| counted.count == 0).count();
        let end = any[from..from + silent].last().map_or(first.window.from, |last| last.window.to);
        if i128::from(end.nanos()) - i128::from(first.window.from.nanos()) >= i128::from(HOUR) {
            found.push(TimeRange { from: first.window.from, to: end });
        }
        from += silent.max(1);
    }
    found
}

/// Describes how long an interval is.
fn length(nanos: i64) -> String {
    match nanos {
        DAY.. => {
            let days = nanos / DAY;
            format!("{} {}", thousands(days), if days == 1 { "day" } else { "days" })
        }
        HOUR.. => format!("{} h", nanos / HOUR),
        MINUTE.. => format!("{} min", nanos / MINUTE),
        SECOND.. => format!("{} s", nanos / SECOND),
        _ => format!("{} ms", nanos / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns intervals of some minutes with so many events each, and which are gaps.
    fn marked(minutes: i64, counts: &[u64]) -> Vec<bool> {
        let edge = |at: usize| Timestamp::from_nanos(at as i64 * minutes * MINUTE);
        let counted = |(at, count): (usize, &u64)| IndexBucket {
            window: TimeRange { from: edge(at), to: edge(at + 1) },
            count: *count,
            by: Vec::new(),
        };
        let any: Vec<IndexBucket> = counts.iter().enumerate().map(counted).collect();
        let silent = gaps(&any);
        let within =
            |window: &TimeRange| silent.iter().any(|gap| gap.from <= window.from && window.to <= gap.to);
        any.iter().map(|counted| within(&counted.window)).collect()
    }

    #[test]
    fn an_hour_of_silence_is_a_gap_and_less_is_none() {
        assert_eq!(marked(20, &[1, 0, 0, 1, 0, 0, 0, 1]), [0, 0, 0, 0, 1, 1, 1, 0].map(|gap| gap == 1));
        assert_eq!(marked(120, &[1, 0, 1]), [false, true, false]);
        assert_eq!(marked(1, &[]), [false; 0]);
    }

    #[test]
    fn marks_below_the_bars_say_no_more_than_they_must() {
        let mark = |width| {
            empty(
                TimeRange { from: Timestamp::from_secs(1_772_361_000), to: Timestamp::MAX },
                width,
                &Zone::UTC,
            )
            .mark
        };
        assert_eq!(mark(DAY), "2026-03-01");
        assert_eq!(mark(2 * HOUR), "2026-03-01 10:30");
        assert_eq!(mark(30 * SECOND), "2026-03-01 10:30:00");
        assert_eq!(mark(SECOND / 4), "2026-03-01 10:30:00.000");
    }
}
