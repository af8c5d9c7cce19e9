//! The command line.
//!
//! Owns the words a user types and what is printed: results on standard
//! output, progress and diagnostics on standard error. Promises that every
//! foreign text is made visible, that `--json` has the shapes of the contract,
//! and that the exit status says what happened. Only `main` calls.

mod args;
mod args_custody;
mod case_path;
mod commands;
mod event_output;
mod progress;
mod run;
mod runtime;
mod signing_config;
mod table;
mod tui;

pub use run::{main, run};
pub use runtime::World;
