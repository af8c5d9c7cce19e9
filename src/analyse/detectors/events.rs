//! The events that detectors look at: columns of values, in order of time.

use std::collections::BTreeMap;

pub use crate::index::ValueColumn;

/// Events in order of time, with a column for each field that was asked for. Events that
/// tell no time are not among them.
#[derive(Debug, Default)]
pub struct Events {
    times: Vec<i64>,
    columns: BTreeMap<String, ValueColumn>,
}

impl Events {
    /// Creates events from their times (nanoseconds since 1970, ascending) and columns.
    pub fn new(times: Vec<i64>, columns: BTreeMap<String, ValueColumn>) -> Events {
        Events { times, columns }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Returns the times of all, in nanoseconds since 1970, ascending.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// Returns when an event happened, in nanoseconds since 1970.
    pub fn time(&self, row: usize) -> i64 {
        self.times[row]
    }

    /// Returns the column of a field; none where no event has it.
    pub fn column(&self, field: &str) -> Option<&ValueColumn> {
        self.columns.get(field)
    }

    /// Returns the value of a field in a row.
    pub fn text(&self, field: &str, row: usize) -> Option<&str> {
        self.columns.get(field)?.text(row)
    }
}
