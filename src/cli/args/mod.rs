//! What several commands are told.
//!
//! Owns the options that every command understands, and those that some share: a
//! stretch of time, how logs are read. What one command alone is told is in its own
//! file. Promises that a word is read the same wherever it is said.

mod common;

pub use common::{ColorChoice, Globals, ReadingArgs, TimeArgs};
