//! Work that takes a while, watched and stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// Who waits while evidence is read again.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Is told bytes of content done, and in all.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Set when nobody waits any more.
    pub stop: Option<&'a AtomicBool>,
}

impl Watch<'static> {
    /// Somebody who only waits.
    pub fn silent() -> Watch<'static> {
        Watch { progress: &|_, _| {}, stop: None }
    }
}

impl Watch<'_> {
    /// Fails with [`ErrorKind::Interrupted`] where nobody waits any more.
    pub(super) fn check(&self) -> Result<()> {
        match self.stop {
            Some(stop) if stop.load(Ordering::Relaxed) => {
                Err(Error::new(ErrorKind::Interrupted, "reading the evidence again was stopped"))
            }
            _ => Ok(()),
        }
    }
}

/// How much of the evidence was read.
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

    /// Counts, tells it, and fails where nobody waits any more.
    pub fn add(&self, bytes: u64) -> Result<()> {
        (self.watch.progress)(self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes, self.total);
        self.watch.check()
    }
}
