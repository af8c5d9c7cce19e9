//! The span of time that a text names.

use crate::record::Timestamp;

/// A time with the end of the span that its text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateSpan {
    /// The time.
    pub from: Timestamp,
    /// The first instant after the day, minute, second … that is named; none
    /// if the text names a single instant, such as `now`.
    pub to: Option<Timestamp>,
}

impl DateSpan {
    /// Returns the span of a number of nanoseconds.
    pub fn from_nanos(from: i64, length: i64) -> DateSpan {
        let from = Timestamp::from_nanos(from);
        DateSpan { from, to: Some(from.plus(length)) }
    }

    /// Returns the first instant after a span that is longer than one nanosecond.
    pub fn end(self) -> Option<Timestamp> {
        self.to.filter(|to| *to > self.from.plus(1))
    }
}
