//! A segment's file, mapped and checked.

use std::path::Path;

use tantivy::directory::{Directory, MmapDirectory, OwnedBytes};

use super::damage::damaged;
use super::layout::{Footer, HEAD, Part, TAIL, crc};
use crate::error::{Error, Result};

/// A segment's file. Every part is checked when it is taken.
pub(super) struct Sheets {
    bytes: OwnedBytes,
    name: String,
}

impl Sheets {
    /// Maps a file of the index folder and reads its footer.
    pub fn open(folder: &Path, name: &str, length: u64) -> Result<(Sheets, Footer)> {
        let bad = |error: Box<dyn std::error::Error>| damaged(format!("cannot read {name}: {error}"));
        let folder = MmapDirectory::open(folder).map_err(|error| bad(error.into()))?;
        let slice = folder.open_read(Path::new(name)).map_err(|error| bad(error.into()))?;
        let bytes = slice.read_bytes().map_err(|error| bad(error.into()))?;
        let sheets = Sheets { bytes, name: name.to_owned() };
        if sheets.bytes.len() as u64 != length {
            return Err(sheets.damage(&format!("has {} bytes instead of {length}", sheets.bytes.len())));
        }
        let footer = sheets.footer()?;
        Ok((sheets, footer))
    }

    fn footer(&self) -> Result<Footer> {
        let end = TAIL.len() + 8;
        let all = self.bytes.as_slice();
        if all.len() < HEAD.len() + end || !all.starts_with(HEAD) || !all.ends_with(TAIL) {
            return Err(self.damage("is not a segment"));
        }
        let at = all.len() - end;
        let number =
            |at: usize| u32::from_le_bytes(all[at..at + 4].try_into().expect("four bytes were taken"));
        let length = u64::from(number(at));
        let start = (at as u64).checked_sub(length).ok_or_else(|| self.damage("has no footer"))?;
        let json = self.part(Part(start, length, number(at + 4)))?;
        serde_json::from_slice(&json).map_err(|error| self.damage(&format!("has a strange footer: {error}")))
    }

    /// Takes a part; its bytes are what was written.
    pub fn part(&self, Part(offset, length, sum): Part) -> Result<OwnedBytes> {
        let end = offset.checked_add(length).filter(|end| *end <= self.bytes.len() as u64);
        let end = end.ok_or_else(|| self.damage("is too short for its parts"))?;
        let bytes = self.bytes.slice(offset as usize..end as usize);
        if crc(&bytes) != sum {
            return Err(self.damage(&format!("is not what was written at byte {offset}")));
        }
        Ok(bytes)
    }

    /// Makes the failure for damage in this file.
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
