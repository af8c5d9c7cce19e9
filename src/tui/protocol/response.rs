//! Events that update handles: keys, the terminal, and the workers' responses.

use std::time::Duration;

use ratatui::layout::Size;

use crate::app::{Histogram, Hit, TopValues, VerifyReport};
use crate::error::{Error, ErrorKind, visible};
use crate::record::Timestamp;
use crate::tui::keymap::Chord;

use super::annotations::{AnnotationResult, Annotations, ForeignAnnotation};
use super::case_info::CaseInfo;
use super::detection::{DetectionDone, FindingCurve};
use super::event_detail::EventDetail;
use super::export::{ExportChoices, ExportResult};
use super::import::{ImportOutcome, ImportProgress};
use super::lanes::Ticket;
use super::row::EventRow;
use super::verification::{WorkProgress, WrittenCheckpoint};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum UiEvent {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize(Size),
    /// The time has moved on to this.
    Clock(Timestamp),
    /// The case may have changed since it was read.
    CaseTouched,
    /// The workers respond.
    Response {
        /// The request's ticket.
        ticket: Ticket,
        /// How long it took, if measured.
        took: Option<Duration>,
        /// The answer, or a part of it.
        response: WorkerResponse,
    },
}

/// A response of the workers.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerResponse {
    /// A page of events.
    Page(EventPage),
    /// The number of events.
    Count(u64),
    /// Events in each bucket.
    Histogram {
        /// Those that match.
        matching: Histogram,
        /// All of the case's, in the same buckets, by the format that recognized
        /// them: a format without events has no data there.
        present: Histogram,
        /// The formats among those that match, the most frequent first.
        formats: Vec<String>,
    },
    /// The most frequent values of one field.
    Facet {
        /// The field.
        field: String,
        /// Its values.
        values: Vec<TopValues>,
        /// There are more values than these.
        more: bool,
    },
    /// Every field asked for has been answered.
    FacetsDone,
    /// One event in full.
    Entry(Box<EventDetail>),
    /// Values for completion.
    Values(Vec<TopValues>),
    /// Annotations.
    Annotations(Box<Annotations>),
    /// The events that are in a finding.
    FindingHits(Vec<Hit>),
    /// What was written into the journal.
    Annotated(Box<AnnotationResult>),
    /// The case is as it was read.
    Unchanged,
    /// The case was read again: what is known about it now. May come instead of
    /// any response that found nothing.
    CaseChanged(Box<CaseInfo>),
    /// What would be undone is somebody else's: the investigator has to agree.
    ConfirmUndo(ForeignAnnotation),
    /// The progress of a verification, a detection or an export.
    Progress(WorkProgress),
    /// How far an import has come.
    Importing(ImportProgress),
    /// What came of an import.
    Imported(Box<ImportOutcome>),
    /// The result of a verification.
    Verified(Box<VerifyReport>),
    /// What a detection found.
    Detected(Box<DetectionDone>),
    /// A detection was stopped before it wrote anything.
    DetectionStopped,
    /// A finding's events over time.
    Curve(FindingCurve),
    /// A checkpoint that was written.
    CheckpointWritten(WrittenCheckpoint),
    /// What can be exported.
    ExportChoices(ExportChoices),
    /// What was exported.
    Exported(Box<ExportResult>),
    /// The request failed.
    Failed(Failure),
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventPage {
    /// The events, in order.
    pub rows: Vec<EventRow>,
    /// How many events come before the first of them, if counted.
    pub start: Option<u64>,
    /// The row that was asked for: the first that is not before [`PagePosition::At`]'s moment.
    ///
    /// [`PagePosition::At`]: super::request::PagePosition::At
    pub at: usize,
    /// No event comes before the page.
    pub first: bool,
    /// No event comes after the page.
    pub last: bool,
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failed and why, safe to show.
    pub what: String,
    /// What to try.
    pub hint: Option<String>,
    /// Evidence is not what its hashes say.
    pub integrity: bool,
}

impl From<&Error> for Failure {
    /// Describes an error and its causes.
    fn from(error: &Error) -> Failure {
        Failure {
            what: error.chain(),
            hint: error.hints().first().map(|hint| visible(hint)),
            integrity: error.kind() == ErrorKind::Integrity,
        }
    }
}
