//! Writing to a journal: one process at a time, each entry on disk before it counts.

use serde_json::Value;
use std::fs::{File, TryLockError};
use std::io::{Read, Write};

use crate::error::{Context, Error, Result, escape_json_controls, visible};
use crate::fs::{self, Dir};
use crate::record::{Clock, Timestamp};

use super::reader::{FILE, Journal, read_from};
use super::{Actor, Entry, Moved, Payload, Recovery, RememberedCases, hash_of};

/// The name of the lock in a case.
pub const LOCK: &str = "lock";

/// The name of the lock of whoever imports, beside whom others write.
pub const IMPORT_LOCK: &str = "lock.import";

/// How the names begin under which cut-off ends of a journal are set aside.
pub const TORN: &str = "journal.torn-";

/// The right to write: holds the case's exclusive lock until dropped.
pub struct Writer {
    file: File,
    lock: File,
    who: Actor,
    /// The circumstances that the journal tells last.
    told: Option<Value>,
    journal: Journal,
    /// How many entries there were when it was opened.
    found: u64,
    /// Where the user remembers what they write.
    known: Option<RememberedCases>,
    /// When it wrote last, or was opened.
    now: Timestamp,
}

impl Writer {
    /// Takes the lock of a case, waiting for a moment, makes the journal where it
    /// is absent, repairs a torn tail (moved to `journal.torn-<seq>`, a `recovery`
    /// entry says so), and stands ready.
    ///
    /// # Errors
    ///
    /// Fails where another process writes, naming it, where the chain is broken
    /// before its tail (such a case can only be read), and where lock or journal
    /// are no plain files of this case alone.
    pub fn open(case: &Dir, who: &Actor, clock: &dyn Clock) -> Result<Writer> {
        Writer::guarded(case, who, clock, None, &|_| Ok(()))
    }

    /// Opens a journal as [`Writer::open`] does, unless `guard` refuses what is in
    /// it: before anything is written, and under the lock. What is written is
    /// written down in `known` beforehand.
    pub fn guarded(
        case: &Dir,
        who: &Actor,
        clock: &dyn Clock,
        known: Option<RememberedCases>,
        guard: &dyn Fn(&Journal) -> Result<()>,
    ) -> Result<Writer> {
        let lock = take_lock(case, LOCK, "is writing to", &who.by())?;
        let open = || -> std::io::Result<(File, Journal)> {
            let mut file = case.append(FILE)?;
            let journal = read_from(&mut file)?;
            case.sync()?;
            Ok((file, journal))
        };
        let (file, journal) = open().map_err(|error| to_write(error, FILE))?;
        if let Some((line, how)) = &journal.broken {
            return Err(Error::integrity(format!("journal line {line}: {how}"))
                .hint("The case can be read and verified, and is not written to any more."));
        }
        guard(&journal)?;
        let told = journal.lines.iter().rev().find_map(|line| line.what.get("session")).cloned();
        let (found, now) = (journal.lines.len() as u64, clock.now());
        let mut writer = Writer { file, lock, who: who.clone(), told, journal, found, known, now };
        writer.repair(case, clock)?;
        Ok(writer)
    }

    /// Sets a torn tail aside and says so in an entry.
    fn repair(&mut self, case: &Dir, clock: &dyn Clock) -> Result<()> {
        let torn = std::mem::take(&mut self.journal.torn);
        if torn.is_empty() {
            return Ok(());
        }
        let aside = || -> std::io::Result<String> {
            let name = free_name(case, &format!("{TORN}{}", self.journal.lines.len()))?;
            let mut file = case.create_new(&name)?;
            file.write_all(&torn)?;
            file.sync_all()?;
            case.sync()?;
            self.file.set_len(self.journal.length)?;
            self.file.sync_all()?;
            Ok(name)
        };
        let name = aside().context(|| "cannot repair the journal's cut-off end".to_owned())?;
        let sha256 = super::hash_of(&torn);
        let moved = Moved::Bytes(torn.len() as u64);
        let reason = "the last line had no end: a write was cut off".to_owned();
        self.append(Recovery { moved, to: name, sha256: Some(sha256), reason }, clock).map(drop)
    }

    /// Appends an entry and syncs: when this returns, it is committed. After a
    /// failure the writer is of no more use: what is on disk is not known.
    ///
    /// Every entry gets 16 random bytes (`salt`), so that it can be left out of a
    /// bundle and yet be committed to by a hash that nobody can guess from; the
    /// first of each session tells its circumstances (`session`).
    pub fn append(&mut self, payload: impl Into<Payload>, clock: &dyn Clock) -> Result<Entry> {
        let payload = payload.into();
        let mut what = payload.to_json().context(|| "cannot write a journal entry as JSON".to_owned())?;
        let now = clock.now();
        let last = self.journal.latest;
        if last.is_some_and(|last| now.nanos() <= last) {
            what["tick"] = last.unwrap_or_default().saturating_add(1).into();
        }
        let circumstances = self.who.circumstances();
        if self.told.as_ref() != Some(&circumstances) {
            what["session"] = circumstances.clone();
            self.told = Some(circumstances);
        }
        what["salt"] = salt()?.into();
        let line = Entry {
            seq: self.journal.lines.len() as u64,
            at: now.to_string(),
            by: self.who.by(),
            kind: payload.kind().to_owned(),
            what,
            prev: self.journal.head.clone(),
        };
        let json =
            serde_json::to_string(&line).context(|| "cannot write a journal entry as JSON".to_owned())?;
        let mut bytes = escape_json_controls(json).into_bytes();
        bytes.push(b'\n');
        self.journal.has_room(&bytes).map_err(|why| {
            Error::case(format!("the journal cannot take another entry: {why}"))
                .hint("Begin another case; this one stays whole and can be read.")
        })?;
        if let Some(known) = &self.known {
            // Before the entry: whoever dies behind it has still said that it is theirs.
            // Where it cannot be remembered, an entry without a checkpoint has to be adopted.
            let _ = known.intend(&self.journal, &hash_of(&bytes));
        }
        self.now = now;
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.context(|| "cannot write to the journal".to_owned())?;
        self.journal.add(line.clone(), bytes);
        Ok(line)
    }

    /// Returns who writes.
    pub fn who(&self) -> &Actor {
        &self.who
    }

    /// Gives the entries so far.
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
        if let Some(known) = self.known.take() {
            let _ = known.saw(&self.journal, self.now);
        }
    }

    /// Returns how many entries there were when it was opened: what stands behind
    /// them was written by this process.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// Remembers from here on what is written, of a case that was just made.
    pub fn remember_in(&mut self, known: Option<RememberedCases>) {
        self.known = known;
    }
}

impl Drop for Writer {
    /// Remembers the journal's end, and takes the holder's name out of the lock
    /// again; that it is stale is no harm.
    fn drop(&mut self) {
        self.remember();
        let _ = self.lock.set_len(0);
    }
}

fn salt() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context(|| "cannot draw random bytes from the system".to_owned())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns a name that nothing has yet: this one, or one that begins with it.
fn free_name(case: &Dir, name: &str) -> std::io::Result<String> {
    if case.kind(name)?.is_none() {
        return Ok(name.to_owned());
    }
    (1..1000)
        .map(|n| format!("{name}-{n}"))
        .find(|name| matches!(case.kind(name), Ok(None)))
        .ok_or_else(|| std::io::ErrorKind::AlreadyExists.into())
}

/// Says why a file of a case cannot be written to.
fn to_write(error: std::io::Error, file: &str) -> Error {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Error::case(format!("cannot open {file} for writing")).with_source(error)
        }
        _ => fs::unusable(error, file),
    }
}

/// The right to import: one process at a time, until it is dropped. Whoever has it
/// writes without being alone to what no entry names yet, and takes the right to
/// write for each entry.
pub struct Claim(File);

impl Claim {
    /// Takes it, waiting for a moment.
    ///
    /// # Errors
    ///
    /// Fails where another process imports, naming it.
    pub fn take(case: &Dir, who: &Actor) -> Result<Claim> {
        take_lock(case, IMPORT_LOCK, "is importing into", &who.by()).map(Claim)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

/// Tells whether a process writes to a case at this moment.
pub fn is_held(case: &Dir) -> bool {
    is_locked(case, LOCK)
}

/// Tells whether a process imports into a case at this moment.
pub fn is_claimed(case: &Dir) -> bool {
    is_locked(case, IMPORT_LOCK)
}

fn is_locked(case: &Dir, name: &str) -> bool {
    case.file(name).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// How often the lock is tried: who writes an annotation or a batch of an import
/// holds it for a moment …
const TRIES: u32 = 200;
/// … and how long it is waited for each time.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(25);

/// Takes a lock and writes into its file who holds it; `does` is what they do.
fn take_lock(case: &Dir, name: &str, does: &str, by: &str) -> Result<File> {
    let why = || "cannot open the case's lock".to_owned();
    let mut file = case.write(name).map_err(|error| to_write(error, name))?;
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
            // Who it is, is a courtesy: a lock that cannot be read is a lock all the same.
            let _ = (&mut file).take(1000).read_to_string(&mut holder);
            Err(Error::case(format!("another vestigo {does} this case ({})", visible(holder.trim_end())))
                .hint("Wait for it, or stop it; reading needs no lock."))
        }
        Err(TryLockError::Error(error)) => Err(error).context(why),
    }
}
