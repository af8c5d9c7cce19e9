//! Writes to a journal: one process at a time, each entry synced before it counts.

use serde_json::Value;
use std::fs::{File, TryLockError};
use std::io::{Read, Write};

use crate::error::{Context, Error, Result, escape_json_controls, visible};
use crate::fs::{self, Dir};
use crate::record::{Clock, Timestamp, to_hex};

use super::actor::Actor;
use super::case_memory::CaseMemory;
use super::entry::{Entry, Payload};
use super::payload::{Moved, Recovery};
use super::reader::{FILE, Journal, entry_hash, read_from};

/// The lock file of a case.
pub const LOCK: &str = "lock";

/// The lock file of an import, during which others may write.
pub const IMPORT_LOCK: &str = "lock.import";

/// Prefix of the files to which incomplete ends of a journal are moved.
pub const TORN: &str = "journal.torn-";

/// An open journal with the exclusive right to write: holds the lock of the case until
/// it is dropped.
pub struct Writer {
    file: File,
    lock: File,
    actor: Actor,
    /// The circumstances that the journal recorded last.
    circumstances: Option<Value>,
    journal: Journal,
    /// How many entries there were when it was opened.
    entries_at_open: u64,
    /// Where this user's entries are remembered.
    memory: Option<CaseMemory>,
    /// When it was written to last, or opened.
    last_write: Timestamp,
}

impl Writer {
    /// Opens the journal of a case for writing: acquires the lock, waiting a few seconds,
    /// creates the journal if there is none, and moves an incomplete last line to
    /// `journal.torn-<seq>`, which a `recovery` entry records.
    ///
    /// # Errors
    ///
    /// Fails if another process is writing (the error names it), if the chain is broken
    /// before the last line (such a case can only be read), and if lock or journal are
    /// not regular files inside the case.
    pub fn open(case: &Dir, who: &Actor, clock: &dyn Clock) -> Result<Writer> {
        Writer::open_guarded(case, who, clock, None, &|_| Ok(()))
    }

    /// Opens a journal like [`Writer::open`], unless `guard` rejects its content: that is
    /// called under the lock, before anything is written. Entries are announced to
    /// `memory` before they are written.
    pub fn open_guarded(
        case: &Dir,
        who: &Actor,
        clock: &dyn Clock,
        memory: Option<CaseMemory>,
        guard: &dyn Fn(&Journal) -> Result<()>,
    ) -> Result<Writer> {
        let lock = acquire_lock(case, LOCK, "is writing to", &who.by())?;
        let open = || -> std::io::Result<(File, Journal)> {
            let mut file = case.append(FILE)?;
            let journal = read_from(&mut file)?;
            case.sync()?;
            Ok((file, journal))
        };
        let (file, journal) = open().map_err(|error| not_writable(error, FILE))?;
        if let Some((line, how)) = &journal.broken {
            return Err(Error::integrity(format!("journal line {line}: {how}"))
                .hint("The case can still be read and verified, but not written to."));
        }
        guard(&journal)?;
        let circumstances = journal.entries.iter().rev().find_map(|entry| entry.what.get("session")).cloned();
        let (entries_at_open, last_write) = (journal.entries.len() as u64, clock.now());
        let actor = who.clone();
        let mut writer =
            Writer { file, lock, actor, circumstances, journal, entries_at_open, memory, last_write };
        writer.set_torn_end_aside(case, clock)?;
        Ok(writer)
    }

    /// Moves an incomplete last line to a file of its own, and records that in an entry.
    fn set_torn_end_aside(&mut self, case: &Dir, clock: &dyn Clock) -> Result<()> {
        let torn = std::mem::take(&mut self.journal.torn);
        if torn.is_empty() {
            return Ok(());
        }
        let set_aside = || -> std::io::Result<String> {
            let name = free_name(case, &format!("{TORN}{}", self.journal.entries.len()))?;
            let mut file = case.create_new(&name)?;
            file.write_all(&torn)?;
            file.sync_all()?;
            case.sync()?;
            self.file.set_len(self.journal.length)?;
            self.file.sync_all()?;
            Ok(name)
        };
        let name = set_aside().context(|| "cannot repair the incomplete end of the journal".to_owned())?;
        let sha256 = entry_hash(&torn);
        let moved = Moved::Bytes(torn.len() as u64);
        let reason = "the last line had no end: a write was cut off".to_owned();
        self.append(Recovery { moved, to: name, sha256: Some(sha256), reason }, clock).map(drop)
    }

    /// Appends an entry and syncs: when this returns, it is committed. After a failure
    /// the writer must not be used any more, since it is unknown what is on disk.
    ///
    /// Every entry gets 16 random bytes (`salt`), so that a bundle can leave it out and
    /// still commit to it by a hash from which nobody can guess the content; the first
    /// entry of each session records its circumstances (`session`).
    pub fn append(&mut self, payload: impl Into<Payload>, clock: &dyn Clock) -> Result<Entry> {
        let payload = payload.into();
        let mut what = payload.to_json().context(|| "cannot write a journal entry as JSON".to_owned())?;
        let now = clock.now();
        let last = self.journal.latest;
        if last.is_some_and(|last| now.nanos() <= last) {
            what["tick"] = last.unwrap_or_default().saturating_add(1).into();
        }
        let circumstances = self.actor.circumstances();
        if self.circumstances.as_ref() != Some(&circumstances) {
            what["session"] = circumstances.clone();
            self.circumstances = Some(circumstances);
        }
        what["salt"] = salt()?.into();
        let entry = Entry {
            seq: self.journal.entries.len() as u64,
            at: now.to_string(),
            by: self.actor.by(),
            kind: payload.kind().to_owned(),
            what,
            prev: self.journal.head.clone(),
        };
        let json =
            serde_json::to_string(&entry).context(|| "cannot write a journal entry as JSON".to_owned())?;
        let mut bytes = escape_json_controls(json).into_bytes();
        bytes.push(b'\n');
        self.journal.has_room(&bytes).map_err(|why| {
            Error::case(format!("the journal cannot take another entry: {why}"))
                .hint("Start another case; this one remains intact and readable.")
        })?;
        if let Some(memory) = &self.memory {
            // Before the entry: after a crash it is still known to be this user's. If it
            // cannot be remembered, an entry without a checkpoint has to be adopted.
            let _ = memory.announce(&self.journal, &entry_hash(&bytes));
        }
        self.last_write = now;
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.context(|| "cannot write to the journal".to_owned())?;
        self.journal.add(entry.clone(), bytes);
        Ok(entry)
    }

    /// Returns the actor who writes.
    pub fn who(&self) -> &Actor {
        &self.actor
    }

    /// Returns the journal so far.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Returns the entries so far, and gives up the right to write.
    pub fn into_journal(mut self) -> Journal {
        self.remember();
        std::mem::take(&mut self.journal)
    }

    /// Remembers the journal's end, once.
    fn remember(&mut self) {
        if let Some(memory) = self.memory.take() {
            let _ = memory.remember(&self.journal, self.last_write);
        }
    }

    /// Returns how many entries there were when it was opened: what stands behind
    /// them was written by this process.
    pub fn entries_at_open(&self) -> u64 {
        self.entries_at_open
    }

    /// Sets where entries are remembered from now on, for a case that was just created.
    pub fn remember_in(&mut self, memory: Option<CaseMemory>) {
        self.memory = memory;
    }
}

impl Drop for Writer {
    /// Remembers the end of the journal, and removes the holder's name from the lock file;
    /// a stale name does no harm.
    fn drop(&mut self) {
        self.remember();
        let _ = self.lock.set_len(0);
    }
}

fn salt() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context(|| "cannot draw random bytes from the system".to_owned())?;
    Ok(to_hex(&bytes))
}

/// Returns a name that is not taken: `name`, or `name` with a number.
fn free_name(case: &Dir, name: &str) -> std::io::Result<String> {
    if case.kind(name)?.is_none() {
        return Ok(name.to_owned());
    }
    (1..1000)
        .map(|n| format!("{name}-{n}"))
        .find(|name| matches!(case.kind(name), Ok(None)))
        .ok_or_else(|| std::io::ErrorKind::AlreadyExists.into())
}

/// Returns the error for a file of a case that cannot be opened for writing.
fn not_writable(error: std::io::Error, file: &str) -> Error {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Error::case(format!("cannot open {file} for writing")).with_source(error)
        }
        _ => fs::unusable(error, file),
    }
}

/// The exclusive right to import into a case, until it is dropped. Its holder writes files
/// that no entry names yet while others may write entries, and acquires the right to
/// write for each of its own entries.
pub struct ImportLock(File);

impl ImportLock {
    /// Acquires the lock, waiting a few seconds.
    ///
    /// # Errors
    ///
    /// Fails if another process is importing (the error names it).
    pub fn acquire(case: &Dir, who: &Actor) -> Result<ImportLock> {
        acquire_lock(case, IMPORT_LOCK, "is importing into", &who.by()).map(ImportLock)
    }
}

impl Drop for ImportLock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

/// Reports whether a process is writing to a case at this moment.
pub fn has_writer(case: &Dir) -> bool {
    is_locked(case, LOCK)
}

/// Reports whether a process is importing into a case at this moment.
pub fn has_importer(case: &Dir) -> bool {
    is_locked(case, IMPORT_LOCK)
}

fn is_locked(case: &Dir, name: &str) -> bool {
    case.file(name).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// How often to try to lock: an annotation or a batch of an import holds the lock only
/// briefly …
const TRIES: u32 = 200;
/// … and how long to wait between attempts.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(25);

/// Acquires a lock and writes its holder into the file; `activity` is what holders do.
fn acquire_lock(case: &Dir, name: &str, activity: &str, by: &str) -> Result<File> {
    let why = || "cannot open the case's lock".to_owned();
    let mut file = case.write(name).map_err(|error| not_writable(error, name))?;
    let mut tries = 0;
    let locked = loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            locked => break locked,
        }
    };
    match locked {
        Ok(()) => {
            let holder = format!("{by}, process {}\n", std::process::id());
            let write = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
            write.context(why)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // The name is a courtesy: a lock file that cannot be read still means that it is locked.
            let _ = (&mut file).take(1000).read_to_string(&mut holder);
            Err(Error::case(format!("another vestigo {activity} this case ({})", visible(holder.trim_end())))
                .hint("Wait until it has finished, or stop it; reading needs no lock."))
        }
        Err(TryLockError::Error(error)) => Err(error).context(why),
    }
}
