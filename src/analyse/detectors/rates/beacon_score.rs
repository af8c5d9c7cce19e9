//! How regular connections are, after RITA (activecm/rita, analysis/beacons.go): four parts, each
//! from 0 to 1.

use super::statistics::{median_and_deviation, quantile};
use super::wording::HOUR;

/// Hours with connections that a duration counts from.
const LEAST_HOURS: usize = 6;
/// Hours from which two frequent counts may stand for regularity.
const LEAST_BARS: usize = 11;
/// How far counts of one bar may lie apart, as a share of the highest.
const BAR_TOLERANCE: f64 = 0.05;
/// The consecutive hours that count as full.
const IDEAL_RUN: f64 = 12.0;

/// Returns how evenly values spread around their median: half for no skew (Bowley's), half for
/// a small deviation. Skew counts as none where the quartiles are less than 10 apart or the
/// median is one of them.
pub fn evenness(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    let (low, middle, high) =
        (quantile(&mut values, 0.25), quantile(&mut values, 0.5), quantile(&mut values, 0.75));
    let skew = if high - low < 10.0 || middle == low || middle == high {
        0.0
    } else {
        (low + high - 2.0 * middle) / (high - low)
    };
    let (middle, deviation) = median_and_deviation(&mut values);
    let close = if middle > 0.0 { ((middle - deviation) / middle).max(0.0) } else { 0.0 };
    (1.0 - skew.abs() + close) / 2.0
}

/// The connections by hour, from the first to the last.
pub struct Hours(Vec<u32>);

impl Hours {
    /// Creates them from times in nanoseconds, ascending.
    pub fn new(times: &[i64]) -> Hours {
        let first = times.first().map_or(0, |time| time.div_euclid(HOUR));
        let last = times.last().map_or(-1, |time| time.div_euclid(HOUR));
        let mut counts = vec![0; (last - first + 1) as usize];
        for time in times {
            counts[(time.div_euclid(HOUR) - first) as usize] += 1;
        }
        Hours(counts)
    }

    /// Returns the larger of the share of `span` (nanoseconds) that they cover and the longest
    /// run of hours against twelve; 0 where there are fewer than six hours.
    pub fn duration(&self, span: i64) -> f64 {
        if self.0.iter().filter(|count| **count > 0).count() < LEAST_HOURS {
            return 0.0;
        }
        let longest = self.0.split(|count| *count == 0).map(<[u32]>::len).max().unwrap_or(0);
        let covered = (self.0.len() as f64 * HOUR as f64 / span.max(HOUR) as f64).min(1.0);
        covered.max(longest as f64 / IDEAL_RUN).min(1.0)
    }

    /// Returns how alike the counts are: 1 minus the coefficient of variation, or the share of
    /// hours in the two most frequent bars of counts. The first and last hour are left out, for
    /// they are cut.
    pub fn likeness(&self) -> f64 {
        let counts = if self.0.len() > 3 { &self.0[1..self.0.len() - 1] } else { &self.0[..] };
        let number = counts.len() as f64;
        let mean = counts.iter().sum::<u32>() as f64 / number;
        if mean <= 0.0 {
            return 0.0;
        }
        let variance = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum::<f64>() / number;
        let steady = (1.0 - variance.sqrt() / mean).max(0.0);
        if counts.len() < LEAST_BARS {
            return steady;
        }
        let width = (f64::from(*counts.iter().max().unwrap_or(&1)) * BAR_TOLERANCE).ceil().max(1.0) as u32;
        let mut bars = std::collections::BTreeMap::<u32, u32>::new();
        for count in counts.iter().filter(|count| **count > 0) {
            *bars.entry(count / width).or_default() += 1;
        }
        let mut bars: Vec<u32> = bars.into_values().collect();
        bars.sort_unstable_by(|a, b| b.cmp(a));
        let frequent: u32 = bars.iter().take(2).sum();
        steady.max(f64::from(frequent) / number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_even() {
        assert_eq!(evenness(&[60.0; 30]), 1.0);
        assert_eq!(evenness(&[0.0; 30]), 0.5);
    }

    #[test]
    fn skew_counts_from_quartiles_ten_apart() {
        let values = |step: f64| [0.0, 0.0, 1.0, 5.0, 5.0].map(|v| 100.0 + v * step);
        assert!(evenness(&values(1.9)) > evenness(&values(2.1)) + 0.2);
    }

    #[test]
    fn duration_needs_six_hours() {
        let times = |hours: i64| (0..hours).map(|i| i * HOUR).collect::<Vec<_>>();
        assert_eq!(Hours::new(&times(5)).duration(5 * HOUR), 0.0);
        assert_eq!(Hours::new(&times(6)).duration(100 * HOUR), 0.5);
        assert_eq!(Hours::new(&times(6)).duration(6 * HOUR), 1.0);
    }

    #[test]
    fn like_hours_are_regular() {
        let times: Vec<i64> = (0..120).map(|i| i * HOUR / 6).collect();
        assert_eq!(Hours::new(&times).likeness(), 1.0);
        let two: Vec<i64> = (0..24).flat_map(|h| (0..1 + h % 2 * 9).map(move |i| h * HOUR + i)).collect();
        assert_eq!(Hours::new(&two).likeness(), 1.0);
    }
}
