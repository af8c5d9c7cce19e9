//! What does this line mean?
//!
//! Owns framing (where records begin), detection (which format a source is),
//! the built-in formats, normalisation to ECS, and how times are inferred.
//! Promises that every byte belongs to exactly one record, that a record no
//! format understands is still an event, and that the meaning of a record
//! depends on its own bytes and its source's [`Plan`] alone, never on its
//! neighbours. Knows no files. `import`, `case` and `cli` may call.

mod clock;
mod detect;
mod format;
mod formats;
mod frame;
mod leap;
mod parser;
mod plan;
mod stamp;
mod text;
mod time;
#[cfg(test)]
mod trial;
mod years;

/// Counts the ways in which the same bytes under the same [`Plan`] were read.
/// Whoever changes what a format makes of a record counts it up: indexes that
/// were made before are then made again from the evidence.
pub const GENERATION: u32 = 1;

pub use clock::{clock_read, clock_shown};
pub use detect::what_binary;
pub use format::{Format, Seen};
pub use formats::{FORMATS, named};
pub use frame::{Framer, MAX_TEXT, Record};
pub use parser::{Parser, UNPARSED};
pub use plan::{Corrections, Framing, Options, Plan, YEARS, YearShift};
pub use years::YearWatch;
