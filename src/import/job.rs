//! What is to be imported, and the progress of an import.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Error, ErrorKind};
use crate::journal::Signer;
use crate::parse::ParseOptions;
use crate::source::Limits;

/// What is to be imported, and how.
pub struct Import<'a> {
    /// What the user named; `-` is standard input.
    pub paths: &'a [PathBuf],
    /// What the user said about how to read it.
    pub options: &'a ParseOptions,
    /// Bounds on containers.
    pub limits: Limits,
    /// Set when the user wants it to stop.
    pub stop: &'a AtomicBool,
    /// Counts the progress, for display.
    pub meter: &'a Progress,
    /// Who signs the checkpoint of each batch.
    pub signer: Option<&'a Signer>,
    /// Whether somebody waits for the first events: the first batches are small.
    pub is_watched: bool,
}

/// Counters of a running import.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    bytes: AtomicU64,
    events: AtomicU64,
}

impl Progress {
    /// Returns the bytes of all inputs as found on disk, 0 if not known.
    pub fn total_bytes(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Returns the bytes of finished inputs and of what was read of the current one.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Returns the number of events read so far.
    pub fn events_read(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn at_least(&self, bytes: u64) {
        self.bytes.fetch_max(bytes, Ordering::Relaxed);
    }

    pub(super) fn events(&self, count: u64) {
        self.events.fetch_add(count, Ordering::Relaxed);
    }
}

/// About how many bytes of content a worker gets at once.
pub const CHUNK_BYTES: usize = 4 << 20;

/// Returns the error that ends reading when the user stops it.
pub(super) fn interrupted() -> Error {
    Error::new(ErrorKind::Interrupted, "stopped")
}
