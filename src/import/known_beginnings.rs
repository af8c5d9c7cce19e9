//! The reading thread's view of what a stream may continue.

use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

use crate::case::Committed;
use crate::error::Result;
use crate::journal;
use crate::source::Provenance;

use super::beginnings::Beginning;
use super::messages::CommitStep;
use super::reader::{Reader, gone};

/// How often a wait for a commit looks whether the import was given up.
const PAUSE: Duration = Duration::from_millis(20);

impl Reader<'_> {
    /// Returns the known sources with which a stream may begin, the longest first. If one
    /// of them is not committed yet, that is awaited.
    pub(super) fn known_beginnings(
        &mut self,
        found: &Provenance,
        content: &[u8],
        whole: bool,
    ) -> Result<Vec<Beginning>> {
        if !self.beginnings_known {
            self.beginnings.add_all(&self.store);
            self.beginnings_known = true;
        }
        let known = self.beginnings.candidates(&found.path, content, whole);
        if known.iter().all(|known| known.at.is_some()) {
            return Ok(known);
        }
        self.await_commit()?;
        self.beginnings.settle(&self.store);
        Ok(self.beginnings.candidates(&found.path, content, whole))
    }

    /// Commits what was read so far, and opens the evidence with it.
    fn await_commit(&mut self) -> Result<()> {
        if self.batch_bytes > 0 {
            self.commit()?;
        }
        let (done, committed) = bounded(1);
        self.step(CommitStep::Reached(done))?;
        loop {
            match committed.recv_timeout(PAUSE) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) if !self.is_stopped() => {}
                Err(_) => return Err(gone()),
            }
        }
        let journal = journal::read(self.case())?;
        self.store = Committed::open(self.case(), &journal)?.store;
        Ok(())
    }
}
