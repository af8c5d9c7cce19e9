//! How commands end.

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// Done (status 0).
    Done,
    /// Ran, and nothing matched (status 1).
    Nothing,
    /// Some of the input could not be used (status 3).
    Partly,
    /// Evidence is not what its hashes say (status 4).
    Damaged,
    /// The user stopped it (status 130).
    Interrupted,
}
