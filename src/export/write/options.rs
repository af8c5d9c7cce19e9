//! How a bundle is to be written, and what came of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::journal::Signer;
use crate::record::Zone;

use super::note::Note;

/// How a bundle is to be made.
#[derive(Clone)]
pub struct ExportOptions {
    /// Where to; none for `./<case>-x<entries>`.
    pub out: Option<PathBuf>,
    /// One tar file instead of a folder.
    pub tar: bool,
    /// Who signs; nobody: the bundle is unsigned, and no verifier accepts it.
    pub signer: Option<Signer>,
    /// The time-stamp authority.
    pub tsa: Option<String>,
    /// The fields (full names) whose values are redacted.
    pub redact: Vec<String>,
    /// Values that are redacted wherever they occur.
    pub named: Vec<String>,
    /// Why they are redacted.
    pub reason: String,
    /// The whole originals go in, too.
    pub originals: bool,
    /// The zone in which the report shows times.
    pub zone: Zone,
    /// Set when the bundle is not wanted any more: what was written of it is removed.
    pub stop: Arc<AtomicBool>,
}

/// What is being done for a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportStage {
    /// The evidence is read again, counted in bytes, so that nothing which the
    /// bundle states rests on an index.
    Reading,
    /// Events are written, counted one by one.
    Writing,
}

/// A bundle that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleSummary {
    /// Where it lies.
    pub bundle: PathBuf,
    /// Its name.
    pub name: String,
    /// Events in it.
    pub events: u64,
    /// Files in it.
    pub files: usize,
    /// Length of its payload.
    pub bytes: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hex.
    pub tagmanifest: String,
    /// Fingerprint of the key that signed it.
    pub signer: Option<String>,
    /// What was asked, in words.
    pub asked: String,
    /// What else its reader should know.
    pub notes: Vec<Note>,
}
