//! The command line.
//!
//! Owns the words a user types and what is printed: results on standard
//! output, progress and diagnostics on standard error. Promises that every
//! foreign text is made visible, that `--json` has the shapes of the contract,
//! and that the exit status says what happened. Only `main` calls.

mod args;
mod args_custody;
mod bookmark;
mod checkpoint;
mod custody;
mod demo;
mod export;
mod finding;
mod formats;
mod forms;
mod generate;
mod handover;
mod import;
mod journal;
mod new;
mod normalise;
mod progress;
mod reindex;
mod repair;
mod run;
mod screen;
mod search;
mod show;
mod source;
mod status;
mod table;
mod timeline;
mod top;
mod undo;
mod verify;
mod which;
mod world;

pub use run::{main, run};
pub use world::World;
