//! What exactly was collected, and is it unchanged?
//!
//! Owns the store: batches of sources as seekable zstd with a frame table, the
//! Merkle trees over their records, manifests, and reading back through hashes.
//! Promises that bytes once committed are never changed, and that no byte is
//! given out that its frame's hash does not cover. Knows nothing of logs:
//! where records begin is told to it. `case` and `import` may call.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::record::SourceId;
use crate::source::Found;

/// Most bytes of content in one frame, unless a single record is longer.
pub const FRAME_BYTES: usize = 384 * 1024;

/// One record's share of its source's content. Spans partition the content:
/// each is `lead` bytes that come before the event (only in a source's first
/// record, or glue of a JSON envelope), the event's text, and `tail` bytes
/// (line end, blank lines, glue behind it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Bytes before the event's text.
    pub lead: u32,
    /// Bytes of the event's text, continuation lines included, last line end not.
    pub text: u32,
    /// Bytes behind the event's text.
    pub tail: u32,
    /// Line ends in the whole span.
    pub lines: u32,
    /// Line ends in `lead`.
    pub lead_lines: u32,
    /// Which part of an overlong line this is, from 1; 0 for a whole record.
    pub part: u32,
    /// The record is no event: its bytes were rejected (still kept, still hashed).
    pub rejected: bool,
}

impl Span {
    /// Gives the length of the whole span in bytes.
    pub fn length(&self) -> usize {
        self.lead as usize + self.text as usize + self.tail as usize
    }
}

/// A stretch of one source's content that ends at a record's end, compressed
/// and hashed by any thread; see [`seal`].
#[derive(Debug)]
pub struct Frame {
    /// The compressed bytes.
    pub packed: Vec<u8>,
    /// The compressed span table.
    pub spans: Vec<u8>,
    /// What the manifest will say of it (offsets are filled by the writer).
    pub row: FrameRow,
}

/// One row of a source's frame table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRow {
    /// Where it begins in `content.zst`.
    pub offset: u64,
    /// Its compressed length.
    pub length: u64,
    /// Where its content begins in the source.
    pub start: u64,
    /// The length of its content.
    pub raw_length: u64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// Number of the first record in it, from 0.
    pub first_record: u64,
    /// How many records it holds.
    pub records: u64,
    /// Number of the first line in it, from 1.
    pub first_line: u64,
    /// RFC 9162 root over its records' salted leaves, in hex.
    pub root: String,
    /// Where its span table begins in `spans.bin`, its length, SHA-256 in hex.
    pub spans: (u64, u64, String),
}

/// One source's row in its batch's manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceRow {
    /// SHA-256 of the content, in hex.
    pub source: String,
    /// How it was found.
    pub found: Found,
    /// Where the content begins in the uncompressed batch.
    pub offset: u64,
    /// Length of the content.
    pub length: u64,
    /// Records in it.
    pub records: u64,
    /// RFC 9162 root over the frame roots, in hex.
    pub root: String,
    /// The secret that salts the leaves, 32 bytes in hex; never exported.
    pub secret: String,
    /// How it was read: format, framing, zone, years (`parse::Plan` as JSON). Opaque here.
    pub plan: serde_json::Value,
    /// What became of its bytes (`import::Receipt` as JSON). Opaque here.
    pub receipt: serde_json::Value,
    /// The frames, in order.
    pub frames: Vec<FrameRow>,
}

/// `manifest.json` of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout: 1.
    pub version: u32,
    /// SHA-256 in hex of what `zstd -dc content.zst` gives.
    pub sha256: String,
    /// Length of what `zstd -dc content.zst` gives.
    pub length: u64,
    /// The sources, one after another.
    pub sources: Vec<SourceRow>,
    /// Containers kept as found: SHA-256 in hex → length.
    pub originals: BTreeMap<String, u64>,
}

/// The secret that salts one source's leaves: log lines are guessable, and an
/// unsalted proof would let its holder test guesses at the neighbours.
/// Salt of record i = first 16 bytes of HMAC-SHA-256(secret, i as big-endian u64).
#[derive(Clone)]
pub struct SourceSecret(pub [u8; 32]);

impl SourceSecret {
    /// Draws a new secret from the system.
    pub fn draw() -> Result<SourceSecret> {
        todo!()
    }
}

/// Compresses and hashes one stretch of a source that ends at a record's end.
///
/// `first_record` numbers the first span. Offsets of the row are zero until the
/// writer places the frame.
pub fn seal(
    _content: &[u8],
    _spans: &[Span],
    _first_record: u64,
    _first_line: u64,
    _secret: &SourceSecret,
) -> Result<Frame> {
    todo!()
}

/// Writes one batch under the write protocol: everything goes to a temporary
/// folder inside `evidence/`, is synced, read back and checked, renamed, and
/// the folders above are synced. The journal entry that commits it is the
/// caller's next step. Dropped before [`BatchWriter::finish`], it leaves nothing.
pub struct BatchWriter {}

impl BatchWriter {
    /// Begins the batch of this number in a case's `evidence/` folder.
    pub fn create(_evidence: &Path, _number: u32) -> Result<BatchWriter> {
        todo!()
    }

    /// Gives an empty file inside the batch in which a container's bytes are kept.
    pub fn keep(&self) -> Result<File> {
        todo!()
    }

    /// Names a kept container by its hash; the same bytes twice are kept once.
    pub fn kept(&mut self, _file: File, _sha256: [u8; 32], _length: u64) -> Result<()> {
        todo!()
    }

    /// Adds the next frame of the source that is being written.
    pub fn frame(&mut self, _frame: Frame) -> Result<()> {
        todo!()
    }

    /// Ends the source whose frames were just added.
    pub fn source(
        &mut self,
        _id: SourceId,
        _found: Found,
        _secret: &SourceSecret,
        _plan: serde_json::Value,
        _receipt: serde_json::Value,
    ) -> Result<()> {
        todo!()
    }

    /// Takes back the frames added since the last finished source.
    pub fn abandon_source(&mut self) -> Result<()> {
        todo!()
    }

    /// Tells how many bytes of content have been added.
    pub fn length(&self) -> u64 {
        todo!()
    }

    /// Tells whether any source has been finished.
    pub fn is_empty(&self) -> bool {
        todo!()
    }

    /// Syncs, checks by reading back, renames into place. Returns the manifest
    /// and its SHA-256, which the committing journal entry names.
    pub fn finish(self) -> Result<(Manifest, [u8; 32])> {
        todo!()
    }
}

/// The committed batches of a case, open for reading. Cheap to clone.
#[derive(Clone)]
pub struct Store {}

/// A source in the store: its batch and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceAt {
    /// The batch's number, from 1.
    pub batch: u32,
    /// The row in that batch's manifest.
    pub row: usize,
}

/// One record read back, its frame's hash checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBytes {
    /// The record's number.
    pub record: u64,
    /// First line of the event's text, from 1.
    pub line: u64,
    /// Where the event's text begins in the source.
    pub offset: u64,
    /// The event's text.
    pub text: Vec<u8>,
    /// Which part of an overlong line, 0 for a whole record.
    pub part: u32,
}

/// One frame read back, its hash checked: content, spans, and where they begin.
#[derive(Debug)]
pub struct FrameBytes {
    /// The content.
    pub content: Vec<u8>,
    /// Its records.
    pub spans: Vec<Span>,
    /// Number of the first record.
    pub first_record: u64,
    /// Number of the first line, from 1.
    pub first_line: u64,
    /// Where the content begins in the source.
    pub start: u64,
}

impl Store {
    /// Opens the batches that the journal says are committed: (number,
    /// SHA-256 of its manifest). A manifest that differs is damage.
    pub fn open(_evidence: &Path, _committed: &[(u32, [u8; 32])]) -> Result<Store> {
        todo!()
    }

    /// Gives the manifests with their batch numbers, in order.
    pub fn manifests(&self) -> impl Iterator<Item = (u32, &Manifest)> {
        std::iter::empty()
    }

    /// Finds a source.
    pub fn find(&self, _id: &SourceId) -> Option<SourceAt> {
        todo!()
    }

    /// Gives a source's row.
    pub fn row(&self, _at: SourceAt) -> &SourceRow {
        todo!()
    }

    /// Tells whether a container with these bytes is kept.
    pub fn has_original(&self, _sha256: &[u8; 32]) -> bool {
        todo!()
    }

    /// Reads one frame of a source through its hash.
    pub fn frame(&self, _at: SourceAt, _frame: usize) -> Result<FrameBytes> {
        todo!()
    }

    /// Reads one record through its frame's hash. Recent frames are cached.
    pub fn record(&self, _at: SourceAt, _record: u64) -> Result<RecordBytes> {
        todo!()
    }
}

/// One place where evidence is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file, relative to the case.
    pub file: String,
    /// The frame within its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<usize>,
    /// First and last record concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<(u64, u64)>,
    /// What was expected and what was found.
    pub reason: String,
}

/// How much [`check`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// File names, lengths, manifests, and a sample of frames.
    Quick,
    /// Every byte: frames, spans, leaves, roots, content hashes, originals.
    Deep,
}

/// Checks the committed batches in a case folder and lists every damage found;
/// never writes. `progress` is called with bytes done and bytes in all.
pub fn check(
    _case: &Path,
    _committed: &[(u32, [u8; 32])],
    _depth: Depth,
    _progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<Damage> {
    todo!()
}

/// Gives the folder of a batch: `evidence/0001`.
pub fn batch_folder(evidence: &Path, number: u32) -> PathBuf {
    evidence.join(format!("{number:04}"))
}

/// Removes temporary batch folders that a crash left.
pub fn sweep(_evidence: &Path) -> Result<()> {
    todo!()
}
