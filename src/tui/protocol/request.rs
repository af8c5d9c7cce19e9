//! Requests: what update asks the workers.

use crate::evidence::Depth;
use crate::index::{Hit, Order};
use crate::record::Timestamp;

use super::annotations::AnnotationRequest;
use super::export::{ExportRequest, ExportScope};
use super::lanes::Lane;
use super::scope::SearchScope;

/// Which page of events is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePosition {
    /// The first in order.
    First,
    /// The last in order that tells a time; the last of all where none does.
    Last,
    /// The last of all; the page ends there.
    End,
    /// Behind this event.
    After(Hit),
    /// Before this event; the page ends there.
    Before(Hit),
    /// Around this moment.
    At(Timestamp),
}

/// A question for the crew.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerRequest {
    /// Which events come here?
    Page {
        /// Among which.
        scope: SearchScope,
        /// In which order.
        order: Order,
        /// Which page.
        place: PagePosition,
        /// At most so many.
        limit: usize,
    },
    /// How many are there?
    Count(SearchScope),
    /// How many when?
    Histogram {
        /// Among which; its window does not matter, the edges do.
        scope: SearchScope,
        /// The adjoining buckets' edges, ascending.
        edges: Vec<Timestamp>,
        /// Split by this field.
        by: String,
    },
    /// Which values are most frequent? Answered field by field.
    Facets {
        /// Among which.
        scope: SearchScope,
        /// Of these fields, each with how many values are wanted.
        fields: Vec<(String, usize)>,
    },
    /// What is this event in full?
    Entry(Hit),
    /// What was noted?
    Annotations,
    /// Which of these events does some finding show?
    FindingHits(Vec<Hit>),
    /// What can be exported?
    ExportChoices {
        /// The present search, as text.
        text: String,
        /// The present search.
        scope: SearchScope,
        /// The selected event.
        selected: Option<Hit>,
        /// What is offered first, where it has something: a finding's number, or the bookmarks.
        first: Option<Box<ExportScope>>,
    },
    /// Is the case unchanged? Answered with progress, then with a verdict.
    Verify {
        /// How much is to be read.
        depth: Depth,
        /// How late it is.
        now: Timestamp,
    },
    /// What has another process written since the case was read?
    CheckForChanges,
    /// Write a checkpoint that can be kept elsewhere.
    Checkpoint {
        /// How late it is.
        now: Timestamp,
    },
    /// Write this into the journal.
    Annotate {
        /// What.
        deed: Box<AnnotationRequest>,
        /// How late it is.
        now: Timestamp,
    },
    /// Make this bundle.
    Export {
        /// Which.
        order: Box<ExportRequest>,
        /// How late it is.
        now: Timestamp,
    },
    /// Which values begin so?
    Values {
        /// The field's full name.
        field: String,
        /// What is typed of the value.
        prefix: String,
        /// At most so many.
        limit: usize,
    },
}

impl WorkerRequest {
    /// Tells who answers it.
    pub fn lane(&self) -> Lane {
        match self {
            WorkerRequest::Page { .. } => Lane::Page,
            WorkerRequest::Count(_) => Lane::Count,
            WorkerRequest::Histogram { .. } => Lane::Histogram,
            WorkerRequest::Facets { .. } => Lane::Facets,
            WorkerRequest::Entry(_) => Lane::Entry,
            WorkerRequest::Values { .. } => Lane::Complete,
            WorkerRequest::Annotations => Lane::Annotations,
            WorkerRequest::FindingHits(_) => Lane::FindingHits,
            WorkerRequest::ExportChoices { .. } => Lane::ExportChoices,
            WorkerRequest::Verify { .. } => Lane::Verify,
            WorkerRequest::CheckForChanges => Lane::Case,
            WorkerRequest::Annotate { .. }
            | WorkerRequest::Checkpoint { .. }
            | WorkerRequest::Export { .. } => Lane::Write,
        }
    }
}

/// Returns the opposite order.
pub fn reversed(order: Order) -> Order {
    match order {
        Order::Newest => Order::Oldest,
        Order::Oldest => Order::Newest,
    }
}
