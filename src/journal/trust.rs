//! Which keys sign for a case, and which entries their signatures cover.
//!
//! The keys of a case are those with which it was created and those that a `key.add`
//! entry added, if a checkpoint that covers that entry is signed by an earlier key of the
//! case. Any other key is a stranger's: its signature may be valid but vouches for
//! nothing, since whoever rewrites a case can create a key.
//!
//! A checkpoint covers the entries before it. Entries after the newest one are
//! *uncovered*. Before a key signs over them, it must be known who wrote them: this
//! process, this user (as [`super::CaseMemory`] remembers), or somebody whose entries the
//! holder of the key adopted in a `checkpoint.adopt` entry.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::visible;
use crate::fs::Dir;

use super::checkpoint::{ANCHORS, Checkpoint, NAMESPACE, checkpoint_name};
use super::entry::{Entry, each_of};
use super::payload::{CheckpointAdopt, HistoryAccept, KeyAdd};
use super::reader::Journal;
use super::sshsig::{SignerIdentity, check_signature};

/// Largest checkpoint in bytes.
pub const MOST_CHECKPOINT: u64 = 4 << 10;

/// Largest signature or time stamp in bytes.
pub const MOST_SIGNATURE: u64 = 1 << 20;

/// Most bytes of checkpoints and signatures in memory at once.
const MOST_AT_ONCE: usize = 64 << 20;

/// Returns the size limit of a file in bytes.
fn size_limit(name: &str) -> u64 {
    if name.ends_with(".txt") { MOST_CHECKPOINT } else { MOST_SIGNATURE }
}

/// The files in `anchors/`. [`Anchors::read`] takes a snapshot of them.
#[derive(Debug, Default)]
pub struct Anchors {
    dir: Option<Dir>,
    files: BTreeMap<String, Option<io::Result<Vec<u8>>>>,
}

impl Anchors {
    /// Lists the files of a case; each is read when it is needed.
    pub fn list(case: &Dir) -> io::Result<Anchors> {
        let dir = match case.dir(ANCHORS) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Anchors::default()),
            dir => dir?,
        };
        let names = dir.names()?;
        let files = names.into_iter().map(|name| (name.to_string_lossy().into_owned(), None)).collect();
        Ok(Anchors { dir: Some(dir), files })
    }

    /// Reads the files of a case at once, so that later changes do not matter.
    pub fn read(case: &Dir) -> io::Result<Anchors> {
        let mut anchors = Anchors::list(case)?;
        if let Some(dir) = &anchors.dir {
            let mut room = MOST_AT_ONCE;
            for (name, bytes) in &mut anchors.files {
                let read = dir.read(name, size_limit(name));
                room = room.saturating_sub(read.as_ref().map_or(0, Vec::len));
                // Far more than a case has: the rest is read when it is needed.
                *bytes = (room > 0).then_some(read);
            }
        }
        Ok(anchors)
    }

    /// Returns their names, in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Reports whether there was a file with this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Reports whether there was a file with this name, or is one now.
    pub fn has_now(&self, name: &str) -> bool {
        self.has(name) || self.dir.as_ref().is_some_and(|dir| dir.has(name))
    }

    /// Returns the content of a file.
    pub fn bytes(&self, name: &str) -> io::Result<Vec<u8>> {
        match (self.files.get(name), &self.dir) {
            (Some(Some(Ok(bytes))), _) => Ok(bytes.clone()),
            (Some(Some(Err(error))), _) => Err(io::Error::new(error.kind(), error.to_string())),
            (Some(None), Some(dir)) => dir.read(name, size_limit(name)),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Returns the names of the signed checkpoints, the largest first.
    fn signed_checkpoints(&self) -> Vec<String> {
        let mut names: Vec<(u64, String)> = self
            .names()
            .filter(|name| self.has(&format!("{name}.sig")))
            .filter_map(|name| Some((size_from_name(name)?, name.to_owned())))
            .collect();
        names.sort_by(|a, b| b.cmp(a));
        names.into_iter().map(|(_, name)| name).collect()
    }
}

/// Returns how many entries a checkpoint covers according to its file name.
fn size_from_name(name: &str) -> Option<u64> {
    let size = name.strip_prefix("checkpoint-")?.strip_suffix(".txt")?.parse().ok()?;
    (checkpoint_name(size) == name).then_some(size)
}

/// A checkpoint with a valid signature, by whatever key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// Its file.
    pub name: String,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Who signed it.
    pub signed: SignerIdentity,
    /// Why the journal does not extend it, if so.
    pub differs: Option<String>,
}

/// Which entries of a case the signatures of its keys cover.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The fingerprints of its keys, in the order in which they were added.
    pub keys: Vec<String>,
    /// How many entries are covered: by the newest checkpoint that one of them signed and
    /// that the journal extends.
    pub covered: u64,
    /// That checkpoint.
    pub newest: Option<SignedCheckpoint>,
    /// Checkpoints that one of them signed and that the journal does not extend, except
    /// those that a `history.accept` entry gave up.
    pub contradicted: Vec<SignedCheckpoint>,
    /// Checkpoints signed by other keys, the largest first.
    pub strangers: Vec<SignedCheckpoint>,
}

impl Trust {
    /// Evaluates the signed checkpoints of a case. `first` are the keys with which it was
    /// created. Checkpoints smaller than the newest valid one are evaluated only if `all`.
    pub fn evaluate(case: &str, first: &[String], journal: &Journal, anchors: &Anchors, all: bool) -> Trust {
        let added = added_keys(journal);
        let given_up = given_up_checkpoints(journal);
        let mut trust = Trust { keys: first.to_vec(), ..Trust::default() };
        let mut others = Vec::new();
        for name in anchors.signed_checkpoints() {
            if !all && trust.newest.is_some() {
                break;
            }
            let Some(signed) = read_signed(case, journal, anchors, &name) else { continue };
            if trust.keys.contains(&signed.signed.fingerprint) {
                trust.add(signed, &given_up);
            } else {
                others.push(signed);
            }
        }
        // A key that was added under an earlier one may have signed more, and added more keys.
        loop {
            let covered = trust.covered;
            let under = added.iter().filter(|(seq, _)| *seq < covered).map(|(_, key)| key);
            let new: Vec<String> = under.filter(|key| !trust.keys.contains(key)).cloned().collect();
            trust.keys.extend(new);
            trust.keys = without_duplicates(&trust.keys);
            let (ours, rest): (Vec<SignedCheckpoint>, Vec<SignedCheckpoint>) =
                others.into_iter().partition(|each| trust.keys.contains(&each.signed.fingerprint));
            others = rest;
            let found = !ours.is_empty();
            ours.into_iter().for_each(|each| trust.add(each, &given_up));
            if !found {
                break;
            }
        }
        trust.strangers = others;
        trust
    }

    /// Adds a checkpoint that one of the keys signed.
    fn add(&mut self, signed: SignedCheckpoint, given_up: &BTreeSet<(u64, String)>) {
        let size = signed.checkpoint.size;
        let root = STANDARD.encode(signed.checkpoint.root);
        match &signed.differs {
            None if size > self.covered || self.newest.is_none() => {
                self.covered = size;
                self.newest = Some(signed);
            }
            None => {}
            Some(_) if given_up.contains(&(size, root)) => {}
            Some(_) => self.contradicted.push(signed),
        }
    }

    /// Returns how many entries are covered from the point of view of somebody who is about
    /// to sign: by the keys of the case, or by a checkpoint that their own key signed.
    pub fn covered_for(&self, fingerprint: &str) -> u64 {
        let own = |each: &&SignedCheckpoint| each.signed.fingerprint == fingerprint && each.differs.is_none();
        let own = self.strangers.iter().filter(own).map(|each| each.checkpoint.size).max();
        self.covered.max(own.unwrap_or(0))
    }
}

/// Returns the entries after the first `covered` that are in none of the ranges `own`.
pub fn uncovered<'a>(journal: &'a Journal, covered: u64, own: &[Range<u64>]) -> Vec<&'a Entry> {
    let after = journal.entries.iter().filter(|entry| entry.seq >= covered);
    after.filter(|entry| !own.iter().any(|run| run.contains(&entry.seq))).collect()
}

/// Entries that were adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedEntries {
    /// The number of the entry that records it.
    pub seq: u64,
    /// The numbers of the entries, as ranges: first and last.
    pub ranges: Vec<(u64, u64)>,
    /// By whom, according to that entry.
    pub by: String,
    /// With which key, according to that entry.
    pub key: String,
    /// When (RFC 3339).
    pub at: String,
}

impl AdoptedEntries {
    /// Describes it in a sentence.
    pub fn describe(&self) -> String {
        let one = matches!(self.ranges.as_slice(), [(first, last)] if first == last);
        let (what, were, they) =
            if one { ("Entry", "was", "it was") } else { ("Entries", "were", "they were") };
        format!(
            "{what} {} {were} adopted by {} ({}) on {}, in entry {}: {they} not written under a key of the case.",
            format_ranges(&self.ranges),
            visible(&self.by),
            visible(&self.key),
            visible(self.at.get(..19).unwrap_or(&self.at)),
            self.seq
        )
    }
}

fn format_range(first: u64, last: u64) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// Combines ascending numbers into ranges: first and last.
pub fn to_ranges(numbers: impl IntoIterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut().filter(|(_, last)| *last + 1 == number) {
            Some((_, last)) => *last = number,
            None => ranges.push((number, number)),
        }
    }
    ranges
}

/// Formats ranges: `3–5, 9`.
pub fn format_ranges(ranges: &[(u64, u64)]) -> String {
    ranges.iter().map(|(a, b)| format_range(*a, *b)).collect::<Vec<_>>().join(", ")
}

/// Returns the adoptions recorded in a journal.
pub fn adopted_entries(journal: &Journal) -> Vec<AdoptedEntries> {
    let read = |(entry, adopt): (&Entry, CheckpointAdopt)| AdoptedEntries {
        seq: entry.seq,
        ranges: adopt.ranges,
        by: entry.by.clone(),
        key: adopt.key.unwrap_or_else(|| "no key".to_owned()),
        at: entry.at.clone(),
    };
    each_of(&journal.entries).map(read).collect()
}

/// Returns the keys that entries add, with the numbers of the entries.
fn added_keys(journal: &Journal) -> Vec<(u64, String)> {
    each_of::<KeyAdd>(&journal.entries).map(|(entry, key)| (entry.seq, key.fingerprint)).collect()
}

/// Returns size and root (base64) of the checkpoints that were given up.
fn given_up_checkpoints(journal: &Journal) -> BTreeSet<(u64, String)> {
    let lists = each_of::<HistoryAccept>(&journal.entries).flat_map(|(_, accept)| accept.given_up);
    lists.map(|each| (each.entries, each.root)).collect()
}

/// Reads a checkpoint; `None` if it, its signature, its origin or its name is invalid.
fn read_signed(case: &str, journal: &Journal, anchors: &Anchors, name: &str) -> Option<SignedCheckpoint> {
    let bytes = anchors.bytes(name).ok()?;
    let checkpoint = Checkpoint::parse(std::str::from_utf8(&bytes).ok()?).ok()?;
    let is_named_right =
        checkpoint.origin == Checkpoint::origin_of(case) && size_from_name(name) == Some(checkpoint.size);
    let pem = anchors.bytes(&format!("{name}.sig")).ok().filter(|_| is_named_right)?;
    let signed = check_signature(NAMESPACE, &bytes, &pem).ok()?;
    let differs = checkpoint.mismatch(journal, case);
    Some(SignedCheckpoint { name: name.to_owned(), checkpoint, signed, differs })
}

fn without_duplicates(keys: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    keys.iter().filter(|key| seen.insert(*key)).cloned().collect()
}
