//! Rows of the event list, and their columns.

use crate::index::Hit;
use crate::record::{Precision, TimeBasis};

/// How an event came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOutcome {
    /// It succeeded.
    Success,
    /// It failed.
    Failure,
    /// It is not told.
    #[default]
    Unknown,
}

/// A value with its field: what include, exclude and only work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pivot {
    /// The dotted name.
    pub field: String,
    /// The value as text.
    pub value: String,
}

/// What a row of the list says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowSummary {
    /// The step in which the time was written.
    pub precision: Option<Precision>,
    /// How the time is known.
    pub basis: TimeBasis,
    /// How it came out.
    pub outcome: EventOutcome,
    /// The values that columns show and pivots use, by [`EventColumn`].
    pub cells: [Option<Pivot>; EventColumn::ALL.len()],
    /// What happened, in a sentence.
    pub what: String,
}

/// A row's content: what it says, or why it could not be read.
#[derive(Debug, Clone, PartialEq)]
pub enum RowContent {
    /// What the event says.
    Event(Box<RowSummary>),
    /// Why it could not be read.
    Unreadable {
        /// What failed, safe to show.
        what: String,
        /// Evidence is not what its hashes say.
        integrity: bool,
    },
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Which event.
    pub hit: Hit,
    /// What it says.
    pub content: RowContent,
}

impl EventRow {
    /// Gives the value in a column.
    pub fn cell(&self, column: EventColumn) -> Option<&Pivot> {
        match &self.content {
            RowContent::Event(brief) => brief.cells[column as usize].as_ref(),
            RowContent::Unreadable { .. } => None,
        }
    }
}

/// The columns on whose values one can pivot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventColumn {
    /// The outcome.
    Outcome,
    /// Where it happened.
    Host,
    /// Who acted.
    Actor,
    /// Where it came from.
    #[default]
    From,
    /// What was done.
    What,
}

impl EventColumn {
    /// Every column, from left to right.
    pub const ALL: [EventColumn; 5] =
        [EventColumn::Outcome, EventColumn::Host, EventColumn::Actor, EventColumn::From, EventColumn::What];

    /// Gives the field that it shows first.
    pub const fn field(self) -> &'static str {
        match self {
            EventColumn::Outcome => "event.outcome",
            EventColumn::Host => "host.name",
            EventColumn::Actor => "user.name",
            EventColumn::From => "source.ip",
            EventColumn::What => "event.action",
        }
    }

    /// Gives the word above it.
    pub const fn heading(self) -> &'static str {
        match self {
            EventColumn::Outcome => "",
            EventColumn::Host => "Host",
            EventColumn::Actor => "Actor",
            EventColumn::From => "From",
            EventColumn::What => "What",
        }
    }
}
