//! Who did what when?
//!
//! Owns `journal.jsonl`: one entry a line, each naming the SHA-256 of the line
//! before it. Promises that an entry once acknowledged is on disk, that a torn
//! last line is set aside and said, and that a bad line elsewhere makes the
//! case read-only. `case` may call; others read its [`Line`]s.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::record::Clock;

/// One line of the journal (DESIGN: a case on disk).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number, from 0.
    pub seq: u64,
    /// When, RFC 3339 in UTC with nine digits.
    pub at: String,
    /// Who, as `login@host`.
    pub by: String,
    /// What was done: `evidence.import`, `case.create` …
    #[serde(rename = "do")]
    pub act: String,
    /// Its particulars.
    pub what: serde_json::Value,
    /// SHA-256 in hex of the line before, its line end included; 64 zeros for the first.
    pub prev: String,
}

/// What reading a journal found.
#[derive(Debug, Default)]
pub struct Journal {
    /// The entries whose chain holds, in order.
    pub lines: Vec<Line>,
    /// Bytes behind the last line end: a write that was cut off.
    pub torn: Vec<u8>,
    /// The first line whose chain, number or form is wrong, and how.
    pub broken: Option<(u64, String)>,
    /// SHA-256 of the last good line (64 zeros where there is none), in hex.
    pub head: String,
}

/// Reads a journal and checks its chain. Never writes.
pub fn read(_path: &Path) -> Result<Journal> {
    todo!()
}

/// The right to write: holds the case's exclusive lock until dropped.
pub struct Writer {}

impl Writer {
    /// Takes the lock (`lock` beside the journal) without waiting, repairs a torn
    /// tail (moved to `journal.torn-<seq>`, a `recovery` entry says so), and stands ready.
    /// Another process that writes is an error that names it; so is a broken chain.
    pub fn open(_path: &Path, _by: &str, _clock: &dyn Clock) -> Result<Writer> {
        todo!()
    }

    /// Appends an entry and syncs: when this returns, it is committed.
    pub fn append(&mut self, _act: &str, _what: serde_json::Value, _clock: &dyn Clock) -> Result<Line> {
        todo!()
    }

    /// Gives the entries so far.
    pub fn journal(&self) -> &Journal {
        todo!()
    }
}

/// Gives the place of the journal in a case folder.
pub fn path(case: &Path) -> PathBuf {
    case.join("journal.jsonl")
}
