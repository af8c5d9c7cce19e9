//! Reading side by side, hashing one after another.

use std::sync::{Condvar, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::{Damage, FrameBytes, Manifest};

/// Frames are read on every processor, and hashed one after another: each
/// thread waits with the content of its frame until it is its turn.
pub(super) struct Line {
    state: Mutex<Turn>,
    moved: Condvar,
    hashing: bool,
    /// The batch's own hash is its only source's.
    single: bool,
}

struct Turn {
    next: usize,
    source: Option<usize>,
    one: Sha256,
    whole: Sha256,
    sources: Vec<(usize, [u8; 32])>,
    damage: Vec<Damage>,
}

impl Line {
    /// Stands ready for a batch; `hashing` says whether content is hashed.
    pub fn new(manifest: &Manifest, hashing: bool) -> Line {
        let turn = Turn {
            next: 0,
            source: None,
            one: Sha256::new(),
            whole: Sha256::new(),
            sources: Vec::new(),
            damage: Vec::new(),
        };
        let single = manifest.sources.len() == 1;
        Line { state: Mutex::new(turn), moved: Condvar::new(), hashing, single }
    }

    /// Takes what reading the frame at a place gave, once those before it were taken.
    pub fn take(&self, place: usize, source: usize, outcome: Result<FrameBytes, Damage>) {
        let mut turn = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while turn.next != place {
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        match outcome {
            Ok(bytes) if self.hashing => {
                turn.begin(source);
                turn.one.update(&bytes.content);
                if !self.single {
                    turn.whole.update(&bytes.content);
                }
            }
            Ok(_) => {}
            Err(damage) => turn.damage.push(damage),
        }
        turn.next += 1;
        self.moved.notify_all();
    }

    /// Gives the damage found, and the hashes.
    pub fn end(self) -> (Vec<Damage>, Hashes) {
        let mut turn = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        turn.begin(usize::MAX);
        let whole = match (self.single, turn.sources.first()) {
            (true, Some((_, one))) => *one,
            _ => turn.whole.finalize().into(),
        };
        (turn.damage, Hashes { sources: turn.sources, whole })
    }
}

impl Turn {
    fn begin(&mut self, source: usize) {
        if self.source == Some(source) {
            return;
        }
        let one = std::mem::take(&mut self.one).finalize().into();
        if let Some(before) = self.source.replace(source) {
            self.sources.push((before, one));
        }
    }
}

/// What the content of a batch hashes to.
pub(super) struct Hashes {
    /// Of each source that has frames, by its row.
    pub sources: Vec<(usize, [u8; 32])>,
    /// Of all of it.
    pub whole: [u8; 32],
}
