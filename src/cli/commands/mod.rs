//! What does each command do?
//!
//! Owns for each command, in a file of its own, its arguments with their help, and what
//! it prints. Promises that results go to standard output and everything else to
//! standard error.

pub mod bookmark;
pub mod checkpoint;
pub mod demo;
pub mod detect;
pub mod detector_numbers;
pub mod explain;
pub mod export;
pub mod finding;
pub mod formats;
pub mod generate;
pub mod import;
pub mod ioc;
pub mod journal;
pub mod keys;
pub mod new;
pub mod normalize;
pub mod open;
mod quality;
pub mod redo;
pub mod reindex;
mod remediation;
pub mod repair;
pub mod replay;
pub mod reveal;
mod rule_filters;
pub mod rules;
pub mod search;
pub mod show;
pub mod source;
pub mod status;
pub mod timeline;
pub mod top;
pub mod transfer;
pub mod undo;
pub mod verify;
