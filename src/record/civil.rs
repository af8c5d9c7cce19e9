//! Dates and times as logs write them, before a year or a zone is inferred.

use super::Timestamp;

/// A civil date and time of day as a line writes it: parts may be missing.
///
/// Ranges are the calendar's (`second` up to 60 for a leap second); whether the
/// day exists in its month is decided when the time is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CivilDateTime {
    /// The year, if the line has one.
    pub year: Option<i32>,
    /// Month 1 to 12 and day 1 to 31, if the line has them.
    pub date: Option<(u8, u8)>,
    /// Hour 0 to 23.
    pub hour: u8,
    /// Minute 0 to 59.
    pub minute: u8,
    /// Second 0 to 60.
    pub second: u8,
    /// Nanosecond 0 to 999,999,999.
    pub nanos: u32,
    /// Seconds east of UTC, if the line has an offset.
    pub offset: Option<i32>,
}

/// A time as a format read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParsedTime {
    /// An instant, stated in full (epoch seconds, RFC 3339 with offset …).
    Timestamp(Timestamp, Precision),
    /// A date and time whose year, date or zone may have to be inferred.
    Civil(CivilDateTime, Precision),
}

/// The smallest step in which a time was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Whole days.
    Day,
    /// Whole minutes.
    Minute,
    /// Whole seconds.
    Second,
    /// Milliseconds.
    Milli,
    /// Microseconds.
    Micro,
    /// Nanoseconds.
    Nano,
}

impl Precision {
    /// Returns the precision of a fraction with a number of digits.
    pub const fn from_digits(digits: usize) -> Precision {
        match digits {
            0 => Precision::Second,
            1..=3 => Precision::Milli,
            4..=6 => Precision::Micro,
            _ => Precision::Nano,
        }
    }

    /// Returns the name of the precision: `second`, `milli` …
    pub const fn name(self) -> &'static str {
        match self {
            Precision::Day => "day",
            Precision::Minute => "minute",
            Precision::Second => "second",
            Precision::Milli => "milli",
            Precision::Micro => "micro",
            Precision::Nano => "nano",
        }
    }
}
