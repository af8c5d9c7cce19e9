//! Progress and interruption of work that takes a while.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// Observes and stops work that reads evidence again.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Is called with the bytes of content done so far, and in total.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Set when nobody is waiting any longer.
    pub stop: Option<&'a AtomicBool>,
}

impl Watch<'static> {
    /// Returns a watch that shows no progress and never stops the work.
    pub fn silent() -> Watch<'static> {
        Watch { progress: &|_, _| {}, stop: None }
    }
}

impl Watch<'_> {
    /// Fails with [`ErrorKind::Interrupted`] if nobody is waiting any longer.
    pub(super) fn check(&self) -> Result<()> {
        match self.stop {
            Some(stop) if stop.load(Ordering::Relaxed) => {
                Err(Error::new(ErrorKind::Interrupted, "reading the evidence again was stopped"))
            }
            _ => Ok(()),
        }
    }
}

/// How much of the evidence has been read.
pub(super) struct Done<'a> {
    watch: Watch<'a>,
    bytes: AtomicU64,
    total: u64,
}

impl<'a> Done<'a> {
    /// Begins to count up to a total.
    pub fn new(watch: Watch<'a>, total: u64) -> Done<'a> {
        Done { watch, bytes: AtomicU64::new(0), total }
    }

    /// Counts, reports the count, and fails if nobody is waiting any longer.
    pub fn add(&self, bytes: u64) -> Result<()> {
        (self.watch.progress)(self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes, self.total);
        self.watch.check()
    }
}
