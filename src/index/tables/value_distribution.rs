//! Which number a share of numbers does not exceed.
//!
//! Percentiles are of the nearest rank: of n numbers in order, the p-th percentile
//! is the one at place ⌈p ÷ 100 × n⌉, the first being 1. Up to a bound of different
//! numbers they are counted one by one, and the answer is exact. Above it they are
//! counted in buckets whose bounds grow by 1 % each (as in DDSketch; Masson et al.
//! 2019), and the answer is off by at most 0.5 % of the number.

use std::collections::BTreeMap;

use super::figure::Figure;

/// The bound of a bucket divided by that of the one before.
const GROWTH: f64 = 1.01;
/// Added to the exponents of positive numbers, so that they are above 0.
const OFFSET: i32 = 1 << 20;

/// How often each number occurs.
#[derive(Debug, Clone)]
pub(super) struct ValueDistribution {
    counts: Counts,
    /// How many different numbers are counted one by one.
    most: usize,
}

#[derive(Debug, Clone)]
enum Counts {
    Exact(BTreeMap<Figure, u64>),
    /// By bucket: 0 for 0, and the more the larger.
    Buckets(BTreeMap<i32, u64>),
}

impl ValueDistribution {
    /// Creates an empty distribution.
    pub fn new(most: usize) -> ValueDistribution {
        ValueDistribution { counts: Counts::Exact(BTreeMap::new()), most: most.max(1) }
    }

    /// Adds a number that occurs so often.
    pub fn add(&mut self, number: Figure, count: u64) {
        match &mut self.counts {
            Counts::Exact(counts) => {
                *counts.entry(number).or_default() += count;
                if counts.len() > self.most {
                    self.approximate();
                }
            }
            Counts::Buckets(counts) => *counts.entry(bucket(number.as_f64())).or_default() += count,
        }
    }

    /// Adds the numbers of another distribution.
    pub fn merge(&mut self, other: ValueDistribution) {
        self.shrink(other.most);
        match other.counts {
            Counts::Exact(counts) => counts.into_iter().for_each(|(number, count)| self.add(number, count)),
            Counts::Buckets(theirs) => {
                self.approximate();
                let Counts::Buckets(counts) = &mut self.counts else { return };
                theirs.into_iter().for_each(|(bucket, count)| *counts.entry(bucket).or_default() += count);
            }
        }
    }

    /// Counts fewer different numbers one by one from now on.
    pub fn shrink(&mut self, most: usize) {
        self.most = self.most.min(most.max(1));
        if self.held() > self.most {
            self.approximate();
        }
    }

    /// Returns how many counts it holds.
    pub fn held(&self) -> usize {
        match &self.counts {
            Counts::Exact(counts) => counts.len(),
            Counts::Buckets(counts) => counts.len(),
        }
    }

    /// Returns a percentile, in hundredths of a percent, and whether it is approximate;
    /// none where there are no numbers.
    pub fn percentile(&self, hundredths: u16) -> Option<(Figure, bool)> {
        match &self.counts {
            Counts::Exact(counts) => Some((*nearest_rank(counts, hundredths)?, false)),
            Counts::Buckets(counts) => {
                Some((Figure::of_float(middle(*nearest_rank(counts, hundredths)?)), true))
            }
        }
    }

    fn approximate(&mut self) {
        let Counts::Exact(exact) = &self.counts else { return };
        let mut counts = BTreeMap::new();
        for (number, count) in exact {
            *counts.entry(bucket(number.as_f64())).or_default() += count;
        }
        self.counts = Counts::Buckets(counts);
    }
}

fn nearest_rank<K>(counts: &BTreeMap<K, u64>, hundredths: u16) -> Option<&K> {
    let all: u128 = counts.values().map(|count| u128::from(*count)).sum();
    let rank = (all * u128::from(hundredths)).div_ceil(10_000).max(1);
    let mut seen = 0;
    counts.iter().find_map(|(key, count)| {
        seen += u128::from(*count);
        (seen >= rank).then_some(key)
    })
}

/// Returns the bucket of a number: that of x reaches from GROWTH^(i − 1) to GROWTH^i.
fn bucket(number: f64) -> i32 {
    if number == 0.0 {
        return 0;
    }
    let exponent = (number.abs().ln() / GROWTH.ln()).ceil() as i32 + OFFSET;
    if number > 0.0 { exponent } else { -exponent }
}

/// Returns the number of a bucket that is nearest to both of its bounds.
fn middle(bucket: i32) -> f64 {
    if bucket == 0 {
        return 0.0;
    }
    let bound = (f64::from(bucket.abs() - OFFSET) * GROWTH.ln()).exp();
    let middle = (bound * (2.0 / (1.0 + GROWTH))).min(f64::MAX);
    if bucket > 0 { middle } else { -middle }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(most: usize, numbers: impl IntoIterator<Item = i128>) -> ValueDistribution {
        let mut all = ValueDistribution::new(most);
        numbers.into_iter().for_each(|number| all.add(Figure::Whole(number), 1));
        all
    }

    #[test]
    fn a_percentile_is_a_number_that_is_there() {
        let five = distribution(10, [15, 20, 35, 40, 50]);
        for (hundredths, wanted) in [(0, 15), (500, 15), (3000, 20), (4000, 20), (5000, 35), (10_000, 50)] {
            let got = five.percentile(hundredths);
            assert_eq!(got, Some((Figure::Whole(wanted), false)), "{hundredths}");
        }
        assert_eq!(distribution(10, []).percentile(5000), None);
    }

    #[test]
    fn above_the_bound_a_percentile_is_within_half_a_percent() {
        let mut many = distribution(100, -2000..5000);
        many.merge(distribution(100, 5000..8000));
        for hundredths in [1, 500, 1999, 2000, 2001, 5000, 9900, 9999, 10_000] {
            let rank = (10_000 * u64::from(hundredths)).div_ceil(10_000).max(1);
            let truth = rank as f64 - 2001.0;
            let (got, approximate) = many.percentile(hundredths).unwrap();
            assert!(
                approximate && (got.as_f64() - truth).abs() <= truth.abs() * 0.005 + 1e-9,
                "{got:?} {truth}"
            );
        }
    }

    #[test]
    fn the_largest_and_smallest_numbers_have_buckets() {
        for number in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1.0, -1.0] {
            let near = middle(bucket(number));
            assert!((near - number).abs() <= number.abs() * 0.005 + f64::MIN_POSITIVE, "{number} {near}");
        }
    }
}
