//! Where records begin and end: a stream of bytes cut into records.
//!
//! Owns [`Framer`]. Promises that records partition the content, that they do
//! not depend on the pieces in which it was fed, and that memory stays bounded.
//! `import` and `cli` may call.

mod json;
mod lines;

#[cfg(test)]
mod tests;

use super::Framing;

/// Most bytes of text in one record; a longer line is split into marked parts.
pub const MAX_TEXT: usize = 1 << 20;

/// One record's place in the content, and what its bytes count as.
///
/// Records partition the content. `lead + text + tail` is the whole span; of a
/// record that is not rejected, `event_bytes + continuation_bytes + blank_bytes`
/// is the same number; of a rejected one, what is missing to it is rejected.
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
    /// The record is no event (binary content, or nothing but blank lines).
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
pub struct Framer {
    framing: Framing,
    lines: lines::Lines,
    json: json::Json,
}

impl Framer {
    /// Makes a framer for a source.
    pub fn new(framing: Framing) -> Framer {
        let end = if framing == Framing::Cr { b'\r' } else { b'\n' };
        Framer { framing, lines: lines::Lines::new(end), json: json::Json::default() }
    }

    /// Takes what is known of the content from the first byte that no record
    /// yet covers (the caller keeps the rest and passes it again, longer), adds
    /// each record that is certainly complete to `records`, and returns how
    /// many bytes they cover. With `last`, everything that is left becomes
    /// records. Memory stays bounded: a record never needs more than a few
    /// times [`MAX_TEXT`].
    pub fn feed(&mut self, content: &[u8], last: bool, records: &mut Vec<Record>) -> usize {
        match self.framing {
            Framing::Lines | Framing::Cr => self.lines.feed(content, last, records),
            Framing::Json => self.json.feed(&mut self.lines, content, last, records),
            Framing::Binary => binary(content, last, records),
        }
    }
}

/// Cuts binary content into rejected records of a bounded size.
fn binary(content: &[u8], last: bool, records: &mut Vec<Record>) -> usize {
    let mut covered = 0;
    for piece in content.chunks(MAX_TEXT) {
        if piece.len() < MAX_TEXT && !last {
            break;
        }
        let lines = memchr::memchr_iter(b'\n', piece).count() as u32;
        records.push(Record { text: piece.len() as u32, lines, rejected: true, ..Record::default() });
        covered += piece.len();
    }
    covered
}
