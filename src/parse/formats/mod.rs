//! The built-in formats: one file each, and one row in the table.
//!
//! Owns [`FORMATS`]. Promises that each format reads its own samples, refuses
//! what is not its own, and is stateless.

mod access;
mod cloudtrail;
mod error_log;
mod json;
mod logfmt;
mod syslog;
mod table;

pub use table::{FORMATS, format_by_name};
