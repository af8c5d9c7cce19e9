//! Writing the columnar file of a segment (`.fast`), as tantivy does.
//!
//! ```text
//! columns            one after another, in the order of their names and types
//! their names        an sstable: name, 0, type → byte range
//! its length         8 bytes, little-endian
//! number of rows     4 bytes
//! version, magic     8 bytes
//! footer             JSON with the version and the CRC-32 of the above, its length, 1337
//! ```
//!
//! The same columns give the same bytes as tantivy's `ColumnarWriter`, which interns
//! values row by row; a test compares the two.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tantivy::columnar::{CURRENT_VERSION, ColumnType};
use tantivy_sstable::value::RangeValueWriter;
use tantivy_sstable::{Dictionary, RangeSSTable};

use super::segment_contents::{ColumnPart, PartHash, shortened};

/// Ends every columnar file.
const MAGIC: [u8; 4] = [2, 113, 119, 66];
/// Ends every file of tantivy.
const FOOTER_MAGIC: u32 = 1337;

/// How many bytes are hashed and written together.
const TOGETHER: usize = 64 << 10;

/// Writes columns into a file.
pub(super) struct SegmentSerializer<W> {
    out: HashingWriter<W>,
    names: tantivy_sstable::Writer<Vec<u8>, RangeValueWriter>,
    columns: Vec<ColumnPart>,
}

/// A file that is written, with the hashes of what was written.
pub(super) struct HashingWriter<W> {
    out: W,
    /// Of everything, as tantivy wants it.
    crc: crc32fast::Hasher,
    /// Of the present part.
    sha256: Sha256,
    /// What is neither hashed nor written yet.
    held: Vec<u8>,
    written: u64,
}

/// What was written.
pub(super) struct WrittenSegment<W> {
    /// The file.
    pub out: W,
    /// The columns, in order.
    pub columns: Vec<ColumnPart>,
    /// The hash of what follows the columns.
    pub rest: PartHash,
    /// The file's length.
    pub bytes: u64,
}

/// The footer that tantivy puts behind every file.
#[derive(Serialize)]
struct Footer<'a> {
    version: &'a tantivy::Version,
    crc: u32,
}

impl<W: Write> SegmentSerializer<W> {
    /// Begins a file.
    pub fn begin(out: W) -> io::Result<SegmentSerializer<W>> {
        let (crc, sha256) = (crc32fast::Hasher::new(), Sha256::new());
        Ok(SegmentSerializer {
            out: HashingWriter { out, crc, sha256, held: Vec::with_capacity(TOGETHER), written: 0 },
            names: Dictionary::<RangeSSTable>::builder(Vec::new())?,
            columns: Vec::new(),
        })
    }

    /// Writes a column, whose name and type sort after those before. `write` returns
    /// how many distinct values it has, or an upper bound of it.
    pub fn column(
        &mut self,
        name: &str,
        kind: ColumnType,
        write: impl FnOnce(&mut HashingWriter<W>) -> io::Result<u32>,
    ) -> io::Result<()> {
        let start = self.out.written();
        let distinct = write(&mut self.out)?;
        let hash = self.out.part()?;
        let end = self.out.written();
        let mut key = Vec::with_capacity(name.len() + 2);
        key.extend_from_slice(name.as_bytes());
        key.extend_from_slice(&[0, kind.to_code()]);
        self.names.insert(&key, &(start..end))?;
        self.columns.push(ColumnPart { bytes: end - start, hash, distinct });
        Ok(())
    }

    /// Writes what follows the columns.
    pub fn end(self, rows: u32) -> io::Result<WrittenSegment<W>> {
        let SegmentSerializer { mut out, names, columns } = self;
        let names = names.finish()?;
        out.write_all(&names)?;
        out.write_all(&(names.len() as u64).to_le_bytes())?;
        out.write_all(&rows.to_le_bytes())?;
        out.write_all(&(CURRENT_VERSION as u32).to_le_bytes())?;
        out.write_all(&MAGIC)?;
        out.flush()?;
        out.write_all(&footer(out.crc.clone().finalize())?)?;
        let rest = out.part()?;
        Ok(WrittenSegment { columns, rest, bytes: out.written(), out: out.out })
    }
}

impl<W: Write> HashingWriter<W> {
    /// Returns how many bytes were written.
    pub fn written(&self) -> u64 {
        self.written + self.held.len() as u64
    }

    /// Ends a part; returns its hash.
    fn part(&mut self) -> io::Result<PartHash> {
        self.flush()?;
        Ok(shortened(std::mem::replace(&mut self.sha256, Sha256::new())))
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.len() + bytes.len() > TOGETHER {
            self.flush()?;
        }
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.crc.update(&self.held);
        self.sha256.update(&self.held);
        self.out.write_all(&self.held)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }
}

/// Returns the footer of a file whose content has this checksum.
fn footer(crc: u32) -> io::Result<Vec<u8>> {
    let mut footer = serde_json::to_vec(&Footer { version: tantivy::version(), crc })?;
    let length = footer.len() as u32;
    footer.extend_from_slice(&length.to_le_bytes());
    footer.extend_from_slice(&FOOTER_MAGIC.to_le_bytes());
    Ok(footer)
}
