//! How a bundle's events lie over time, for the report's chart.

use crate::error::Result;
use crate::index::{Bucket as Counted, Cancel, Request};
use crate::query::Expr;
use crate::record::{Window, Zone, bucket_edges, readable_width};

use super::make::Source;
use super::records::Written;
use super::report::{Bucket, Chart, thousands};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How many bars the chart has, about.
const BARS: usize = 60;

/// Counts the bundle's events over time, by outcome; none where no event tells a time.
pub fn chart(source: &Source<'_>, written: &Written) -> Result<Option<Chart>> {
    let times = source.hits.iter().filter_map(|hit| hit.time);
    let Some((first, last)) = times.clone().min().zip(times.max()) else { return Ok(None) };
    let window = Window { from: first, to: last.plus(1) };
    let zone = &source.options.zone;
    let width = readable_width(window, BARS);
    let edges = bucket_edges(window, width, zone);
    let all = Request { expr: Expr::All, window: Window::ALL };
    let any = source.case.index().histogram(&all, &edges, None, 0, &Cancel::new())?.buckets;
    let mut buckets: Vec<Bucket> = any.iter().map(|counted| empty(counted.window, width, zone)).collect();
    for (hit, outcome) in source.hits.iter().zip(&written.outcomes) {
        let Some(time) = hit.time else { continue };
        let place = edges.partition_point(|edge| *edge <= time);
        let Some(bucket) = place.checked_sub(1).and_then(|place| buckets.get_mut(place)) else { continue };
        match outcome {
            b's' => bucket.success += 1,
            b'f' => bucket.failure += 1,
            _ => bucket.other += 1,
        }
    }
    mark_gaps(&mut buckets, &any);
    let ends = any.first().zip(any.last()).map(|(first, last)| (first.window.from, last.window.to));
    let (from, to) = ends.unwrap_or((first, last));
    Ok(Some(Chart { buckets, width_text: length(width), from: zone.show(from, 0), to: zone.show(to, 0) }))
}

fn empty(window: Window, width: i64, zone: &Zone) -> Bucket {
    let label = zone.show(window.from, if width < SECOND { 3 } else { 0 });
    // Of `2026-03-01 10:30:00.000Z`: what tells neighbours apart.
    let said = match width {
        DAY.. => ..10,
        MINUTE.. => ..16,
        SECOND.. => ..19,
        _ => ..23,
    };
    let mark = label.get(said).unwrap_or(&label).to_owned();
    Bucket { label, mark, ..Bucket::default() }
}

/// Marks stretches of an hour or more in which no source has any event.
/// Coverage speaks of gaps in the same sense; shorter silence is usual.
fn mark_gaps(buckets: &mut [Bucket], any: &[Counted]) {
    let mut from = 0;
    while let Some(first) = any.get(from) {
        let silent = any[from..].iter().take_while(|counted| counted.count == 0).count();
        let end = any[from..from + silent].last().map_or(first.window.from, |last| last.window.to);
        if i128::from(end.nanos()) - i128::from(first.window.from.nanos()) >= i128::from(HOUR) {
            buckets[from..from + silent].iter_mut().for_each(|bucket| bucket.gap = true);
        }
        from += silent.max(1);
    }
}

/// Says how long an interval is.
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
    use crate::record::Instant;

    /// Gives intervals of some minutes with so many events each, and which are gaps.
    fn gaps(minutes: i64, counts: &[u64]) -> Vec<bool> {
        let edge = |at: usize| Instant::from_nanos(at as i64 * minutes * MINUTE);
        let counted = |(at, count): (usize, &u64)| Counted {
            window: Window { from: edge(at), to: edge(at + 1) },
            count: *count,
            by: Vec::new(),
        };
        let any: Vec<Counted> = counts.iter().enumerate().map(counted).collect();
        let mut buckets = vec![Bucket::default(); any.len()];
        mark_gaps(&mut buckets, &any);
        buckets.iter().map(|bucket| bucket.gap).collect()
    }

    #[test]
    fn an_hour_of_silence_is_a_gap_and_less_is_none() {
        assert_eq!(gaps(20, &[1, 0, 0, 1, 0, 0, 0, 1]), [0, 0, 0, 0, 1, 1, 1, 0].map(|gap| gap == 1));
        assert_eq!(gaps(120, &[1, 0, 1]), [false, true, false]);
        assert_eq!(gaps(1, &[]), [false; 0]);
    }

    #[test]
    fn marks_below_the_bars_say_no_more_than_they_must() {
        let mark = |width| {
            empty(Window { from: Instant::from_secs(1_772_361_000), to: Instant::MAX }, width, &Zone::UTC)
                .mark
        };
        assert_eq!(mark(DAY), "2026-03-01");
        assert_eq!(mark(2 * HOUR), "2026-03-01 10:30");
        assert_eq!(mark(30 * SECOND), "2026-03-01 10:30:00");
        assert_eq!(mark(SECOND / 4), "2026-03-01 10:30:00.000");
    }
}
