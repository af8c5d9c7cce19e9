//! What else the person who hands a bundle over has to know.

use std::fmt;

use crate::journal::{AnchorStamp, EntryPayload};

use crate::export::bag::SIGNATURE_NAMESPACE;
use crate::export::bag::files::JOURNAL;
use crate::export::redact::NOT_FOUND;

/// Something about a bundle that its reader should be told. As text it may hold
/// foreign text: show it through `Visible`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// An annotation of the case rests on a record that is not what it was.
    Orphaned {
        /// The annotation, and the event that it rests on.
        annotation: String,
        /// Why its record is not the one that was annotated.
        reason: String,
    },
    /// An entry of the journal is withheld, since it holds credentials.
    EntryWithheld {
        /// Its number.
        seq: u64,
    },
    /// Values were redacted in some of the events.
    EventsRedacted {
        /// The events whose bytes are withheld.
        withheld: u64,
        /// All events of the bundle.
        events: u64,
    },
    /// What redaction does not find.
    RedactionLimits,
    /// Values are so short that they were redacted only where they are the field's value.
    ShortValues {
        /// The field.
        field: String,
        /// How many of its values are so short.
        count: usize,
    },
    /// The bundle's name holds a redacted value.
    NameNotRedacted {
        /// The field whose value it is.
        field: String,
    },
    /// An entry of the journal stays though it holds redacted values.
    EntryNotRedacted {
        /// Its number.
        seq: u64,
        /// Its kind.
        kind: String,
        /// Its parts that hold a value, each with the field whose value it is.
        parts: Vec<(String, String)>,
    },
    /// Nobody signed the bundle.
    Unsigned,
    /// The time-stamp authority did not stamp the signature.
    NotTimestamped {
        /// Why.
        error: String,
    },
}

impl Note {
    /// Reports whether evidence is not what it was: more than a remark.
    pub fn is_alarm(&self) -> bool {
        match self {
            Note::Orphaned { .. } => true,
            Note::EntryWithheld { .. }
            | Note::EventsRedacted { .. }
            | Note::RedactionLimits
            | Note::ShortValues { .. }
            | Note::NameNotRedacted { .. }
            | Note::EntryNotRedacted { .. }
            | Note::Unsigned
            | Note::NotTimestamped { .. } => false,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Orphaned { annotation, reason } => write!(f, "ORPHANED {annotation}: {reason}."),
            Note::EntryWithheld { seq } => write!(
                f,
                "WITHHELD: entry {seq} of {JOURNAL} ({}) contains more of the time-stamp authority's URL than its host and path, possibly a password; the bundle has its hash and leaf instead.",
                AnchorStamp::KIND
            ),
            Note::EventsRedacted { withheld, events } => write!(
                f,
                "{withheld} of {events} events have redacted values; their bytes are withheld, together with their lengths and the offsets of all records. The SHA-256 and the length of whole sources remain: where all but a line or two of a source is shown, the length of those lines follows, and they could be guessed."
            ),
            Note::RedactionLimits => f.write_str(NOT_FOUND),
            Note::ShortValues { field, count } => write!(
                f,
                "{count} values of {field} are so short that they were redacted only where they are the value of the field."
            ),
            Note::NameNotRedacted { field } => write!(
                f,
                "NOT REDACTED: the name of the bundle contains a redacted value of {field}, because the case's folder has that name. Rename the folder first."
            ),
            Note::EntryNotRedacted { seq, kind, parts } => {
                let parts: Vec<String> =
                    parts.iter().map(|(part, field)| format!("of {field} in `{part}`")).collect();
                write!(
                    f,
                    "NOT REDACTED: entry {seq} of {JOURNAL} ({kind}) contains a redacted value {}. It stays, because proofs in this bundle depend on it.",
                    parts.join(" and ")
                )
            }
            Note::Unsigned => write!(
                f,
                "UNSIGNED: verifiers will reject it. Sign it with ssh-keygen -Y sign -n {SIGNATURE_NAMESPACE}."
            ),
            Note::NotTimestamped { error } => write!(f, "Unanchored: {error}."),
        }
    }
}
