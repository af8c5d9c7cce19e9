//! What went wrong, on what, and what to try.
//!
//! Owns the one error type that all rooms return, its kinds (which become
//! exit statuses), and [`Visible`], the only way foreign bytes are shown.
//! Promises that a message never contains a control byte of somebody's log.

mod visible;

pub use visible::{Visible, escape_json_controls, visible};

use std::error::Error as StdError;
use std::fmt;

/// What a failure means to the caller: decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line or a query is wrong (exit status 2).
    Usage,
    /// A case or an input could not be used (exit status 3).
    Case,
    /// Evidence does not match its hashes (exit status 4).
    Integrity,
    /// The user stopped it (exit status 130).
    Interrupted,
}

/// A failure: what was attempted, on what, why it failed, what to try.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    hints: Vec<String>,
}

/// The result of anything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Creates a failure of a kind. `what` is lower case without a full stop.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Error {
        Error { kind, what: what.into(), source: None, hints: Vec::new() }
    }

    /// Creates a [`ErrorKind::Usage`] failure.
    pub fn usage(what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Usage, what)
    }

    /// Creates a [`ErrorKind::Case`] failure.
    pub fn case(what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Case, what)
    }

    /// Creates a [`ErrorKind::Integrity`] failure.
    pub fn integrity(what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Integrity, what)
    }

    /// Adds the cause beneath this failure.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        self.source = Some(source.into());
        self
    }

    /// Adds a hint: one imperative sentence.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// Returns what the failure means to the caller.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the failure with its causes on one line, safe to show.
    pub fn chain(&self) -> String {
        let mut text = visible(&self.what);
        let mut cause = StdError::source(self);
        while let Some(next) = cause {
            text.push_str(": ");
            text.push_str(&visible(&next.to_string()));
            cause = next.source();
        }
        text
    }

    /// Returns the imperative sentences that may help.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Adds what was attempted to an error of another type.
pub trait Context<T> {
    /// Turns the error into a [`ErrorKind::Case`] failure of `what`.
    fn context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error::case(what()).with_source(error))
    }
}
