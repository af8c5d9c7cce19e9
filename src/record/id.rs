//! Which source, which record, where in it.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// The identity of a source: the SHA-256 of its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub [u8; 32]);

impl SourceId {
    /// Gives the first four bytes in hex, as event ids show them.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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
        let bad = || Error::usage("a source id is 64 hexadecimal digits");
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(SourceId(bytes))
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
    /// Makes the usual short id of a record.
    pub fn of(source: &SourceId, record: u64) -> EventId {
        EventId { source: source.short(), record }
    }

    /// Tells whether this id's prefix fits a source.
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

/// Where an event lies in its source's content.
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
    /// How many bytes the event's text has, without its line end.
    pub length: u64,
}

impl Origin {
    /// Gives the short id of the event.
    pub fn id(&self) -> EventId {
        EventId::of(&self.source, self.record)
    }
}
