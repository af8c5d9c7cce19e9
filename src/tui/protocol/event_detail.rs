//! One event in full: fields, original line, and location.

use crate::app::Hit;
use crate::record::{EventTime, Origin};

use super::row::Pivot;

/// One event in full, as the detail pane shows it. Texts are foreign.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDetail {
    /// Which event.
    pub hit: Hit,
    /// Its location.
    pub origin: Origin,
    /// The format that recognized it.
    pub format: String,
    /// Its time, with its basis.
    pub time: Option<EventTime>,
    /// The text its time was read from.
    pub time_text: Option<String>,
    /// Its fields, in table order and then by name.
    pub fields: Vec<Pivot>,
    /// What happened, in a sentence.
    pub what: String,
    /// Its original bytes as text, at most [`EventDetail::RAW`] bytes of them.
    pub raw: String,
    /// How many of its bytes are in `raw`.
    pub raw_shown: usize,
    /// The bytes are not UTF-8: invalid ones are shown as U+FFFD.
    pub lossy: bool,
    /// Which part of an overlong line it is, from 1; 0 for a whole record.
    pub part: u32,
}

impl EventDetail {
    /// Most bytes of an event's original text that are shown.
    pub const RAW: usize = 64 * 1024;
}
