//! The events of the list: a window of loaded rows over any number of events.

use std::collections::VecDeque;

use crate::app::Hit;
use crate::record::Precision;
use crate::tui::protocol::{EventColumn, EventRow, PagePosition, Pivot, RowContent};

/// What is being loaded into the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Load {
    /// Nothing.
    #[default]
    Idle,
    /// More rows at one end of the loaded ones.
    Extend(PagePosition),
    /// A page that replaces the loaded rows.
    Replace {
        /// Which page.
        position: PagePosition,
        /// The event to be selected if the page has it.
        select: Option<Hit>,
        /// The loaded rows are of an earlier search or order.
        stale: bool,
    },
}

/// The event list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventList {
    /// The loaded rows, in order.
    pub rows: VecDeque<EventRow>,
    /// How many events come before the first loaded row, if known.
    pub start: Option<u64>,
    /// No event comes before the loaded rows.
    pub first: bool,
    /// No event comes after the loaded rows.
    pub last: bool,
    /// The selected row, an index into `rows`.
    pub selected: usize,
    /// The first row on screen, an index into `rows`.
    pub top: usize,
    /// The highlighted column.
    pub column: EventColumn,
    /// What is being loaded.
    pub load: Load,
}

impl EventList {
    /// Most rows that are kept loaded: memory is bounded whatever the case holds.
    pub const LOADED: usize = 1_000;

    /// Reports whether the loaded rows are of an earlier search or order.
    pub fn is_stale(&self) -> bool {
        matches!(self.load, Load::Replace { stale: true, .. })
    }

    /// Returns the selected row.
    pub fn row(&self) -> Option<&EventRow> {
        self.rows.get(self.selected)
    }

    /// Returns the selected event's number in the list, from 1.
    pub fn position(&self) -> Option<u64> {
        self.row()?;
        Some(self.start? + self.selected as u64 + 1)
    }

    /// Reports whether any loaded row's time is more precise than a second.
    pub fn is_fine(&self) -> bool {
        let fine = |row: &EventRow| matches!(&row.content, RowContent::Event(brief) if brief.precision > Some(Precision::Second));
        self.rows.iter().any(fine)
    }

    /// Returns the value that pivots work on.
    pub fn pivot(&self) -> Option<&Pivot> {
        self.row()?.cell(self.column)
    }
}
