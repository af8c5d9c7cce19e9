//! Cuts a stream of bytes into records.

use super::headers::{HeaderLines, Headers};
use super::json_records::JsonFramer;
use super::line_endings::Lookahead;
use super::line_records::LineFramer;
use super::record::{MAX_TEXT, Record};
use super::record_builder::RecordBuilder;
use super::step_context::StepContext;
use crate::parse::format::{Format, Framing};

/// Cuts one source's content into records, fed piece by piece.
///
/// The records do not depend on how the content was cut into pieces.
#[derive(Debug)]
pub struct Framer {
    framing: Framing,
    limit: usize,
    /// The offset in the source of the first byte that no record covers yet.
    start: u64,
    draft: RecordBuilder,
    lines: LineFramer,
    json: JsonFramer,
}

impl Framer {
    /// Creates a framer for a source.
    pub fn new(framing: Framing) -> Framer {
        Framer::with_limit(framing, MAX_TEXT, None, Headers::default())
    }

    /// Creates a framer for a source of a format, from a record on; `known` are the
    /// headers that were found before it.
    pub fn of_format(
        framing: Framing,
        format: Option<&'static dyn Format>,
        from_record: u64,
        known: &[HeaderLines],
    ) -> Framer {
        Framer::with_limit(framing, MAX_TEXT, format, Headers::resume(from_record, known))
    }

    /// Takes the headers that were found since the last call.
    pub fn take_headers(&mut self) -> Vec<HeaderLines> {
        self.lines.headers.take()
    }

    /// Creates a framer that splits lines above `limit` bytes.
    fn with_limit(
        framing: Framing,
        limit: usize,
        format: Option<&'static dyn Format>,
        headers: Headers,
    ) -> Framer {
        Framer {
            framing,
            limit,
            start: 0,
            draft: RecordBuilder::new(limit),
            lines: LineFramer::new(format, headers),
            json: JsonFramer::default(),
        }
    }

    /// Reads the content from the first byte that no record covers yet (the caller
    /// keeps the rest and passes it again, longer), adds each record that is certainly
    /// complete to `records`, and returns how many bytes they cover. With `last`,
    /// everything that is left becomes records. Memory stays bounded: a record never
    /// needs more than a few times [`MAX_TEXT`].
    pub fn feed(&mut self, content: &[u8], last: bool, records: &mut Vec<Record>) -> usize {
        // What the caller passes in was counted before.
        self.lines.headers.rewind(records.len());
        let ahead = Lookahead { last, limit: self.limit };
        if self.framing != Framing::Binary && !self.draft.ends.decide(content, ahead) {
            self.lines.headers.advance(records.len());
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
                None => {
                    self.lines.headers.advance(records.len());
                    return 0;
                }
            }
        }
        let mut step = StepContext { ahead, draft: &mut self.draft, records };
        loop {
            let rest = &content[at..];
            let taken = match self.framing {
                _ if rest.is_empty() => 0,
                Framing::Lines => self.lines.step(rest, &mut step),
                Framing::Json => self.json.step(self.start + at as u64, rest, &mut self.lines, &mut step),
                Framing::Binary => reject(rest, &mut step),
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
        self.lines.headers.advance(records.len());
        covered
    }
}

/// Returns the length of the byte order mark at the start, 0 if there is none; `None`
/// if more bytes are needed to decide.
fn byte_order_mark(content: &[u8], last: bool) -> Option<usize> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    match content {
        _ if content.starts_with(MARK) => Some(MARK.len()),
        _ if !last && MARK.starts_with(content) => None,
        _ => Some(0),
    }
}

/// Reads the next part of binary content as a rejected record.
fn reject(rest: &[u8], step: &mut StepContext<'_>) -> usize {
    if rest.len() < step.ahead.limit && !step.ahead.last {
        return 0;
    }
    let length = rest.len().min(step.ahead.limit);
    step.records.push(Record { text: length as u32, rejected: true, ..Record::default() });
    length
}

#[cfg(test)]
#[path = "framer_tests.rs"]
mod tests;
