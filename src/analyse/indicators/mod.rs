//! Which events have what others know to be bad?
//!
//! Owns the reading of lists of indicators (plain text, CSV, STIX 2.1) and the search for
//! them. Promises that each distinct value is looked at once, that nothing is looked up
//! anywhere, and that what a list holds and is not used is named.

mod find;
mod indicator;
mod list;

pub use find::{INDICATOR, find};
pub use indicator::{Indicator, IndicatorKind};
pub use list::{IndicatorText, read_indicators};
