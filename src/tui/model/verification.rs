//! The verification of the case: none, running, or done.

use crate::app::{Depth, VerifyReport};
use crate::record::Timestamp;
use crate::tui::protocol::WorkProgress;

/// The last verification since the case was opened.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum VerificationState {
    /// None yet.
    #[default]
    None,
    /// One is running.
    Running {
        /// How much is read.
        depth: Depth,
        /// Bytes of content that were read.
        progress: WorkProgress,
    },
    /// One has finished.
    Done {
        /// How much was read.
        depth: Depth,
        /// When it was started.
        at: Timestamp,
        /// What it found.
        report: Box<VerifyReport>,
    },
}
