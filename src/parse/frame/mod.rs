//! Where records begin and end: a stream of bytes cut into records.
//!
//! Owns [`Framer`]. Promises that records partition the content, that they do
//! not depend on the pieces in which it was fed, and that memory stays bounded.
//! A line that begins with a space or a tab continues the record before it; a
//! blank line (nothing but white space) belongs to the record before it, at the
//! start to the first record's lead. `import` and `cli` may call.

mod draft;
mod ends;
mod json;
mod lines;
mod scan;

use super::Framing;
use draft::Draft;
use ends::{Ahead, Line};
use json::Json;
use lines::Lines;

/// Most bytes of text in one record; a longer line is split into marked parts.
pub const MAX_TEXT: usize = 1 << 20;

/// One record's place in the content, and what its bytes count as.
///
/// Records partition the content. `lead + text + tail` is the whole span; the
/// event, continuation, blank and rejected bytes add up to the same length.
/// Only content that has nothing but blank lines (or a megabyte of them on end)
/// gives a record without text: it is marked `rejected`, since it is no event,
/// and its bytes count as blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// Bytes before the event's text (byte order mark, blank lines at the start, envelope glue).
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
    /// The bytes are no event (binary content, or only blank lines); they are kept.
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

    /// Gives the bytes that count as rejected: those that are neither event nor
    /// continuation nor blank.
    pub fn rejected_bytes(&self) -> usize {
        self.length() - (self.event_bytes + self.continuation_bytes + self.blank_bytes) as usize
    }
}

/// Cuts one source's content into records, fed piece by piece.
///
/// The records do not depend on how the content was cut into pieces.
#[derive(Debug)]
pub struct Framer {
    framing: Framing,
    limit: usize,
    /// Where in the source the first byte lies that no record yet covers.
    start: u64,
    draft: Draft,
    lines: Lines,
    json: Json,
}

impl Framer {
    /// Makes a framer for a source.
    pub fn new(framing: Framing) -> Framer {
        Framer::with_limit(framing, MAX_TEXT)
    }

    /// Makes a framer that splits lines above `limit` bytes.
    fn with_limit(framing: Framing, limit: usize) -> Framer {
        Framer {
            framing,
            limit,
            start: 0,
            draft: Draft::new(limit),
            lines: Lines::default(),
            json: Json::default(),
        }
    }

    /// Takes what is known of the content from the first byte that no record
    /// yet covers (the caller keeps the rest and passes it again, longer), adds
    /// each record that is certainly complete to `records`, and returns how
    /// many bytes they cover. With `last`, everything that is left becomes
    /// records. Memory stays bounded: a record never needs more than a few
    /// times [`MAX_TEXT`].
    pub fn feed(&mut self, content: &[u8], last: bool, records: &mut Vec<Record>) -> usize {
        let ahead = Ahead { last, limit: self.limit };
        if self.framing != Framing::Binary && !self.draft.ends.decide(content, ahead) {
            return 0;
        }
        let mut at = self.draft.record.length();
        debug_assert!(at <= content.len(), "the caller kept what no record covers");
        if self.start == 0 && at == 0 && self.framing != Framing::Binary {
            match byte_order_mark(content, last) {
                Some(length) => {
                    self.draft.mark(length);
                    at = length;
                }
                None => return 0,
            }
        }
        let mut sheet = Sheet { ahead, draft: &mut self.draft, records };
        loop {
            let rest = &content[at..];
            let taken = match self.framing {
                _ if rest.is_empty() => 0,
                Framing::Lines => self.lines.step(rest, &mut sheet),
                Framing::Json => self.json.step(self.start + at as u64, rest, &mut self.lines, &mut sheet),
                Framing::Binary => reject(rest, &mut sheet),
            };
            if taken == 0 {
                break;
            }
            at += taken;
        }
        if last {
            self.draft.finish(records);
        }
        let covered = at - self.draft.record.length();
        self.start += covered as u64;
        covered
    }
}

/// Tells whether content begins with a JSON object or array whose end the
/// bytes at hand do not reach.
pub(super) fn opens_json(content: &[u8]) -> bool {
    let content = content.trim_ascii_start();
    matches!(content.first(), Some(b'{' | b'[')) && scan::Scan::value(content).run(true) == scan::End::Open
}

/// What a step needs beside the bytes ahead of it.
struct Sheet<'a> {
    ahead: Ahead,
    /// The record that is being made.
    draft: &'a mut Draft,
    /// The records that are complete.
    records: &'a mut Vec<Record>,
}

impl Sheet<'_> {
    /// Finds the end of the line at the start of `rest`.
    fn line(&mut self, rest: &[u8]) -> Line {
        self.draft.ends.line(rest, self.ahead)
    }
}

/// Tells the length of the byte order mark at the start, 0 where there is none;
/// none where more bytes are needed to tell.
fn byte_order_mark(content: &[u8], last: bool) -> Option<usize> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    match content {
        _ if content.starts_with(MARK) => Some(MARK.len()),
        _ if !last && MARK.starts_with(content) => None,
        _ => Some(0),
    }
}

/// Takes the next stretch of binary content as a rejected record.
fn reject(rest: &[u8], sheet: &mut Sheet<'_>) -> usize {
    if rest.len() < sheet.ahead.limit && !sheet.ahead.last {
        return 0;
    }
    let length = rest.len().min(sheet.ahead.limit);
    sheet.records.push(Record { text: length as u32, rejected: true, ..Record::default() });
    length
}

#[cfg(test)]
mod tests;
