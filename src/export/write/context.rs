//! What the parts of a bundle are made from.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::case::Case;
use crate::index::Hit;
use crate::journal::{Checkpoint, Entry};
use crate::record::{SourceId, Timestamp};

use crate::export::redact::Redactor;
use crate::export::selection::Selection;

use super::options::ExportOptions;

/// Context shared by the writers of a bundle's files.
pub struct BundleContext<'a> {
    pub case: &'a Case,
    pub selection: &'a Selection,
    pub options: &'a ExportOptions,
    pub hits: &'a [Hit],
    /// The entries of the journal that go in.
    pub entries: usize,
    pub checkpoint: Checkpoint,
    pub name: String,
}

impl BundleContext<'_> {
    /// Returns the newest entry that goes in: the bundle shows the case as it was then.
    pub fn last_entry(&self) -> Option<&Entry> {
        self.case.journal().get(self.entries.wrapping_sub(1))
    }

    /// Returns the time of the newest entry.
    pub fn state_time(&self) -> Timestamp {
        self.last_entry().and_then(|line| line.at.parse().ok()).unwrap_or_default()
    }
}

/// Context shared by the rendering of all frames.
pub struct RenderContext<'a> {
    pub case: &'a Case,
    /// The events, in the order of time.
    pub hits: &'a [Hit],
    /// The tags of each event, by `<source>:<record>`.
    pub tags: &'a BTreeMap<String, Vec<String>>,
    pub redactor: &'a Redactor,
    /// Set when the bundle is not wanted any more.
    pub stop: &'a AtomicBool,
}

/// One source's share of the bundle.
#[derive(Debug, Clone)]
pub struct SourceShare {
    /// The source.
    pub source: SourceId,
    /// Its number in the bundle, which names its files: `0001`.
    pub number: String,
    /// How many of its records are in the bundle.
    pub records: u64,
}

/// What the writing of the records gave.
pub struct RecordsSummary {
    /// The sources that have records in the bundle.
    pub shares: Vec<SourceShare>,
    /// Records whose bytes were left out.
    pub withheld: u64,
}
