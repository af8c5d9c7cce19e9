//! What does a literal mean for a field?
//!
//! Owns the typing of values: numbers, times and date math, addresses and
//! networks, comparisons and ranges, each by the kind of the field it is
//! written for. Promises a test, or a diagnostic that points at the literal.
//! Reads no query text of its own: literals come from `lexical`.

mod date_math;
mod date_span;
mod datetime;
mod network;
mod operand;
mod range;
mod typed_value;

pub use date_span::DateSpan;
pub use datetime::parse_time;
pub use network::{accepts_networks, parse_network};
pub use operand::{Operand, parse_number, read_operand};
pub use range::{RangeEnd, comparison_test, range_side};
pub use typed_value::{regex_test, value_test};
