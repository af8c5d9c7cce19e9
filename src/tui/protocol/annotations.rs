//! Annotations: as read back from the case, and as requests to write more.

use std::collections::BTreeMap;

use crate::index::Hit;
use crate::journal::{Annotation, Bookmark, Finding, HistoryItem, Severity, Status};
use crate::parse::Corrections;
use crate::record::{SourceId, Timestamp};

use super::export::ExportScope;

/// Everything that was noted, read back from the case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotations {
    /// Findings: those that are open first, the newest first.
    pub findings: Vec<FindingRow>,
    /// Marked events, the earliest first.
    pub bookmarks: Vec<BookmarkRow>,
    /// Annotations whose record is not what it was, each with why (foreign text).
    pub orphans: Vec<(String, String)>,
    /// How many entries the journal has.
    pub entries: u64,
    /// The last of them, the newest first (foreign texts).
    pub tail: Vec<HistoryItem>,
}

/// A finding with what its events are now.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// The finding (its texts are foreign).
    pub finding: Finding,
    /// How many events show it now.
    pub events: u64,
    /// The last of their times.
    pub last: Option<Timestamp>,
    /// Why its events could not be counted, or some are orphaned; safe to show.
    pub trouble: Option<String>,
}

/// A marked event as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct BookmarkRow {
    /// The mark (its texts are foreign).
    pub bookmark: Bookmark,
    /// Where its event is; none for an orphan.
    pub hit: Option<Hit>,
    /// What happened, in a sentence (foreign text); or why the event cannot be shown.
    pub what: String,
}

/// What the list of the third screen can stand on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SelectedAnnotation<'a> {
    /// A finding.
    Finding(&'a FindingRow),
    /// A marked event.
    Bookmark(&'a BookmarkRow),
}

/// Tells whether a finding is done with.
pub fn is_settled(state: Status) -> bool {
    match state {
        Status::Verified | Status::Accepted | Status::Closed => true,
        Status::Open | Status::Acknowledged | Status::InProgress | Status::FixClaimed => false,
    }
}

impl Annotations {
    /// Gives what stands at a place of the third screen's list.
    pub fn at(&self, place: usize) -> Option<SelectedAnnotation<'_>> {
        let finding = self.findings.get(place).map(SelectedAnnotation::Finding);
        finding.or_else(|| {
            self.bookmarks.get(place.checked_sub(self.findings.len())?).map(SelectedAnnotation::Bookmark)
        })
    }

    /// Gives how many places that list has.
    pub fn len(&self) -> usize {
        self.findings.len() + self.bookmarks.len()
    }

    /// Tells whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives how many findings are not done with.
    pub fn open(&self) -> usize {
        self.findings.iter().filter(|row| !is_settled(row.finding.state)).count()
    }

    /// Finds the mark on an event.
    pub fn bookmark_on(&self, hit: &Hit) -> Option<&BookmarkRow> {
        self.bookmarks.iter().find(|row| row.hit.is_some_and(|marked| same(&marked, hit)))
    }

    /// Finds where something stood in another reading of the notes.
    pub fn place_of(&self, noted: SelectedAnnotation<'_>) -> Option<usize> {
        match noted {
            SelectedAnnotation::Finding(row) => {
                self.findings.iter().position(|other| other.finding.uid == row.finding.uid)
            }
            SelectedAnnotation::Bookmark(row) => {
                let at = self
                    .bookmarks
                    .iter()
                    .position(|other| other.bookmark.event.event == row.bookmark.event.event)?;
                Some(self.findings.len() + at)
            }
        }
    }
}

fn same(one: &Hit, other: &Hit) -> bool {
    (one.source, one.record) == (other.source, other.record)
}

/// Something that is to be written into the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum AnnotationRequest {
    /// Marks an event, or changes its mark.
    Bookmark {
        /// Which.
        hit: Hit,
        /// What is to be said of it; none leaves its note as it is.
        note: Option<String>,
        /// Tags to add.
        tags: Vec<String>,
    },
    /// Writes a finding down.
    NewFinding {
        /// What it says.
        title: String,
        /// How bad it is.
        severity: Severity,
        /// A first note; may be empty.
        note: String,
        /// What shows it.
        shows: ExportScope,
    },
    /// Puts events into a finding.
    AddToFinding {
        /// Which, by its uid.
        finding: String,
        /// The events.
        shows: ExportScope,
    },
    /// Anything that needs no evidence to be looked at.
    Annotation(Annotation),
    /// Reads a source otherwise.
    Reread {
        /// Which.
        source: SourceId,
        /// In what.
        by: Corrections,
    },
    /// Takes the last annotation back.
    Undo {
        /// What this screen wrote, by the SHA-256 of each entry: only of that …
        mine: Vec<String>,
        /// … unless whatever it is was agreed to, by the SHA-256 of its entry.
        agreed: Option<String>,
    },
    /// Brings back what was taken back last.
    Redo,
}

/// Somebody else's annotation that is about to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignAnnotation {
    /// SHA-256 of its entry.
    pub id: String,
    /// What it says, whose it is, and when (foreign text).
    pub said: String,
}

/// Why the journal is not signed after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalWarning {
    /// What went wrong, safe to show.
    pub text: String,
    /// It concerns the whole case, not this entry alone.
    pub integrity: bool,
}

/// What came of a deed.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotationResult {
    /// What was done, in a few words (foreign text).
    pub said: String,
    /// What went wrong besides.
    pub warning: Option<JournalWarning>,
    /// SHA-256 of the entries that were written.
    pub ids: Vec<String>,
    /// What stands now.
    pub notes: Annotations,
}

/// Counts findings by state, in the order of their life, those that occur.
pub fn by_state(notes: &Annotations) -> BTreeMap<Status, usize> {
    let mut counts = BTreeMap::new();
    for row in &notes.findings {
        *counts.entry(row.finding.state).or_insert(0) += 1;
    }
    counts
}
