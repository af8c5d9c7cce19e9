//! What annotations refer to: events, and queries with how many events they returned.

use serde::{Deserialize, Serialize};

use crate::record::{Digest, EventId, SourceId, Timestamp};

/// A reference to an event, bound to the record's bytes: after a re-import the
/// event is found again, and a change of the record is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    /// `<SHA-256 of the source>:<record number>`.
    pub event: String,
    /// SHA-256 of the record's text, in hex.
    pub hash: String,
    /// The event's time (RFC 3339 with nine digits), if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl EventRef {
    /// Creates a reference to a record.
    pub fn new(source: &SourceId, record: u64, hash: &Digest, time: Option<Timestamp>) -> EventRef {
        let time = time.map(|time| time.to_string());
        EventRef { event: format!("{source}:{record}"), hash: hash.to_string(), time }
    }

    /// Returns the short form of the id, `a1b2c3d4:17` (foreign text if it was tampered with).
    pub fn short(&self) -> String {
        match self.place() {
            Some((source, record)) => EventId::new(&source, record).to_string(),
            None => self.event.clone(),
        }
    }

    /// Returns the source and the record number; `None` if they were tampered with.
    pub fn place(&self) -> Option<(SourceId, u64)> {
        let (source, record) = self.event.split_once(':')?;
        Some((source.parse().ok()?, record.parse().ok()?))
    }
}

/// The query of a finding, with how many events it returned when it was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedQuery {
    /// The query, as typed.
    pub query: String,
    /// Start of the time range, inclusive (RFC 3339); `None` if it was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of the time range, exclusive; `None` if it was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How many events it returned.
    pub count: u64,
}
