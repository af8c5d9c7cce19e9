//! A stretch of a source made into a frame.

use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use crate::error::{Context, Result};
use crate::record::{SourceId, root};

use super::manifest::FrameRow;
use super::merkle::LeafHasher;
use super::span_table::{Span, encode};

/// Most bytes of content in one frame, unless a single record is longer.
pub const FRAME_BYTES: usize = 384 * 1024;

/// zstd level of content and span tables.
const LEVEL: i32 = 3;

/// The secret that salts one source's leaves: log lines are guessable, and an
/// unsalted proof would let its holder test guesses at the neighbours.
#[derive(Clone)]
pub struct SourceSecret(pub [u8; 32]);

impl SourceSecret {
    /// Draws a new secret from the system.
    pub fn random() -> Result<SourceSecret> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context(|| "cannot draw random bytes from the system".to_owned())?;
        Ok(SourceSecret(bytes))
    }
}

/// A stretch of one source's content that ends at a record's end, compressed
/// and hashed.
#[derive(Debug)]
pub struct Frame {
    /// The compressed content.
    pub packed: Vec<u8>,
    /// The compressed span table.
    pub spans: Vec<u8>,
    /// The content, for the batch's own hash.
    pub content: Vec<u8>,
    /// What the manifest will say of it (offsets are filled by the writer).
    pub row: FrameRow,
}

/// Compresses and hashes frames; each thread has its own.
pub struct FrameEncoder {
    compressor: Compressor<'static>,
}

impl FrameEncoder {
    /// Makes a sealer.
    pub fn new() -> Result<FrameEncoder> {
        let why = || "cannot start zstd".to_owned();
        let mut compressor = Compressor::new(LEVEL).context(why)?;
        compressor.include_checksum(true).context(why)?;
        Ok(FrameEncoder { compressor })
    }

    /// Seals one stretch of a source that begins and ends at records.
    ///
    /// `first_record` (from 0) and `first_line` (from 1) number what stands
    /// first in it.
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
        let salter = LeafHasher::new(secret);
        let (mut leaves, mut at) = (Vec::with_capacity(spans.len()), 0);
        for (record, span) in (first_record..).zip(spans) {
            leaves.push(salter.leaf(record, &content[at..at + span.length()]));
            at += span.length();
        }
        let row = FrameRow {
            offset: 0,
            length: packed.len() as u64,
            start: 0,
            raw_length: content.len() as u64,
            sha256: hex(&Sha256::digest(content).into()),
            first_record,
            records: spans.len() as u64,
            first_line,
            root: hex(&root(&leaves)),
            spans: (0, table.len() as u64, hex(&Sha256::digest(&table).into())),
        };
        Ok(Frame { packed, spans: table, content: content.to_vec(), row })
    }
}

/// Gives the SHA-256 of what is left of a stream.
pub fn hash_reader(reader: &mut impl std::io::Read) -> std::io::Result<[u8; 32]> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(n) => hash.update(&buffer[..n]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes a hash in lower-case hexadecimal.
pub fn hex(hash: &[u8; 32]) -> String {
    SourceId(*hash).to_string()
}
