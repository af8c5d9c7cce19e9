//! A segment's file, mapped and checked.

use std::path::Path;

use tantivy::directory::{Directory, MmapDirectory, OwnedBytes};

use super::corruption::damaged;
use super::layout::{FilePart, Footer, HEAD, PartHash, TAIL, hash_of};
use crate::error::{Error, Result};
use crate::fs::{Dir, FileKind};

/// A segment's file. Every part is checked when it is taken.
pub(super) struct SegmentFile {
    bytes: OwnedBytes,
    name: String,
}

impl SegmentFile {
    /// Maps a plain file of the index folder, which must have this length, and
    /// reads its footer, which must have this hash.
    pub fn open(dir: &Dir, name: &str, length: u64, footer: PartHash) -> Result<(SegmentFile, Footer)> {
        let bad = |error: Box<dyn std::error::Error>| damaged(format!("cannot read {name}: {error}"));
        match dir.kind(name).map_err(|error| bad(error.into()))? {
            Some(FileKind::File(_)) => {}
            Some(_) => return Err(damaged(format!("{name} is not a plain file"))),
            None => return Err(damaged(format!("{name} is missing"))),
        }
        // tantivy maps files by their path. Were another put in its place between
        // these lines, its footer would not have the hash.
        let folder = MmapDirectory::open(dir.path()).map_err(|error| bad(error.into()))?;
        let slice = folder.open_read(Path::new(name)).map_err(|error| bad(error.into()))?;
        let bytes = slice.read_bytes().map_err(|error| bad(error.into()))?;
        let sheets = SegmentFile { bytes, name: name.to_owned() };
        if sheets.bytes.len() as u64 != length {
            return Err(sheets.damage(&format!("has {} bytes instead of {length}", sheets.bytes.len())));
        }
        let footer = sheets.footer(footer)?;
        Ok((sheets, footer))
    }

    fn footer(&self, hash: PartHash) -> Result<Footer> {
        let end = TAIL.len() + 4;
        let all = self.bytes.as_slice();
        if all.len() < HEAD.len() + end || !all.starts_with(HEAD) || !all.ends_with(TAIL) {
            return Err(self.damage("is not a segment"));
        }
        let at = all.len() - end;
        let length: [u8; 4] = all[at..at + 4].try_into().expect("four bytes were taken");
        let length = u64::from(u32::from_le_bytes(length));
        let start = (at as u64).checked_sub(length).ok_or_else(|| self.damage("has no footer"))?;
        let json = self.part(FilePart(start, length, hash))?;
        serde_json::from_slice(&json).map_err(|error| self.damage(&format!("has a strange footer: {error}")))
    }

    /// Takes a part; its bytes are what was written.
    pub fn part(&self, FilePart(offset, length, hash): FilePart) -> Result<OwnedBytes> {
        let end = offset.checked_add(length).filter(|end| *end <= self.bytes.len() as u64);
        let end = end.ok_or_else(|| self.damage("is too short for its parts"))?;
        let bytes = self.bytes.slice(offset as usize..end as usize);
        if hash_of(&bytes) != hash {
            return Err(self.damage(&format!("is not what was written at byte {offset}")));
        }
        Ok(bytes)
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
