//! What did not come to its end though the work was done.

use std::fmt;

use crate::case::Appended;
use crate::error::Error;

/// Something that did not come to its end. What was asked for is done all the same.
#[derive(Debug)]
pub enum Warning {
    /// No key could be had: the checkpoint is not signed.
    Unsigned(Error),
    /// No checkpoint was written. One can be written at any time.
    NoCheckpoint(Error),
    /// The index lacks what was written. The next search completes it.
    IndexIncomplete(Error),
    /// No time stamp could be had.
    NotStamped(Error),
    /// The case cannot be written: its journal will not record the export.
    CaseNotWritable(Error),
    /// The journal does not record the export, which was made.
    ExportNotRecorded(Error),
}

impl Warning {
    /// Returns the error behind it, which has causes and hints.
    pub fn error(&self) -> &Error {
        match self {
            Warning::Unsigned(error)
            | Warning::NoCheckpoint(error)
            | Warning::IndexIncomplete(error)
            | Warning::NotStamped(error)
            | Warning::CaseNotWritable(error)
            | Warning::ExportNotRecorded(error) => error,
        }
    }

    /// Returns what to try.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Warning::NoCheckpoint(error) if error.hints().is_empty() => {
                vec!["run `vestigo checkpoint`".to_owned()]
            }
            Warning::NoCheckpoint(error) => error.hints().to_vec(),
            Warning::Unsigned(_)
            | Warning::IndexIncomplete(_)
            | Warning::NotStamped(_)
            | Warning::CaseNotWritable(_)
            | Warning::ExportNotRecorded(_) => Vec::new(),
        }
    }

    /// Returns the warnings about entries that were appended.
    pub(super) fn of_appended(appended: &mut Appended) -> Vec<Warning> {
        let index = appended.unindexed.take().map(Warning::IndexIncomplete);
        index.into_iter().chain(appended.unsealed.take().map(Warning::NoCheckpoint)).collect()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Unsigned(error) => write!(f, "the checkpoint is not signed: {error}"),
            Warning::NoCheckpoint(error) => write!(f, "no checkpoint was written: {error}"),
            Warning::IndexIncomplete(error) => {
                write!(f, "the index was not updated ({error}): the next search rebuilds it")
            }
            Warning::NotStamped(error) => write!(f, "unanchored: {error}"),
            Warning::CaseNotWritable(error) => {
                write!(f, "the case cannot be written ({error}); its journal will not record this export")
            }
            Warning::ExportNotRecorded(error) => {
                write!(f, "this export could not be recorded in the journal: {error}")
            }
        }
    }
}
