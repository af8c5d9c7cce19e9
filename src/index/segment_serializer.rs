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
//! values row by row and takes six times as long (0.34 s against 1.94 s for a million
//! rows of 17 columns); a test compares the two.

use std::io::{self, Write};

use serde::Serialize;
use tantivy::columnar::{CURRENT_VERSION, ColumnType};
use tantivy_sstable::value::RangeValueWriter;
use tantivy_sstable::{Dictionary, RangeSSTable};

use super::segment_contents::{ColumnPart, PartHash, hash_of};

/// Ends every columnar file.
const MAGIC: [u8; 4] = [2, 113, 119, 66];
/// Ends every file of tantivy.
const FOOTER_MAGIC: u32 = 1337;

/// Writes columns into a file.
pub(super) struct SegmentSerializer<W> {
    out: W,
    written: u64,
    crc: crc32fast::Hasher,
    names: tantivy_sstable::Writer<Vec<u8>, RangeValueWriter>,
    columns: Vec<ColumnPart>,
    buffer: Vec<u8>,
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
        Ok(SegmentSerializer {
            out,
            written: 0,
            crc: crc32fast::Hasher::new(),
            names: Dictionary::<RangeSSTable>::builder(Vec::new())?,
            columns: Vec::new(),
            buffer: Vec::new(),
        })
    }

    /// Writes a column, whose name and type sort after those before. `write` returns
    /// how many distinct values it has, or an upper bound of it.
    pub fn column(
        &mut self,
        name: &str,
        kind: ColumnType,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<u32>,
    ) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let distinct = write(&mut buffer)?;
        let start = self.written;
        self.put(&buffer)?;
        let mut key = Vec::with_capacity(name.len() + 2);
        key.extend_from_slice(name.as_bytes());
        key.extend_from_slice(&[0, kind.to_code()]);
        self.names.insert(&key, &(start..self.written))?;
        self.columns.push(ColumnPart { bytes: buffer.len() as u64, hash: hash_of(&buffer), distinct });
        self.buffer = buffer;
        Ok(())
    }

    /// Writes what follows the columns.
    pub fn end(mut self, rows: u32) -> io::Result<WrittenSegment<W>> {
        let names = std::mem::replace(&mut self.names, Dictionary::<RangeSSTable>::builder(Vec::new())?);
        let mut rest = names.finish()?;
        let length = rest.len() as u64;
        rest.extend_from_slice(&length.to_le_bytes());
        rest.extend_from_slice(&rows.to_le_bytes());
        rest.extend_from_slice(&(CURRENT_VERSION as u32).to_le_bytes());
        rest.extend_from_slice(&MAGIC);
        self.put(&rest)?;
        let mut footer = footer(self.crc.clone().finalize())?;
        self.out.write_all(&footer)?;
        self.written += footer.len() as u64;
        rest.append(&mut footer);
        let SegmentSerializer { out, columns, written: bytes, .. } = self;
        Ok(WrittenSegment { out, columns, rest: hash_of(&rest), bytes })
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.crc.update(bytes);
        self.out.write_all(bytes)?;
        self.written += bytes.len() as u64;
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
