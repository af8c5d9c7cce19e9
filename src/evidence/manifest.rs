//! The manifest of a batch: `manifest.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::Provenance;
use crate::record::{Continuation, Replaced};

/// A frame in the frame table of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRow {
    /// Where it begins in `content.zst`.
    pub offset: u64,
    /// Its compressed length.
    pub length: u64,
    /// Where its content begins in the source, in bytes of the whole.
    pub start: u64,
    /// The length of its content.
    pub raw_length: u64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// Number of the first record in it, from 0.
    pub first_record: u64,
    /// Number of records in it.
    pub records: u64,
    /// Number of the first line in it, from 1.
    pub first_line: u64,
    /// RFC 9162 root over its records' salted leaves, in hex.
    pub root: String,
    /// Where its span table begins in `spans.bin`, its length, SHA-256 in hex.
    pub spans: (u64, u64, String),
}

/// A source in the manifest of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceRow {
    /// SHA-256 of the whole content, in hex.
    pub source: String,
    /// How it was found.
    pub found: Provenance,
    /// Where the content begins in the uncompressed batch.
    pub offset: u64,
    /// Length of the content that lies there.
    pub length: u64,
    /// Number of records in it.
    pub records: u64,
    /// RFC 9162 root over the frame roots, in hex.
    pub root: String,
    /// The secret that salts the leaves, 32 bytes in hex; never exported.
    pub secret: String,
    /// How it is read: format, framing, zone, years (`parse::Plan` as JSON). Opaque here.
    pub plan: serde_json::Value,
    /// How its bytes were accounted for (`case::Receipt` as JSON). Opaque here.
    pub receipt: serde_json::Value,
    /// The source that it continues, whose content precedes its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continuation>,
    /// What of it a source that continues it has whole; never in the file.
    #[serde(skip)]
    pub replaced: Option<Replaced>,
    /// The journal entry that changed how it is read since its import; never in the file.
    #[serde(skip)]
    pub reread: Option<u64>,
    /// The frames, in order.
    pub frames: Vec<FrameRow>,
}

/// `manifest.json` of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout: 2 if a source continues another one, else 1.
    pub version: u32,
    /// SHA-256 in hex of the output of `zstd -dc content.zst`.
    pub sha256: String,
    /// SHA-256 in hex of `content.zst` itself.
    pub packed_sha256: String,
    /// Length of the output of `zstd -dc content.zst`.
    pub length: u64,
    /// The sources, in the order of their content.
    pub sources: Vec<SourceRow>,
    /// Containers kept as found: SHA-256 in hex → length.
    pub originals: BTreeMap<String, u64>,
}

impl SourceRow {
    /// Returns where its own content begins in the whole content.
    pub fn start(&self) -> u64 {
        self.continues.as_ref().map_or(0, |continues| continues.offset)
    }

    /// Returns the length of the whole content.
    pub fn whole_length(&self) -> u64 {
        self.start().saturating_add(self.length)
    }

    /// Returns the number of its own first record.
    pub fn first_record(&self) -> u64 {
        self.continues.as_ref().map_or(0, |continues| continues.record)
    }

    /// Returns the number after its last record.
    pub fn end_record(&self) -> u64 {
        self.first_record().saturating_add(self.records)
    }

    /// Reports whether a record was unfinished, and another source has it whole.
    pub fn is_replaced(&self, record: u64) -> bool {
        self.replaced.is_some_and(|replaced| record >= replaced.from)
    }
}

/// Returns the layout version of a manifest with these sources.
pub(super) fn version_of(sources: &[SourceRow]) -> u32 {
    if sources.iter().any(|row| row.continues.is_some()) { 2 } else { 1 }
}
