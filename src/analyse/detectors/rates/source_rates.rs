//! How many events an hour are usual for a source of logs, by hour of the week.

use super::hour_of_week::{HOURS, hour_of_week};
use super::statistics::quantile;
use super::wording::{DAY, HOUR};

/// Hours of the like hours of other days that are added to those of an hour of the week.
const SHRINK: f64 = 1.0;

/// The usual rates, in events per nanosecond, and what was counted.
pub struct Rates {
    /// The first hour since 1970.
    first: i64,
    /// The rate of each hour from the first to the last.
    rates: Vec<f64>,
    /// How many events are expected before each hour begins.
    before: Vec<f64>,
    /// How many there were before each hour began.
    counted: Vec<f64>,
    /// How much more than Poisson counts vary, at least 1.
    pub dispersion: f64,
    /// Whether nights are (almost) without events.
    pub sleeps: bool,
}

impl Rates {
    /// Creates the rates of events at times (ascending, in nanoseconds). From seven days on
    /// the rate is that of the hour of the week, shrunk to the like hours of other working days
    /// or days off, and then the least of it and its neighbors, for habits shift by an hour; from
    /// three days on that of the hour of the day; else one rate.
    pub fn new(times: &[i64]) -> Rates {
        let first = times.first().map_or(0, |time| time.div_euclid(HOUR));
        let last = times.last().map_or(first, |time| time.div_euclid(HOUR));
        let mut counts = vec![0.0; (last - first + 1) as usize];
        for time in times {
            counts[(time.div_euclid(HOUR) - first) as usize] += 1.0;
        }
        let span = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
        let cycle = cycle(&counts, first, span);
        let slot = |at: usize| hour_of_week((first + at as i64) * HOUR);
        let mean: Vec<f64> = (0..counts.len()).map(|at| cycle[slot(at)]).collect();
        let rates: Vec<f64> = (0..counts.len())
            .map(|at| {
                let slot = slot(at);
                let near = [cycle[(slot + HOURS - 1) % HOURS], cycle[slot], cycle[(slot + 1) % HOURS]];
                near.into_iter().fold(f64::INFINITY, f64::min) / HOUR as f64
            })
            .collect();
        let cumulate = |values: &mut dyn Iterator<Item = f64>| {
            let mut sums = vec![0.0];
            for value in values {
                sums.push(sums[sums.len() - 1] + value);
            }
            sums
        };
        let (least, most) = cycle
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), rate| (least.min(*rate), most.max(*rate)));
        Rates {
            first,
            before: cumulate(&mut mean.iter().copied()),
            counted: cumulate(&mut counts.iter().copied()),
            dispersion: dispersion(&counts, &mean),
            rates,
            sleeps: least < 0.05 * most,
        }
    }

    /// Returns how many events are expected in a span at the usual rates.
    pub fn expected(&self, from: i64, to: i64) -> f64 {
        let (mut sum, mut at) = (0.0, from);
        while at < to {
            let hour = at.div_euclid(HOUR);
            let ends = ((hour + 1) * HOUR).min(to);
            let place = (hour - self.first).clamp(0, self.rates.len() as i64 - 1) as usize;
            sum += self.rates[place] * (ends - at) as f64;
            at = ends;
        }
        sum
    }

    /// Returns how the twelve hours before and after a span compare with what is usual: at most
    /// 1, less on holidays.
    pub fn level(&self, from: i64, to: i64) -> f64 {
        let hours = self.rates.len() as i64;
        let place = |time: i64| (time.div_euclid(HOUR) - self.first).clamp(0, hours);
        let (left, right) = (place(from), (place(to) + 1).min(hours));
        let (mut seen, mut usual) = (3.0, 3.0);
        for (low, high) in [((left - 12).max(0), left), (right, (right + 12).min(hours))] {
            seen += self.counted[high.max(low) as usize] - self.counted[low as usize];
            usual += self.before[high.max(low) as usize] - self.before[low as usize];
        }
        f64::min(1.0, seen / usual)
    }
}

/// Returns the usual number of events in each hour of the week.
fn cycle(counts: &[f64], first: i64, span: i64) -> Vec<f64> {
    let slot = |at: usize| hour_of_week((first + at as i64) * HOUR);
    let (mut sums, mut hours) = (vec![0.0; HOURS], vec![0.0; HOURS]);
    for (at, count) in counts.iter().enumerate() {
        sums[slot(at)] += count;
        hours[slot(at)] += 1.0;
    }
    let off = |slot: usize| slot >= 5 * 24;
    let pooled = |like: &dyn Fn(usize) -> bool| {
        let slots = (0..HOURS).filter(|slot| like(*slot));
        let (sum, number) =
            slots.fold((0.0, 0.0), |(sum, number), slot| (sum + sums[slot], number + hours[slot]));
        if number > 0.0 { sum / number } else { 0.0 }
    };
    (0..HOURS)
        .map(|slot| match span {
            span if span < 3 * DAY => pooled(&|_| true),
            span if span < 7 * DAY => pooled(&|other| other % 24 == slot % 24),
            _ => {
                let like = pooled(&|other| other % 24 == slot % 24 && off(other) == off(slot));
                (sums[slot] + SHRINK * like) / (hours[slot] + SHRINK)
            }
        })
        .collect()
}

/// Returns how much more than Poisson hourly counts vary, from the quantiles of the squared
/// residuals (chi-squared with one degree of freedom), so that a few odd hours do not count.
fn dispersion(counts: &[f64], mean: &[f64]) -> f64 {
    let mut squares: Vec<f64> = counts
        .iter()
        .zip(mean)
        .filter(|(_, mean)| **mean >= 1.0)
        .map(|(count, mean)| (count - mean).powi(2) / mean)
        .collect();
    if squares.len() < 10 {
        return 1.0;
    }
    let (middle, high) = (quantile(&mut squares, 0.5), quantile(&mut squares, 0.9));
    (middle / 0.4549).max(high / 2.7055).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::wording::{MINUTE, SECOND};

    #[test]
    fn steady_events_are_expected_steadily() {
        let times: Vec<i64> = (0..20_160).map(|i| i * MINUTE).collect();
        let rates = Rates::new(&times);
        assert!((rates.expected(DAY, DAY + 90 * SECOND) - 1.5).abs() < 1e-6);
        assert!((rates.expected(DAY + 30 * MINUTE, DAY + 150 * MINUTE) - 120.0).abs() < 1e-6);
        assert_eq!(rates.dispersion, 1.0);
        assert!((rates.level(3 * DAY, 3 * DAY + HOUR) - 1.0).abs() < 1e-6);
        assert!(!rates.sleeps);
    }

    #[test]
    fn a_holiday_lowers_the_level() {
        let times: Vec<i64> = (0..20_160)
            .filter(|i| !(10 * 1_440..11 * 1_440).contains(i) || i % 10 == 0)
            .map(|i| i * MINUTE)
            .collect();
        let level = Rates::new(&times).level(10 * DAY + 12 * HOUR, 10 * DAY + 13 * HOUR);
        assert!((0.1..0.3).contains(&level), "{level}");
    }
}
