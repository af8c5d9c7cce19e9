//! One record: where it is in the content, and what its bytes count as.

/// The most bytes of text in one record; a longer line is split into marked parts.
pub const MAX_TEXT: usize = 1 << 20;

/// One record's place in the content, and what its bytes count as.
///
/// Records partition the content. `lead + text + tail` is the whole span; the event,
/// continuation, blank and rejected bytes add up to the same length. Only content that
/// has nothing but blank lines (or a megabyte of them in a row) gives a record without
/// text: it is marked `rejected`, since it is not an event, and its bytes count as
/// blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// Bytes before the event's text (byte order mark, blank lines at the start, envelope glue).
    pub lead: u32,
    /// Bytes of the event's text, continuation lines included, last line end not.
    pub text: u32,
    /// Bytes after the event's text (line end, blank lines, envelope glue).
    pub tail: u32,
    /// Line ends in the whole span.
    pub lines: u32,
    /// Line ends in `lead`.
    pub lead_lines: u32,
    /// Which part of an overlong line, from 1; 0 for a whole record.
    pub part: u32,
    /// The bytes are not an event (binary content, or only blank lines); they are kept.
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
    /// Returns the length of the whole span in bytes.
    pub fn length(&self) -> usize {
        self.lead as usize + self.text as usize + self.tail as usize
    }

    /// Returns the bytes that count as rejected: those that are neither event nor
    /// continuation nor blank.
    pub fn rejected_bytes(&self) -> usize {
        self.length() - (self.event_bytes + self.continuation_bytes + self.blank_bytes) as usize
    }
}
