//! Records that are lines, with the lines that continue them.

use memchr::memchr;

use super::{MAX_TEXT, Record};

/// Cuts content into lines. A line that begins with a space or a tab continues
/// the record before it; a blank line belongs to the record before it.
///
/// Its state tells of the first byte that no record yet covers; what lies
/// behind that byte is looked at again when it is fed again.
pub struct Lines {
    /// The byte that ends a line (a carriage return before a line feed belongs
    /// to the line end).
    end: u8,
    /// The part that the next record is, of an overlong line or record; or 0.
    part: u32,
    /// The next record begins in the middle of an overlong line.
    inside: bool,
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Continuation,
    Start,
}

impl Lines {
    pub fn new(end: u8) -> Lines {
        Lines { end, part: 0, inside: false }
    }

    /// See [`super::Framer::feed`].
    pub fn feed(&mut self, content: &[u8], last: bool, records: &mut Vec<Record>) -> usize {
        let mut open = Open::default();
        let (mut at, mut begin) = (0, 0);
        while at < content.len() {
            let ended = memchr(self.end, &content[at..]).map(|length| at + length);
            let stop = ended.unwrap_or(content.len());
            if stop - at > MAX_TEXT {
                if open.close(records) {
                    (self.part, self.inside) = (0, false);
                }
                at += self.cut(&content[at..], records);
                begin = at;
                continue;
            }
            if ended.is_none() && !last {
                break;
            }
            let line = Line::new(content, at, stop, ended.is_some());
            let first = at == begin;
            let kind = if first && self.inside { Kind::Start } else { line.kind(content) };
            if !open.take(&line, kind, self.part) {
                // A continuation that does not fit any more becomes a part of its own.
                self.part =
                    if kind == Kind::Continuation && open.any { open.record.part.max(1) + 1 } else { 0 };
                self.inside = false;
                open.close(records);
                begin = at;
                open.take(&line, kind, self.part);
            }
            at = line.next;
        }
        if last {
            open.close(records);
            (self.part, self.inside) = (0, false);
            return content.len();
        }
        begin
    }

    /// Cuts one part off an overlong line; gives its length.
    fn cut(&mut self, rest: &[u8], records: &mut Vec<Record>) -> usize {
        let mut length = MAX_TEXT;
        // Not in the middle of a character: UTF-8 continuation bytes are 10xxxxxx.
        while length > MAX_TEXT - 4 && rest[length] & 0xc0 == 0x80 {
            length -= 1;
        }
        let (bytes, part) = (length as u32, self.part.max(1));
        records.push(Record { text: bytes, event_bytes: bytes, part, ..Record::default() });
        (self.part, self.inside) = (part + 1, true);
        length
    }
}

/// One line: where its text and its line end lie.
struct Line {
    at: usize,
    text_end: usize,
    next: usize,
}

impl Line {
    fn new(content: &[u8], at: usize, stop: usize, ended: bool) -> Line {
        let carriage = ended && stop > at && content[stop] == b'\n' && content[stop - 1] == b'\r';
        Line { at, text_end: stop - usize::from(carriage), next: stop + usize::from(ended) }
    }

    fn kind(&self, content: &[u8]) -> Kind {
        let text = &content[self.at..self.text_end];
        match text.first() {
            Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c) if text.iter().all(u8::is_ascii_whitespace) => {
                Kind::Blank
            }
            Some(b' ' | b'\t') => Kind::Continuation,
            Some(_) => Kind::Start,
            None => Kind::Blank,
        }
    }

    fn whole(&self) -> usize {
        self.next - self.at
    }

    fn end_bytes(&self) -> u32 {
        (self.next - self.text_end) as u32
    }
}

/// The record that is being put together.
#[derive(Default)]
struct Open {
    record: Record,
    any: bool,
}

impl Open {
    /// Takes a line into the record, or says that the record ends before it.
    fn take(&mut self, line: &Line, kind: Kind, part: u32) -> bool {
        let fits = self.record.length() + line.whole() <= 2 * MAX_TEXT;
        match kind {
            Kind::Blank if fits => self.blank(line),
            Kind::Continuation
                if self.any && self.record.text as usize + line.whole() <= MAX_TEXT && fits =>
            {
                self.continuation(line);
            }
            Kind::Start | Kind::Continuation if !self.any && fits => self.start(line, part),
            _ => return false,
        }
        true
    }

    fn start(&mut self, line: &Line, part: u32) {
        let record = &mut self.record;
        record.text = (line.text_end - line.at) as u32;
        record.tail = line.end_bytes();
        record.event_bytes = line.whole() as u32;
        record.lines += u32::from(line.end_bytes() > 0);
        record.part = part;
        self.any = true;
    }

    fn continuation(&mut self, line: &Line) {
        let record = &mut self.record;
        record.text += record.tail + (line.text_end - line.at) as u32;
        record.tail = line.end_bytes();
        record.continuation_bytes += line.whole() as u32;
        record.continuations += 1;
        record.lines += u32::from(line.end_bytes() > 0);
    }

    fn blank(&mut self, line: &Line) {
        let (record, whole) = (&mut self.record, line.whole() as u32);
        let ended = u32::from(line.end_bytes() > 0);
        if self.any {
            record.tail += whole;
        } else {
            record.lead += whole;
            record.lead_lines += ended;
        }
        record.blank_bytes += whole;
        record.blanks += 1;
        record.lines += ended;
    }

    /// Ends the record, if there is one; one of nothing but blank lines is no
    /// event. Before a first line, blank lines stay its lead.
    fn close(&mut self, records: &mut Vec<Record>) -> bool {
        if self.record.length() == 0 {
            return false;
        }
        let mut record = std::mem::take(&mut self.record);
        record.rejected = !std::mem::take(&mut self.any);
        records.push(record);
        true
    }
}
