//! The events of the list: a window of loaded rows over any number of events.

use std::collections::VecDeque;

use crate::index::{Hit, Order};
use crate::record::{Precision, TimeBasis};

use super::super::effect::Place;

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

/// The event list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// The loaded rows, in order.
    pub rows: VecDeque<Row>,
    /// How many events come before the first loaded row, where known.
    pub start: Option<u64>,
    /// No event comes before the loaded rows.
    pub first: bool,
    /// No event comes behind the loaded rows.
    pub last: bool,
    /// The selected row, an index into `rows`.
    pub selected: usize,
    /// The first row on screen, an index into `rows`.
    pub top: usize,
    /// The highlighted column.
    pub column: Column,
    /// The page that is awaited.
    pub awaited: Option<Place>,
    /// The event to be selected when it comes.
    pub seek: Option<Hit>,
    /// The rows are of a search before: their successors are awaited.
    pub stale: bool,
}

impl List {
    /// Most rows that are kept loaded: memory is bounded whatever the case holds.
    pub const LOADED: usize = 1_000;

    /// Gives the selected row.
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    /// Gives the selected event's number in the list, from 1.
    pub fn position(&self) -> Option<u64> {
        self.row()?;
        Some(self.start? + self.selected as u64 + 1)
    }

    /// Tells whether any loaded row's time was written finer than to the second.
    pub fn is_fine(&self) -> bool {
        let fine =
            |row: &Row| matches!(&row.told, Told::Event(brief) if brief.precision > Some(Precision::Second));
        self.rows.iter().any(fine)
    }

    /// Gives the value that pivots work on.
    pub fn pivot(&self) -> Option<&Pivot> {
        self.row()?.cell(self.column)
    }

    /// Tells which order reaches the other end first.
    pub fn reversed(order: Order) -> Order {
        match order {
            Order::Newest => Order::Oldest,
            Order::Oldest => Order::Newest,
        }
    }
}
