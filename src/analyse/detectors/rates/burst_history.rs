//! What is usual for a value: its own buckets before, and those in the same hour of the week.

use super::hour_of_week::{hour_of_week, near};
use super::series::{Bucket, Series};
use super::statistics::{ln_upper_tail, sparse_median_and_deviation};
use super::wording::DAY;

/// Buckets with events that a history has at least.
const LEAST_ACTIVE: usize = 20;
/// Buckets that a history spans at least, with and without events.
const LEAST_SPAN: u32 = 288;
/// The share of an hour of the week and its neighbors in all hours.
const NEAR_HOURS: f64 = 3.0 / 168.0;
/// From how long on the hour of the week counts.
const TWO_WEEKS: i64 = 14 * DAY;
/// How many others there must be to hold a stranger against.
const LEAST_OTHERS: usize = 50;

/// What is usual, and how unlikely a count is.
#[derive(Debug, Clone, Copy)]
pub struct Baseline {
    pub mean: f64,
    pub variance: f64,
    pub median: f64,
    pub deviation: f64,
    /// The highest count before, or of a stranger what 99.9 % of others' counts are at most.
    pub most: f64,
    pub buckets: f64,
    pub ln_tail: f64,
    pub stranger: bool,
    /// How long the history is, in nanoseconds.
    pub lasts: i64,
    /// The width of a bucket, in nanoseconds.
    pub width: i64,
    count: f64,
}

impl Baseline {
    /// Returns the robust z; none where the deviation is zero.
    pub fn z(&self) -> Option<f64> {
        (self.deviation > 0.0).then(|| 0.6745 * (self.count - self.median) / self.deviation)
    }
}

/// The buckets of a value so far. Buckets wait until the episode of bursts that they belong to
/// is over, so that a burst is not held against itself.
pub struct BucketHistory<'s> {
    series: &'s Series,
    own: &'s [Bucket],
    /// How many of them are history, and how many wait.
    known: usize,
    waiting: usize,
    sum: f64,
    squares: f64,
    most: f64,
}

impl<'s> BucketHistory<'s> {
    /// Creates the empty history of a value's buckets.
    pub fn new(series: &'s Series, own: &'s [Bucket]) -> BucketHistory<'s> {
        BucketHistory { series, own, known: 0, waiting: 0, sum: 0.0, squares: 0.0, most: 0.0 }
    }

    /// Returns whether the history before a bucket is long enough to judge by.
    pub fn is_enough(&self, at: u32) -> bool {
        self.known >= LEAST_ACTIVE && at - self.own[0].at >= LEAST_SPAN
    }

    /// Returns the last bucket before, if any.
    pub fn last(&self) -> Option<u32> {
        (self.known + self.waiting).checked_sub(1).map(|place| self.own[place].at)
    }

    /// Lets the next bucket wait.
    pub fn add(&mut self, bucket: Bucket) {
        debug_assert_eq!(self.own[self.known + self.waiting], bucket);
        self.waiting += 1;
    }

    /// Makes history of the buckets that wait.
    pub fn add_waiting(&mut self) {
        for bucket in &self.own[self.known..self.known + self.waiting] {
            let count = f64::from(bucket.count);
            self.sum += count;
            self.squares += count * count;
            self.most = self.most.max(count);
        }
        (self.known, self.waiting) = (self.known + self.waiting, 0);
    }

    /// Returns what is usual before a bucket with a count; none where even the mean of all
    /// buckets before makes it no surprise.
    pub fn baseline(&self, at: u32, count: f64) -> Option<Baseline> {
        let span = f64::from(at - self.own[0].at);
        let (mean, variance) = moments(self.sum, self.squares, span);
        if count < mean + 3.0 * variance.sqrt() {
            return None;
        }
        let ln_tail = ln_upper_tail(count, mean, variance);
        if ln_tail > -4.0 * std::f64::consts::LN_10 {
            return None;
        }
        let mut usual = Baseline {
            mean,
            variance,
            median: 0.0,
            deviation: 0.0,
            most: self.most,
            buckets: span,
            ln_tail,
            stranger: false,
            lasts: i64::from(at - self.own[0].at) * self.series.width,
            width: self.series.width,
            count,
        };
        let past = &self.own[..self.known];
        if i64::from(at - self.own[0].at) * self.series.width >= TWO_WEEKS {
            let hour = hour_of_week(self.series.begin(at));
            let all = (span * NEAR_HOURS).round() as usize;
            let counts: Vec<f64> = past
                .iter()
                .filter(|bucket| near(hour_of_week(self.series.begin(bucket.at)), hour))
                .map(|bucket| f64::from(bucket.count))
                .collect();
            (usual.median, usual.deviation) =
                sparse_median_and_deviation(&counts, all.saturating_sub(counts.len()));
            let squares = counts.iter().map(|count| count * count).sum();
            let (mean, variance) = moments(counts.iter().sum(), squares, all as f64);
            let ln_tail = ln_upper_tail(count, mean, variance);
            if ln_tail > usual.ln_tail {
                (usual.mean, usual.variance, usual.ln_tail, usual.buckets) =
                    (mean, variance, ln_tail, all as f64);
            }
        } else {
            let counts: Vec<f64> = past.iter().map(|bucket| f64::from(bucket.count)).collect();
            (usual.median, usual.deviation) =
                sparse_median_and_deviation(&counts, span as usize - counts.len().min(span as usize));
        }
        Some(usual)
    }

    /// Returns the baseline of a count without a history of its own, when it is over four
    /// times what 99.9 % of the buckets of at least fifty values count.
    pub fn stranger(&self, most: f64, values: usize, count: f64) -> Option<Baseline> {
        (values >= LEAST_OTHERS && count > 4.0 * most).then(|| Baseline {
            mean: most,
            variance: most,
            median: most,
            deviation: 0.0,
            most,
            buckets: values as f64,
            ln_tail: ln_upper_tail(count, most, most),
            stranger: true,
            lasts: 0,
            width: self.series.width,
            count,
        })
    }
}

/// Returns the mean and the variance of `number` counts.
fn moments(sum: f64, squares: f64, number: f64) -> (f64, f64) {
    if number < 2.0 {
        return (sum, sum);
    }
    let mean = sum / number;
    (mean, ((squares - number * mean * mean) / (number - 1.0)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_by_hand() {
        assert_eq!(moments(6.0, 14.0, 3.0), (2.0, 1.0));
        assert_eq!(moments(3.0, 9.0, 1.0), (3.0, 3.0));
    }

    #[test]
    fn a_history_needs_twenty_active_buckets_over_a_day() {
        let times: Vec<i64> = (0..21).map(|i| i * 15 * 300_000_000_000).collect();
        let series = Series::new(&times, 300_000_000_000, 1, 1, |_| Some(0));
        let mut history = BucketHistory::new(&series, series.of(0));
        for (i, bucket) in series.of(0).iter().enumerate() {
            assert!(!history.is_enough(bucket.at.max(288)) || i >= 20);
            history.add(*bucket);
            history.add_waiting();
        }
        assert!(history.is_enough(288) && !history.is_enough(287));
    }
}
