//! Encodes a part of a source as a frame: compressed, and with its hashes.

use zstd::bulk::Compressor;

use crate::error::{Context, Result};
use crate::record::{Digest, root};

use super::manifest::FrameRow;
use super::merkle::{LeafHasher, SourceSecret};
use super::span_table::{Span, encode};

/// Most bytes of content in one frame, unless a single record is longer.
pub const FRAME_BYTES: usize = 384 * 1024;

/// The zstd level of content and span tables: for access logs, level 3 takes 45 percent
/// longer for six percent less.
const LEVEL: i32 = 1;

/// A part of one source's content that ends at a record boundary, compressed and hashed.
#[derive(Debug)]
pub struct Frame {
    /// The compressed content.
    pub packed: Vec<u8>,
    /// The compressed span table.
    pub spans: Vec<u8>,
    /// Its row in the manifest, without the offsets, which the writer fills in.
    pub row: FrameRow,
}

/// Compresses and hashes frames; each thread has its own.
pub struct FrameEncoder {
    compressor: Compressor<'static>,
}

impl FrameEncoder {
    /// Creates an encoder.
    pub fn new() -> Result<FrameEncoder> {
        let why = || "cannot start zstd".to_owned();
        let mut compressor = Compressor::new(LEVEL).context(why)?;
        compressor.include_checksum(true).context(why)?;
        Ok(FrameEncoder { compressor })
    }

    /// Encodes a part of a source that begins and ends at record boundaries.
    ///
    /// `first_record` (from 0) and `first_line` (from 1) are the numbers of its first
    /// record and line.
    pub fn encode(
        &mut self,
        content: &[u8],
        spans: &[Span],
        first_record: u64,
        first_line: u64,
        secret: &SourceSecret,
    ) -> Result<Frame> {
        let why = || "cannot compress a frame".to_owned();
        let packed = self.compressor.compress(content).context(why)?;
        let table = self.compressor.compress(&encode(spans)).context(why)?;
        let leaves = LeafHasher::new(secret).leaves(first_record, content, spans);
        let row = FrameRow {
            offset: 0,
            length: packed.len() as u64,
            start: 0,
            raw_length: content.len() as u64,
            sha256: Digest::of(content).to_string(),
            first_record,
            records: spans.len() as u64,
            first_line,
            root: Digest(root(&leaves)).to_string(),
            spans: (0, table.len() as u64, Digest::of(&table).to_string()),
        };
        Ok(Frame { packed, spans: table, row })
    }
}
