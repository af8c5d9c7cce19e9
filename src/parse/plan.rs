//! How one source is read: decided once, kept with the evidence.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::record::{Event, Instant, Zone};

/// How records are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// A line is a record; lines that begin with white space continue it.
    Lines,
    /// As `Lines`, with the line end of old Macintoshes: a carriage return.
    Cr,
    /// JSON documents, over one line or many; the elements of a `Records`
    /// (or like) envelope are each a record. Lines between that are no JSON are
    /// records as in `Lines`.
    Json,
    /// Not text: one rejected record.
    Binary,
}

/// What the user said about how to read a source.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only this format (by name), with the unparsed fallback.
    pub format: Option<String>,
    /// The zone of times that have none; UTC where not given.
    pub zone: Option<Zone>,
    /// The year of the first line, for times that have none.
    pub year: Option<i32>,
    /// The host, for events that name none.
    pub host: Option<String>,
    /// Labels put on every event as `labels.<name>`.
    pub labels: Vec<(String, String)>,
}

/// From this record on, years count so many less (a log longer than a year).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearShift {
    /// First record concerned.
    pub from_record: u64,
    /// Years to add to what the window says; negative.
    pub years: i32,
}

/// How one source is read. Together with a record's bytes it determines the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The format that understood most of the sample; tried first. `unparsed` where none did.
    pub format: String,
    /// The only format that is tried, where the user named it.
    pub forced: bool,
    /// Version of the built-in formats that made this plan.
    pub version: u32,
    /// How records are told apart.
    pub framing: Framing,
    /// The zone of times that have none.
    pub zone: String,
    /// A time without a year gets the latest year in which it is not after this
    /// moment (nanoseconds since the epoch): the source's last change, or when it was acquired.
    pub anchor: i64,
    /// When the source was acquired (nanoseconds since the epoch): later times are flagged.
    pub acquired: i64,
    /// The year of the first line, where the user gave it.
    pub year: Option<i32>,
    /// Where the log is longer than a year; see [`super::YearWatch`].
    pub shifts: Vec<YearShift>,
    /// The host of events that name none.
    pub host: Option<String>,
    /// Labels put on every event.
    pub labels: Vec<(String, String)>,
}

impl Plan {
    /// Decides from the first bytes of a source (up to 256 KB; `whole` tells
    /// that this is all of it), what the user said, the source's last change
    /// and the moment of acquisition.
    pub fn decide(
        _sample: &[u8],
        _whole: bool,
        _options: &Options,
        _modified: Option<Instant>,
        _acquired: Instant,
    ) -> Result<Plan> {
        todo!()
    }
}

/// Reads records under a plan. Cheap to make, free to share between threads.
pub struct Parser {}

impl Parser {
    /// Makes the parser of a plan; fails where it names an unknown format or zone.
    pub fn new(_plan: &Plan) -> Result<Parser> {
        todo!()
    }

    /// Reads one record: tries the plan's format, then the others line by line,
    /// and at last keeps the text as an unparsed event (`format` = `unparsed`,
    /// `message` = the text). Resolves the time, fills the plan's host and labels.
    ///
    /// `text` is the record's text without its last line end; the caller makes
    /// it UTF-8 with [`String::from_utf8_lossy`].
    pub fn read<'a>(&self, _record: u64, _part: u32, _text: &'a str, _event: &mut Event<'a>) {
        todo!()
    }
}
