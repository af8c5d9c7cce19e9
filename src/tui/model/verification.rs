//! What was checked of the case while it is open, and what came of it.

use crate::evidence::Depth;
use crate::record::Timestamp;
use crate::tui::protocol::WorkProgress;
use crate::verify::VerifyReport;

/// A check of the case.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum VerificationState {
    /// None was made since the case was opened.
    #[default]
    None,
    /// One is being made.
    Running {
        /// How much is read.
        depth: Depth,
        /// Bytes of content that were read.
        progress: WorkProgress,
    },
    /// One was made.
    Done {
        /// How much was read.
        depth: Depth,
        /// When it was begun.
        at: Timestamp,
        /// What it found.
        report: Box<VerifyReport>,
    },
}
