//! How findings are put together and put in order.

use crate::analyse::detectors::detector::{Anomaly, DetectorOutcome};

/// Returns what was found in an order that is always the same: by start, then by entity.
pub fn ordered(mut found: Vec<Anomaly>) -> DetectorOutcome {
    found.sort_by(|a, b| (a.start, &a.entity, a.end).cmp(&(b.start, &b.entity, b.end)));
    DetectorOutcome::Found(found)
}

/// Returns rows in ascending order, each once.
pub fn rows(rows: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut rows: Vec<u32> = rows.into_iter().collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Returns a length of time in words: `40 seconds`, `12 minutes`, `3.5 hours`, `9 days`.
pub fn duration(nanoseconds: i64) -> String {
    let seconds = nanoseconds as f64 / 1e9;
    let (value, unit) = match seconds {
        s if s < 100.0 => (s.round(), "second"),
        s if s < 100.0 * 60.0 => ((s / 60.0).round(), "minute"),
        s if s < 48.0 * 3600.0 => ((s / 360.0).round() / 10.0, "hour"),
        s => ((s / 86400.0).round(), "day"),
    };
    count_of(value, unit)
}

/// Returns a number with its noun: `1 user`, `7 users`.
pub fn count(number: usize, noun: &str) -> String {
    count_of(number as f64, noun)
}

fn count_of(value: f64, noun: &str) -> String {
    let s = match (value == 1.0, noun.ends_with('s')) {
        (true, _) => "",
        (false, true) => "es",
        (false, false) => "s",
    };
    format!("{value} {noun}{s}")
}

/// Returns a chance in words that a person can place: `1 in 4,000` or `1 in 10^9`.
pub fn chance(log10: f64) -> String {
    let whole = 10f64.powf(-log10).round();
    match whole {
        w if w < 1000.0 => format!("1 in {w}"),
        w if w < 1e6 => format!("1 in {},{:03}", (w / 1000.0) as u64, w as u64 % 1000),
        _ if log10 < -30.0 => "less than 1 in 10^30".to_owned(),
        _ => format!("1 in 10^{}", (-log10).floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_say_them() {
        assert_eq!(duration(1_000_000_000), "1 second");
        assert_eq!(duration(720_000_000_000), "12 minutes");
        assert_eq!(duration(12_600_000_000_000), "3.5 hours");
        assert_eq!(count(1, "address"), "1 address");
        assert_eq!(count(3, "address"), "3 addresses");
        assert_eq!(chance(-3.6), "1 in 3,981");
        assert_eq!(chance(-9.0), "1 in 10^9");
        assert_eq!(chance(-300.0), "less than 1 in 10^30");
    }
}
