//! What was checked of the case while it is open, and what came of it.

use crate::case::Verdict;
use crate::evidence::Depth;
use crate::record::Instant;

/// A check of the case.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Check {
    /// None was made since the case was opened.
    #[default]
    None,
    /// One is being made.
    Running {
        /// How much is read.
        depth: Depth,
        /// Bytes of content that were read.
        done: u64,
        /// Bytes of content in all; 0 until they are known.
        total: u64,
    },
    /// One was made.
    Done {
        /// How much was read.
        depth: Depth,
        /// When it was begun.
        at: Instant,
        /// What it found.
        verdict: Box<Verdict>,
    },
}

/// A checkpoint that was written, to be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// How many journal entries it covers.
    pub entries: u64,
    /// The line to keep.
    pub line: String,
    /// Whose key signed it.
    pub signer: Option<String>,
}
