//! Time zones: for reading times that lack one, and for showing times.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, LocalResult, NaiveDateTime, Offset, TimeZone, Timelike};

use crate::error::{Error, Visible};

use super::Timestamp;
use super::zone_names::zone_offset;

/// A time zone: an IANA name, or a fixed offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// A zone of the IANA database.
    Named(chrono_tz::Tz),
    /// Seconds east of UTC, within a day.
    Fixed(i32),
}

/// A local time resolved to UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolvedTime {
    /// The time in UTC; of two possible ones the earlier.
    pub timestamp: Timestamp,
    /// The local time occurs twice or never in this zone.
    pub ambiguous: bool,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone::Fixed(0);

    /// Resolves a local time to UTC; none if it is outside [`Timestamp`]'s range.
    pub fn resolve(&self, local: NaiveDateTime) -> Option<ResolvedTime> {
        let nanos = |utc: NaiveDateTime| utc.and_utc().timestamp_nanos_opt().map(Timestamp::from_nanos);
        match self {
            Zone::Fixed(east) => {
                let utc = local.checked_sub_signed(chrono::TimeDelta::seconds(i64::from(*east)))?;
                Some(ResolvedTime { timestamp: nanos(utc)?, ambiguous: false })
            }
            Zone::Named(tz) => match tz.from_local_datetime(&local) {
                LocalResult::Single(time) => {
                    Some(ResolvedTime { timestamp: nanos(time.naive_utc())?, ambiguous: false })
                }
                LocalResult::Ambiguous(earlier, _) => {
                    Some(ResolvedTime { timestamp: nanos(earlier.naive_utc())?, ambiguous: true })
                }
                LocalResult::None => {
                    let before = local.checked_sub_signed(chrono::TimeDelta::hours(3))?;
                    let east = tz.offset_from_utc_datetime(&before).fix().local_minus_utc();
                    let utc = local.checked_sub_signed(chrono::TimeDelta::seconds(i64::from(east)))?;
                    Some(ResolvedTime { timestamp: nanos(utc)?, ambiguous: true })
                }
            },
        }
    }

    /// Returns the seconds east of UTC that apply in this zone at a time.
    pub fn offset_at(&self, time: Timestamp) -> i32 {
        match self {
            Zone::Fixed(east) => *east,
            Zone::Named(tz) => {
                let utc = chrono::DateTime::from_timestamp_nanos(time.nanos()).naive_utc();
                tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()
            }
        }
    }

    /// Returns the local date and time at a time.
    pub fn local(&self, time: Timestamp) -> NaiveDateTime {
        let utc = chrono::DateTime::from_timestamp_nanos(time.nanos()).naive_utc();
        utc + chrono::TimeDelta::seconds(i64::from(self.offset_at(time)))
    }

    /// Formats a time in this zone: `2026-03-01 10:00:00.123+01:00`, with a number
    /// of digits of the second (0 to 9).
    pub fn show(&self, time: Timestamp, digits: usize) -> String {
        let local = self.local(time);
        let mut text = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            local.year(),
            local.month(),
            local.day(),
            local.hour(),
            local.minute(),
            local.second()
        );
        if digits > 0 {
            let fraction = format!("{:09}", local.nanosecond());
            text.push('.');
            text.push_str(&fraction[..digits.min(9)]);
        }
        text.push_str(&offset_text(self.offset_at(time)));
        text
    }
}

/// Formats an offset as `Z` or `+05:30`.
fn offset_text(east: i32) -> String {
    if east == 0 {
        return "Z".to_owned();
    }
    let (sign, east) = (if east < 0 { '-' } else { '+' }, east.abs());
    format!("{sign}{:02}:{:02}", east / 3600, east / 60 % 60)
}

/// `UTC`, an IANA name, or `+05:30`.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Fixed(0) => f.write_str("UTC"),
            Zone::Fixed(east) => f.write_str(&offset_text(*east)),
            Zone::Named(tz) => f.write_str(tz.name()),
        }
    }
}

impl FromStr for Zone {
    type Err = Error;

    /// Reads `UTC`, `Z`, `GMT`, an IANA name, an abbreviation such as `CEST`, or an offset (`+02:00`, `-0200`,
    /// `GMT-0200`, `UTC+2`: hours east of Greenwich).
    fn from_str(text: &str) -> Result<Zone, Error> {
        if matches!(text.to_ascii_uppercase().as_str(), "UTC" | "Z" | "GMT") {
            return Ok(Zone::UTC);
        }
        let upper = text.to_ascii_uppercase();
        let bare = upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC")).unwrap_or(&upper);
        if let Some(east) = fixed(bare) {
            return Ok(Zone::Fixed(east));
        }
        let named = chrono_tz::Tz::from_str_insensitive(text).map(Zone::Named);
        named.or_else(|_| zone_offset(&upper).map(Zone::Fixed).ok_or(())).map_err(|()| {
            Error::usage(format!("`{}` is not a time zone", Visible(text)))
                .hint("Write an IANA name such as Europe/Berlin, or an offset such as +02:00.")
        })
    }
}

/// Reads a signed offset: `+2`, `+02`, `+0200`, `+02:00`.
fn fixed(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        n => (digits[..n - 2].parse::<i32>().ok()?, digits[n - 2..].parse::<i32>().ok()?),
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a test writes real times")
    }

    #[test]
    fn offsets_are_read_in_all_their_spellings() {
        for (text, east) in
            [("+02:00", 7200), ("-0200", -7200), ("GMT-0200", -7200), ("UTC+2", 7200), ("Z", 0)]
        {
            assert_eq!(text.parse::<Zone>().expect(text), Zone::Fixed(east), "{text}");
        }
        assert!("Mars/Olympus".parse::<Zone>().is_err());
    }

    #[test]
    fn a_local_time_that_occurs_twice_is_ambiguous_and_the_earlier_is_given() {
        let berlin: Zone = "Europe/Berlin".parse().expect("known");
        let placed = berlin.resolve(local("2025-10-26 02:30:00")).expect("in range");
        assert!(placed.ambiguous);
        assert_eq!(placed.timestamp.to_string(), "2025-10-26T00:30:00.000000000Z");
    }

    #[test]
    fn a_local_time_that_never_was_is_ambiguous_and_read_with_the_offset_before() {
        let berlin: Zone = "Europe/Berlin".parse().expect("known");
        let placed = berlin.resolve(local("2025-03-30 02:30:00")).expect("in range");
        assert!(placed.ambiguous);
        assert_eq!(placed.timestamp.to_string(), "2025-03-30T01:30:00.000000000Z");
    }

    #[test]
    fn a_moment_is_shown_with_its_offset() {
        let kolkata: Zone = "Asia/Kolkata".parse().expect("known");
        assert_eq!(kolkata.show(Timestamp::from_secs(0), 3), "1970-01-01 05:30:00.000+05:30");
        assert_eq!(Zone::UTC.show(Timestamp::from_secs(0), 0), "1970-01-01 00:00:00Z");
    }
}
