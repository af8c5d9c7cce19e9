//! Rows of the event list, and their columns.

use crate::index::Hit;
use crate::record::{Precision, TimeBasis};

/// How an event came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
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
pub struct Brief {
    /// The step in which the time was written.
    pub precision: Option<Precision>,
    /// How the time is known.
    pub basis: TimeBasis,
    /// How it came out.
    pub outcome: Outcome,
    /// The values that columns show and pivots use, by [`Column`].
    pub cells: [Option<Pivot>; Column::ALL.len()],
    /// What happened, in a sentence.
    pub what: String,
}

/// A row's content: what it says, or why it could not be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// What the event says.
    Event(Box<Brief>),
    /// Why it could not be read.
    Trouble {
        /// What failed, safe to show.
        what: String,
        /// Evidence is not what its hashes say.
        integrity: bool,
    },
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which event.
    pub hit: Hit,
    /// What it says.
    pub told: Told,
}

impl Row {
    /// Gives the value in a column.
    pub fn cell(&self, column: Column) -> Option<&Pivot> {
        match &self.told {
            Told::Event(brief) => brief.cells[column as usize].as_ref(),
            Told::Trouble { .. } => None,
        }
    }
}

/// The columns on whose values one can pivot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
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

impl Column {
    /// Every column, from left to right.
    pub const ALL: [Column; 5] = [Column::Outcome, Column::Host, Column::Actor, Column::From, Column::What];

    /// Gives the field that it shows first.
    pub const fn field(self) -> &'static str {
        match self {
            Column::Outcome => "event.outcome",
            Column::Host => "host.name",
            Column::Actor => "user.name",
            Column::From => "source.ip",
            Column::What => "event.action",
        }
    }

    /// Gives the word above it.
    pub const fn heading(self) -> &'static str {
        match self {
            Column::Outcome => "",
            Column::Host => "Host",
            Column::Actor => "Actor",
            Column::From => "From",
            Column::What => "What",
        }
    }
}
