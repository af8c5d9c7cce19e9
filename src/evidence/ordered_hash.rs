//! Hashes the content of frames in order, while threads read them in any order.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::verify::Damage;

use super::manifest::Manifest;
use super::store::FrameBytes;

/// Accepts frames from several threads in their order: a thread waits with the content of
/// its frame until all frames before it have been hashed.
pub(super) struct OrderedHasher {
    progress: Mutex<Progress>,
    advanced: Condvar,
    hashes_content: bool,
    /// Whether the hash of the batch is that of its only source.
    single_source: bool,
}

struct Progress {
    /// The position of the next frame.
    next: usize,
    /// The source that is being hashed.
    source: Option<usize>,
    source_hash: Sha256,
    batch_hash: Sha256,
    finished: Vec<(usize, [u8; 32])>,
    damage: Vec<Damage>,
}

/// The hashes of the content of a batch.
pub(super) struct Hashes {
    /// Of each source that has frames, by its row.
    pub sources: Vec<(usize, [u8; 32])>,
    /// Of the whole content.
    pub whole: [u8; 32],
}

impl OrderedHasher {
    /// Creates a hasher for a batch. Without `hashes_content`, it only collects damage.
    pub fn new(manifest: &Manifest, hashes_content: bool) -> OrderedHasher {
        let progress = Progress {
            next: 0,
            source: None,
            source_hash: Sha256::new(),
            batch_hash: Sha256::new(),
            finished: Vec::new(),
            damage: Vec::new(),
        };
        let single_source = manifest.sources.len() == 1;
        let (progress, advanced) = (Mutex::new(progress), Condvar::new());
        OrderedHasher { progress, advanced, hashes_content, single_source }
    }

    /// Adds the outcome of reading the frame at a position; blocks until those before it
    /// have been added.
    pub fn add(&self, position: usize, source: usize, outcome: Result<FrameBytes, Damage>) {
        let mut progress = self.wait_for(position);
        match outcome {
            Ok(bytes) if self.hashes_content => {
                progress.enter_source(source);
                progress.source_hash.update(&bytes.content);
                if !self.single_source {
                    progress.batch_hash.update(&bytes.content);
                }
            }
            Ok(_) => {}
            Err(damage) => progress.damage.push(damage),
        }
        progress.next += 1;
        self.advanced.notify_all();
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
        progress.enter_source(usize::MAX);
        let whole = match (self.single_source, progress.finished.first()) {
            (true, Some((_, hash))) => *hash,
            _ => progress.batch_hash.finalize().into(),
        };
        (progress.damage, Hashes { sources: progress.finished, whole })
    }
}

impl Progress {
    /// Starts the hash of a source, and finishes that of the source before it.
    fn enter_source(&mut self, source: usize) {
        if self.source == Some(source) {
            return;
        }
        let hash = std::mem::take(&mut self.source_hash).finalize().into();
        if let Some(before) = self.source.replace(source) {
            self.finished.push((before, hash));
        }
    }
}
