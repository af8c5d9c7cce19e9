//! Annotations: as read back from the case, and as requests to write more.

use std::collections::BTreeMap;

use crate::app::{
    Annotation, Bookmark, Corrections, EvidenceScope, Finding, HistoryItem, Hit, Incident, Severity, Status,
};
use crate::record::{SourceId, Timestamp};

/// Every annotation, read back from the case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotations {
    /// Findings: those that are open first, the newest first.
    pub findings: Vec<FindingRow>,
    /// Incidents: findings of detectors that belong together, the earliest first.
    pub incidents: Vec<Incident>,
    /// Bookmarked events, the earliest first.
    pub bookmarks: Vec<BookmarkRow>,
    /// Annotations whose record has changed, each with why (foreign text).
    pub orphans: Vec<(String, String)>,
    /// How many entries the journal has.
    pub entries: u64,
    /// The last of them, the newest first (foreign texts).
    pub tail: Vec<HistoryItem>,
}

/// A finding with its events as they are now.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// The finding (its texts are foreign).
    pub finding: Finding,
    /// How many events it has now.
    pub events: u64,
    /// The last of their times.
    pub last: Option<Timestamp>,
    /// When it is due (`YYYY-MM-DD`), by itself or by the terms of the case; may be empty.
    pub due: String,
    /// Why its events could not be counted, or some are orphaned; safe to show.
    pub trouble: Option<String>,
}

/// A bookmarked event as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct BookmarkRow {
    /// The bookmark (its texts are foreign).
    pub bookmark: Bookmark,
    /// Where its event is; `None` for an orphan.
    pub hit: Option<Hit>,
    /// What happened, in a sentence (foreign text); or why the event cannot be shown.
    pub what: String,
}

/// What can be selected on the third screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SelectedAnnotation<'a> {
    /// A finding.
    Finding(&'a FindingRow),
    /// A bookmarked event.
    Bookmark(&'a BookmarkRow),
}

impl Annotations {
    /// Returns the annotation at a position of the third screen's list.
    pub fn at(&self, place: usize) -> Option<SelectedAnnotation<'_>> {
        let finding = self.findings.get(place).map(SelectedAnnotation::Finding);
        finding.or_else(|| {
            self.bookmarks.get(place.checked_sub(self.findings.len())?).map(SelectedAnnotation::Bookmark)
        })
    }

    /// Returns how many annotations that list has.
    pub fn len(&self) -> usize {
        self.findings.len() + self.bookmarks.len()
    }

    /// Reports whether there are no annotations.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many findings are open.
    pub fn open(&self) -> usize {
        self.findings.iter().filter(|row| !row.finding.state.is_settled()).count()
    }

    /// Returns the incident of a finding, by the finding's number.
    pub fn incident_of(&self, number: u64) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.findings.contains(&number))
    }

    /// Finds the bookmark on an event.
    pub fn bookmark_on(&self, hit: &Hit) -> Option<&BookmarkRow> {
        self.bookmarks.iter().find(|row| row.hit.is_some_and(|marked| same(&marked, hit)))
    }

    /// Finds the position of an annotation from an earlier reading.
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

/// A request to write an annotation.
#[derive(Debug, Clone, PartialEq)]
pub enum AnnotationRequest {
    /// Bookmarks an event, or changes its bookmark.
    Bookmark {
        /// Which.
        hit: Hit,
        /// Its note; `None` leaves the note as it is.
        note: Option<String>,
        /// Tags to add.
        tags: Vec<String>,
    },
    /// Creates a finding.
    NewFinding {
        /// Its content.
        title: String,
        /// How bad it is.
        severity: Severity,
        /// A first note; may be empty.
        note: String,
        /// What it is created from.
        shows: EvidenceScope,
    },
    /// Adds events to a finding.
    AddToFinding {
        /// Which, by its uid.
        finding: String,
        /// The events.
        shows: EvidenceScope,
    },
    /// Proves a claimed fix from the logs, and settles the finding.
    VerifyFix {
        /// Which, by its uid.
        finding: String,
    },
    /// Adds a filter made from a false positive.
    Filter {
        /// Which, by its uid.
        finding: String,
    },
    /// An annotation that needs no look at the evidence.
    Annotation(Annotation),
    /// Rereads a source with corrections.
    Reread {
        /// Which.
        source: SourceId,
        /// The corrections.
        by: Corrections,
    },
    /// Undoes the last annotation.
    Undo {
        /// What this screen wrote, by the SHA-256 of each entry: only that is undone …
        mine: Vec<String>,
        /// … or this entry, by its SHA-256, which the investigator agreed to undo.
        agreed: Option<String>,
    },
    /// Redoes what was undone last.
    Redo,
}

/// Somebody else's annotation that is about to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignAnnotation {
    /// SHA-256 of its entry.
    pub id: String,
    /// What it says, whose it is, and when (foreign text).
    pub description: String,
}

/// Why the journal is not signed after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalWarning {
    /// What went wrong, safe to show.
    pub text: String,
    /// It concerns the whole case, not this entry alone.
    pub integrity: bool,
}

/// The result of writing an annotation.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotationResult {
    /// What was done, in a few words (foreign text).
    pub message: String,
    /// What went wrong besides.
    pub warning: Option<JournalWarning>,
    /// SHA-256 of the entries that were written.
    pub ids: Vec<String>,
    /// The annotations as they are now.
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
