//! How are bytes obtained?
//!
//! Owns walking folders, telling containers by their content, and streaming
//! what is inside them under bounds. Promises that every byte of a stream
//! reaches the receiver or a reason does, that no link, device or pipe is
//! followed, and that no archive entry is written by its own name. `import`
//! and `cli` may call.

mod codec;
mod content;
mod directory;
mod embedded;
mod file_state;
mod layers;
mod members;
mod name;
mod open;
mod pax;
mod peek;
mod provenance;
mod readers;
mod sniff;
mod sparse_map;
mod tar;
mod utf16;
mod walk;
mod zip;

#[cfg(test)]
mod odd_tests;
#[cfg(test)]
mod tests;

pub use file_state::{FileChange, FileState};
pub use name::MemberName;
pub use open::{hash_of, open};
pub use provenance::{ByteRange, Limits, Provenance, Skipped, StreamSink, Weight};
pub use walk::{Input, Walk, walk};
