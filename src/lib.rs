//! vestigo: access logs into a sealed case, investigated in a terminal.
//!
//! Each stage of the pipeline is one room, and arrows between rooms point one
//! way: `source → evidence → parse → record → index → query → (tui | cli)`,
//! with the `journal` alongside. `tests/it/architecture.rs` holds the arrows;
//! `ARCHITECTURE.md` tells each room by the question it answers.

pub mod app;
pub mod case;
pub mod cli;
pub mod error;
pub mod evidence;
pub mod export;
pub mod fs;
pub mod import;
pub mod index;
pub mod journal;
pub mod parse;
pub mod query;
pub mod record;
pub mod source;
pub mod tui;
pub mod verify;
