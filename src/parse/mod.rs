//! What does this line mean?
//!
//! Owns framing (where records begin), detection (which format a source is),
//! the built-in formats, normalization to ECS, and how times are inferred.
//! Promises that every byte belongs to exactly one record, that a record no
//! format understands is still an event, and that the meaning of a record
//! depends on its own bytes and its source's [`Plan`] alone, never on its
//! neighbors. Does not read files.

mod cursor;
mod declared;
mod detect;
mod flatten;
mod format;
mod format_filter;
mod formats;
mod framing;
mod heuristics;
mod http;
mod inner;
mod other_formats;
mod parser;
mod plain_line;
mod plan;
#[cfg(test)]
mod test_formats;
mod time;

pub use declared::{
    DeclaredFormat, LOG_FORMAT_NAME, LogFormat, SampleFault, add_user_formats, check_samples,
    declared_formats, definition_text, find as find_definition, log_format_of, log_formats, share_read,
};
pub use detect::describe_binary;
pub use format::{Format, Framing, UNPARSED};
pub use formats::{FORMATS, format_by_name};
pub use framing::{Framer, HeaderFinder, HeaderLines, MAX_TEXT, Record};
pub use parser::Parser;
pub use plan::{Corrections, ParseOptions, Plan, READING_VERSION, Stated, YEARS};
pub use time::{YearShift, YearWatch, format_clock_offset, parse_clock_offset};
