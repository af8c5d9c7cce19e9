//! What update is told: keys, and what the crew found out.

use std::time::Duration;

use ratatui::layout::Size;

use crate::error::{Error, ErrorKind, visible};
use crate::index::{Histogram, Hit, TopValues};
use crate::record::Timestamp;
use crate::tui::keymap::Chord;
use crate::verify::VerifyReport;

use super::annotations::{AnnotationResult, Annotations, ForeignAnnotation};
use super::case_info::CaseInfo;
use super::event_detail::EventDetail;
use super::export::{ExportChoices, ExportResult};
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
    /// It is this late now.
    Clock(Timestamp),
    /// The case may be another by now than when it was read.
    CaseTouched,
    /// The crew answers.
    Response {
        /// Which question.
        ticket: Ticket,
        /// How long it took, where it was measured.
        took: Option<Duration>,
        /// The answer, or a part of it.
        response: WorkerResponse,
    },
}

/// What the crew found out.
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
        /// All of the case's, in the same buckets, by the format that understood
        /// them: where one has none, there is no data of it.
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
    /// What was noted.
    Annotations(Box<Annotations>),
    /// The events that some finding shows.
    FindingHits(Vec<Hit>),
    /// What was written into the journal.
    Annotated(Box<AnnotationResult>),
    /// The case is as it was read.
    Unchanged,
    /// The case was read again: what is known of it now. May come in the place of
    /// any answer that says that there is nothing.
    CaseChanged(Box<CaseInfo>),
    /// What is to be taken back is somebody else's: it has to be agreed to.
    ConfirmUndo(ForeignAnnotation),
    /// How far a check or an export has come.
    Progress(WorkProgress),
    /// What a check found.
    Verified(Box<VerifyReport>),
    /// A checkpoint that was written.
    CheckpointWritten(WrittenCheckpoint),
    /// What can be exported.
    ExportChoices(ExportChoices),
    /// What was exported.
    Exported(Box<ExportResult>),
    /// It could not be found out.
    Failed(Failure),
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventPage {
    /// The events, in order.
    pub rows: Vec<EventRow>,
    /// How many events come before the first of them, where that was counted.
    pub start: Option<u64>,
    /// The row that was asked for: the first that is not before [`PagePosition::At`]'s moment.
    ///
    /// [`PagePosition::At`]: super::request::Place::At
    pub at: usize,
    /// No event comes before the page.
    pub first: bool,
    /// No event comes behind the page.
    pub last: bool,
}

/// Why something could not be found out.
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
