//! The commands, one a file.
//!
//! Owns for each command what it does and what it prints. Promises that results go
//! to standard output and all else to standard error.

pub mod bookmark;
pub mod checkpoint;
pub mod demo;
pub mod export;
pub mod finding;
pub mod formats;
pub mod generate;
pub mod import;
pub mod journal;
pub mod new;
pub mod normalize;
pub mod reindex;
pub mod repair;
pub mod search;
pub mod show;
pub mod source;
pub mod status;
pub mod timeline;
pub mod top;
pub mod transfer;
pub mod undo;
pub mod verify;
