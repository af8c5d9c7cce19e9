//! Writing a segment's file.

use std::io::{self, Write};

use tantivy::columnar::MonotonicallyMappableToU64;
use tantivy::columnar::column_index::{
    SerializableColumnIndex, SerializableOptionalIndex, serialize_column_index,
};
use tantivy::columnar::column_values::{CodecType, serialize_u64_based_column_values};

use super::column_builder::{ColumnBuilder, SortedColumn};
use super::interner::Interner;
use super::layout::{BLOCK_BYTES, BlockMeta, ColumnMeta, FilePart, Footer, PartHash, Sink};

/// The level at which dictionaries are compressed.
const LEVEL: i32 = 3;

/// Encodes columns into a file.
pub(super) struct SegmentSerializer<W> {
    sink: Sink<W>,
    zstd: zstd::bulk::Compressor<'static>,
    buffer: Vec<u8>,
}

impl<W: Write> SegmentSerializer<W> {
    /// Begins a file.
    pub fn begin(out: W) -> io::Result<SegmentSerializer<W>> {
        Ok(SegmentSerializer {
            sink: Sink::begin(out)?,
            zstd: zstd::bulk::Compressor::new(LEVEL)?,
            buffer: Vec::new(),
        })
    }

    /// Writes the footer; returns the file, its length, and the footer's hash.
    pub fn end(self, footer: &Footer) -> io::Result<(W, u64, PartHash)> {
        self.sink.end(footer)
    }

    /// Writes numbers that run along a line, more or less: times, record numbers, offsets.
    pub fn numbers<T: MonotonicallyMappableToU64>(&mut self, values: &[T]) -> io::Result<FilePart> {
        self.encode(values, &[CodecType::Bitpacked, CodecType::BlockwiseLinear])
    }

    fn encode<T: MonotonicallyMappableToU64>(
        &mut self,
        values: &[T],
        codecs: &[CodecType],
    ) -> io::Result<FilePart> {
        self.buffer.clear();
        serialize_u64_based_column_values(&values, codecs, &mut self.buffer)?;
        self.sink.part(&self.buffer)
    }

    /// Writes the column of a field.
    pub fn column(
        &mut self,
        name: &str,
        gather: &ColumnBuilder,
        rows: u32,
        place: Option<&[u32]>,
    ) -> io::Result<ColumnMeta> {
        let SortedColumn { present, starts, ords, sorted } = gather.arrange(rows, place);
        let presence = present.map(|present| self.presence(&present, rows)).transpose()?;
        let starts = starts.map(|starts| self.numbers(&starts)).transpose()?;
        let counts = self.counts(&ords, sorted.len())?;
        let ords = self.encode(&ords, &[CodecType::Bitpacked])?;
        let terms = self.dictionary(&gather.terms, &sorted)?;
        Ok(ColumnMeta {
            name: name.to_owned(),
            distinct: sorted.len() as u32,
            presence,
            starts,
            ords,
            counts,
            terms,
        })
    }

    fn presence(&mut self, present: &[u32], rows: u32) -> io::Result<FilePart> {
        self.buffer.clear();
        let index = SerializableOptionalIndex { non_null_row_ids: Box::new(present), num_rows: rows };
        serialize_column_index(SerializableColumnIndex::Optional(index), &mut self.buffer)?;
        self.sink.part(&self.buffer)
    }

    fn counts(&mut self, ords: &[u64], distinct: usize) -> io::Result<FilePart> {
        let mut counts = vec![0usize; distinct];
        ords.iter().for_each(|ord| counts[*ord as usize] += 1);
        self.buffer.clear();
        counts.iter().for_each(|count| put_length(*count, &mut self.buffer));
        let packed = self.zstd.compress(&self.buffer)?;
        self.sink.part(&packed)
    }

    fn dictionary(&mut self, terms: &Interner, sorted: &[u32]) -> io::Result<Vec<BlockMeta>> {
        let mut blocks = Vec::new();
        let mut rest = sorted;
        while !rest.is_empty() {
            let mut text = 0;
            let count = rest
                .iter()
                .take_while(|id| {
                    let room = text < BLOCK_BYTES;
                    text += terms.get(**id).len();
                    room
                })
                .count();
            let (block, behind) = rest.split_at(count);
            blocks.push(self.block(terms, block)?);
            rest = behind;
        }
        Ok(blocks)
    }

    fn block(&mut self, terms: &Interner, ids: &[u32]) -> io::Result<BlockMeta> {
        self.buffer.clear();
        ids.iter().for_each(|id| self.buffer.extend_from_slice(terms.get(*id)));
        let text = self.buffer.len() as u32;
        ids.iter().for_each(|id| put_length(terms.get(*id).len(), &mut self.buffer));
        let packed = self.zstd.compress(&self.buffer)?;
        let bytes = if packed.len() < self.buffer.len() { &packed } else { &self.buffer };
        let raw = self.buffer.len() as u32;
        Ok(BlockMeta { part: self.sink.part(bytes)?, count: ids.len() as u32, text, raw })
    }
}

/// Writes a length in LEB128: seven bits a byte, the lowest first.
fn put_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}
