//! Reading a journal and checking its chain.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::error::{Context, Result};
use crate::fs::{self, Dir};
use crate::record::{Hash, SourceId, prefix_roots, root};

use super::annotation_log::merged;
use super::{Entry, JournalEnd, JournalMerge};

/// The name of the journal in a case.
pub const FILE: &str = "journal.jsonl";

/// Most bytes that a journal may have. An annotation takes about 600.
pub const MOST_BYTES: u64 = 512 << 20;

/// Most bytes that a line may have. The receipt of 4,000 sources takes three million.
const MOST_LINE: u64 = 64 << 20;

/// Most values that a line may become, see [`fs::weight_of_json`]: those of the
/// receipt of 4,000 sources are about 300,000.
const MOST_VALUES: u64 = 2_000_000;

/// How many bytes a journal has for each value at least, but for the first
/// [`MOST_VALUES`] of them.
const BYTES_OF_VALUE: u64 = 4;

/// The `prev` of the first line.
const NOTHING: [u8; 32] = [0; 32];

/// What reading a journal found.
#[derive(Debug)]
pub struct Journal {
    /// The entries whose chain holds, in order.
    pub entries: Vec<Entry>,
    /// Their very bytes, each with its line end.
    pub texts: Vec<Vec<u8>>,
    /// The latest tick in it, of its own lines and of those merged in: what is
    /// said next is said later than all of these.
    pub latest: Option<i64>,
    /// Bytes behind the last line end: a write that was cut off.
    pub torn: Vec<u8>,
    /// The first line (from 1) whose chain, number or form is wrong, and how.
    pub broken: Option<(u64, String)>,
    /// SHA-256 of the last good line (64 zeros where there is none), in hex.
    pub head: String,
    /// Bytes of the good lines.
    pub length: u64,
    /// How many values its lines became, see [`fs::weight_of_json`].
    values: u64,
    /// The roots over its first 0, 1, 2 … lines, once they were asked for.
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
            head: SourceId(NOTHING).to_string(),
            length: 0,
            values: 0,
            roots: OnceLock::new(),
        }
    }
}

impl Journal {
    /// Adds a line that follows.
    pub(super) fn add(&mut self, line: Entry, text: Vec<u8>) {
        self.head = entry_hash(&text);
        self.length += text.len() as u64;
        self.values += fs::weight_of_json(&text);
        let inside =
            line.read::<JournalMerge>().and_then(|merge| merged(&merge).map(|(_, line)| line.tick()).max());
        self.latest = self.latest.max(Some(line.tick())).max(inside);
        self.entries.push(line);
        self.texts.push(text);
        self.roots = OnceLock::new();
    }

    /// Returns how many entries it has, and the SHA-256 of the last.
    pub fn end(&self) -> JournalEnd {
        JournalEnd { entries: self.entries.len() as u64, head: self.head.clone() }
    }

    /// Says why a line is more than this journal can hold, which bounds the memory
    /// that reading it takes: none is written that could not be read again.
    pub(super) fn has_room(&self, line: &[u8]) -> Result<(), String> {
        let (bytes, values) = (line.len() as u64, fs::weight_of_json(line));
        let most = MOST_VALUES + (self.length + bytes) / BYTES_OF_VALUE;
        if bytes > MOST_LINE || self.length + bytes > MOST_BYTES {
            return Err("it is longer than there is room for".to_owned());
        }
        if values > MOST_VALUES || self.values + values > most {
            return Err("it holds more values than there is room for".to_owned());
        }
        Ok(())
    }

    /// Gives the root of the RFC 9162 tree whose leaves are the first `size`
    /// lines, SHA-256(0x00 ‖ the line's bytes, line end included); none where
    /// there are fewer lines.
    pub fn root(&self, size: u64) -> Option<Hash> {
        let size = usize::try_from(size).ok()?;
        if let Some(roots) = self.roots.get() {
            return roots.get(size).copied();
        }
        let texts = self.texts.get(..size)?;
        Some(root(&texts.iter().map(|text| leaf(text)).collect::<Vec<_>>()))
    }

    /// Works the roots over all its beginnings out at once, for whoever will ask for many.
    pub fn prepare_roots(&self) {
        self.roots
            .get_or_init(|| prefix_roots(&self.texts.iter().map(|text| leaf(text)).collect::<Vec<_>>()));
    }

    /// Tells whether what stands behind the last line end is a whole entry with
    /// one byte more: its line end was changed, which no cut-off write does.
    pub fn torn_is_whole(&self) -> bool {
        let Some((_, line)) = self.torn.split_last() else { return false };
        follows(self, line).is_ok()
    }
}

/// Gives the leaf of a line in the journal's tree.
pub fn leaf(text: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(text);
    hash.finalize().into()
}

/// Gives the SHA-256 of a line with its line end, in hex: what the next line's
/// `prev` says, and the line's name wherever it goes.
pub fn entry_hash(text: &[u8]) -> String {
    SourceId(Sha256::digest(text).into()).to_string()
}

/// Most bytes of a file that the user brings along.
const MOST_BROUGHT: u64 = 256 << 20;

/// Reads a file that the user named; it has to be a plain one, for a pipe would
/// be waited for.
pub fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    fs::read_named(path, MOST_BROUGHT)
}

/// Reads the journal of a case and checks its chain; one that is absent is
/// empty. Never writes.
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

/// Reads line after line, up to the first whose chain does not hold.
fn check_stream(from: &mut dyn BufRead) -> std::io::Result<Journal> {
    let mut journal = Journal::default();
    loop {
        let mut line = Vec::new();
        if (&mut *from).take(MOST_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(journal);
        }
        let outcome = match line.last() {
            Some(b'\n') => follows(&journal, &line),
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

/// Reads a line that must follow the ones before it.
fn follows(journal: &Journal, line: &[u8]) -> Result<Entry, String> {
    journal.has_room(line)?;
    let parsed: Entry = serde_json::from_slice(line).map_err(|_| "it is not an entry".to_owned())?;
    let expected = journal.entries.len() as u64;
    if parsed.seq != expected {
        return Err(format!(
            "it has number {}, expected {expected}: an entry is missing, added or moved",
            parsed.seq
        ));
    }
    if parsed.prev != journal.head {
        return Err(format!(
            "it follows a line with SHA-256 {}, the line before has {}: one of them was changed",
            crate::error::Visible(&parsed.prev),
            journal.head
        ));
    }
    Ok(parsed)
}
