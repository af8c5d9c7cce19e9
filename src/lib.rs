//! vestigo: access logs into a sealed case, investigated in a terminal.
//!
//! Each room (a folder) answers one question and uses only rooms before it:
//! `error`, `fs`, `record`, `source`, `journal`, `verify`, `evidence`, `parse`,
//! `query`, `index`, `case`, `import`, `analyse`, `export`, `app`, `tui`, `cli`.
//! `tests/it/architecture.rs` holds who uses whom; `ARCHITECTURE.md` introduces
//! each room by the question it answers.

pub mod analyse;
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
