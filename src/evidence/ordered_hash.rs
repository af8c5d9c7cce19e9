//! Reading side by side, hashing one after another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::verify::Damage;

use super::frame::{SourceSecret, hex};
use super::manifest::{FrameRow, Manifest, SourceRow};
use super::store::{Batch, BatchFile, Fault, FrameBytes, read_frame, unhex, unpack_frame};
use super::verify::{Depth, frame_root, in_file};

/// Reads frames on every processor; gives what is wrong with them, and the
/// hashes of the contents where `line` makes them.
pub(super) fn read_through(
    number: u32,
    batch: &Batch,
    depth: Depth,
    line: Line,
    step: &(dyn Fn(u64) + Sync),
) -> (Vec<Damage>, Hashes) {
    let sources = &batch.manifest.sources;
    let frames: Vec<(usize, usize)> = (sources.iter().enumerate())
        .flat_map(|(source, row)| (0..row.frames.len()).map(move |frame| (source, frame)))
        .filter(|(source, frame)| depth != Depth::Quick || is_outer(&sources[*source], *frame))
        .collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(frames.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&(source, frame)) = frames.get(place) else { return };
                    let row = &sources[source];
                    let outcome = check_frame(batch, row, frame, depth)
                        .map_err(|fault| in_frame(number, fault, frame, &row.frames[frame]));
                    line.take(place, source, outcome);
                    step(row.frames[frame].raw_length);
                }
            });
        }
    });
    line.end()
}

/// Tells whether a frame is its source's first or last.
fn is_outer(row: &SourceRow, frame: usize) -> bool {
    frame == 0 || frame + 1 == row.frames.len()
}

fn in_frame(number: u32, fault: Fault, frame: usize, row: &FrameRow) -> Damage {
    let last = row.first_record.saturating_add(row.records.saturating_sub(1));
    in_file(number, fault.file.name(), fault.reason).in_frame(frame, (row.first_record, last))
}

/// Reads one frame; says in which file the damage lies. In a deep check the hash
/// over the whole source stands for those of the frames inside it: the manifest,
/// to which the journal is bound, was made of the same bytes.
fn check_frame(batch: &Batch, row: &SourceRow, frame: usize, depth: Depth) -> Result<FrameBytes, Fault> {
    let hashed_whole = depth == Depth::Deep && !is_outer(row, frame);
    let read = if hashed_whole { unpack_frame } else { read_frame };
    let bytes = read(&batch.content, &batch.spans, &row.frames[frame])?;
    if depth != Depth::Roots {
        return Ok(bytes);
    }
    let secret = unhex(&row.secret).map_err(|error| Fault::new(BatchFile::Manifest, error.to_string()))?;
    let found = hex(&frame_root(&bytes, &SourceSecret(secret)));
    let expected = &row.frames[frame].root;
    if found == *expected {
        Ok(bytes)
    } else {
        let reason = format!("its records have root {found}, the manifest says {expected}");
        Err(Fault::new(BatchFile::Spans, reason))
    }
}

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
