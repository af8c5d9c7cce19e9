//! What do the values of a record mean whose names no standard defines?
//!
//! Owns the guesses for times, levels, messages, and the few dozen names on
//! which nearly every program agrees. Promises that a name fills a core field
//! only where its value can be one, and that everything else keeps its own name
//! and type under the namespace of its format.

mod apply;
mod field_names;
mod interpret;
mod timestamp;

pub use apply::Namespace;
pub use interpret::interpret;
