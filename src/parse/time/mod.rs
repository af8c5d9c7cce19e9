//! When did it happen?
//!
//! Owns the notations of times, what is inferred where a line leaves out its
//! year, date or zone, year rollover, leap seconds, and clock offsets. Promises
//! that a time is worked out from its own line and its source's plan alone, and
//! that everything inferred is noted in the time's basis.

pub mod timestamp_formats;

mod clock_offset;
mod inference;
mod leap_seconds;
mod month_names;
mod year_rollover;
mod year_shift;

pub use clock_offset::{format_clock_offset, parse_clock_offset};
pub use inference::{TimeResolver, TimeRules};
pub use year_rollover::YearWatch;
pub use year_shift::YearShift;
