//! Where does it all live?
//!
//! Owns the case folder: creating, opening, locking, its layout, rebuilding the
//! index, and giving out events that were read back through their hashes.
//! Promises that what it shows is what was sealed. `import`, `analyse`,
//! `tui` and `cli` may call.

use std::path::Path;

use crate::error::Result;
use crate::index::{Hit, Index};
use crate::journal::Line;
use crate::record::{Clock, Entry, EventId, Instant, SourceId, Zone};

/// What `case.toml` says.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The case's UUID.
    pub id: String,
    /// Its title; the folder's name where none was given.
    pub title: String,
    /// Who examines, as given; may be empty.
    pub examiner: String,
    /// When it was made.
    pub created: Instant,
    /// The zone in which times are shown and zone-less times of queries are read.
    pub zone: Zone,
}

/// One source as the screens and tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceInfo {
    /// Its identity.
    pub id: SourceId,
    /// Where it was found (foreign text: show through `Visible`).
    pub path: String,
    /// The format that understood most of it.
    pub format: String,
    /// Length of its content in bytes.
    pub bytes: u64,
    /// How many events it gave.
    pub events: u64,
    /// How many of them no format understood.
    pub unparsed: u64,
    /// First and last time in it.
    pub span: Option<(Instant, Instant)>,
    /// Times that were stated in full, inferred, ambiguous, and absent.
    pub times: (u64, u64, u64, u64),
    /// RFC 9162 content root, in hex.
    pub root: String,
}

/// A case, open for reading at its last committed state. Cheap to clone, and
/// free to share between threads.
#[derive(Clone)]
pub struct Case {}

impl Case {
    /// Opens a case. An index that lacks committed batches (a crash, a deleted
    /// folder) is rebuilt first where the case can be written, and is an error
    /// with a hint where it cannot.
    pub fn open(_folder: &Path, _by: &str, _clock: &dyn Clock) -> Result<Case> {
        todo!()
    }

    /// Gives the case's folder.
    pub fn folder(&self) -> &Path {
        todo!()
    }

    /// Gives what `case.toml` says.
    pub fn about(&self) -> &About {
        todo!()
    }

    /// Gives the journal's entries.
    pub fn journal(&self) -> &[Line] {
        todo!()
    }

    /// Gives the sources in the order of their import.
    pub fn sources(&self) -> Vec<SourceInfo> {
        todo!()
    }

    /// Gives the index, for counting and searching.
    pub fn index(&self) -> &Index {
        todo!()
    }

    /// Reads an event back from the evidence, its frame's hash checked, and
    /// parses it under its source's plan. Recent frames are cached.
    pub fn entry(&self, _hit: &Hit) -> Result<Entry> {
        todo!()
    }

    /// Finds an event by its id; an ambiguous prefix is refused with the choices.
    pub fn find(&self, _id: &EventId) -> Result<Hit> {
        todo!()
    }

    /// Gives the names of all fields that have values, for hints and completion.
    pub fn field_names(&self) -> Vec<String> {
        todo!()
    }
}
