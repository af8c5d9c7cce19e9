//! How are bytes obtained?
//!
//! Owns walking folders, telling containers by their content, and streaming
//! what is inside them under bounds. Promises that every byte of a stream
//! reaches the receiver or a reason does, that no link, device or pipe is
//! followed, and that no archive entry is written by its own name. `import`
//! and `cli` may call.

mod amid;
mod bound;
mod codec;
mod directory;
mod found;
mod layers;
mod look;
mod members;
mod name;
mod open;
mod packed;
mod pax;
mod sniff;
mod sparse;
mod tar;
mod unpacked;
mod utf16;
mod walk;
mod zip;

#[cfg(test)]
mod odd_tests;
#[cfg(test)]
mod tests;

pub use found::{Found, Limits, Receiver, Skipped, Stretch, Weight};
pub use look::{Change, Look};
pub use name::Name;
pub use open::{hash_of, open};
pub use walk::{Input, Walk, walk};
