//! Times as the list and the headings write them.

use chrono::{NaiveDateTime, NaiveTime};

use crate::record::{Precision, TimeRange, Timestamp, Zone, bucket_edges, readable_width};
use crate::tui::protocol::CaseInfo;

const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLI;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 364 * DAY;

/// How the list writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeColumn {
    zone: Zone,
    /// The whole date is written: the case spans years.
    dated: bool,
    /// Milliseconds have room.
    millis: bool,
}

impl TimeColumn {
    pub fn new(facts: &CaseInfo, millis: bool) -> TimeColumn {
        TimeColumn { zone: facts.zone(), dated: facts.only_year().is_none(), millis }
    }

    /// Returns how many cells a time takes.
    pub fn width(&self) -> u16 {
        let seconds = if self.dated { 19 } else { 15 };
        if self.millis { seconds + 4 } else { seconds }
    }

    /// Writes a time, no finer than it was written in the log.
    pub fn write(&self, instant: Timestamp, precision: Option<Precision>) -> String {
        let local = self.zone.local(instant);
        let day = if self.dated { local.format("%Y-%m-%d") } else { local.format("%d %b") };
        let time = match precision {
            Some(Precision::Day) => String::new(),
            Some(Precision::Minute) => local.format("%H:%M").to_string(),
            Some(Precision::Second) | None => local.format("%H:%M:%S").to_string(),
            Some(Precision::Milli | Precision::Micro | Precision::Nano) if self.millis => {
                local.format("%H:%M:%S%.3f").to_string()
            }
            Some(Precision::Milli | Precision::Micro | Precision::Nano) => {
                local.format("%H:%M:%S").to_string()
            }
        };
        format!("{day} {time}")
    }

    /// Writes the heading of the column in at most `width` cells: zone, and the
    /// year if rows leave it out.
    pub fn heading(&self, facts: &CaseInfo, width: usize) -> String {
        let year = facts.only_year().map_or(String::new(), |year| format!(" {year}"));
        let whole = format!("Time {}{year}", self.zone);
        if whole.len() <= width { whole } else { format!("{}{year}", self.zone) }
    }
}

/// Writes a moment for a heading: `1 Mar 2026 00:00`, seconds where they are not zero.
pub fn moment(instant: Timestamp, zone: Zone) -> String {
    let local: NaiveDateTime = zone.local(instant);
    let nanos = instant.nanos().rem_euclid(60_000_000_000);
    let form = if nanos == 0 {
        "%-d %b %Y %H:%M"
    } else if nanos % 1_000_000_000 < 1_000_000 {
        "%-d %b %Y %H:%M:%S"
    } else {
        "%-d %b %Y %H:%M:%S%.3f"
    };
    local.format(form).to_string()
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

/// Returns where the axis of a timeline is labeled, and how: at most `most` moments,
/// cut as [`readable_width`] cuts buckets, in the zone in which times are shown.
pub fn ticks(window: TimeRange, most: usize, zone: Zone) -> Vec<(Timestamp, String)> {
    let width = readable_width(window, most + 2);
    let edges = bucket_edges(window, width, &zone);
    let inside: Vec<Timestamp> = edges.into_iter().filter(|edge| window.contains(*edge)).collect();
    let tick = |(at, instant): (usize, &Timestamp)| (*instant, tick(*instant, width, zone, at == 0));
    inside.iter().enumerate().map(tick).collect()
}

/// Labels a moment of the axis; the first label names the day too.
fn tick(instant: Timestamp, width: i64, zone: Zone, first: bool) -> String {
    let local = zone.local(instant);
    let midnight = local.time() == NaiveTime::MIN;
    let form = match width {
        ..SECOND => "%H:%M:%S%.3f",
        SECOND..MINUTE => "%H:%M:%S",
        MINUTE..DAY if midnight => "%-d %b",
        MINUTE..DAY if first => "%-d %b %H:%M",
        MINUTE..DAY => "%H:%M",
        DAY..YEAR => "%-d %b",
        YEAR.. => "%b %Y",
    };
    let text = local.format(form).to_string();
    if width < MINUTE && first { format!("{} {text}", local.format("%-d %b")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_written_in_two_units() {
        let written: Vec<String> =
            [0, 5 * MILLI, 90 * SECOND, 192 * MINUTE, 49 * HOUR, 48 * HOUR + SECOND].map(duration).to_vec();
        assert_eq!(written, ["0 s", "5 ms", "1 m 30 s", "3 h 12 m", "2 d 1 h", "2 d"]);
    }

    #[test]
    fn the_axis_is_labeled_at_readable_moments() {
        let day = |day: i64| Timestamp::from_secs(1_772_323_200 + day * 86_400);
        let labels = |to, most| -> Vec<String> {
            let window = TimeRange { from: day(0), to };
            ticks(window, most, Zone::UTC).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(day(3), 8), ["1 Mar", "12:00", "2 Mar", "12:00", "3 Mar", "12:00"]);
        assert_eq!(labels(day(0).plus(3 * SECOND), 5), ["1 Mar 00:00:00", "00:00:01", "00:00:02"]);
    }
}
