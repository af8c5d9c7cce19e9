//! Records that are lines.

use std::fmt;

use super::headers::Headers;
use super::line_endings::LineAhead;
use super::record_builder::ByteCount;
use super::step_context::StepContext;
use crate::parse::format::{Format, LineKind};

/// Frames lines.
#[derive(Default)]
pub struct LineFramer {
    /// The number of the last part of an overlong line; 0 outside one.
    cutting: u32,
    /// The format of the content, if it says what its lines are.
    format: Option<&'static dyn Format>,
    /// Lines that say how those after them are read.
    pub headers: Headers,
    /// Whether a line was seen.
    begun: bool,
    /// Whether a value in quotes is open.
    in_quotes: bool,
}

impl fmt::Debug for LineFramer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = self.format.map(|format| format.name());
        f.debug_struct("LineFramer")
            .field("cutting", &self.cutting)
            .field("format", &format)
            .finish_non_exhaustive()
    }
}

impl LineFramer {
    /// Creates a framer of a format's lines.
    pub fn new(format: Option<&'static dyn Format>, headers: Headers) -> LineFramer {
        let format = format.filter(|format| format.has_line_kinds());
        LineFramer { cutting: 0, format, begun: headers.next_record() > 0, in_quotes: false, headers }
    }

    /// Returns what a line is to the format.
    fn kind(&mut self, line: &[u8], step: &StepContext<'_>) -> LineKind {
        let Some(format) = self.format else { return LineKind::Usual };
        let text = String::from_utf8_lossy(line);
        let is_first = !std::mem::replace(&mut self.begun, true);
        let mut kind = format.line_kind(&text, is_first);
        if let Some(quote) = format.quote_over_lines() {
            // A value in quotes may hold line ends, unless a record plainly begins.
            if self.in_quotes && kind != LineKind::Start {
                kind = LineKind::Continue;
            } else if kind == LineKind::Usual {
                kind = LineKind::Start;
            }
            self.in_quotes = stays_open(&text, quote, self.in_quotes && kind == LineKind::Continue);
        }
        if matches!(kind, LineKind::Header | LineKind::Directive) {
            let pending = usize::from(step.draft.has_text());
            self.headers.note(step.records.len() + pending, kind == LineKind::Header, &text);
        }
        kind
    }

    /// Returns whether the bytes ahead are the rest of an overlong line.
    pub fn is_cutting(&self) -> bool {
        self.cutting > 0
    }

    /// Reads the line (or the next part of an overlong one) at the start of `rest`;
    /// returns its length, 0 where its end is not known yet.
    pub fn step(&mut self, rest: &[u8], step: &mut StepContext<'_>) -> usize {
        match step.line(rest) {
            LineAhead::Open => 0,
            LineAhead::Overlong => self.cut(rest, step),
            LineAhead::Whole { body, end } => {
                self.take(rest, body, end - body, step);
                end
            }
        }
    }

    fn take(&mut self, rest: &[u8], body: usize, end: usize, step: &mut StepContext<'_>) {
        // A log that was truncated while open, or whose machine lost power, has NUL bytes
        // where nothing was written: they are before the line, not in it.
        let zeros = rest[..body].iter().take_while(|byte| **byte == 0).count();
        if zeros > 0 && zeros < body && self.cutting == 0 && !self.in_quotes {
            step.draft.flush_text(step.records);
            step.draft.add(&rest[..zeros], ByteCount::Glue, step.records);
            return self.take(&rest[zeros..], body - zeros, end, step);
        }
        let first = rest[0];
        let kind = if self.cutting > 0 { LineKind::Usual } else { self.kind(&rest[..body], step) };
        if matches!(kind, LineKind::Skip | LineKind::Header | LineKind::Directive) {
            step.draft.flush_text(step.records);
            step.draft.add(&rest[..body + end], ByteCount::Glue, step.records);
            return;
        }
        let is_blank = rest[..body].iter().all(|byte| is_blank(*byte));
        let continues = kind == LineKind::Continue || kind == LineKind::Usual && indents(first);
        if self.cutting > 0 {
            self.count_quotes(&rest[..body]);
            let part = std::mem::take(&mut self.cutting) + 1;
            if body == 0 {
                step.draft.end_line(end);
            } else {
                step.draft.flush_text(step.records);
                step.draft.begin(body, end, part);
            }
        } else if is_blank {
            step.draft.blank(body, end, step.records);
        } else if continues && step.draft.continues() {
            if !step.draft.grow(body, end) {
                let part = next_part(step);
                step.draft.begin(body, end, part);
            }
        } else {
            step.draft.flush_text(step.records);
            step.draft.begin(body, end, 0);
        }
    }

    /// Counts the quotes in a part of an overlong line. A part may end between doubled
    /// quotes, so that only their number counts.
    fn count_quotes(&mut self, bytes: &[u8]) {
        self.begun = true;
        if let Some(quote) = self.format.and_then(|format| format.quote_over_lines()) {
            self.in_quotes ^= String::from_utf8_lossy(bytes).matches(quote).count() % 2 == 1;
        }
    }

    /// Reads the next part of an overlong line.
    fn cut(&mut self, rest: &[u8], step: &mut StepContext<'_>) -> usize {
        let length = part_length(rest, step.ahead.limit);
        let part = if self.cutting > 0 {
            step.draft.flush_text(step.records);
            self.cutting + 1
        } else if (self.in_quotes || indents(rest[0])) && step.draft.continues() {
            next_part(step)
        } else {
            step.draft.flush_text(step.records);
            1
        };
        step.draft.begin(length, 0, part);
        self.count_quotes(&rest[..length]);
        self.cutting = part;
        length
    }
}

/// Returns whether a value in quotes is open after a line. A quote opens one only at the
/// start of a cell; a doubled one inside is text.
fn stays_open(text: &str, quote: char, mut open: bool) -> bool {
    let (mut before, mut chars) = (None, text.chars().peekable());
    while let Some(c) = chars.next() {
        if c == quote {
            if open {
                open = chars.next_if_eq(&quote).is_some();
            } else {
                open = before.is_none_or(|before| matches!(before, ',' | ';' | '\t' | '|'));
            }
        }
        before = Some(c);
    }
    open
}

/// Ends the current record as a part, and returns the number of the next.
fn next_part(step: &mut StepContext<'_>) -> u32 {
    let part = step.draft.record.part.max(1);
    step.draft.record.part = part;
    step.draft.flush_text(step.records);
    part + 1
}

/// How much of an overlong line goes into a part: as much as fits, but no
/// UTF-8 sequence is cut.
fn part_length(rest: &[u8], limit: usize) -> usize {
    let inside = |at: &usize| rest[*at] & 0xc0 == 0x80;
    (limit.saturating_sub(3).max(1)..=limit).rev().find(|at| !inside(at)).unwrap_or(limit)
}

fn indents(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0x0b | 0)
}
