//! How much of a stretch of time the logs of a source cover.

use super::silence::gaps;
use super::source_rates::Rates;
use super::wording::HOUR;

/// The -ln p of a silence from which time counts as not covered (p < 1e-6).
const UNCOVERED: f64 = 13.815_510_557_964_274;

/// So many events are needed for usual rates.
const LEAST_EVENTS: usize = 200;

/// Returns the share of a stretch of time that a source of logs covers: the rest is silence
/// that its usual rates do not explain. Where it has too few events for usual rates, the
/// hours without an event are not covered. Times are ascending, in nanoseconds since 1970.
pub fn coverage(times: &[i64], from: i64, to: i64) -> f64 {
    if times.last().is_none_or(|last| *last <= from) || to <= from {
        return 0.0;
    }
    let lost: i64 = if times.len() < LEAST_EVENTS {
        let (first, last) = (from.div_euclid(HOUR), (to - 1).div_euclid(HOUR));
        let hours = (first..=last).map(|hour| (hour * HOUR, (hour + 1) * HOUR));
        let is_empty = |(start, end): &(i64, i64)| {
            times.partition_point(|time| time < start) == times.partition_point(|time| time < end)
        };
        hours.filter(is_empty).map(|(start, end)| end.min(to) - start.max(from)).sum()
    } else {
        let gaps = gaps(times, &Rates::new(times), to, UNCOVERED);
        gaps.iter().map(|gap| (gap.end.min(to) - gap.start.max(from)).max(0)).sum()
    };
    1.0 - lost as f64 / (to - from) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event every half hour, but none in some hours.
    fn times(hours: i64, without: std::ops::Range<i64>) -> Vec<i64> {
        (0..hours * 2).map(|half| half * HOUR / 2).filter(|time| !without.contains(&(time / HOUR))).collect()
    }

    #[test]
    fn what_is_usual_is_covered_and_an_unusual_silence_is_not() {
        let all = times(240, 0..0);
        assert!(coverage(&all, 120 * HOUR, 239 * HOUR) > 0.999);
        let holed = times(240, 150..174);
        let share = coverage(&holed, 120 * HOUR, 240 * HOUR);
        assert!((0.75..0.85).contains(&share), "{share}");
    }

    #[test]
    fn of_few_events_each_hour_needs_one() {
        let few = times(20, 10..15);
        assert_eq!(coverage(&few, 0, 20 * HOUR), 0.75);
    }

    #[test]
    fn nothing_covers_nothing() {
        assert_eq!(coverage(&[], 0, HOUR), 0.0);
        assert_eq!(coverage(&times(240, 0..0), 240 * HOUR, 300 * HOUR), 0.0);
    }
}
