//! Requests: what update asks the workers.

use crate::evidence::Depth;
use crate::index::{Hit, Order};
use crate::record::Timestamp;

use super::annotations::Deed;
use super::export::{ExportOrder, What};
use super::lanes::Lane;
use super::scope::Scope;

/// Which page of events is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
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
pub enum Question {
    /// Which events come here?
    Page {
        /// Among which.
        scope: Scope,
        /// In which order.
        order: Order,
        /// Which page.
        place: Place,
        /// At most so many.
        limit: usize,
    },
    /// How many are there?
    Count(Scope),
    /// How many when?
    Histogram {
        /// Among which; its window does not matter, the edges do.
        scope: Scope,
        /// The adjoining buckets' edges, ascending.
        edges: Vec<Timestamp>,
        /// Split by this field.
        by: String,
    },
    /// Which values are most frequent? Answered field by field.
    Facets {
        /// Among which.
        scope: Scope,
        /// Of these fields, each with how many values are wanted.
        fields: Vec<(String, usize)>,
    },
    /// What is this event in full?
    Entry(Hit),
    /// What was noted?
    Notes,
    /// Which of these events does some finding show?
    Found(Vec<Hit>),
    /// What can be exported?
    Offer {
        /// The present search, as text.
        text: String,
        /// The present search.
        scope: Scope,
        /// The selected event.
        selected: Option<Hit>,
        /// What is offered first, where it has something: a finding's number, or the bookmarks.
        first: Option<Box<What>>,
    },
    /// Is the case unchanged? Answered with progress, then with a verdict.
    Verify {
        /// How much is to be read.
        depth: Depth,
        /// How late it is.
        now: Timestamp,
    },
    /// What has another process written since the case was read?
    Look,
    /// Write a checkpoint that can be kept elsewhere.
    Anchor {
        /// How late it is.
        now: Timestamp,
    },
    /// Write this into the journal.
    Annotate {
        /// What.
        deed: Box<Deed>,
        /// How late it is.
        now: Timestamp,
    },
    /// Make this bundle.
    Export {
        /// Which.
        order: Box<ExportOrder>,
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

impl Question {
    /// Tells who answers it.
    pub fn lane(&self) -> Lane {
        match self {
            Question::Page { .. } => Lane::Page,
            Question::Count(_) => Lane::Count,
            Question::Histogram { .. } => Lane::Histogram,
            Question::Facets { .. } => Lane::Facets,
            Question::Entry(_) => Lane::Entry,
            Question::Values { .. } => Lane::Complete,
            Question::Notes => Lane::Notes,
            Question::Found(_) => Lane::Found,
            Question::Offer { .. } => Lane::Offer,
            Question::Verify { .. } => Lane::Check,
            Question::Look => Lane::Case,
            Question::Annotate { .. } | Question::Anchor { .. } | Question::Export { .. } => Lane::Hand,
        }
    }
}
