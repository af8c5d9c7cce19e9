//! What is to be exported, while it is said, and what came of it.

use crate::index::Hit;

use super::scope::SearchScope;

/// Something that can be exported, or show a finding.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportScope {
    /// The events of the present search, with its text.
    Search(String, SearchScope),
    /// One event.
    Event(Hit),
    /// The bookmarked events.
    Bookmarks,
    /// A finding's events, by its number.
    Finding(u64),
}

/// What can be exported, each with how it is called here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExportChoices {
    /// The choices, the most telling first (foreign text).
    pub choices: Vec<(String, ExportScope)>,
    /// The bundle's name.
    pub name: String,
    /// Whose key signs.
    pub signer: String,
}

/// The bundle that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRequest {
    /// Which events.
    pub what: ExportScope,
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
pub struct ExportResult {
    /// Where it lies (foreign text).
    pub to: String,
    /// How many events it has.
    pub events: u64,
    /// The line for a ticket.
    pub line: String,
    /// What is to be said besides (foreign text).
    pub notes: Vec<String>,
    /// Whether a note says that evidence is not what it was.
    pub alarm: bool,
}
