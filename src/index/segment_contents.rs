//! What a segment holds, as its files and `meta.json` say it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::record::SourceId;

/// How the name of the columnar file ends.
pub(super) const COLUMNS: &str = "fast";
/// How the name of the file with the hashes ends.
pub(super) const HASHES: &str = "hashes";

/// One segment.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SegmentMeta {
    /// Its id, with which the names of its files begin.
    pub id: String,
    /// The length of its columnar file.
    pub bytes: u64,
    /// The hash of its file of hashes, which has the hash of every other part.
    pub hashes: PartHash,
    /// How many rows.
    pub rows: u32,
    /// Its sources, sorted.
    pub sources: Vec<SourceId>,
}

/// The first half of a SHA-256. Under the seal of `meta.json` it binds the bytes
/// of a part to those that were written.
pub(super) type PartHash = [u64; 2];

/// What a segment holds, and the hash of each part of its files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Contents {
    /// How many rows.
    pub rows: u32,
    /// How many of them have a time; they stand first.
    pub timed: u32,
    /// The first and the last time, in nanoseconds since the epoch.
    pub span: Option<(i64, i64)>,
    /// The columns, in order.
    pub columns: Vec<ColumnPart>,
    /// The hash of what follows the columns.
    pub rest: PartHash,
    /// The hash of the files that have nothing in them, one after another.
    pub companions: PartHash,
}

/// One column of the file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct ColumnPart {
    /// How many bytes it takes.
    pub bytes: u64,
    /// Their hash.
    pub hash: PartHash,
    /// How many distinct values it has, or an upper bound of it.
    pub distinct: u32,
}

/// Returns the hash of bytes.
pub(super) fn hash_of(bytes: &[u8]) -> PartHash {
    shortened(Sha256::new().chain_update(bytes))
}

/// Returns the hash of what was given to a hasher.
pub(super) fn shortened(hasher: Sha256) -> PartHash {
    let digest = hasher.finalize();
    let half = |at: usize| u64::from_be_bytes(digest[at..at + 8].try_into().expect("eight bytes were taken"));
    [half(0), half(8)]
}
