//! Which keys sign for a case, and how far what they signed reaches.
//!
//! The keys of a case are those it began with and those that a `key.add` entry
//! brought in which is itself covered by a checkpoint that an earlier key of the
//! case signed. A signature by any other key is a stranger's: it may be sound,
//! and vouches for nothing, since whoever rewrites a case can make a key.
//!
//! A checkpoint covers the entries before it. What stands behind the newest one
//! is *uncovered*, and before a key signs over it, it has to be known who wrote
//! it: this very process, this user (as [`super::CaseMemory`] remembers), or somebody
//! whose entries the holder of the key took over in a `checkpoint.adopt` entry.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::visible;
use crate::fs::Dir;

use super::{
    ANCHORS, CHECKPOINT_NAMESPACE, Checkpoint, CheckpointAdopt, Entry, HistoryAccept, Journal, KeyAdd,
    SignerIdentity, check_signature, each_of,
};

/// Most bytes of a checkpoint.
pub const MOST_CHECKPOINT: u64 = 4 << 10;

/// Most bytes of a signature or a time stamp.
pub const MOST_SIGNATURE: u64 = 1 << 20;

/// Most bytes of checkpoints and signatures that are held at once.
const MOST_AT_ONCE: usize = 64 << 20;

fn most(name: &str) -> u64 {
    if name.ends_with(".txt") { MOST_CHECKPOINT } else { MOST_SIGNATURE }
}

/// The files in `anchors/`. Those of [`Anchors::read`] are of one moment.
#[derive(Debug, Default)]
pub struct Anchors {
    dir: Option<Dir>,
    files: BTreeMap<String, Option<io::Result<Vec<u8>>>>,
}

impl Anchors {
    /// Lists the files of a case; each is read when it is asked for.
    pub fn list(case: &Dir) -> io::Result<Anchors> {
        let dir = match case.dir(ANCHORS) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Anchors::default()),
            dir => dir?,
        };
        let names = dir.names()?;
        let files = names.into_iter().map(|name| (name.to_string_lossy().into_owned(), None)).collect();
        Ok(Anchors { dir: Some(dir), files })
    }

    /// Reads the files of a case, so that they are what they were at this moment.
    pub fn read(case: &Dir) -> io::Result<Anchors> {
        let mut anchors = Anchors::list(case)?;
        if let Some(dir) = &anchors.dir {
            let mut room = MOST_AT_ONCE;
            for (name, bytes) in &mut anchors.files {
                let read = dir.read(name, most(name));
                room = room.saturating_sub(read.as_ref().map_or(0, Vec::len));
                // Far more than a case has: the rest is read when it is asked for.
                *bytes = (room > 0).then_some(read);
            }
        }
        Ok(anchors)
    }

    /// Returns their names, in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Tells whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Tells whether there is a file of this name, or has come to be since.
    pub fn has_now(&self, name: &str) -> bool {
        self.has(name) || self.dir.as_ref().is_some_and(|dir| dir.has(name))
    }

    /// Returns what a file holds.
    pub fn bytes(&self, name: &str) -> io::Result<Vec<u8>> {
        match (self.files.get(name), &self.dir) {
            (Some(Some(Ok(bytes))), _) => Ok(bytes.clone()),
            (Some(Some(Err(error))), _) => Err(io::Error::new(error.kind(), error.to_string())),
            (Some(None), Some(dir)) => dir.read(name, most(name)),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Returns the names of the checkpoints that bear a signature, the largest first.
    fn signed(&self) -> Vec<String> {
        let mut names: Vec<(u64, String)> = self
            .names()
            .filter(|name| self.has(&format!("{name}.sig")))
            .filter_map(|name| Some((size_of(name)?, name.to_owned())))
            .collect();
        names.sort_by(|a, b| b.cmp(a));
        names.into_iter().map(|(_, name)| name).collect()
    }
}

/// Returns how many entries a checkpoint covers, as its file's name says.
fn size_of(name: &str) -> Option<u64> {
    let size = name.strip_prefix("checkpoint-")?.strip_suffix(".txt")?.parse().ok()?;
    (super::checkpoint_name(size) == name).then_some(size)
}

/// A checkpoint whose signature is sound, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// Its file.
    pub name: String,
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Who signed it.
    pub signed: SignerIdentity,
    /// In what the journal does not extend it.
    pub differs: Option<String>,
}

/// How far a case is covered by the signatures of its keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The fingerprints of its keys, in the order in which they came.
    pub keys: Vec<String>,
    /// How many entries the newest checkpoint covers that one of them signed and
    /// the journal extends.
    pub covered: u64,
    /// That checkpoint.
    pub newest: Option<SignedCheckpoint>,
    /// Those that one of them signed and the journal does not extend, which no
    /// `history.accept` entry gave up.
    pub contradicted: Vec<SignedCheckpoint>,
    /// Checkpoints that other keys signed, the largest first.
    pub strangers: Vec<SignedCheckpoint>,
}

impl Trust {
    /// Works out how far the keys reach. `first` are those that the case began
    /// with. Checkpoints smaller than the newest good one are looked at only
    /// where `all` is wanted.
    pub fn evaluate(case: &str, first: &[String], journal: &Journal, anchors: &Anchors, all: bool) -> Trust {
        let added = added(journal);
        let given_up = given_up(journal);
        let mut trust = Trust { keys: first.to_vec(), ..Trust::default() };
        let mut others = Vec::new();
        for name in anchors.signed() {
            if !all && trust.newest.is_some() {
                break;
            }
            let Some(vouched) = vouched(case, journal, anchors, &name) else { continue };
            if trust.keys.contains(&vouched.signed.fingerprint) {
                trust.take(vouched, &given_up);
            } else {
                others.push(vouched);
            }
        }
        // Each key that came under an earlier one may have signed more, and brought in more.
        loop {
            let covered = trust.covered;
            let under = added.iter().filter(|(seq, _)| *seq < covered).map(|(_, key)| key);
            let new: Vec<String> = under.filter(|key| !trust.keys.contains(key)).cloned().collect();
            trust.keys.extend(new);
            trust.keys = without_doubles(&trust.keys);
            let (ours, rest): (Vec<SignedCheckpoint>, Vec<SignedCheckpoint>) =
                others.into_iter().partition(|each| trust.keys.contains(&each.signed.fingerprint));
            others = rest;
            let found = !ours.is_empty();
            ours.into_iter().for_each(|each| trust.take(each, &given_up));
            if !found {
                break;
            }
        }
        trust.strangers = others;
        trust
    }

    fn take(&mut self, vouched: SignedCheckpoint, given_up: &BTreeSet<(u64, String)>) {
        let size = vouched.checkpoint.size;
        let root = STANDARD.encode(vouched.checkpoint.root);
        match &vouched.differs {
            None if size > self.covered || self.newest.is_none() => {
                self.covered = size;
                self.newest = Some(vouched);
            }
            None => {}
            Some(_) if given_up.contains(&(size, root)) => {}
            Some(_) => self.contradicted.push(vouched),
        }
    }

    /// Returns up to which entry somebody who is about to sign need not look: what
    /// the case's keys cover, or a checkpoint that was signed by their own key.
    pub fn covered_for(&self, fingerprint: &str) -> u64 {
        let own = |each: &&SignedCheckpoint| each.signed.fingerprint == fingerprint && each.differs.is_none();
        let own = self.strangers.iter().filter(own).map(|each| each.checkpoint.size).max();
        self.covered.max(own.unwrap_or(0))
    }
}

/// Returns the entries behind the first so many that are in none of these ranges.
pub fn uncovered<'a>(journal: &'a Journal, covered: u64, own: &[Range<u64>]) -> Vec<&'a Entry> {
    let behind = journal.entries.iter().filter(|line| line.seq >= covered);
    behind.filter(|line| !own.iter().any(|run| run.contains(&line.seq))).collect()
}

/// Entries that were taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedEntries {
    /// The entry that says so.
    pub seq: u64,
    /// The numbers of the entries, as ranges: first and last.
    pub ranges: Vec<(u64, u64)>,
    /// By whom, as the entry says.
    pub by: String,
    /// Under which key, as the entry says.
    pub key: String,
    /// When (RFC 3339).
    pub at: String,
}

impl AdoptedEntries {
    /// Says it in a sentence.
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

fn range(first: u64, last: u64) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// Writes numbers that ascend as ranges of first and last.
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

/// Writes ranges as people do: `3–5, 9`.
pub fn format_ranges(ranges: &[(u64, u64)]) -> String {
    ranges.iter().map(|(a, b)| range(*a, *b)).collect::<Vec<_>>().join(", ")
}

/// Returns what was taken over in a journal.
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

/// Returns the keys that entries bring in, with the numbers of the entries.
fn added(journal: &Journal) -> Vec<(u64, String)> {
    each_of::<KeyAdd>(&journal.entries).map(|(entry, key)| (entry.seq, key.fingerprint)).collect()
}

/// Returns size and root (base64) of the checkpoints that were given up.
fn given_up(journal: &Journal) -> BTreeSet<(u64, String)> {
    let lists = each_of::<HistoryAccept>(&journal.entries).flat_map(|(_, accept)| accept.given_up);
    lists.map(|each| (each.entries, each.root)).collect()
}

/// Reads a checkpoint; none where it, its signature, or its origin is not in order.
fn vouched(case: &str, journal: &Journal, anchors: &Anchors, name: &str) -> Option<SignedCheckpoint> {
    let bytes = anchors.bytes(name).ok()?;
    let checkpoint = Checkpoint::parse(std::str::from_utf8(&bytes).ok()?).ok()?;
    let named = checkpoint.origin == Checkpoint::origin_of(case) && size_of(name) == Some(checkpoint.size);
    let pem = anchors.bytes(&format!("{name}.sig")).ok().filter(|_| named)?;
    let signed = check_signature(CHECKPOINT_NAMESPACE, &bytes, &pem).ok()?;
    let differs = checkpoint.mismatch(journal, case);
    Some(SignedCheckpoint { name: name.to_owned(), checkpoint, signed, differs })
}

fn without_doubles(keys: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    keys.iter().filter(|key| seen.insert(*key)).cloned().collect()
}
