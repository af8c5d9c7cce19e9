//! The names of the files and folders of the evidence store.

use crate::error::Result;
use crate::fs::{Dir, TEMPORARY, unusable};

/// The folder of a case that holds its evidence.
pub const FOLDER: &str = "evidence";

/// Prefix of the names of batches that were set aside.
pub const UNCOMMITTED: &str = ".uncommitted-";

/// Prefix of the names of unfinished batches.
pub(super) const UNFINISHED: &str = TEMPORARY;

/// The folder of a batch that holds containers as found.
pub(super) const ORIGINALS: &str = "originals";

/// A file of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchFile {
    /// The content, compressed frame by frame.
    Content,
    /// The span tables: where each record begins and ends.
    Spans,
    /// The manifest: what the batch holds, and its hashes.
    Manifest,
}

impl BatchFile {
    /// Returns its name in the folder of the batch.
    pub const fn name(self) -> &'static str {
        match self {
            BatchFile::Content => "content.zst",
            BatchFile::Spans => "spans.bin",
            BatchFile::Manifest => "manifest.json",
        }
    }
}

/// Returns the name of the folder of a batch: `0001`.
pub(super) fn batch_name(number: u32) -> String {
    format!("{number:04}")
}

/// Returns the path inside the case of something in the folder of a batch.
pub(super) fn path_in_batch(number: u32, name: &str) -> String {
    format!("{FOLDER}/{}/{name}", batch_name(number))
}

/// Opens the evidence folder of a case.
pub(super) fn open_evidence(case: &Dir) -> Result<Dir> {
    case.dir(FOLDER).map_err(|error| unusable(error, FOLDER))
}

/// Opens the folder of a batch.
pub(super) fn open_batch_folder(case: &Dir, number: u32) -> Result<Dir> {
    let name = batch_name(number);
    open_evidence(case)?.dir(&name).map_err(|error| unusable(error, &format!("{FOLDER}/{name}")))
}
