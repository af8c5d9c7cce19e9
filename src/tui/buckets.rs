//! Buckets of a timeline: sizes that people think in, and edges on the
//! calendar of the zone in which times are shown.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::record::{TimeRange, Timestamp, Zone};

/// The size of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many nanoseconds; they divide a day.
    Nanos(i64),
    /// So many days, from midnight to midnight.
    Days(u32),
    /// So many months, from the first to the first.
    Months(u32),
}

const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLI;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Sizes from small to large; each divides a day or counts whole days or months.
const LADDER: &[Step] = &[
    Step::Nanos(MILLI),
    Step::Nanos(2 * MILLI),
    Step::Nanos(5 * MILLI),
    Step::Nanos(10 * MILLI),
    Step::Nanos(20 * MILLI),
    Step::Nanos(50 * MILLI),
    Step::Nanos(100 * MILLI),
    Step::Nanos(200 * MILLI),
    Step::Nanos(500 * MILLI),
    Step::Nanos(SECOND),
    Step::Nanos(2 * SECOND),
    Step::Nanos(3 * SECOND),
    Step::Nanos(5 * SECOND),
    Step::Nanos(10 * SECOND),
    Step::Nanos(15 * SECOND),
    Step::Nanos(20 * SECOND),
    Step::Nanos(30 * SECOND),
    Step::Nanos(MINUTE),
    Step::Nanos(2 * MINUTE),
    Step::Nanos(3 * MINUTE),
    Step::Nanos(5 * MINUTE),
    Step::Nanos(10 * MINUTE),
    Step::Nanos(15 * MINUTE),
    Step::Nanos(20 * MINUTE),
    Step::Nanos(30 * MINUTE),
    Step::Nanos(45 * MINUTE),
    Step::Nanos(HOUR),
    Step::Nanos(90 * MINUTE),
    Step::Nanos(2 * HOUR),
    Step::Nanos(3 * HOUR),
    Step::Nanos(4 * HOUR),
    Step::Nanos(6 * HOUR),
    Step::Nanos(8 * HOUR),
    Step::Nanos(12 * HOUR),
    Step::Days(1),
    Step::Days(2),
    Step::Days(3),
    Step::Days(5),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(300),
    Step::Months(600),
    Step::Months(1200),
];

/// `45 m`, `1 h 30 m`, `7 d`, `3 months`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Nanos(nanos) => f.write_str(&duration(*nanos)),
            Step::Days(days) => write!(f, "{days} d"),
            Step::Months(1) => f.write_str("1 month"),
            Step::Months(months) if months % 12 == 0 => write!(f, "{} y", months / 12),
            Step::Months(months) => write!(f, "{months} months"),
        }
    }
}

/// Writes a length of time in its two largest units: `3 h 12 m`, `45 s`.
pub fn duration(nanos: i64) -> String {
    const UNITS: [(i64, &str); 5] =
        [(24 * HOUR, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (MILLI, "ms")];
    let mut rest = nanos.max(0);
    let mut parts = Vec::new();
    for (unit, name) in UNITS {
        if rest >= unit {
            parts.push(format!("{} {name}", rest / unit));
            rest %= unit;
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// Chooses the smallest size with which at most `most` buckets cover the
/// window, and gives it with the buckets' edges: the first edge is not after
/// the window's beginning, the last not before its end.
pub fn buckets(window: TimeRange, most: usize, zone: Zone) -> (Step, Vec<Timestamp>) {
    let most = most.max(2);
    for step in LADDER {
        if estimate(window, *step) > most as i64 + 1 {
            continue;
        }
        let edges = edges(window, *step, zone);
        if edges.len() <= most + 1 {
            return (*step, edges);
        }
    }
    let step = Step::Months(1200);
    (step, edges(window, step, zone))
}

/// Gives where the axis is labelled, and how: at moments that people think in,
/// in the zone in which times are shown.
pub fn ticks(window: TimeRange, most: usize, zone: Zone) -> Vec<(Timestamp, String)> {
    let (step, edges) = buckets(window, most, zone);
    let inside: Vec<Timestamp> = edges.into_iter().filter(|edge| window.contains(*edge)).collect();
    let label = |(at, instant): (usize, &Timestamp)| (*instant, label(*instant, step, zone, at == 0));
    inside.iter().enumerate().map(label).collect()
}

/// Labels a moment of the axis; the first label names the day too.
fn label(instant: Timestamp, step: Step, zone: Zone, first: bool) -> String {
    let local = zone.local(instant);
    let midnight = local.time() == NaiveTime::MIN;
    let form = match step {
        Step::Nanos(nanos) if nanos < SECOND => "%H:%M:%S%.3f",
        Step::Nanos(nanos) if nanos < MINUTE => "%H:%M:%S",
        Step::Nanos(_) if midnight => "%-d %b",
        Step::Nanos(_) if first => "%-d %b %H:%M",
        Step::Nanos(_) => "%H:%M",
        Step::Days(_) => "%-d %b",
        Step::Months(months) if months < 12 => "%b %Y",
        Step::Months(_) => "%Y",
    };
    let text = local.format(form).to_string();
    match step {
        Step::Nanos(nanos) if nanos < MINUTE && first => format!("{} {text}", local.format("%-d %b")),
        Step::Nanos(_) | Step::Days(_) | Step::Months(_) => text,
    }
}

/// Gives about how many buckets of a size cover a window, never too many.
fn estimate(window: TimeRange, step: Step) -> i64 {
    let length = i128::from(window.to.nanos()) - i128::from(window.from.nanos());
    let size = match step {
        Step::Nanos(nanos) => i128::from(nanos),
        Step::Days(days) => i128::from(days) * i128::from(25 * HOUR),
        Step::Months(months) => i128::from(months) * 31 * i128::from(24 * HOUR),
    };
    i64::try_from(length / size).unwrap_or(i64::MAX)
}

fn edges(window: TimeRange, step: Step, zone: Zone) -> Vec<Timestamp> {
    match step {
        Step::Nanos(nanos) => even_edges(window, nanos, zone),
        Step::Days(days) => calendar_edges(window, zone, |date| {
            let number = i64::from(date.num_days_from_ce());
            let back = number.rem_euclid(i64::from(days));
            (date.checked_sub_days(Days::new(back as u64)), u64::from(days), 0)
        }),
        Step::Months(months) => calendar_edges(window, zone, |date| {
            let number = date.year() * 12 + date.month0() as i32;
            let first = number.div_euclid(months as i32) * months as i32;
            let start = NaiveDate::from_ymd_opt(first.div_euclid(12), first.rem_euclid(12) as u32 + 1, 1);
            (start, 0, months)
        }),
    }
}

/// Edges at equal distances, on the clock that hangs where the window begins.
fn even_edges(window: TimeRange, nanos: i64, zone: Zone) -> Vec<Timestamp> {
    let east = i128::from(zone.offset_at(window.from)) * i128::from(SECOND);
    let (from, to, nanos) =
        (i128::from(window.from.nanos()), i128::from(window.to.nanos()), i128::from(nanos));
    let mut at = (from + east).div_euclid(nanos) * nanos - east;
    let mut edges = vec![instant(at)];
    while at < to {
        at += nanos;
        edges.push(instant(at));
    }
    edges.dedup();
    edges
}

/// Edges at midnights; `first` gives the date at or before one, and by how many
/// days and months one goes on from it.
fn calendar_edges(
    window: TimeRange,
    zone: Zone,
    first: impl Fn(NaiveDate) -> (Option<NaiveDate>, u64, u32),
) -> Vec<Timestamp> {
    let (start, days, months) = first(zone.local(window.from).date());
    let Some(mut date) = start else { return vec![window.from, window.to] };
    let mut edges = vec![midnight(date, zone).unwrap_or(Timestamp::MIN)];
    while edges.last().is_some_and(|edge| *edge < window.to) {
        let next = date
            .checked_add_days(Days::new(days))
            .and_then(|date| date.checked_add_months(chrono::Months::new(months)));
        let edge = next.and_then(|next| midnight(next, zone)).unwrap_or(Timestamp::MAX);
        date = next.unwrap_or(date);
        edges.push(edge);
    }
    edges.dedup();
    edges
}

fn midnight(date: NaiveDate, zone: Zone) -> Option<Timestamp> {
    zone.place(NaiveDateTime::new(date, NaiveTime::MIN)).map(|placed| placed.instant)
}

fn instant(nanos: i128) -> Timestamp {
    Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(from: &str, to: &str) -> TimeRange {
        let read = |text: &str| {
            let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
            Zone::UTC.place(time).unwrap().instant
        };
        TimeRange { from: read(from), to: read(to) }
    }

    #[test]
    fn three_days_in_a_hundred_columns_are_buckets_of_45_minutes() {
        let (step, edges) = buckets(window("2026-03-01 00:00", "2026-03-04 00:00"), 100, Zone::UTC);
        assert_eq!((step.to_string().as_str(), edges.len()), ("45 m", 97));
    }

    #[test]
    fn edges_stand_on_the_shown_zone_s_clock() {
        let kolkata: Zone = "Asia/Kolkata".parse().unwrap();
        let (step, edges) = buckets(window("2026-03-01 00:10", "2026-03-01 20:00"), 24, kolkata);
        assert_eq!(step, Step::Nanos(HOUR));
        assert_eq!(kolkata.show(edges[0], 0), "2026-03-01 05:00:00+05:30");
    }

    #[test]
    fn a_day_of_23_hours_is_one_bucket() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let (step, edges) = buckets(window("2025-03-28 00:00", "2025-04-02 00:00"), 7, berlin);
        assert_eq!(step, Step::Days(1));
        let hours: Vec<i64> = edges.windows(2).map(|pair| (pair[1].secs() - pair[0].secs()) / 3600).collect();
        assert_eq!(hours, [24, 24, 23, 24, 24, 24]);
    }

    #[test]
    fn lengths_of_time_are_told_in_two_units() {
        let said: Vec<String> =
            [0, 5 * MILLI, 90 * SECOND, 192 * MINUTE, 49 * HOUR, 48 * HOUR + SECOND].map(duration).to_vec();
        assert_eq!(said, ["0 s", "5 ms", "1 m 30 s", "3 h 12 m", "2 d 1 h", "2 d"]);
    }

    proptest! {
        #[test]
        fn edges_rise_and_cover_the_window(
            from in any::<i64>(), length in 1i64.., most in 2usize..300,
            zone in prop_oneof![Just("UTC"), Just("Europe/Berlin"), Just("+05:45")],
        ) {
            let window = TimeRange { from: Timestamp::from_nanos(from), to: Timestamp::from_nanos(from.saturating_add(length)) };
            prop_assume!(window.from < window.to);
            let (_, edges) = buckets(window, most, zone.parse().unwrap());
            prop_assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(edges[0] <= window.from && window.to <= edges[edges.len() - 1]);
            prop_assert!(edges.len() >= 2 && edges.len() <= most.max(12) + 1, "{} edges", edges.len());
        }
    }
}
