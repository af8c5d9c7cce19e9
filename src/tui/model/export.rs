//! What is to be exported, while it is said, and what came of it.

use tui_input::Input;

use crate::index::Hit;

use super::super::effect::Scope;

/// Something that can be exported.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The events of the present search, with its text.
    Search(String, Scope),
    /// One event.
    Event(Hit),
    /// The bookmarked events.
    Bookmarks,
    /// A finding's events, by its number.
    Finding(u64),
}

/// What can be exported, each with how it is called here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Offer {
    /// The choices, the most telling first (foreign text).
    pub choices: Vec<(String, What)>,
    /// The bundle's name.
    pub name: String,
    /// Whose key signs.
    pub signer: String,
}

/// A row of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportRow {
    /// Which events.
    What,
    /// Only their records, or the whole originals too.
    Originals,
    /// Which fields' values are taken out.
    Redact,
    /// A folder, or one tar.
    Form,
    /// Where to.
    To,
}

impl ExportRow {
    /// Every row, from top to bottom.
    pub const ALL: [ExportRow; 5] =
        [ExportRow::What, ExportRow::Originals, ExportRow::Redact, ExportRow::Form, ExportRow::To];
}

/// The dialog: what is to be exported.
#[derive(Debug, Clone)]
pub struct Export {
    /// What can be exported; none until it was looked up.
    pub offer: Option<Offer>,
    /// The choice, an index into the offer.
    pub choice: usize,
    /// The row that keys change.
    pub row: usize,
    /// The whole originals go in, too.
    pub originals: bool,
    /// One tar instead of a folder.
    pub tar: bool,
    /// The fields whose values are taken out, separated by commas.
    pub redact: Input,
    /// Where to.
    pub to: Input,
    /// The bundle is being made.
    pub making: bool,
}

impl Export {
    /// Begins saying.
    pub fn begun() -> Export {
        Export {
            offer: None,
            choice: 0,
            row: 0,
            originals: false,
            tar: true,
            redact: Input::default(),
            to: Input::default(),
            making: false,
        }
    }

    /// Gives the row that keys change.
    pub fn present(&self) -> ExportRow {
        ExportRow::ALL[self.row.min(ExportRow::ALL.len() - 1)]
    }
}

impl PartialEq for Export {
    fn eq(&self, other: &Export) -> bool {
        let plain =
            |export: &Export| (export.choice, export.row, export.originals, export.tar, export.making);
        let typed = |export: &Export| (export.redact.value().to_owned(), export.to.value().to_owned());
        self.offer == other.offer && plain(self) == plain(other) && typed(self) == typed(other)
    }
}

/// The bundle that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportOrder {
    /// Which events.
    pub what: What,
    /// The whole originals go in, too.
    pub originals: bool,
    /// The fields whose values are taken out, as typed.
    pub redact: Vec<String>,
    /// One tar instead of a folder.
    pub tar: bool,
    /// Where to.
    pub to: String,
}

/// A bundle that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Where it lies (foreign text).
    pub to: String,
    /// How many events it has.
    pub events: u64,
    /// The line for a ticket.
    pub line: String,
    /// What is to be said besides (foreign text).
    pub notes: Vec<String>,
}
