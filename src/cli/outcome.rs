//! How commands end.

/// Why a command that did its work ended; decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// Done (status 0).
    Done,
    /// Ran, and nothing matched (status 1).
    NoMatch,
    /// Some of the input could not be used (status 3).
    Incomplete,
    /// Evidence does not match its hashes (status 4).
    Damaged,
    /// Stopped by the user (status 130).
    Interrupted,
}
