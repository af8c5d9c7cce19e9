//! How are files reached without being led elsewhere?
//!
//! Owns [`Dir`]: a folder that is held open, whose files are reached by their
//! name relative to that handle. Promises that no link is followed, that only
//! plain files and real folders are accepted, that new files belong to the owner
//! alone and never replace another unasked, and that nothing is read past a bound.

mod durable;
mod file_kind;
mod json;
mod named;
#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(test)]
mod tests;

pub use durable::{TEMPORARY, is_temporary};
pub use file_kind::{FileKind, unusable};
pub use json::{read_json, weight_of_json};
pub use named::{open_named, read_named, read_text_named};
#[cfg(not(unix))]
pub use other::Dir;
#[cfg(unix)]
pub use unix::Dir;
