//! How are bytes obtained?
//!
//! Owns walking folders, telling containers by their content, and streaming
//! what is inside them under bounds. Promises that every byte of a stream
//! reaches the receiver or a reason does, that no link, device or pipe is
//! followed, and that no archive entry is written by its own name. `import`
//! and `cli` may call.

mod archive;
mod bound;
mod open;
mod sniff;
mod utf16;
mod walk;

#[cfg(test)]
mod tests;

pub use open::{Found, Limits, Receiver, Skipped, open};
pub use walk::{Input, Walk, walk};
