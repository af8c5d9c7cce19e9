//! What this machine remembers of each case, like `known_hosts` for servers.
//!
//! A case that is rolled back as a whole (a folder copied back, a snapshot restored)
//! looks intact: a check that reads only the case cannot see what is missing from it.
//! So the user's state folder keeps, outside any case, the end of the journal as it
//! was last seen, and the case is compared with that whenever it is opened.
//!
//! Several copies of a case on one machine are legitimate: a team works in copies and
//! merges them. So the memory is kept per case id *and* folder. A journal in one folder
//! may only grow: if it got shorter, or its entries differ, it is not written to until
//! the user accepts that. Across folders nothing is refused; if a folder that is opened
//! for the first time has less than another folder of the same case, that is only a
//! remark, since it may be an old copy or merely a different one.
//!
//! The same file lists the entries that this user wrote. It is updated before an entry
//! is written, so that a program that is killed between an entry and its checkpoint
//! leaves nothing that looks like somebody else's. Such an announcement names the hash
//! of the entry; if the entry was never written, the hash is in no journal and has no
//! effect.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Context, Result, Visible};
use crate::fs::Dir;
use crate::record::Timestamp;

use super::actor::Home;
use super::payload::RememberedEnd;
use super::reader::{self, Journal, entry_hash};

/// Largest memory file in bytes.
const MOST: u64 = 8 << 20;

/// Most runs of own entries that are remembered per folder.
const MOST_RUNS: usize = 256;

/// The end of the journal in another folder of the same case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The folder (foreign text: show through `Visible`).
    pub place: String,
    /// The end that was seen there.
    #[serde(flatten)]
    pub end: RememberedEnd,
}

/// Consecutive entries that this user wrote: their numbers from `from` up to, not
/// including, `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OwnEntries {
    from: u64,
    to: u64,
    /// SHA-256 of the last of them.
    head: String,
}

/// What is remembered of one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct FolderMemory {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<RememberedEnd>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    own: Vec<OwnEntries>,
    /// The entry that was announced last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<OwnEntries>,
}

/// The memory file of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct MemoryFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Elsewhere>,
    #[serde(default)]
    places: BTreeMap<String, FolderMemory>,
}

/// How a journal compares with what this machine remembers of the case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct History {
    /// The end that was seen in this folder; `None` if it was never opened here.
    pub remembered: Option<RememberedEnd>,
    /// Whether the journal extends it; `None` if nothing is remembered.
    pub extends: Option<bool>,
    /// How many of the seen entries are missing.
    pub missing: u64,
    /// The newest end seen in another folder, if this journal lacks some of its entries.
    pub elsewhere: Option<Elsewhere>,
    /// Why the memory cannot be read, if so.
    pub unreadable: Option<String>,
}

impl History {
    /// Describes how the case contradicts what this machine saw in the same folder.
    pub fn contradiction(&self) -> Option<String> {
        let seen = self.remembered.as_ref().filter(|_| self.extends == Some(false))?;
        let at = to_second(&seen.at);
        Some(match self.missing {
            0 => format!(
                "another history: its first {} entries are not those that this machine saw on {at}",
                seen.entries
            ),
            missing => format!("rolled back: {missing} entries are missing that this machine saw on {at}"),
        })
    }

    /// Returns remarks that are worth knowing but have no consequences.
    pub fn remarks(&self) -> Vec<String> {
        let elsewhere = self.elsewhere.as_ref().map(|other| {
            format!(
                "on {} this machine saw {} entries of this case in {}, some of which are not here: this is an older or another copy",
                to_second(&other.end.at),
                other.end.entries,
                Visible(&other.place)
            )
        });
        let unreadable = self.unreadable.as_ref();
        let unreadable = unreadable
            .map(|why| format!("what this machine remembers of the case cannot be read: {}", Visible(why)));
        elsewhere.into_iter().chain(unreadable).collect()
    }
}

/// Shortens a time to the second.
fn to_second(at: &str) -> String {
    let text = at.get(..19).map_or_else(|| at.to_owned(), |seconds| format!("{seconds}Z"));
    crate::error::visible(&text)
}

/// The memory of one case in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMemory {
    folder: PathBuf,
    case: String,
    place: String,
}

impl CaseMemory {
    /// Creates a handle to the memory of a case; `None` if this user has no state folder,
    /// or if the id is not a UUID.
    pub fn new(home: &Home, case: &str, folder: &Path) -> Option<CaseMemory> {
        let state = home.state.as_ref()?;
        let id = uuid::Uuid::parse_str(case).ok()?.hyphenated().to_string();
        let absolute = std::fs::canonicalize(folder).or_else(|_| std::path::absolute(folder)).ok()?;
        let place = absolute.to_string_lossy().into_owned();
        Some(CaseMemory { folder: state.join("known"), case: id, place })
    }

    /// Compares a journal with what is remembered. Writes nothing.
    pub fn history(&self, journal: &Journal) -> History {
        self.compare(self.memory(), journal)
    }

    /// Compares a journal that is being written to with what is remembered. Reads the
    /// memory first and then the journal, which by then includes what was seen.
    pub fn history_at(&self, case: &Dir) -> Result<History> {
        let memory = self.memory();
        Ok(self.compare(memory, &reader::read(case)?))
    }

    fn memory(&self) -> io::Result<MemoryFile> {
        match Dir::open(&self.folder).and_then(|dir| self.read(&dir)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(MemoryFile::default()),
            memory => memory,
        }
    }

    fn compare(&self, memory: io::Result<MemoryFile>, journal: &Journal) -> History {
        let memory = match memory {
            Ok(memory) => memory,
            Err(error) => return History { unreadable: Some(error.to_string()), ..History::default() },
        };
        let remembered = memory.places.get(&self.place).and_then(|place| place.seen.clone());
        // A broken journal is reported anyway, and its entries after the break are unknown.
        let comparable = remembered.as_ref().filter(|_| journal.broken.is_none());
        let extends = comparable.map(|end| includes(journal, end.entries, &end.head));
        let missing = comparable.map_or(0, |end| end.entries.saturating_sub(journal.entries.len() as u64));
        let elsewhere = memory.newest.filter(|newest| {
            newest.place != self.place && !includes(journal, newest.end.entries, &newest.end.head)
        });
        History { remembered, extends, missing, elsewhere, unreadable: None }
    }

    /// Remembers the end of a journal, if it extends what is remembered.
    pub fn remember(&self, journal: &Journal, at: Timestamp) -> Result<()> {
        if journal.broken.is_some() || journal.entries.is_empty() {
            return Ok(());
        }
        self.update(|memory| {
            let seen = memory.places.get(&self.place).and_then(|place| place.seen.as_ref());
            if seen.is_none_or(|end| includes(journal, end.entries, &end.head)) {
                self.record_end(memory, journal, at);
            }
        })
    }

    /// Replaces what is remembered of this folder by the journal as it is now.
    pub fn accept(&self, journal: &Journal, at: Timestamp) -> Result<()> {
        let keep = self.memory().is_ok();
        self.update_or_replace(keep, |memory| {
            memory.places.remove(&self.place);
            self.record_end(memory, journal, at);
        })
    }

    fn record_end(&self, memory: &mut MemoryFile, journal: &Journal, at: Timestamp) {
        let entries = journal.entries.len() as u64;
        let end = RememberedEnd { entries, head: journal.head.clone(), at: at.to_string() };
        let place = memory.places.entry(self.place.clone()).or_default();
        if place.seen.as_ref().is_none_or(|seen| (seen.entries, &seen.head) != (entries, &end.head)) {
            place.seen = Some(end.clone());
        }
        let is_outdated = |newest: &Elsewhere| {
            newest.place == self.place
                || newest.end.entries < entries
                || includes(journal, newest.end.entries, &newest.end.head)
        };
        let is_same = |newest: &Elsewhere| newest.place == self.place && newest.end.head == end.head;
        if memory.newest.as_ref().is_none_or(|newest| is_outdated(newest) && !is_same(newest)) {
            memory.newest = Some(Elsewhere { place: self.place.clone(), end });
        }
    }

    /// Announces that an entry with this hash is about to be appended to a journal.
    pub fn announce(&self, journal: &Journal, head: &str) -> Result<()> {
        let size = journal.entries.len() as u64;
        self.update(|memory| {
            let place = memory.places.entry(self.place.clone()).or_default();
            // The entry announced before is in the journal, or was never written.
            if let Some(written) =
                place.next.take().filter(|next| next.to == size && next.head == journal.head)
            {
                match place
                    .own
                    .last_mut()
                    .filter(|run| run.to == written.from && includes(journal, run.to, &run.head))
                {
                    Some(run) => (run.to, run.head) = (written.to, written.head),
                    None => place.own.push(written),
                }
            }
            place.next = Some(OwnEntries { from: size, to: size + 1, head: head.to_owned() });
            let over = place.own.len().saturating_sub(MOST_RUNS);
            place.own.drain(..over);
        })
    }

    /// Returns which entries of a journal this user wrote, as far as remembered.
    pub fn own_entries(&self, journal: &Journal) -> Vec<Range<u64>> {
        let memory = self.memory().unwrap_or_default();
        let place = memory.places.get(&self.place).cloned().unwrap_or_default();
        place
            .own
            .into_iter()
            .chain(place.next)
            .filter(|run| includes(journal, run.to, &run.head))
            .map(|run| run.from..run.to)
            .collect()
    }

    fn read(&self, dir: &Dir) -> io::Result<MemoryFile> {
        match dir.read(&self.case, MOST) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(MemoryFile::default()),
            Err(error) => Err(error),
        }
    }

    /// Updates the memory, one process at a time. An unreadable memory is left as it is.
    fn update(&self, change: impl FnOnce(&mut MemoryFile)) -> Result<()> {
        self.update_or_replace(true, change)
    }

    /// Updates the memory, or starts a new one unless `keep`.
    fn update_or_replace(&self, keep: bool, change: impl FnOnce(&mut MemoryFile)) -> Result<()> {
        let write = || -> io::Result<()> {
            let dir = Dir::create(&self.folder)?;
            let _lock = lock(&dir)?;
            let before = if keep { self.read(&dir)? } else { MemoryFile::default() };
            let mut after = before.clone();
            change(&mut after);
            if before == after {
                return Ok(());
            }
            dir.replace(&self.case, &serde_json::to_vec_pretty(&after)?)
        };
        write().context(|| "cannot record what this machine has seen of the case".to_owned())
    }
}

fn lock(dir: &Dir) -> io::Result<File> {
    let lock = dir.write("lock")?;
    lock.lock()?;
    Ok(lock)
}

/// Reports whether the last of a journal's first `entries` entries has the hash `head`.
fn includes(journal: &Journal, entries: u64, head: &str) -> bool {
    let last = usize::try_from(entries).ok().and_then(|entries| journal.texts.get(entries.checked_sub(1)?));
    last.is_some_and(|text| entry_hash(text) == head)
}
