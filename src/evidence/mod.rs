//! What exactly was collected, and is it unchanged?
//!
//! Owns the store: batches of sources as seekable zstd with a frame table, the
//! Merkle trees over their records, manifests, and reading back through hashes.
//! Promises that bytes once committed are never changed, and that no byte is
//! given out that its frame's hash does not cover. Knows nothing of logs:
//! where records begin is told to it. `case` and `import` may call.

mod batch;
mod check;
mod manifest;
mod merkle;
mod proof;
mod seal;
mod spans;
mod store;
mod turns;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use batch::{BatchWriter, sweep};
pub use check::{Damage, Depth, check, leftovers};
pub use manifest::{FrameRow, Manifest, SourceRow};
pub use proof::FrameProof;
pub use seal::{FRAME_BYTES, Frame, Sealer, SourceSecret, hash_of};
pub use spans::Span;
pub use store::{FrameBytes, RecordBytes, SourceAt, Store};

/// How batches that were set aside begin their names.
pub const UNCOMMITTED: &str = ".uncommitted-";

/// Gives the folder of a batch: `evidence/0001`.
pub fn batch_folder(evidence: &Path, number: u32) -> PathBuf {
    evidence.join(format!("{number:04}"))
}
