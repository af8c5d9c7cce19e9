//! The columnar file of a segment, mapped and checked.

use std::path::Path;

use tantivy::columnar::{Column, ColumnType, ColumnarReader, DynamicColumn, DynamicColumnHandle};
use tantivy::directory::{Directory, FileSlice, MmapDirectory, OwnedBytes};

use super::companion_files::companion_files;
use super::corruption::damaged;
use super::segment_contents::{COLUMNS, Contents, HASHES, PartHash, hash_of};
use crate::error::{Error, Result};
use crate::fs::{Dir, FileKind};

/// No file of hashes is longer.
const MOST_BYTES: u64 = 64 << 20;

/// A column that is not opened yet.
pub(super) struct ColumnEntry {
    /// Its name in the file.
    pub name: String,
    /// The type of its values.
    pub kind: ColumnType,
    /// How many distinct values it has, or an upper bound of it.
    pub distinct: u32,
    bytes: OwnedBytes,
    hash: PartHash,
    handle: DynamicColumnHandle,
}

/// A segment's columnar file. Every column is checked when it is opened.
pub(super) struct SegmentFile {
    name: String,
    /// The columns, by name and type.
    pub columns: Vec<ColumnEntry>,
}

impl SegmentFile {
    /// Maps the columnar file of a segment, which must have this length, and reads its
    /// hashes, which must have this hash.
    pub fn open(dir: &Dir, id: &str, length: u64, hashes: PartHash) -> Result<(SegmentFile, Contents)> {
        let contents = contents(dir, id, hashes)?;
        let file = SegmentFile { name: format!("{id}.{COLUMNS}"), columns: Vec::new() };
        let bytes = file.mapped(dir)?;
        if bytes.len() as u64 != length {
            return Err(file.damage(&format!("has {} bytes instead of {length}", bytes.len())));
        }
        let columns = file.entries(&bytes, &contents)?;
        Ok((SegmentFile { columns, ..file }, contents))
    }

    fn mapped(&self, dir: &Dir) -> Result<OwnedBytes> {
        let name = &self.name;
        let bad = |error: Box<dyn std::error::Error>| damaged(format!("cannot read {name}: {error}"));
        match dir.kind(name).map_err(|error| bad(error.into()))? {
            Some(FileKind::File(_)) => {}
            Some(_) => return Err(damaged(format!("{name} is not a plain file"))),
            None => return Err(damaged(format!("{name} is missing"))),
        }
        // tantivy maps files by their path. Were another put in its place between
        // these lines, its parts would not have their hashes.
        let folder = MmapDirectory::open(dir.path()).map_err(|error| bad(error.into()))?;
        let slice = folder.open_read(Path::new(name)).map_err(|error| bad(error.into()))?;
        slice.read_bytes().map_err(|error| bad(error.into()))
    }

    /// Reads the names of the columns, behind them.
    fn entries(&self, bytes: &OwnedBytes, contents: &Contents) -> Result<Vec<ColumnEntry>> {
        let parts = &contents.columns;
        let end = parts.iter().try_fold(0u64, |end, part| end.checked_add(part.bytes));
        let end = end.filter(|end| *end <= bytes.len() as u64);
        let end = end.ok_or_else(|| self.damage("is too short for its columns"))? as usize;
        if hash_of(&bytes[end..]) != contents.rest {
            return Err(self.damage(&format!("is not what was written from byte {end} on")));
        }
        let body = bytes.len().checked_sub(footer_length(&bytes[end..])).filter(|body| *body >= end);
        let body = body.ok_or_else(|| self.damage("has no footer"))?;
        let slice = FileSlice::new(std::sync::Arc::new(bytes.slice(0..body)));
        let listed = self.decode(|| ColumnarReader::open(slice)?.list_columns())?;
        if listed.len() != parts.len() {
            return Err(self.damage("has other columns than were written"));
        }
        let mut start = 0;
        let entries = listed.into_iter().zip(parts).map(|((name, handle), part)| {
            let range = start..start + part.bytes as usize;
            start = range.end;
            let kind = handle.column_type();
            let (distinct, hash) = (part.distinct, part.hash);
            ColumnEntry { name, kind, distinct, bytes: bytes.slice(range), hash, handle }
        });
        Ok(entries.collect())
    }

    /// Opens a column as one of texts or of numbers; its bytes are what was written.
    pub fn column(&self, i: usize) -> Result<DynamicColumn> {
        let entry = self.checked(i)?;
        self.decode(|| entry.handle.open())
    }

    /// Opens a column as one of numbers that compare as its values do.
    pub fn numbers(&self, i: usize) -> Result<Column<u64>> {
        let entry = self.checked(i)?;
        let column = self.decode(|| entry.handle.open_u64_lenient())?;
        column.ok_or_else(|| self.damage("has a column of another type"))
    }

    /// Holds the bytes of a column against their hash.
    pub fn checked(&self, i: usize) -> Result<&ColumnEntry> {
        let entry = &self.columns[i];
        if hash_of(&entry.bytes) != entry.hash {
            return Err(self.damage(&format!("is not what was written in column {}", entry.name)));
        }
        Ok(entry)
    }

    /// Returns the place of a column by its name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let at = self.columns.partition_point(|column| column.name.as_str() < name);
        self.columns.get(at).filter(|column| column.name == name).map(|_| at)
    }

    /// Creates the failure for damage in this file.
    pub fn damage(&self, what: &str) -> Error {
        damaged(format!("{} {what}", self.name))
    }

    /// Opens something that tantivy encoded, which may panic on bytes it never wrote.
    pub fn decode<T, E: std::fmt::Display>(&self, open: impl FnOnce() -> Result<T, E>) -> Result<T> {
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(open)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.damage(&format!("cannot be decoded: {error}"))),
            Err(_) => Err(self.damage("cannot be decoded")),
        }
    }
}

/// Reads what a segment holds.
fn contents(dir: &Dir, id: &str, hash: PartHash) -> Result<Contents> {
    let name = format!("{id}.{HASHES}");
    let bytes = dir.read(&name, MOST_BYTES).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => damaged(format!("{name} is missing")),
        _ => damaged(format!("cannot read {name}: {error}")),
    })?;
    if hash_of(&bytes) != hash {
        return Err(damaged(format!("{name} is not what was written")));
    }
    serde_json::from_slice(&bytes).map_err(|error| damaged(format!("{name} cannot be read: {error}")))
}

/// Holds the files of a segment that have nothing in them against their hash.
pub(super) fn check_companions(dir: &Dir, id: &str, hash: PartHash) -> Result<()> {
    let mut all = Vec::new();
    let files = companion_files().map_err(|error| damaged(error.to_string()))?;
    for (ending, content) in files {
        let name = format!("{id}.{ending}");
        let read = dir.read(&name, content.len() as u64 + 1);
        all.extend(read.map_err(|error| damaged(format!("cannot read {name}: {error}")))?);
    }
    if hash_of(&all) == hash {
        Ok(())
    } else {
        Err(damaged(format!("segment {id} has other files than were written")))
    }
}

/// Returns the length of the footer that tantivy puts behind every file.
fn footer_length(end: &[u8]) -> usize {
    let length = end.len().checked_sub(8).and_then(|at| end[at..at + 4].try_into().ok());
    length.map_or(0, |length| u32::from_le_bytes(length) as usize + 8)
}
