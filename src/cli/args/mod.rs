//! Which options do several commands share?
//!
//! Owns the options of every command, and those that some have in common: a time
//! range, how logs are read. The arguments of a single command are in its own file.
//! Promises that an option means the same wherever it occurs.

mod common;

pub use common::{ColorChoice, Globals, ReadingArgs, TimeArgs};
