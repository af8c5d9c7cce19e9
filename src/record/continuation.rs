//! How a source continues another one.

use serde::{Deserialize, Serialize};

use super::SourceId;

/// How a source continues another one: its content begins with the other's, up to a
/// record boundary, and only what follows is kept with it. Offsets, lines and record
/// numbers count from the start of the whole content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    /// SHA-256 of the content of the source that is continued, in hex.
    pub source: String,
    /// Where its own content begins, in bytes.
    pub offset: u64,
    /// The number of its own first record.
    pub record: u64,
    /// How many events of the other source, from that record on, were unfinished when
    /// it was read, and are replaced.
    pub replaced: u64,
}

/// The records of a source that were unfinished when it was read: a source that
/// continues it has them whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// The first of them; they go on to the end.
    pub from: u64,
    /// How many events they are.
    pub events: u64,
    /// The source that has them whole, under the same numbers.
    pub by: SourceId,
}
