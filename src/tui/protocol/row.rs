//! Rows of the event list, and their columns.

use crate::app::Hit;
use crate::record::{FieldId, Precision, TimeBasis, fields};

/// The outcome of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOutcome {
    /// It succeeded.
    Success,
    /// It failed.
    Failure,
    /// The log does not say.
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

/// The content of a row of the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowSummary {
    /// The precision of the time.
    pub precision: Option<Precision>,
    /// The basis of the time.
    pub basis: TimeBasis,
    /// Its outcome.
    pub outcome: EventOutcome,
    /// The values that columns show and pivots use, by [`EventColumn`].
    pub cells: [Option<Pivot>; EventColumn::ALL.len()],
    /// What happened, in a sentence.
    pub what: String,
}

/// A row's content, or why it could not be read.
#[derive(Debug, Clone, PartialEq)]
pub enum RowContent {
    /// The event's summary.
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
    /// Its content.
    pub content: RowContent,
}

impl EventRow {
    /// Returns the value in a column.
    pub fn cell(&self, column: EventColumn) -> Option<&Pivot> {
        match &self.content {
            RowContent::Event(brief) => brief.cells[column as usize].as_ref(),
            RowContent::Unreadable { .. } => None,
        }
    }
}

/// One row of the table of columns.
#[derive(Debug)]
pub struct ColumnInfo {
    /// The word above it.
    pub heading: &'static str,
    /// Its fields: a row shows the first that the event has.
    pub fields: &'static [FieldId],
    /// How wide it is in a narrow and in a wide list; 0 for the rest of the line.
    pub widths: (u16, u16),
    /// The narrowest screen, and the narrowest list, with room for it.
    pub needs: (u16, u16),
}

/// Writes the enum and, for each row, its [`ColumnInfo`].
macro_rules! columns {
    ($($(#[$attribute:meta])? $variant:ident $heading:literal [$($field:ident)*] $widths:expr, $needs:expr, $doc:literal;)*) => {
        /// The columns of the event list, whose values can be pivoted on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum EventColumn { $(#[doc = $doc] $(#[$attribute])? $variant),* }

        impl EventColumn {
            /// Every column, from left to right.
            pub const ALL: [EventColumn; [$($heading),*].len()] = [$(EventColumn::$variant),*];

            /// Returns the column's row.
            pub const fn info(self) -> &'static ColumnInfo {
                match self {
                    $(EventColumn::$variant => &ColumnInfo {
                        heading: $heading, fields: &[$(fields::$field),*], widths: $widths, needs: $needs,
                    }),*
                }
            }
        }
    };
}

columns! {
    Outcome "" [EVENT_OUTCOME] (1, 1), (0, 0), "The outcome, shown as a sign.";
    Host "Host" [HOST_NAME URL_DOMAIN] (14, 14), (140, 0), "The host on which it happened.";
    Actor "Actor" [USER_NAME USER_EMAIL USER_ID USER_EFFECTIVE_NAME] (10, 14), (0, 64), "Who acted.";
    // The address has room before the actor.
    #[default]
    From "From" [SOURCE_IP CLIENT_IP SOURCE_ADDRESS SOURCE_DOMAIN] (15, 17), (0, 46), "Where it came from.";
    What "What" [EVENT_ACTION HTTP_METHOD EVENT_DATASET] (0, 0), (0, 0), "What was done.";
}

impl EventColumn {
    /// Returns the name of the field that it shows first.
    pub fn field(self) -> &'static str {
        self.info().fields.first().map_or("", |field| field.name())
    }

    /// Reports whether a screen of this width has room for it.
    pub fn fits_screen(self, width: u16) -> bool {
        width >= self.info().needs.0
    }
}
