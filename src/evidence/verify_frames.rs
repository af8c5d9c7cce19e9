//! Verifies the frames of a batch on every processor.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::record::{Digest, root};
use crate::verify::{Damage, Depth};

use super::digest::parse_digest;
use super::fault::Fault;
use super::layout::BatchFile;
use super::manifest::{FrameRow, SourceRow};
use super::merkle::{LeafHasher, SourceSecret};
use super::ordered_hash::{Hashes, OrderedHasher};
use super::store::{Batch, FrameBytes, read_frame, unpack_frame};

/// Reads and checks the frames of a batch; returns the damage, and the hashes of the
/// content if `hasher` computes them. `step` is called with the bytes of each frame.
pub(super) fn verify_frames(
    number: u32,
    batch: &Batch,
    depth: Depth,
    hasher: OrderedHasher<'_>,
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
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&(source, frame)) = frames.get(position) else { return };
                    let row = &sources[source];
                    let outcome = check_frame(batch, row, frame, depth)
                        .map_err(|fault| in_frame(fault.in_batch(number), frame, &row.frames[frame]));
                    hasher.add(position, source, outcome);
                    step(row.frames[frame].raw_length);
                }
            });
        }
    });
    hasher.finish()
}

/// Reports whether a frame is the first or last of its source.
fn is_outer(row: &SourceRow, frame: usize) -> bool {
    frame == 0 || frame + 1 == row.frames.len()
}

fn in_frame(damage: Damage, frame: usize, row: &FrameRow) -> Damage {
    let last = row.first_record.saturating_add(row.records.saturating_sub(1));
    damage.in_frame(frame, (row.first_record, last))
}

/// Reads and checks one frame. At [`Depth::Deep`], the hash over the whole source replaces
/// those of its inner frames: the manifest, to which the journal is bound, was made from
/// the same bytes.
fn check_frame(batch: &Batch, row: &SourceRow, frame: usize, depth: Depth) -> Result<FrameBytes, Fault> {
    let is_hashed_as_whole = depth == Depth::Deep && !is_outer(row, frame);
    let read = if is_hashed_as_whole { unpack_frame } else { read_frame };
    let bytes = read(&batch.content, &batch.spans, &row.frames[frame])?;
    if depth != Depth::Roots {
        return Ok(bytes);
    }
    let secret =
        parse_digest(&row.secret).map_err(|error| Fault::new(BatchFile::Manifest, error.to_string()))?;
    let leaves =
        LeafHasher::new(&SourceSecret(secret)).leaves(bytes.first_record, &bytes.content, &bytes.spans);
    let found = Digest(root(&leaves)).to_string();
    let expected = &row.frames[frame].root;
    if found == *expected {
        Ok(bytes)
    } else {
        let reason = format!("its records have root {found}, the manifest says {expected}");
        Err(Fault::new(BatchFile::Spans, reason))
    }
}
