//! Moments, and how each is known.

use std::fmt;

/// A moment: nanoseconds since 1970-01-01T00:00:00Z, from 1677 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest moment that can be held.
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    /// The latest moment that can be held.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// Makes a moment from nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp(nanos)
    }

    /// Makes a moment from whole seconds since the epoch; outside the range it saturates.
    pub const fn from_secs(secs: i64) -> Timestamp {
        Timestamp(secs.saturating_mul(1_000_000_000))
    }

    /// Gives nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Gives whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// Moves the moment by nanoseconds; outside the range it saturates.
    pub const fn plus(self, nanos: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(nanos))
    }
}

/// RFC 3339 in UTC with nine digits: `2026-03-01T10:00:00.000000000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = chrono::DateTime::from_timestamp_nanos(self.0);
        write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S%.9fZ"))
    }
}

/// Reads RFC 3339, as it is written above.
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

/// A half-open stretch of time: `from` is inside, `to` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// The first moment inside.
    pub from: Timestamp,
    /// The first moment after.
    pub to: Timestamp,
}

impl TimeRange {
    /// All of time. Only this window contains events that tell no time.
    pub const ALL: TimeRange = TimeRange { from: Timestamp::MIN, to: Timestamp::MAX };

    /// Tells whether a moment is inside.
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.from <= moment && moment < self.to
    }
}

/// A date and time of day as a line writes it: parts may be missing.
///
/// Ranges are the calendar's (`second` up to 60 for a leap second); whether the
/// day exists in its month is decided when the moment is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CivilDateTime {
    /// The year, where the line has one.
    pub year: Option<i32>,
    /// Month 1 to 12 and day 1 to 31, where the line has them.
    pub date: Option<(u8, u8)>,
    /// Hour 0 to 23.
    pub hour: u8,
    /// Minute 0 to 59.
    pub minute: u8,
    /// Second 0 to 60.
    pub second: u8,
    /// Nanosecond 0 to 999,999,999.
    pub nanos: u32,
    /// Seconds east of UTC, where the line has an offset.
    pub offset: Option<i32>,
}

/// What a format read of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParsedTime {
    /// A moment, stated in full (epoch seconds, RFC 3339 with offset …).
    Moment(Timestamp, Precision),
    /// A date and time whose year, date or zone may have to be inferred.
    CivilDateTime(CivilDateTime, Precision),
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
    /// Gives the precision of a fraction of so many digits.
    pub const fn of_digits(digits: usize) -> Precision {
        match digits {
            0 => Precision::Second,
            1..=3 => Precision::Milli,
            4..=6 => Precision::Micro,
            _ => Precision::Nano,
        }
    }

    /// Names the precision: `second`, `milli` …
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

/// How a time is known: which parts were not in the line, and what is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct TimeBasis {
    /// The year was inferred from the source's date or given for it.
    pub year: bool,
    /// The zone was assumed.
    pub zone: bool,
    /// The whole date was inferred.
    pub date: bool,
    /// The source's clock was wrong: the time is moved by what somebody said.
    pub clock: bool,
    /// The local time occurs twice (or never) in its zone; the earlier is given.
    pub ambiguous: bool,
    /// The moment lies after the source was acquired.
    pub future: bool,
}

impl TimeBasis {
    /// Tells whether the line states the moment in full, and it is taken as it stands.
    pub const fn is_explicit(&self) -> bool {
        !(self.year || self.zone || self.date || self.clock)
    }
}

/// `explicit`, or what was inferred: `year`, `date`, `zone`, `clock`, joined by commas,
/// followed by `ambiguous` and `future` where they hold.
impl fmt::Display for TimeBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inferred = [(self.year, "year"), (self.date, "date"), (self.zone, "zone"), (self.clock, "clock")];
        let doubts = [(self.ambiguous, "ambiguous"), (self.future, "future")];
        let mut words: Vec<&str> = inferred.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        if words.is_empty() {
            words.push("explicit");
        }
        words.extend(doubts.iter().filter(|(on, _)| *on).map(|(_, word)| *word));
        f.write_str(&words.join(","))
    }
}

/// A moment with how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTime {
    /// The moment in UTC.
    pub instant: Timestamp,
    /// The step in which it was written.
    pub precision: Precision,
    /// How it is known.
    pub basis: TimeBasis,
}
