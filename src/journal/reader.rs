//! Reads a journal and checks its hash chain.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use crate::error::{Context, Result};
use crate::fs::{self, Dir};
use crate::record::{Digest, Hash, prefix_roots, root};

use super::entry::Entry;
use super::payload::{JournalEnd, JournalMerge};

/// The name of the journal in a case.
pub const FILE: &str = "journal.jsonl";

/// Largest journal in bytes. An annotation takes about 600.
pub const MOST_BYTES: u64 = 512 << 20;

/// Longest line in bytes. The receipt of 4,000 sources takes three million.
const MOST_LINE: u64 = 64 << 20;

/// Most JSON values in a line, see [`fs::weight_of_json`]: the receipt of 4,000 sources
/// has about 300,000.
const MOST_VALUES: u64 = 2_000_000;

/// Fewest bytes per JSON value in a journal, not counting the first [`MOST_VALUES`].
const BYTES_OF_VALUE: u64 = 4;

/// The `prev` of the first line.
const NOTHING: [u8; 32] = [0; 32];

/// A journal that was read.
#[derive(Debug)]
pub struct Journal {
    /// The entries up to where the hash chain breaks, in order.
    pub entries: Vec<Entry>,
    /// The bytes of their lines, each with its line end.
    pub texts: Vec<Vec<u8>>,
    /// The latest tick of all entries, merged ones included. The next entry gets a
    /// later one.
    pub latest: Option<i64>,
    /// Bytes after the last line end: an interrupted write.
    pub torn: Vec<u8>,
    /// The first line (from 1) that is invalid, and why: its chain, number or form.
    pub broken: Option<(u64, String)>,
    /// SHA-256 of the last valid line, in hex; 64 zeros if there is none.
    pub head: String,
    /// Length of the valid lines in bytes.
    pub length: u64,
    /// How many JSON values the lines hold, see [`fs::weight_of_json`].
    values: u64,
    /// The roots over the first 0, 1, 2 … lines, once they have been computed.
    roots: OnceLock<Vec<Hash>>,
}

impl Default for Journal {
    fn default() -> Journal {
        Journal {
            entries: Vec::new(),
            texts: Vec::new(),
            latest: None,
            torn: Vec::new(),
            broken: None,
            head: Digest(NOTHING).to_string(),
            length: 0,
            values: 0,
            roots: OnceLock::new(),
        }
    }
}

impl Journal {
    /// Appends an entry, given with its line, that follows the last one.
    pub(super) fn add(&mut self, entry: Entry, text: Vec<u8>) {
        self.head = entry_hash(&text);
        self.length += text.len() as u64;
        self.values += fs::weight_of_json(&text);
        let merged = entry
            .read::<JournalMerge>()
            .and_then(|merge| merge.entries().map(|(_, entry)| entry.tick()).max());
        self.latest = self.latest.max(Some(entry.tick())).max(merged);
        self.entries.push(entry);
        self.texts.push(text);
        self.roots = OnceLock::new();
    }

    /// Returns how many entries it has, and the SHA-256 of the last.
    pub fn end(&self) -> JournalEnd {
        JournalEnd { entries: self.entries.len() as u64, head: self.head.clone() }
    }

    /// Checks that a line does not exceed the limits of a journal, which bound the memory
    /// that reading it takes. So nothing is written that could not be read again.
    pub(super) fn has_room(&self, line: &[u8]) -> Result<(), String> {
        let (bytes, values) = (line.len() as u64, fs::weight_of_json(line));
        let most = MOST_VALUES + (self.length + bytes) / BYTES_OF_VALUE;
        if bytes > MOST_LINE || self.length + bytes > MOST_BYTES {
            return Err("it is too long".to_owned());
        }
        if values > MOST_VALUES || self.values + values > most {
            return Err("it holds too many values".to_owned());
        }
        Ok(())
    }

    /// Returns the root of the RFC 9162 tree whose leaves are the first `size` lines,
    /// SHA-256(0x00 ‖ the line's bytes, line end included); `None` if there are fewer
    /// lines.
    pub fn root(&self, size: u64) -> Option<Hash> {
        let size = usize::try_from(size).ok()?;
        if let Some(roots) = self.roots.get() {
            return roots.get(size).copied();
        }
        let texts = self.texts.get(..size)?;
        Some(root(&texts.iter().map(|text| leaf(text)).collect::<Vec<_>>()))
    }

    /// Computes the roots for all sizes at once, for callers that need many of them.
    pub fn prepare_roots(&self) {
        self.roots
            .get_or_init(|| prefix_roots(&self.texts.iter().map(|text| leaf(text)).collect::<Vec<_>>()));
    }

    /// Reports whether the bytes after the last line end are a complete entry with one
    /// byte more: its line end was changed, which an interrupted write does not do.
    pub fn torn_is_whole(&self) -> bool {
        let Some((_, line)) = self.torn.split_last() else { return false };
        parse_next(self, line).is_ok()
    }
}

/// Returns the leaf of a line in the journal's Merkle tree.
pub fn leaf(text: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(text);
    hash.finalize().into()
}

/// Returns the SHA-256 of a line including its line end, in hex: the `prev` of the next
/// line, and the name of the entry in every copy of the case.
pub fn entry_hash(text: &[u8]) -> String {
    Digest::of(text).to_string()
}

/// Largest file in bytes that a user may supply.
const MOST_SUPPLIED: u64 = 256 << 20;

/// Reads a file that the user named. It must be a regular file: reading a pipe would
/// block.
pub fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    fs::read_named(path, MOST_SUPPLIED)
}

/// Reads the journal of a case and checks its chain; a missing journal is empty. Never
/// writes.
pub fn read(case: &Dir) -> Result<Journal> {
    match case.file(FILE) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Journal::default()),
        Err(error) => Err(fs::unusable(error, FILE)),
        Ok(mut file) => read_from(&mut file).map_err(|error| fs::unusable(error, FILE)),
    }
}

/// Reads a journal that the user named by its path.
pub fn read_named(path: &Path) -> Result<Journal> {
    let read = || read_from(&mut fs::open_named(path)?);
    read().context(|| "cannot read the journal".to_owned())
}

/// Reads an open journal from its beginning and checks its chain.
pub(super) fn read_from(file: &mut File) -> std::io::Result<Journal> {
    if file.metadata()?.len() > MOST_BYTES {
        let why = format!("it has more than {MOST_BYTES} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why));
    }
    check_stream(&mut BufReader::with_capacity(1 << 16, file))
}

/// Reads a journal's bytes and checks their chain.
pub fn check(bytes: &[u8]) -> Journal {
    let mut bytes = bytes;
    check_stream(&mut bytes).expect("memory can be read")
}

/// Reads lines up to the first that is invalid.
fn check_stream(from: &mut dyn BufRead) -> std::io::Result<Journal> {
    let mut journal = Journal::default();
    loop {
        let mut line = Vec::new();
        if (&mut *from).take(MOST_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(journal);
        }
        let outcome = match line.last() {
            Some(b'\n') => parse_next(&journal, &line),
            _ if line.len() as u64 > MOST_LINE => Err(format!("it has more than {MOST_LINE} bytes")),
            _ => {
                journal.torn = line;
                return Ok(journal);
            }
        };
        match outcome {
            Ok(parsed) => journal.add(parsed, line),
            Err(how) => {
                journal.broken = Some((journal.entries.len() as u64 + 1, how));
                return Ok(journal);
            }
        }
    }
}

/// Parses a line, which must follow the last entry of the journal.
fn parse_next(journal: &Journal, line: &[u8]) -> Result<Entry, String> {
    journal.has_room(line)?;
    let parsed: Entry = serde_json::from_slice(line).map_err(|_| "it is not an entry".to_owned())?;
    let expected = journal.entries.len() as u64;
    if parsed.seq != expected {
        return Err(format!(
            "it has number {}, expected {expected}: an entry was removed, added or moved",
            parsed.seq
        ));
    }
    if parsed.prev != journal.head {
        return Err(format!(
            "it follows a line with SHA-256 {}, but the previous line has {}: one of them was changed",
            crate::error::Visible(&parsed.prev),
            journal.head
        ));
    }
    Ok(parsed)
}
