//! Who did what when?
//!
//! Owns `journal.jsonl`: one entry a line, each naming the SHA-256 of the line
//! before it. Promises that an entry once acknowledged is on disk, that a torn
//! last line is set aside and said, and that a bad line elsewhere makes the
//! case read-only. `case` may call; others read its [`Line`]s.

mod read;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use read::{Journal, Line, read};
pub use write::Writer;

/// Gives the place of the journal in a case folder.
pub fn path(case: &Path) -> PathBuf {
    case.join("journal.jsonl")
}
