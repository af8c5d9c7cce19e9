//! How a time is known: stated in the line, or inferred.

use std::fmt;

use super::{Precision, Timestamp};

/// How a time is known: which parts were not in the line, and what is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct TimeBasis {
    /// The year was inferred from the source's date or given for it.
    pub year: bool,
    /// The zone was assumed.
    pub zone: bool,
    /// The whole date was inferred.
    pub date: bool,
    /// The source's clock was wrong: the time is shifted by a stated correction.
    pub clock: bool,
    /// The local time occurs twice (or never) in its zone; the earlier is used.
    pub ambiguous: bool,
    /// The time is after the source was acquired.
    pub future: bool,
}

impl TimeBasis {
    /// Returns whether the line states the time in full, and it is used unchanged.
    pub const fn is_explicit(&self) -> bool {
        !(self.year || self.zone || self.date || self.clock)
    }
}

/// `explicit`, or what was inferred: `year`, `date`, `zone`, `clock`, joined by commas,
/// followed by `ambiguous` and `future` if they apply.
impl fmt::Display for TimeBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == TimeBasis::default() {
            return f.write_str("explicit");
        }
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

/// A timestamp with how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTime {
    /// The time in UTC.
    pub timestamp: Timestamp,
    /// The precision in which it was written.
    pub precision: Precision,
    /// How it is known.
    pub basis: TimeBasis,
}
