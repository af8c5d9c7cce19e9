//! Ids of sources and events, and the origin of an event in its source.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

use super::Digest;
use super::hex::parse_hex;

/// The identity of a source: the SHA-256 of its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub [u8; 32]);

impl SourceId {
    /// Returns the first four bytes in hexadecimal, as event ids show them.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl From<Digest> for SourceId {
    fn from(digest: Digest) -> SourceId {
        SourceId(digest.0)
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digest(self.0).fmt(f)
    }
}

impl Serialize for SourceId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SourceId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<SourceId, D::Error> {
        Digest::deserialize(from).map(SourceId::from)
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceId({self})")
    }
}

impl FromStr for SourceId {
    type Err = Error;

    fn from_str(text: &str) -> Result<SourceId, Error> {
        parse_hex(text).map(SourceId).ok_or_else(|| Error::usage("a source id is 64 hexadecimal digits"))
    }
}

/// An event's id as a person writes it: `<8 to 64 hex of the source>:<record>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Lower-case hexadecimal prefix of the source's SHA-256, 8 to 64 digits.
    pub source: String,
    /// The record's number in its source, from 0.
    pub record: u64,
}

impl EventId {
    /// Creates the usual short id of a record.
    pub fn new(source: &SourceId, record: u64) -> EventId {
        EventId { source: source.short(), record }
    }

    /// Returns whether this id's prefix matches a source.
    pub fn fits(&self, source: &SourceId) -> bool {
        source.to_string().starts_with(&self.source)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.record)
    }
}

impl FromStr for EventId {
    type Err = Error;

    fn from_str(text: &str) -> Result<EventId, Error> {
        let bad = || {
            Error::usage(format!("`{}` is not an event id", crate::error::Visible(text)))
                .hint("Write it as 8 or more hexadecimal digits, a colon and the record number: a1b2c3d4:17.")
        };
        let (source, record) = text.split_once(':').ok_or_else(bad)?;
        let hex = source.len() >= 8 && source.len() <= 64 && source.bytes().all(|b| b.is_ascii_hexdigit());
        let digits = !record.is_empty() && record.bytes().all(|b| b.is_ascii_digit());
        if !hex || !digits {
            return Err(bad());
        }
        Ok(EventId { source: source.to_ascii_lowercase(), record: record.parse().map_err(|_| bad())? })
    }
}

/// The position of an event in its source's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The source.
    pub source: SourceId,
    /// The record's number, from 0.
    pub record: u64,
    /// The record's first line, from 1.
    pub line: u64,
    /// The byte at which the event's text begins.
    pub offset: u64,
    /// The length of the event's text in bytes, without its line end.
    pub length: u64,
}

impl Origin {
    /// Returns the short id of the event.
    pub fn id(&self) -> EventId {
        EventId::new(&self.source, self.record)
    }
}
