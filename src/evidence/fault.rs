//! What can be wrong with a file of a batch.

use crate::error::Error;
use crate::verify::{Damage, DamageScope};

use super::layout::{BatchFile, path_in_batch};

/// Something wrong with the content of a file of a batch.
#[derive(Debug)]
pub(super) struct Fault {
    /// The file.
    pub file: BatchFile,
    /// What was expected and what was found.
    pub reason: String,
}

impl Fault {
    /// Creates a fault.
    pub fn new(file: BatchFile, reason: impl Into<String>) -> Fault {
        Fault { file, reason: reason.into() }
    }

    /// Returns the fault as damage of a batch.
    pub fn in_batch(self, number: u32) -> Damage {
        damage_in_batch(number, self.file.name(), self.reason)
    }
}

/// Why a batch cannot be opened.
#[derive(Debug)]
pub(super) struct Unopened {
    /// The file that cannot be opened.
    pub file: BatchFile,
    /// The error.
    pub error: Error,
}

impl From<Unopened> for Error {
    fn from(unopened: Unopened) -> Error {
        unopened.error
    }
}

/// Creates a damage of something in the folder of a batch.
pub(super) fn damage_in_batch(number: u32, name: &str, reason: impl Into<String>) -> Damage {
    Damage::new(DamageScope::Evidence, path_in_batch(number, name), reason)
}
