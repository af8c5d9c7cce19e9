//! Records that are JSON documents, alone or in envelopes, with lines between them.
//!
//! A line that does not begin with a document is an ordinary line; so is one whose
//! document is broken, and what follows a document on its line. Every byte is examined
//! a bounded number of times: after a broken document, no line that lies before the
//! break is tried again.

use super::json_bounds::{BoundsScanner, Envelope, Outline, ScanEnd};
use super::line_endings::LineAhead;
use super::line_records::LineFramer;
use super::record_builder::ByteCount;
use super::step_context::StepContext;

/// The position of the next byte in the grammar.
#[derive(Debug, Clone, Copy, Default)]
enum Place {
    /// At the start of a line.
    #[default]
    LineStart,
    /// Behind a document, on its line.
    Behind,
    /// In an envelope, before an element.
    Element(Envelope),
    /// In an envelope, after an element.
    Separator(Envelope),
    /// Behind the elements of an envelope.
    Closing(Envelope),
}

/// Frames JSON.
#[derive(Debug, Default)]
pub struct JsonFramer {
    place: Place,
    /// Lines that end before this place in the source are not tried as JSON.
    shun: u64,
}

impl JsonFramer {
    /// Reads the next part; returns its length, 0 if more bytes are needed. `offset` is
    /// where `rest` begins in the source.
    pub fn step(
        &mut self,
        offset: u64,
        rest: &[u8],
        lines: &mut LineFramer,
        step: &mut StepContext<'_>,
    ) -> usize {
        loop {
            let place = match self.place {
                Place::LineStart => return self.line(offset, rest, lines, step),
                Place::Behind => return self.behind(offset, rest, lines, step),
                Place::Element(holder) => match rest[0] {
                    byte if is_space(byte) => return glue_spaces(rest, step),
                    b']' => Place::Closing(holder),
                    _ => return self.element(offset, rest, holder, lines, step),
                },
                Place::Separator(holder) => match rest[0] {
                    byte if is_space(byte) => return glue_spaces(rest, step),
                    b',' => Place::Element(holder),
                    b']' => Place::Closing(holder),
                    _ => {
                        self.place = Place::Behind;
                        continue;
                    }
                },
                Place::Closing(Envelope::Array) => {
                    self.place = Place::Behind;
                    continue;
                }
                Place::Closing(Envelope::Object) => match self.closing(rest, step) {
                    Some(taken) => return taken,
                    None => continue,
                },
            };
            self.place = place;
            step.draft.add(&rest[..1], ByteCount::Glue, step.records);
            return 1;
        }
    }

    /// Reads a document, an envelope's opening or a line, at the start of a line.
    fn line(
        &mut self,
        offset: u64,
        rest: &[u8],
        lines: &mut LineFramer,
        step: &mut StepContext<'_>,
    ) -> usize {
        let Some(indent) = indent(rest, step) else {
            return 0;
        };
        let opens = matches!(rest.get(indent), Some(b'{' | b'['));
        if !opens || lines.is_cutting() {
            return lines.step(rest, step);
        }
        if offset < self.shun {
            match step.line(rest) {
                LineAhead::Open => return 0,
                LineAhead::Whole { end, .. } if offset + end as u64 <= self.shun => {
                    return lines.step(rest, step);
                }
                LineAhead::Whole { .. } | LineAhead::Overlong => {}
            }
        }
        self.document(offset, rest, indent, lines, step)
    }

    /// Reads what follows a document on its line.
    fn behind(
        &mut self,
        offset: u64,
        rest: &[u8],
        lines: &mut LineFramer,
        step: &mut StepContext<'_>,
    ) -> usize {
        let Some(indent) = indent(rest, step) else {
            return 0;
        };
        let count = if step.draft.record.tail == 0 { ByteCount::Event } else { ByteCount::Glue };
        let (length, count, place) = match rest.get(indent) {
            None => (indent, count, Place::Behind),
            Some(b'\n' | b'\r') => match step.draft.ends.line_end(rest, indent, step.ahead) {
                Some(end) => (end, count, Place::LineStart),
                None => return 0,
            },
            Some(b',') => (indent + 1, ByteCount::Glue, Place::Behind),
            Some(b'{' | b'[') => return self.document(offset, rest, indent, lines, step),
            Some(_) => return self.as_line(rest, lines, step),
        };
        step.draft.add(&rest[..length], count, step.records);
        self.place = place;
        length
    }

    /// Reads the document or the opening of an envelope that follows `indent` bytes.
    fn document(
        &mut self,
        offset: u64,
        rest: &[u8],
        indent: usize,
        lines: &mut LineFramer,
        step: &mut StepContext<'_>,
    ) -> usize {
        let (end, outline) = scan(BoundsScanner::value, &rest[indent..], step);
        let length = match end {
            ScanEnd::Open => return 0,
            ScanEnd::At(length) => match self.is_tidy(rest, indent, length, step) {
                None => return 0,
                Some(false) => return self.as_line(rest, lines, step),
                Some(true) => Some(length),
            },
            ScanEnd::Broken(at) => {
                self.shun = offset + (indent + at) as u64;
                None
            }
        };
        if let Some(holder) = outline.envelope() {
            let opening = indent + outline.inside;
            step.draft.flush_text(step.records);
            step.draft.add(&rest[..opening], ByteCount::Glue, step.records);
            (self.place, self.shun) = (Place::Element(holder), offset);
            return opening;
        }
        let Some(length) = length else {
            return self.as_line(rest, lines, step);
        };
        step.draft.flush_text(step.records);
        step.draft.add(&rest[..indent], ByteCount::Event, step.records);
        step.draft.begin_document(&rest[indent..indent + length]);
        self.place = Place::Behind;
        indent + length
    }

    /// Returns whether a document is a record by itself: what follows it on its line is
    /// nothing or another document, or it spans lines itself. A text that only begins
    /// like JSON stays one line. `None` if more bytes are needed.
    fn is_tidy(&self, rest: &[u8], start: usize, length: usize, step: &StepContext<'_>) -> Option<bool> {
        let document = &rest[start..start + length];
        if !matches!(self.place, Place::LineStart) || memchr::memchr2(b'\n', b'\r', document).is_some() {
            return Some(true);
        }
        let behind = &rest[start + length..];
        let gap = indent(behind, step)?;
        Some(matches!(behind.get(gap), None | Some(b'\n' | b'\r' | b',' | b'{')))
    }

    /// Reads an element of an envelope.
    fn element(
        &mut self,
        offset: u64,
        rest: &[u8],
        holder: Envelope,
        lines: &mut LineFramer,
        step: &mut StepContext<'_>,
    ) -> usize {
        match scan(BoundsScanner::value, rest, step).0 {
            ScanEnd::Open => 0,
            ScanEnd::At(length) => {
                step.draft.flush_text(step.records);
                step.draft.begin_document(&rest[..length]);
                self.place = Place::Separator(holder);
                length
            }
            ScanEnd::Broken(at) => {
                self.shun = offset + at as u64;
                self.as_line(rest, lines, step)
            }
        }
    }

    /// Reads the members after the elements and the closing brace; `None` if what
    /// follows is not glue.
    fn closing(&mut self, rest: &[u8], step: &mut StepContext<'_>) -> Option<usize> {
        let (end, outline) = scan(BoundsScanner::behind_elements, rest, step);
        match end {
            ScanEnd::Open => return Some(0),
            ScanEnd::At(length) if !outline.foreign => {
                step.draft.add(&rest[..length], ByteCount::Glue, step.records);
                self.place = Place::Behind;
                return Some(length);
            }
            ScanEnd::At(_) | ScanEnd::Broken(_) => {}
        }
        self.place = Place::Behind;
        None
    }

    /// Reads the rest of the line as text.
    fn as_line(&mut self, rest: &[u8], lines: &mut LineFramer, step: &mut StepContext<'_>) -> usize {
        let taken = lines.step(rest, step);
        if taken > 0 {
            self.place = Place::LineStart;
        }
        taken
    }
}

/// Scans ahead, at most as far as the text of a record may extend.
fn scan<'a>(
    from: fn(&'a [u8]) -> BoundsScanner<'a>,
    rest: &'a [u8],
    step: &StepContext<'_>,
) -> (ScanEnd, Outline) {
    let window = &rest[..rest.len().min(step.ahead.limit)];
    let mut scan = from(window);
    let end = scan.run(!step.ahead.last && rest.len() < step.ahead.limit);
    (end, scan.outline)
}

/// Counts the bytes before the first that is not a space, a tab or a record separator
/// (RFC 7464); `None` if more bytes are needed to decide.
fn indent(rest: &[u8], step: &StepContext<'_>) -> Option<usize> {
    let window = &rest[..rest.len().min(step.ahead.limit)];
    match window.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x1e)) {
        Some(length) => Some(length),
        None if step.ahead.last || rest.len() >= step.ahead.limit => Some(window.len()),
        None => None,
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Reads the white space ahead as glue. A CR that may be followed by an LF has to wait.
fn glue_spaces(rest: &[u8], step: &mut StepContext<'_>) -> usize {
    let mut length = rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len());
    if length == rest.len() && !step.ahead.last && rest[length - 1] == b'\r' {
        length -= 1;
    }
    step.draft.add(&rest[..length], ByteCount::Glue, step.records);
    length
}
