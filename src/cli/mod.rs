//! The command line.
//!
//! Owns the words a user types and what is printed: results on standard
//! output, progress and diagnostics on standard error. Promises that every
//! foreign text is made visible, that `--json` has the shapes of the contract,
//! and that the exit status says what happened.

mod args;
mod case_path;
mod commands;
mod context;
mod dispatch;
mod event_output;
mod folders;
mod outcome;
mod output;
mod progress;
mod receipt_output;
mod run;
mod runtime;
mod session;
mod table;
mod table_output;
mod tui;

pub use run::{main, run};
pub use runtime::Runtime;
