//! Records made of JSON documents, alone or in envelopes, with lines between.
//!
//! A line that does not begin with a document is a line as elsewhere; so is
//! one whose document is broken, and what follows a document on its line.
//! Every byte is looked at a bounded number of times: after a broken document,
//! no line that lies before the break is tried again.

use super::Sheet;
use super::draft::Count;
use super::ends::Line;
use super::lines::Lines;
use super::scan::{End, Holder, Outline, Scan};

/// Where in the grammar the next byte stands.
#[derive(Debug, Clone, Copy, Default)]
enum Place {
    /// At the start of a line.
    #[default]
    Line,
    /// Behind a document, on its line.
    Behind,
    /// In an envelope, before an element.
    Element(Holder),
    /// In an envelope, behind an element.
    Separator(Holder),
    /// Behind the elements of an envelope.
    Closing(Holder),
}

/// Cuts JSON.
#[derive(Debug, Default)]
pub(super) struct Json {
    place: Place,
    /// Lines that end before this place in the source are not tried as JSON.
    shun: u64,
}

impl Json {
    /// Takes what comes next; returns its length, 0 where more bytes are needed.
    /// `offset` is where `rest` begins in the source.
    pub(super) fn step(
        &mut self,
        offset: u64,
        rest: &[u8],
        lines: &mut Lines,
        sheet: &mut Sheet<'_>,
    ) -> usize {
        loop {
            let place = match self.place {
                Place::Line => return self.line(offset, rest, lines, sheet),
                Place::Behind => return self.behind(offset, rest, lines, sheet),
                Place::Element(holder) => match rest[0] {
                    byte if is_space(byte) => return glue_spaces(rest, sheet),
                    b']' => Place::Closing(holder),
                    _ => return self.element(offset, rest, holder, lines, sheet),
                },
                Place::Separator(holder) => match rest[0] {
                    byte if is_space(byte) => return glue_spaces(rest, sheet),
                    b',' => Place::Element(holder),
                    b']' => Place::Closing(holder),
                    _ => {
                        self.place = Place::Behind;
                        continue;
                    }
                },
                Place::Closing(Holder::Array) => {
                    self.place = Place::Behind;
                    continue;
                }
                Place::Closing(Holder::Object) => match self.closing(rest, sheet) {
                    Some(taken) => return taken,
                    None => continue,
                },
            };
            self.place = place;
            sheet.draft.add(&rest[..1], Count::Glue, sheet.records);
            return 1;
        }
    }

    /// Takes a document, an envelope's opening or a line, at the start of a line.
    fn line(&mut self, offset: u64, rest: &[u8], lines: &mut Lines, sheet: &mut Sheet<'_>) -> usize {
        let Some(indent) = indent(rest, sheet) else {
            return 0;
        };
        let opens = matches!(rest.get(indent), Some(b'{' | b'['));
        if !opens || lines.is_cutting() {
            return lines.step(rest, sheet);
        }
        if offset < self.shun {
            match sheet.line(rest) {
                Line::Open => return 0,
                Line::Whole { end, .. } if offset + end as u64 <= self.shun => {
                    return lines.step(rest, sheet);
                }
                Line::Whole { .. } | Line::Overlong => {}
            }
        }
        self.document(offset, rest, indent, lines, sheet)
    }

    /// Takes what follows a document on its line.
    fn behind(&mut self, offset: u64, rest: &[u8], lines: &mut Lines, sheet: &mut Sheet<'_>) -> usize {
        let Some(indent) = indent(rest, sheet) else {
            return 0;
        };
        let count = if sheet.draft.record.tail == 0 { Count::Event } else { Count::Glue };
        let (length, count, place) = match rest.get(indent) {
            None => (indent, count, Place::Behind),
            Some(b'\n' | b'\r') => match sheet.draft.ends.line_end(rest, indent, sheet.ahead) {
                Some(end) => (end, count, Place::Line),
                None => return 0,
            },
            Some(b',') => (indent + 1, Count::Glue, Place::Behind),
            Some(b'{' | b'[') => return self.document(offset, rest, indent, lines, sheet),
            Some(_) => return self.as_line(rest, lines, sheet),
        };
        sheet.draft.add(&rest[..length], count, sheet.records);
        self.place = place;
        length
    }

    /// Takes the document or the opening of an envelope that stands behind `indent` bytes.
    fn document(
        &mut self,
        offset: u64,
        rest: &[u8],
        indent: usize,
        lines: &mut Lines,
        sheet: &mut Sheet<'_>,
    ) -> usize {
        let (end, outline) = scan(Scan::value, &rest[indent..], sheet);
        let length = match end {
            End::Open => return 0,
            End::At(length) => match self.is_tidy(rest, indent, length, sheet) {
                None => return 0,
                Some(false) => return self.as_line(rest, lines, sheet),
                Some(true) => Some(length),
            },
            End::Broken(at) => {
                self.shun = offset + (indent + at) as u64;
                None
            }
        };
        if let Some(holder) = outline.envelope() {
            let opening = indent + outline.inside;
            sheet.draft.flush_text(sheet.records);
            sheet.draft.add(&rest[..opening], Count::Glue, sheet.records);
            (self.place, self.shun) = (Place::Element(holder), offset);
            return opening;
        }
        let Some(length) = length else {
            return self.as_line(rest, lines, sheet);
        };
        sheet.draft.flush_text(sheet.records);
        sheet.draft.add(&rest[..indent], Count::Event, sheet.records);
        sheet.draft.begin_document(&rest[indent..indent + length]);
        self.place = Place::Behind;
        indent + length
    }

    /// Tells whether a document may be taken by itself: what follows it on its
    /// line is nothing or another document, or it spans lines itself. A text
    /// that only begins like JSON stays one line. None where more is needed.
    fn is_tidy(&self, rest: &[u8], start: usize, length: usize, sheet: &Sheet<'_>) -> Option<bool> {
        let document = &rest[start..start + length];
        if !matches!(self.place, Place::Line) || memchr::memchr2(b'\n', b'\r', document).is_some() {
            return Some(true);
        }
        let behind = &rest[start + length..];
        let gap = indent(behind, sheet)?;
        Some(matches!(behind.get(gap), None | Some(b'\n' | b'\r' | b',' | b'{')))
    }

    /// Takes an element of an envelope.
    fn element(
        &mut self,
        offset: u64,
        rest: &[u8],
        holder: Holder,
        lines: &mut Lines,
        sheet: &mut Sheet<'_>,
    ) -> usize {
        match scan(Scan::value, rest, sheet).0 {
            End::Open => 0,
            End::At(length) => {
                sheet.draft.flush_text(sheet.records);
                sheet.draft.begin_document(&rest[..length]);
                self.place = Place::Separator(holder);
                length
            }
            End::Broken(at) => {
                self.shun = offset + at as u64;
                self.as_line(rest, lines, sheet)
            }
        }
    }

    /// Takes the members behind the elements and the closing brace; none where
    /// what follows is not glue.
    fn closing(&mut self, rest: &[u8], sheet: &mut Sheet<'_>) -> Option<usize> {
        let (end, outline) = scan(Scan::behind_elements, rest, sheet);
        match end {
            End::Open => return Some(0),
            End::At(length) if !outline.foreign => {
                sheet.draft.add(&rest[..length], Count::Glue, sheet.records);
                self.place = Place::Behind;
                return Some(length);
            }
            End::At(_) | End::Broken(_) => {}
        }
        self.place = Place::Behind;
        None
    }

    /// Takes the rest of the line as text.
    fn as_line(&mut self, rest: &[u8], lines: &mut Lines, sheet: &mut Sheet<'_>) -> usize {
        let taken = lines.step(rest, sheet);
        if taken > 0 {
            self.place = Place::Line;
        }
        taken
    }
}

/// Scans ahead, at most as far as a record's text may reach.
fn scan<'a>(from: fn(&'a [u8]) -> Scan<'a>, rest: &'a [u8], sheet: &Sheet<'_>) -> (End, Outline) {
    let window = &rest[..rest.len().min(sheet.ahead.limit)];
    let mut scan = from(window);
    let end = scan.run(!sheet.ahead.last && rest.len() < sheet.ahead.limit);
    (end, scan.outline)
}

/// Counts the bytes before the first that is not a space, a tab or a record
/// separator (RFC 7464); none where more bytes are needed to tell.
fn indent(rest: &[u8], sheet: &Sheet<'_>) -> Option<usize> {
    let window = &rest[..rest.len().min(sheet.ahead.limit)];
    match window.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x1e)) {
        Some(length) => Some(length),
        None if sheet.ahead.last || rest.len() >= sheet.ahead.limit => Some(window.len()),
        None => None,
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Takes the white space ahead as glue. A CR that an LF may follow has to wait.
fn glue_spaces(rest: &[u8], sheet: &mut Sheet<'_>) -> usize {
    let mut length = rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len());
    if length == rest.len() && !sheet.ahead.last && rest[length - 1] == b'\r' {
        length -= 1;
    }
    sheet.draft.add(&rest[..length], Count::Glue, sheet.records);
    length
}
