//! Where do records begin and end?
//!
//! Owns [`Framer`], which cuts a stream of bytes into records. Promises that
//! records partition the content, that they do not depend on the pieces in which
//! it was fed, and that memory stays bounded. A line that begins with a space or a
//! tab continues the record before it; a blank line (nothing but white space)
//! belongs to the record before it, at the start to the first record's lead.

mod framer;
mod headers;
mod json_bounds;
mod json_records;
mod line_endings;
mod line_records;
mod record;
mod record_builder;
mod step_context;

pub use framer::Framer;
pub use headers::{HeaderFinder, HeaderLines};
pub use json_bounds::opens_unfinished_json;
pub use record::{MAX_TEXT, Record};
