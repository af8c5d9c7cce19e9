//! What exactly was collected, and is it unchanged?
//!
//! Owns the evidence store: batches of sources as seekable zstd with a frame table, the
//! Merkle trees over their records, and their manifests. Promises that committed bytes
//! are never changed, and that no byte is returned that the hash of its frame does not
//! cover. Knows nothing about logs: its callers tell it where records begin.

mod batch;
mod continuation;
mod digest;
mod fault;
mod frame;
mod layout;
mod manifest;
mod merkle;
mod ordered_hash;
mod proof;
mod seeds;
mod seek_table;
mod span_table;
mod store;
mod verify;
mod verify_continuations;
mod verify_frames;

#[cfg(test)]
mod tests;

pub use batch::{BatchWriter, FinishedSource, set_aside, sweep};
pub use continuation::{ContentReader, Piece};
pub use digest::hash_reader;
pub use frame::{FRAME_BYTES, Frame, FrameEncoder};
pub use layout::{FOLDER, UNCOMMITTED};
pub use manifest::{FrameRow, Manifest, SourceRow};
pub use merkle::SourceSecret;
pub use proof::FrameProof;
pub use span_table::{RecordSpan, Span};
pub use store::{FrameBytes, RecordBytes, SourceHandle, Store};
pub use verify::{check, leftovers};
