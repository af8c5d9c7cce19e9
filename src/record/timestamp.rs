//! Timestamps and half-open ranges of time.

use std::fmt;
use std::ops::Range;

use chrono::{Datelike as _, Timelike as _};

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, from 1677 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest timestamp that can be represented.
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    /// The latest timestamp that can be represented.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// Creates a timestamp from nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp(nanos)
    }

    /// Creates a timestamp from whole seconds since the epoch; saturates at the limits.
    pub const fn from_secs(secs: i64) -> Timestamp {
        Timestamp(secs.saturating_mul(1_000_000_000))
    }

    /// Returns the nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// Returns the timestamp shifted by nanoseconds; saturates at the limits.
    pub const fn plus(self, nanos: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(nanos))
    }
}

/// RFC 3339 in UTC with nine digits: `2026-03-01T10:00:00.000000000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = chrono::DateTime::from_timestamp_nanos(self.0);
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        // Written by hand: a pattern of chrono takes ten times as long, and every event
        // that is printed has a time.
        let mut put = |digits: Range<usize>, mut number: u32| {
            for digit in text[digits].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        // No timestamp is outside the years 1677 to 2262.
        put(0..4, time.year().unsigned_abs());
        put(5..7, time.month());
        put(8..10, time.day());
        put(11..13, time.hour());
        put(14..16, time.minute());
        put(17..19, time.second());
        put(20..29, time.nanosecond());
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Reads RFC 3339 with any offset.
impl std::str::FromStr for Timestamp {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Timestamp, crate::error::Error> {
        let nanos =
            chrono::DateTime::parse_from_rfc3339(text).ok().and_then(|time| time.timestamp_nanos_opt());
        nanos.map(Timestamp).ok_or_else(|| {
            crate::error::Error::usage(format!("`{}` is not a time", crate::error::Visible(text)))
        })
    }
}

/// A half-open range of time: `from` is inside, `to` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after.
    pub to: Timestamp,
}

impl TimeRange {
    /// All of time. Only this range contains events without a time.
    pub const ALL: TimeRange = TimeRange { from: Timestamp::MIN, to: Timestamp::MAX };

    /// Returns whether a timestamp is inside.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from <= time && time < self.to
    }
}
