//! Requests: what update asks the workers.

use crate::app::{Depth, EvidenceScope, Hit, ImportRequest, Order};
use crate::record::Timestamp;

use super::annotations::AnnotationRequest;
use super::export::ExportOrder;
use super::lanes::Lane;
use super::scope::SearchScope;

/// Which page of events is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePosition {
    /// The first in order.
    First,
    /// The last in order that has a time; the last of all if none has.
    Last,
    /// The last of all; the page ends there.
    End,
    /// After this event.
    After(Hit),
    /// Before this event; the page ends there.
    Before(Hit),
    /// Around this moment.
    At(Timestamp),
}

/// A request for the workers.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerRequest {
    /// A page of events.
    Page {
        /// Among which.
        scope: SearchScope,
        /// In which order.
        order: Order,
        /// Which page.
        place: PagePosition,
        /// At most this many.
        limit: usize,
    },
    /// The number of events.
    Count(SearchScope),
    /// Events over time.
    Histogram {
        /// Among which; its window does not matter, the edges do.
        scope: SearchScope,
        /// The adjoining buckets' edges, ascending.
        edges: Vec<Timestamp>,
        /// Split by this field.
        by: String,
    },
    /// The most frequent values; answered field by field.
    Facets {
        /// Among which.
        scope: SearchScope,
        /// Of these fields, each with how many values are wanted.
        fields: Vec<(String, usize)>,
    },
    /// One event in full.
    Entry(Hit),
    /// Every annotation.
    Annotations,
    /// Which of these events are in a finding.
    FindingHits(Vec<Hit>),
    /// What can be exported.
    ExportChoices {
        /// The present search.
        scope: SearchScope,
        /// The selected event.
        selected: Option<Hit>,
        /// What is offered first, if it exists: a finding, or the bookmarks.
        first: Option<Box<EvidenceScope>>,
    },
    /// Verification of the case; answered with progress, then with a report.
    Verify {
        /// How much to read.
        depth: Depth,
        /// The present time.
        now: Timestamp,
    },
    /// Import evidence; answered with progress, then with what came of it.
    Import(Box<ImportRequest>),
    /// Look for what is unusual, and keep it as findings; answered with progress, then
    /// with what was found.
    Detect {
        /// The present time.
        now: Timestamp,
    },
    /// A finding's events over time.
    Curve {
        /// Which finding, by its uid.
        finding: String,
        /// The adjoining buckets' edges, ascending.
        edges: Vec<Timestamp>,
    },
    /// What another process has written since the case was read.
    CheckForChanges,
    /// Write a checkpoint to keep elsewhere.
    Checkpoint {
        /// The present time.
        now: Timestamp,
    },
    /// Write an annotation into the journal.
    Annotate {
        /// What.
        annotation: Box<AnnotationRequest>,
        /// The present time.
        now: Timestamp,
    },
    /// Export a bundle.
    Export {
        /// Which.
        order: Box<ExportOrder>,
        /// The present time.
        now: Timestamp,
    },
    /// Values for completion.
    Values {
        /// The field's full name.
        field: String,
        /// The beginning of the value.
        prefix: String,
        /// At most this many.
        limit: usize,
    },
}

impl WorkerRequest {
    /// Returns its lane.
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
            WorkerRequest::Import(_) => Lane::Import,
            WorkerRequest::Detect { .. } => Lane::Detect,
            WorkerRequest::Curve { .. } => Lane::Curve,
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
