//! Year shifts of a log that spans more than a year.

use serde::{Deserialize, Serialize};

/// How years are counted from a record on, in a log longer than a year.
///
/// Around a new year, where late and early lines mix, each line is dated by its own
/// date: `years` is for dates in the later half of the window of years (with a given
/// year: July to December), `years_early` for the others. Elsewhere both agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearShift {
    /// First record concerned.
    pub from_record: u64,
    /// Years to add to what the window says: negative, or positive where the
    /// plan has the first line's year.
    pub years: i32,
    /// The same for dates in the earlier half of the window.
    pub years_early: i32,
}
