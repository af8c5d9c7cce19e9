//! What can be exported, an export request, and its result.

use crate::app::EvidenceScope;
use crate::record::Zone;

/// What can be exported, each with its label.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExportChoices {
    /// The choices, the most important first (foreign text).
    pub choices: Vec<(String, EvidenceScope)>,
    /// The bundle's name.
    pub name: String,
    /// Whose key signs.
    pub signer: String,
}

/// A request to export a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportOrder {
    /// The events.
    pub what: EvidenceScope,
    /// Complete originals are included.
    pub originals: bool,
    /// The fields whose values are redacted, as typed.
    pub redact: Vec<String>,
    /// Why they are redacted, as typed; may be empty.
    pub reason: String,
    /// The zone in which the report shows times.
    pub zone: Zone,
    /// One tar instead of a folder.
    pub tar: bool,
    /// The output path.
    pub to: String,
}

/// The result of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportResult {
    /// The path of the bundle (foreign text).
    pub to: String,
    /// How many events it has.
    pub events: u64,
    /// The line for a ticket.
    pub line: String,
    /// Warnings (foreign text).
    pub notes: Vec<String>,
    /// Whether a note says that evidence is not what it was.
    pub alarm: bool,
}
