//! What this machine remembers of each case, as `known_hosts` does of servers.
//!
//! A case that is rolled back as a whole (a folder copied back, a snapshot
//! restored) looks sound in itself: every check that reads only the case shrinks
//! with it. So the user's state folder keeps, outside any case, the end of the
//! journal that was seen last, and whatever opens the case later holds it
//! against that.
//!
//! Two copies of one case on one machine are legitimate: a team works in copies
//! and merges them. Therefore the memory is kept per case id *and* folder. What
//! lies in one folder may only grow: where it is shorter than it was, or went
//! another way, it is not written to until the user accepts that. Across folders
//! nothing is refused; a folder that is opened for the first time and has less
//! than another folder of the same case had is told as a remark, since it may be
//! an old copy or merely a different one.
//!
//! The same file names the entries that this user wrote. It is written before
//! each entry is, so that a program that dies between an entry and its checkpoint
//! leaves nothing behind that looks like somebody else's. Such an intention names the hash of the entry; if the
//! entry was never written, the hash is in no journal, and it says nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Context, Result, Visible};
use crate::fs::Dir;
use crate::record::Timestamp;

use super::{Home, Journal, entry_hash};

/// Most bytes that a memory may have.
const MOST: u64 = 8 << 20;

/// Most runs of one's own entries that are remembered of a place.
const MOST_RUNS: usize = 256;

/// The end of a journal at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedEnd {
    /// How many entries it had.
    pub entries: u64,
    /// SHA-256 of the last of them, in hex; it commits to all of them.
    pub head: String,
    /// When it was seen (RFC 3339).
    pub at: String,
}

/// The end of the journal in another folder of the same case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Which folder (foreign text: show through `Visible`).
    pub place: String,
    /// What was seen there.
    #[serde(flatten)]
    pub end: RememberedEnd,
}

/// Entries that this user wrote: from this number on, up to that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    from: u64,
    to: u64,
    /// SHA-256 of the last of them.
    head: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<RememberedEnd>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    own: Vec<Run>,
    /// The entry that was about to be written last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Run>,
}

/// The file of one case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Elsewhere>,
    #[serde(default)]
    places: BTreeMap<String, Place>,
}

/// How a journal stands to what this machine remembers of the case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct History {
    /// What was seen in this folder; none where it was never opened here.
    pub remembered: Option<RememberedEnd>,
    /// Whether the journal extends that; none where nothing is remembered.
    pub extends: Option<bool>,
    /// How many entries are missing that were seen.
    pub missing: u64,
    /// The newest that was seen in another folder, where this one lacks some of it.
    pub elsewhere: Option<Elsewhere>,
    /// Why the memory cannot be read.
    pub unreadable: Option<String>,
}

impl History {
    /// Says how the case contradicts what this machine saw in the same folder.
    pub fn contradiction(&self) -> Option<String> {
        let seen = self.remembered.as_ref().filter(|_| self.extends == Some(false))?;
        let at = day(&seen.at);
        Some(match self.missing {
            0 => format!(
                "another history: its first {} entries are not those that this machine saw on {at}",
                seen.entries
            ),
            missing => format!("rolled back: {missing} entries are missing that this machine saw on {at}"),
        })
    }

    /// Says what is worth knowing and forbids nothing.
    pub fn remarks(&self) -> Vec<String> {
        let elsewhere = self.elsewhere.as_ref().map(|other| {
            format!(
                "on {} this machine saw {} entries of this case in {}, some of which are not here: this is an older or another copy",
                day(&other.end.at),
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

/// Writes a moment to the second.
fn day(at: &str) -> String {
    let text = at.get(..19).map_or_else(|| at.to_owned(), |seconds| format!("{seconds}Z"));
    crate::error::visible(&text)
}

/// Where what is known of one case, in one folder, is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMemory {
    folder: PathBuf,
    case: String,
    place: String,
}

impl CaseMemory {
    /// Names the memory of a case; none where this user has no folder for it, or
    /// the id is not a UUID.
    pub fn new(home: &Home, case: &str, folder: &Path) -> Option<CaseMemory> {
        let state = home.state.as_ref()?;
        let id = uuid::Uuid::parse_str(case).ok()?.hyphenated().to_string();
        let whole = std::fs::canonicalize(folder).or_else(|_| std::path::absolute(folder)).ok()?;
        let place = whole.to_string_lossy().into_owned();
        Some(CaseMemory { folder: state.join("known"), case: id, place })
    }

    /// Holds a journal against what is remembered. Writes nothing.
    pub fn history(&self, journal: &Journal) -> History {
        self.judge(self.memory(), journal)
    }

    /// Holds a journal that is being written to against what is remembered: the
    /// memory first, then the journal, since what was seen is in it by then.
    pub fn history_at(&self, case: &Dir) -> Result<History> {
        let memory = self.memory();
        Ok(self.judge(memory, &super::read(case)?))
    }

    fn memory(&self) -> io::Result<Memory> {
        match Dir::open(&self.folder).and_then(|dir| self.read(&dir)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Memory::default()),
            memory => memory,
        }
    }

    fn judge(&self, memory: io::Result<Memory>, journal: &Journal) -> History {
        let memory = match memory {
            Ok(memory) => memory,
            Err(error) => return History { unreadable: Some(error.to_string()), ..History::default() },
        };
        let remembered = memory.places.get(&self.place).and_then(|place| place.seen.clone());
        // Of a journal that is broken the verdict is known, and what follows the break is not.
        let judged = remembered.as_ref().filter(|_| journal.broken.is_none());
        let extends = judged.map(|end| holds(journal, end.entries, &end.head));
        let missing = judged.map_or(0, |end| end.entries.saturating_sub(journal.entries.len() as u64));
        let elsewhere = memory.newest.filter(|newest| {
            newest.place != self.place && !holds(journal, newest.end.entries, &newest.end.head)
        });
        History { remembered, extends, missing, elsewhere, unreadable: None }
    }

    /// Remembers the end of a journal, if it extends what is remembered.
    pub fn remember(&self, journal: &Journal, at: Timestamp) -> Result<()> {
        if journal.broken.is_some() || journal.entries.is_empty() {
            return Ok(());
        }
        self.change(|memory| {
            let seen = memory.places.get(&self.place).and_then(|place| place.seen.as_ref());
            if seen.is_none_or(|end| holds(journal, end.entries, &end.head)) {
                self.take_in(memory, journal, at);
            }
        })
    }

    /// Gives up what is remembered of this folder: the journal as it is counts from here on.
    pub fn accept(&self, journal: &Journal, at: Timestamp) -> Result<()> {
        let keep = self.memory().is_ok();
        self.change_from(keep, |memory| {
            memory.places.remove(&self.place);
            self.take_in(memory, journal, at);
        })
    }

    fn take_in(&self, memory: &mut Memory, journal: &Journal, at: Timestamp) {
        let entries = journal.entries.len() as u64;
        let end = RememberedEnd { entries, head: journal.head.clone(), at: at.to_string() };
        let place = memory.places.entry(self.place.clone()).or_default();
        if place.seen.as_ref().is_none_or(|seen| (seen.entries, &seen.head) != (entries, &end.head)) {
            place.seen = Some(end.clone());
        }
        let newer = |newest: &Elsewhere| {
            newest.place == self.place
                || newest.end.entries < entries
                || holds(journal, newest.end.entries, &newest.end.head)
        };
        let same = |newest: &Elsewhere| newest.place == self.place && newest.end.head == end.head;
        if memory.newest.as_ref().is_none_or(|newest| newer(newest) && !same(newest)) {
            memory.newest = Some(Elsewhere { place: self.place.clone(), end });
        }
    }

    /// Remembers that an entry with this hash is about to be written behind a journal.
    pub fn intend(&self, journal: &Journal, head: &str) -> Result<()> {
        let size = journal.entries.len() as u64;
        self.change(|memory| {
            let place = memory.places.entry(self.place.clone()).or_default();
            // The one before stands in the journal, or was never written.
            if let Some(written) =
                place.next.take().filter(|next| next.to == size && next.head == journal.head)
            {
                match place
                    .own
                    .last_mut()
                    .filter(|run| run.to == written.from && holds(journal, run.to, &run.head))
                {
                    Some(run) => (run.to, run.head) = (written.to, written.head),
                    None => place.own.push(written),
                }
            }
            place.next = Some(Run { from: size, to: size + 1, head: head.to_owned() });
            let over = place.own.len().saturating_sub(MOST_RUNS);
            place.own.drain(..over);
        })
    }

    /// Returns which entries of a journal this user wrote, as far as it is remembered.
    pub fn own_entries(&self, journal: &Journal) -> Vec<Range<u64>> {
        let memory = self.memory().unwrap_or_default();
        let place = memory.places.get(&self.place).cloned().unwrap_or_default();
        place
            .own
            .into_iter()
            .chain(place.next)
            .filter(|run| holds(journal, run.to, &run.head))
            .map(|run| run.from..run.to)
            .collect()
    }

    fn read(&self, dir: &Dir) -> io::Result<Memory> {
        match dir.read(&self.case, MOST) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Memory::default()),
            Err(error) => Err(error),
        }
    }

    /// Changes the memory, one process at a time. One that cannot be read is left as it is.
    fn change(&self, how: impl FnOnce(&mut Memory)) -> Result<()> {
        self.change_from(true, how)
    }

    /// Changes the memory, or begins a new one where it is not kept.
    fn change_from(&self, keep: bool, how: impl FnOnce(&mut Memory)) -> Result<()> {
        let change = || -> io::Result<()> {
            let dir = Dir::create(&self.folder)?;
            let _lock = locked(&dir)?;
            let before = if keep { self.read(&dir)? } else { Memory::default() };
            let mut after = before.clone();
            how(&mut after);
            if before == after {
                return Ok(());
            }
            dir.replace(&self.case, &serde_json::to_vec_pretty(&after)?)
        };
        change().context(|| "cannot write down what this machine has seen of the case".to_owned())
    }
}

fn locked(dir: &Dir) -> io::Result<File> {
    let lock = dir.write("lock")?;
    lock.lock()?;
    Ok(lock)
}

/// Tells whether a journal's first so many entries end with this line.
fn holds(journal: &Journal, entries: u64, head: &str) -> bool {
    let last = usize::try_from(entries).ok().and_then(|entries| journal.texts.get(entries.checked_sub(1)?));
    last.is_some_and(|text| entry_hash(text) == head)
}
