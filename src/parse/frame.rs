//! Where records begin and end: a stream of bytes cut into records.

use super::Framing;

/// Most bytes of text in one record; a longer line is split into marked parts.
pub const MAX_TEXT: usize = 1 << 20;

/// One record's place in the content, and what its bytes count as.
///
/// Records partition the content. `lead + text + tail` is the whole span; the
/// four byte counts add up to the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// Bytes before the event's text (blank lines at the start, envelope glue).
    pub lead: u32,
    /// Bytes of the event's text, continuation lines included, last line end not.
    pub text: u32,
    /// Bytes behind the event's text (line end, blank lines, envelope glue).
    pub tail: u32,
    /// Line ends in the whole span.
    pub lines: u32,
    /// Line ends in `lead`.
    pub lead_lines: u32,
    /// Which part of an overlong line, from 1; 0 for a whole record.
    pub part: u32,
    /// The bytes are no event (binary content); they are kept and counted as rejected.
    pub rejected: bool,
    /// Bytes that count as the event: its first line with its line end, or a JSON document.
    pub event_bytes: u32,
    /// Bytes that count as continuation lines or envelope glue.
    pub continuation_bytes: u32,
    /// Bytes that count as blank lines.
    pub blank_bytes: u32,
    /// How many continuation lines.
    pub continuations: u32,
    /// How many blank lines.
    pub blanks: u32,
}

impl Record {
    /// Gives the length of the whole span in bytes.
    pub fn length(&self) -> usize {
        self.lead as usize + self.text as usize + self.tail as usize
    }
}

/// Cuts one source's content into records, fed piece by piece.
///
/// The records do not depend on how the content was cut into pieces.
pub struct Framer {}

impl Framer {
    /// Makes a framer for a source.
    pub fn new(_framing: Framing) -> Framer {
        todo!()
    }

    /// Takes what is known of the content from the first byte that no record
    /// yet covers (the caller keeps the rest and passes it again, longer), adds
    /// each record that is certainly complete to `records`, and returns how
    /// many bytes they cover. With `last`, everything that is left becomes
    /// records. Memory stays bounded: a record never needs more than a few
    /// times [`MAX_TEXT`].
    pub fn feed(&mut self, _content: &[u8], _last: bool, _records: &mut Vec<Record>) -> usize {
        todo!()
    }
}
