//! What exactly was collected, and is it unchanged?
//!
//! Owns the store: batches of sources as seekable zstd with a frame table, the
//! Merkle trees over their records, manifests, and reading back through hashes.
//! Promises that bytes once committed are never changed, and that no byte is
//! given out that its frame's hash does not cover. Knows nothing of logs:
//! where records begin is told to it. `case` and `import` may call.

mod batch;
mod frame;
mod manifest;
mod merkle;
mod ordered_hash;
mod proof;
mod span_table;
mod store;
mod verify;

#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::fs::{Dir, unusable};

pub use batch::{BatchWriter, set_aside, sweep};
pub use frame::{FRAME_BYTES, Frame, FrameEncoder, SourceSecret, hash_reader};
pub use manifest::{FrameRow, Manifest, SourceRow};
pub use proof::FrameProof;
pub use span_table::Span;
pub use store::{FrameBytes, RecordBytes, SourceHandle, Store};
pub use verify::{Depth, check, leftovers};

/// How batches that were set aside begin their names.
pub const UNCOMMITTED: &str = ".uncommitted-";

/// The folder of a case in which its evidence lies.
pub const FOLDER: &str = "evidence";

/// Returns the name of a batch's folder inside `evidence`: `0001`.
fn batch_name(number: u32) -> String {
    format!("{number:04}")
}

/// Opens the folder of evidence of a case.
fn folder(case: &Dir) -> Result<Dir> {
    case.dir(FOLDER).map_err(|error| unusable(error, FOLDER))
}
