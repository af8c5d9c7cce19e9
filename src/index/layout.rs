//! How a segment's file is laid out.
//!
//! ```text
//! "vestigo segment\n"                 16 bytes
//! parts                               each with its offset, length and hash in the footer
//! footer                              JSON, the type `Footer`; its hash stands in `meta.json`
//! length of the footer                4 bytes, little-endian
//! "vestigo columns\n"                 16 bytes
//! ```
//!
//! Rows stand in time order, rows without a time after them. Each field is one
//! column: the ordinals of its values in its dictionary, and where not every
//! row has exactly one value, which rows have how many. Ordinals, presence,
//! times and record numbers are encoded by tantivy's column codecs; a
//! dictionary holds the distinct values as text, sorted, in compressed blocks.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version of this layout and of how values become text; a reader of
/// another version refuses, and the index is built again.
pub(super) const VERSION: u32 = 2;
/// How a segment's file begins.
pub(super) const HEAD: &[u8; 16] = b"vestigo segment\n";
/// How a segment's file ends.
pub(super) const TAIL: &[u8; 16] = b"vestigo columns\n";
/// A dictionary's block is closed when its text reaches this many bytes.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

/// The first half of a SHA-256. Under the seal of `meta.json` it binds the bytes
/// of a part to those that were written.
pub(super) type PartHash = [u64; 2];

/// A stretch of the file: offset, length, hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FilePart(pub u64, pub u64, pub PartHash);

/// What a segment's file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Footer {
    /// How many rows.
    pub rows: u32,
    /// How many of them have a time; they stand first.
    pub timed: u32,
    /// The first and the last time, in nanoseconds since the epoch.
    pub span: Option<(i64, i64)>,
    /// How many sources its rows come from.
    pub origins: u32,
    /// Their times, ascending.
    pub times: Option<FilePart>,
    /// Each row's source, by its number in this segment.
    pub sources: FilePart,
    /// Each row's record number.
    pub records: FilePart,
    /// The format that understood each row.
    pub format: ColumnMeta,
    /// The fields, by name.
    pub columns: Vec<ColumnMeta>,
    /// The column that fields share for which there was no room.
    pub crowd: Option<ColumnMeta>,
}

/// One field's column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ColumnMeta {
    /// The field's dotted name.
    pub name: String,
    /// How many distinct values.
    pub distinct: u32,
    /// Which rows have a value; absent where all have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<FilePart>,
    /// Where the values of each row that has any begin; absent where each has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<FilePart>,
    /// The values, as ordinals of the dictionary.
    pub ords: FilePart,
    /// How many rows have each value (LEB128, zstd-compressed).
    pub counts: FilePart,
    /// The dictionary's blocks.
    pub terms: Vec<BlockMeta>,
}

/// One block of a dictionary. Its bytes are the text of the values and then
/// their lengths (LEB128), zstd-compressed where that makes them fewer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct BlockMeta {
    /// Where it lies.
    pub part: FilePart,
    /// How many values.
    pub count: u32,
    /// How many bytes of text.
    pub text: u32,
    /// How many bytes before compression.
    pub raw: u32,
}

/// Returns the hash of bytes.
pub(super) fn hash_of(bytes: &[u8]) -> PartHash {
    let digest = Sha256::digest(bytes);
    let half = |at: usize| u64::from_be_bytes(digest[at..at + 8].try_into().expect("eight bytes were taken"));
    [half(0), half(8)]
}

/// Writes parts one after another and remembers where each lies.
pub(super) struct Sink<W> {
    out: W,
    at: u64,
}

impl<W: Write> Sink<W> {
    /// Begins a file.
    pub fn begin(mut out: W) -> io::Result<Sink<W>> {
        out.write_all(HEAD)?;
        Ok(Sink { out, at: HEAD.len() as u64 })
    }

    /// Writes a part.
    pub fn part(&mut self, bytes: &[u8]) -> io::Result<FilePart> {
        self.out.write_all(bytes)?;
        let part = FilePart(self.at, bytes.len() as u64, hash_of(bytes));
        self.at += bytes.len() as u64;
        Ok(part)
    }

    /// Writes the footer; returns the file, its length, and the footer's hash.
    pub fn end(mut self, footer: &Footer) -> io::Result<(W, u64, PartHash)> {
        let json = serde_json::to_vec(footer)?;
        let length = u32::try_from(json.len()).map_err(|_| io::Error::other("too many columns"))?;
        let part = self.part(&json)?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(TAIL)?;
        Ok((self.out, self.at + 4 + TAIL.len() as u64, part.2))
    }
}
