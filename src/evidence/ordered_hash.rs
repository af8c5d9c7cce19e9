//! Hashes the content of frames in order, while threads read them in any order.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::verify::Damage;

use super::manifest::Manifest;
use super::seeds::Seeds;
use super::store::{FrameBytes, SourceHandle};

/// Accepts frames from several threads in their order: a thread waits with the content of
/// its frame until all frames before it have been hashed.
pub(super) struct OrderedHasher<'a> {
    progress: Mutex<Progress>,
    advanced: Condvar,
    batch: u32,
    manifest: &'a Manifest,
    /// The hashes with which continuing sources begin; `None` if nothing is hashed.
    seeds: Option<&'a Seeds>,
    /// Whether the hash of the batch is that of its only source.
    single_source: bool,
}

struct Progress {
    /// The position of the next frame.
    next: usize,
    source: Option<OpenSource>,
    batch_hash: Sha256,
    finished: Vec<(usize, [u8; 32])>,
    damage: Vec<Damage>,
}

/// The source that is being hashed.
struct OpenSource {
    row: usize,
    /// The hash of the whole content so far; `None` once a part of it is missing.
    hash: Option<Sha256>,
    /// How much of the whole content was hashed.
    length: u64,
    /// Where other sources need the hash as it is there, descending.
    wanted: Vec<u64>,
}

/// The hashes of the content of a batch.
pub(super) struct Hashes {
    /// Of each source that has frames, by its row.
    pub sources: Vec<(usize, [u8; 32])>,
    /// Of the whole content.
    pub whole: [u8; 32],
}

impl<'a> OrderedHasher<'a> {
    /// Creates a hasher for a batch. Without `seeds`, it only collects damage.
    pub fn new(batch: u32, manifest: &'a Manifest, seeds: Option<&'a Seeds>) -> OrderedHasher<'a> {
        let progress = Progress {
            next: 0,
            source: None,
            batch_hash: Sha256::new(),
            finished: Vec::new(),
            damage: Vec::new(),
        };
        let single_source = matches!(&manifest.sources[..], [only] if only.continues.is_none());
        let (progress, advanced) = (Mutex::new(progress), Condvar::new());
        OrderedHasher { progress, advanced, batch, manifest, seeds, single_source }
    }

    /// Adds the outcome of reading the frame at a position; blocks until those before it
    /// have been added.
    pub fn add(&self, position: usize, row: usize, outcome: Result<FrameBytes, Damage>) {
        let mut progress = self.wait_for(position);
        if let Some(seeds) = self.seeds {
            if progress.source.as_ref().is_none_or(|source| source.row != row) {
                progress.end_source();
                progress.source = Some(self.open_source(row, seeds));
            }
            let at = SourceHandle { batch: self.batch, row };
            match (&outcome, &mut progress.source) {
                (Ok(bytes), Some(source)) => source.hash(at, &bytes.content, seeds),
                (_, source) => source.iter_mut().for_each(|source| source.hash = None),
            }
        }
        match outcome {
            Ok(bytes) if self.seeds.is_some() && !self.single_source => {
                progress.batch_hash.update(&bytes.content);
            }
            Ok(_) => {}
            Err(damage) => progress.damage.push(damage),
        }
        progress.next += 1;
        self.advanced.notify_all();
    }

    fn open_source(&self, row: usize, seeds: &Seeds) -> OpenSource {
        let at = SourceHandle { batch: self.batch, row };
        let found = &self.manifest.sources[row];
        let hash = if found.continues.is_some() { seeds.take(at) } else { Some(Sha256::new()) };
        let wanted = seeds.offsets(at).into_iter().rev().collect();
        let mut source = OpenSource { row, hash, length: found.start(), wanted };
        // Another source may begin where this one does.
        source.hash(at, &[], seeds);
        source
    }

    fn wait_for(&self, position: usize) -> MutexGuard<'_, Progress> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        while progress.next != position {
            progress = self.advanced.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
        progress
    }

    /// Returns the damage found, and the hashes.
    pub fn finish(self) -> (Vec<Damage>, Hashes) {
        let mut progress = self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        progress.end_source();
        let whole = match (self.single_source, progress.finished.first()) {
            (true, Some((_, hash))) => *hash,
            _ => progress.batch_hash.finalize().into(),
        };
        (progress.damage, Hashes { sources: progress.finished, whole })
    }
}

impl Progress {
    /// Finishes the hash of the source that is open.
    fn end_source(&mut self) {
        let ended = self.source.take().and_then(|source| Some((source.row, source.hash?)));
        self.finished.extend(ended.map(|(row, hash)| (row, hash.finalize().into())));
    }
}

impl OpenSource {
    /// Hashes what follows, and passes on the hash where another source needs it.
    fn hash(&mut self, at: SourceHandle, content: &[u8], seeds: &Seeds) {
        let Some(hash) = &mut self.hash else { return };
        let mut rest = content;
        while let Some(offset) = self.wanted.last().copied() {
            let Some(here) = offset.checked_sub(self.length).map(|here| here as usize) else {
                self.wanted.pop();
                continue;
            };
            if here > rest.len() {
                break;
            }
            let (before, after) = rest.split_at(here);
            hash.update(before);
            self.length = offset;
            seeds.put(at, offset, hash);
            self.wanted.pop();
            rest = after;
        }
        hash.update(rest);
        self.length += rest.len() as u64;
    }
}
