//! An import behind the screen: how far it is, and what came of it.

use super::verification::WorkProgress;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportProgress {
    /// The bytes that were read, of all that were found.
    pub bytes: WorkProgress,
    /// The events that were read; those of batches that are not committed yet are not in the
    /// case.
    pub events: u64,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOutcome {
    /// It in a sentence: sources, events, and what was not imported.
    pub summary: String,
    /// What was not read, or not whole, each with why (foreign texts).
    pub incomplete: Vec<String>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// What did not come to its end besides.
    pub warning: Option<String>,
}
