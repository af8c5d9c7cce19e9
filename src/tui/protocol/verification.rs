//! The progress of long work, and a checkpoint that was written.

/// The progress of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkProgress {
    /// Done: bytes of content, or events.
    pub done: u64,
    /// In all; 0 until that is known.
    pub total: u64,
}

impl WorkProgress {
    /// Returns it in percent, once the total is known.
    pub fn percent(self) -> Option<u64> {
        let percent = (u128::from(self.done) * 100).checked_div(u128::from(self.total))?;
        u64::try_from(percent).ok()
    }
}

/// A checkpoint that was written, to be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenCheckpoint {
    /// How many journal entries it covers.
    pub entries: u64,
    /// The line to keep.
    pub line: String,
    /// The file of the case that also holds it.
    pub file: String,
    /// Whose key signed it.
    pub signer: Option<String>,
    /// When a time-stamp authority stamped it.
    pub stamped: Option<String>,
    /// What did not succeed (foreign text).
    pub warnings: Vec<String>,
}
