//! Counts of events over time.

use std::ops::Range;

use crate::app::Histogram;
use crate::record::{TimeRange, Timestamp};

/// A time range in which logs that are usually active are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineGap {
    /// The buckets without their events.
    pub buckets: Range<usize>,
    /// The formats of the silent logs.
    pub formats: Vec<String>,
}

/// A counted timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineChart {
    /// How wide its buckets are, in nanoseconds.
    pub width: i64,
    /// The events that match, by bucket and outcome.
    pub matching: Histogram,
    /// Where data is missing, in time order.
    pub gaps: Vec<TimelineGap>,
}

impl TimelineChart {
    /// Shortest silence that is called a gap, in nanoseconds: ten minutes.
    const GAP: i64 = 600 * 1_000_000_000;
    /// How many usual intervals between two events a silence must last to be called a gap.
    const PATIENCE: i64 = 20;

    /// Creates the chart of a histogram. `present` counts all events of the case
    /// by format; `rhythm` gives a format's usual interval between two events.
    ///
    /// A gap lasts at least two buckets, ten minutes and twenty usual
    /// intervals in which a log's format has no event at all, whatever is searched.
    pub fn new(
        width: i64,
        matching: Histogram,
        present: &Histogram,
        formats: &[String],
        rhythm: impl Fn(&str) -> Option<i64>,
    ) -> TimelineChart {
        let mut chart = TimelineChart { width, matching, gaps: Vec::new() };
        let mut found: Vec<(Range<usize>, &String)> = Vec::new();
        for (series, format) in present.by.iter().enumerate() {
            let Some(interval) = rhythm(format) else { continue };
            if !formats.is_empty() && !formats.contains(format) {
                continue;
            }
            let least = TimelineChart::GAP.max(interval.saturating_mul(TimelineChart::PATIENCE));
            let silent =
                silences(present.buckets.iter().map(|bucket| bucket.by.get(series).copied().unwrap_or(0)));
            let long = silent.into_iter().filter(|range| range.len() >= 2 && chart.length_of(range) >= least);
            found.extend(long.map(|range| (range, format)));
        }
        found.sort_by_key(|(range, _)| range.start);
        for (range, format) in found {
            match chart.gaps.last_mut() {
                Some(gap) if range.start < gap.buckets.end => {
                    gap.buckets.end = gap.buckets.end.max(range.end);
                    gap.formats.push(format.clone());
                    gap.formats.dedup();
                }
                _ => chart.gaps.push(TimelineGap { buckets: range, formats: vec![format.clone()] }),
            }
        }
        chart
    }

    /// Returns the time range that it covers.
    pub fn window(&self) -> Option<TimeRange> {
        let (first, last) = (self.matching.buckets.first()?, self.matching.buckets.last()?);
        Some(TimeRange { from: first.window.from, to: last.window.to })
    }

    /// Finds the bucket in which a moment lies.
    pub fn bucket_of(&self, moment: Timestamp) -> Option<usize> {
        let buckets = &self.matching.buckets;
        let at = buckets.partition_point(|bucket| bucket.window.to <= moment);
        buckets.get(at).filter(|bucket| bucket.window.contains(moment)).map(|_| at)
    }

    /// Finds the bucket with the most events that match; the latest of equals.
    pub fn busiest(&self) -> Option<usize> {
        let counts = self.matching.buckets.iter().enumerate().filter(|(_, bucket)| bucket.count > 0);
        counts.max_by_key(|(_, bucket)| bucket.count).map(|(at, _)| at)
    }

    /// Returns how long a range of buckets is, in nanoseconds.
    pub fn length_of(&self, range: &Range<usize>) -> i64 {
        let window = self.window_of(range);
        window.to.nanos().saturating_sub(window.from.nanos())
    }

    /// Returns the time range of a range of buckets, which must not be empty.
    pub fn window_of(&self, range: &Range<usize>) -> TimeRange {
        let buckets = &self.matching.buckets;
        TimeRange { from: buckets[range.start].window.from, to: buckets[range.end - 1].window.to }
    }
}

/// Finds the ranges of zeros.
fn silences(counts: impl Iterator<Item = u64>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in counts.enumerate().filter(|(_, count)| *count == 0) {
        match found.last_mut() {
            Some(range) if range.end == at => range.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// The timeline pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    /// The counted timeline, once known.
    pub chart: Option<TimelineChart>,
    /// How wide the buckets that are being counted are, in nanoseconds.
    pub width: Option<i64>,
    /// The edges that are being counted or shown.
    pub edges: Vec<Timestamp>,
    /// The bucket that the cursor is on; `None` for that of the selected event.
    pub cursor: Option<usize>,
    /// Where a range of buckets begins.
    pub mark: Option<usize>,
    /// Why it could not be counted.
    pub trouble: Option<String>,
}

impl Timeline {
    /// Returns the selected bucket; `moment` is the selected event's time.
    pub fn selected(&self, moment: Option<Timestamp>) -> Option<usize> {
        let chart = self.chart.as_ref()?;
        self.cursor.filter(|at| *at < chart.matching.buckets.len()).or_else(|| chart.bucket_of(moment?))
    }

    /// Returns the selected range of buckets: from the mark to the selected one.
    pub fn brush(&self, moment: Option<Timestamp>) -> Option<Range<usize>> {
        let at = self.selected(moment)?;
        let mark = self.mark.unwrap_or(at);
        Some(mark.min(at)..mark.max(at) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::HistogramBucket;

    fn histogram(step_secs: i64, counts: &[u64], by: &str) -> Histogram {
        let at = |i: usize| Timestamp::from_secs(i as i64 * step_secs);
        let bucket = |(i, count): (usize, &u64)| HistogramBucket {
            window: TimeRange { from: at(i), to: at(i + 1) },
            count: *count,
            by: vec![*count],
        };
        Histogram { buckets: counts.iter().enumerate().map(bucket).collect(), by: vec![by.to_owned()] }
    }

    fn chart(step_secs: i64, present: &[u64]) -> TimelineChart {
        let matching = histogram(step_secs, present, "success");
        let present = histogram(step_secs, present, "web");
        let rhythm = |_: &str| Some(1_000_000_000);
        TimelineChart::new(step_secs * 1_000_000_000, matching, &present, &[], rhythm)
    }

    #[test]
    fn a_gap_is_two_silent_buckets_and_ten_minutes() {
        let found = |chart: TimelineChart| chart.gaps.into_iter().map(|gap| gap.buckets).collect::<Vec<_>>();
        assert_eq!(found(chart(300, &[1, 0, 0, 1, 0, 2, 0, 0, 0])), [1..3, 6..9]);
        assert!(found(chart(1, &[1, 0, 0, 0, 1])).is_empty());
    }

    #[test]
    fn a_log_that_speaks_seldom_has_no_gap_where_it_is_silent_as_usual() {
        let counts = [1, 0, 0, 0, 1];
        let present = histogram(600, &counts, "cloud");
        let rhythm = |_: &str| Some(1800 * 1_000_000_000);
        let chart = TimelineChart::new(1, histogram(600, &counts, ""), &present, &[], rhythm);
        assert_eq!(chart.gaps, []);
    }

    #[test]
    fn a_moment_lies_in_its_bucket_and_none_outside() {
        let chart = chart(60, &[1, 0, 1]);
        assert_eq!(chart.bucket_of(Timestamp::from_secs(59)), Some(0));
        assert_eq!(chart.bucket_of(Timestamp::from_secs(60)), Some(1));
        assert_eq!(chart.bucket_of(Timestamp::from_secs(180)), None);
        assert_eq!(chart.bucket_of(Timestamp::from_secs(-1)), None);
    }

    #[test]
    fn the_brush_reaches_from_the_mark_to_the_cursor() {
        let mut timeline = Timeline { chart: Some(chart(60, &[1, 0, 1, 4])), ..Timeline::default() };
        assert_eq!(timeline.brush(Some(Timestamp::from_secs(130))), Some(2..3));
        (timeline.cursor, timeline.mark) = (Some(1), Some(3));
        assert_eq!(timeline.brush(None), Some(1..4));
    }
}
