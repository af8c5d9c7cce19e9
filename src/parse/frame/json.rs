//! Records that are JSON documents, or the elements of an envelope.

use memchr::{memchr, memchr_iter, memchr2};

use super::lines::Lines;
use super::{MAX_TEXT, Record};

/// Keys whose array of objects makes the object around it an envelope, where
/// no other key stands before it (but those that begin with `@`).
const ENVELOPES: [&[u8]; 10] = [
    b"Records", b"records", b"Events", b"events", b"value", b"logs", b"items", b"entries", b"data",
    b"results",
];

/// Cuts content into JSON documents. What is no document is cut into lines.
///
/// Its state tells of the first byte that no record yet covers.
#[derive(Default)]
pub struct Json {
    /// How many brackets are open around the next record: 0 outside of
    /// envelopes, 1 in an array, 2 in an array in an object.
    depth: u8,
    /// The next record begins inside a stretch that is read as lines.
    in_lines: bool,
    /// A document over several lines did not end: from here on, one line each.
    one_line: bool,
}

/// What was found at a place.
enum Found {
    /// A document or element ends before this byte.
    End(usize),
    /// More content is needed to tell.
    More,
    /// There is none.
    No,
}

impl Json {
    /// See [`super::Framer::feed`].
    pub fn feed(
        &mut self,
        lines: &mut Lines,
        content: &[u8],
        last: bool,
        records: &mut Vec<Record>,
    ) -> usize {
        let mut begin = 0;
        while begin < content.len() {
            let rest = &content[begin..];
            let step = if self.in_lines {
                self.plain(lines, rest, last, records)
            } else {
                self.next(rest, last, records)
            };
            match step {
                Some(length) if length > 0 => begin += length,
                Some(_) if !self.in_lines => self.in_lines = true,
                _ => break,
            }
        }
        begin
    }

    /// Adds the record that begins here; gives its length, 0 where no document
    /// begins here, none where more content is needed.
    fn next(&mut self, rest: &[u8], last: bool, records: &mut Vec<Record>) -> Option<usize> {
        let mut at = blank(rest, 0);
        if at == rest.len() {
            if last {
                records.push(only_blank(rest));
                return Some(rest.len());
            }
            return if at > MAX_TEXT { Some(0) } else { None };
        }
        if !last && rest.len() - at < 3 {
            return None;
        }
        let mut depth = self.depth;
        if depth == 0 {
            match self.enter(rest, at, last) {
                Entered::Envelope(element, inside) => (at, depth) = (element, inside),
                Entered::Document => {}
                Entered::More => return None,
                Entered::No => return Some(0),
            }
        }
        let limit = rest.len().min(at + MAX_TEXT);
        let limit =
            if self.one_line { memchr(b'\n', &rest[at..limit]).map_or(limit, |end| at + end) } else { limit };
        let end = match document_end(&rest[..limit], at) {
            Some(end) => end,
            None if !last && limit == rest.len() => return None,
            None => {
                (self.one_line, self.depth) = (true, 0);
                return Some(0);
            }
        };
        let (mut next, depth) = match behind(rest, end, depth, last) {
            Found::More => return None,
            Found::No => {
                self.depth = 0;
                return Some(0);
            }
            Found::End(next) => (next, leave(rest, end, next, depth)),
        };
        if depth == 0 && next < rest.len() {
            next = line_end_behind(rest, end.max(glue_end(rest, end, next)), next);
        }
        self.depth = depth;
        records.push(record(rest, at, end, next));
        Some(next)
    }

    /// Tells whether a document or an envelope begins at a place.
    fn enter(&self, rest: &[u8], at: usize, last: bool) -> Entered {
        let inner = blank(rest, at + 1);
        if inner >= rest.len() && !last && inner - at < MAX_TEXT {
            return Entered::More;
        }
        match (rest[at], rest.get(inner)) {
            (b'[', Some(b'{')) if !self.one_line => Entered::Envelope(inner, 1),
            (b'[', Some(b'{')) => Entered::Document,
            (b'{', Some(b'"')) => match envelope(rest, inner) {
                Some(Ok(element)) => Entered::Envelope(element, 2),
                None if !last && rest.len() - at < MAX_TEXT => Entered::More,
                None | Some(Err(())) => Entered::Document,
            },
            (b'{', Some(b'}')) | (b'[', Some(b']')) => Entered::Document,
            _ => Entered::No,
        }
    }

    /// Reads lines until one begins with what may be a document.
    fn plain(
        &mut self,
        lines: &mut Lines,
        rest: &[u8],
        last: bool,
        records: &mut Vec<Record>,
    ) -> Option<usize> {
        let mut stop = 0;
        let known = loop {
            let Some(length) = memchr(b'\n', &rest[stop..]) else { break false };
            stop += length + 1;
            match rest.get(stop) {
                Some(b'{' | b'[') => break true,
                Some(_) => {}
                None => break false,
            }
        };
        let (piece, ended) = if known { (&rest[..stop], true) } else { (rest, last) };
        let covered = lines.feed(piece, ended, records);
        self.in_lines = !ended;
        (covered > 0).then_some(covered)
    }
}

/// Finds where what belongs to the document that ended at `end` ends:
/// commas and blanks up to the next element, or the rest of the envelope.
fn behind(rest: &[u8], end: usize, inside: u8, last: bool) -> Found {
    let mut at = end;
    let mut depth = inside;
    loop {
        at = blank(rest, at);
        if at - end > MAX_TEXT {
            return if depth == 0 { Found::End(at) } else { Found::No };
        }
        let Some(&byte) = rest.get(at) else {
            return if last { Found::End(at) } else { Found::More };
        };
        match (depth, byte) {
            (0, b'{' | b'[') => return Found::End(at),
            // Text behind a document on its own line: not a document after all.
            (0, _) if inside == 0 && memchr(b'\n', &rest[end..at]).is_none() => return Found::No,
            (0, _) => return Found::End(at),
            (_, b'{') if depth == inside => return Found::End(at),
            (_, b',') => at += 1,
            (_, b']' | b'}') => {
                depth -= 1;
                at += 1;
            }
            (_, b'"') => match string_end(rest, at) {
                Some(end) => at = end,
                None => return if last { Found::No } else { Found::More },
            },
            (_, b'{' | b'[') => match document_end(rest, at) {
                Some(end) => at = end,
                None => return if last || rest.len() - at > MAX_TEXT { Found::No } else { Found::More },
            },
            _ => at += 1,
        }
    }
}

/// Gives the depth behind the glue between `end` and `next`.
fn leave(rest: &[u8], end: usize, next: usize, inside: u8) -> u8 {
    let element = inside > 0 && rest.get(next) == Some(&b'{');
    let closed = rest[end..next].contains(&b']');
    if element && !closed { inside } else { 0 }
}

/// What begins at a place.
enum Entered {
    /// An envelope, whose first element begins there, so deep.
    Envelope(usize, u8),
    Document,
    More,
    No,
}

/// Finds the first element of an envelope whose first key begins at `at`.
/// None where the content ends before that is known.
fn envelope(rest: &[u8], mut at: usize) -> Option<Result<usize, ()>> {
    loop {
        let key_end = string_end(rest, at)?;
        let key = &rest[at + 1..key_end - 1];
        let colon = blank(rest, key_end);
        if *rest.get(colon)? != b':' {
            return Some(Err(()));
        }
        let value = blank(rest, colon + 1);
        match *rest.get(value)? {
            b'[' if ENVELOPES.contains(&key) => {
                let element = blank(rest, value + 1);
                return Some(if *rest.get(element)? == b'{' { Ok(element) } else { Err(()) });
            }
            b'"' if key.first() == Some(&b'@') => {
                let comma = blank(rest, string_end(rest, value)?);
                if *rest.get(comma)? != b',' {
                    return Some(Err(()));
                }
                at = blank(rest, comma + 1);
                if *rest.get(at)? != b'"' {
                    return Some(Err(()));
                }
            }
            _ => return Some(Err(())),
        }
    }
}

/// Passes over white space.
fn blank(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len())
}

/// Finds the byte behind the string whose quote stands at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut from = at + 1;
    loop {
        let found = from + memchr2(b'"', b'\\', bytes.get(from..)?)?;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        from = found + 2;
    }
}

/// Finds the byte behind the document whose bracket stands at `at`.
fn document_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Finds the end of what is not blank between two places.
fn glue_end(bytes: &[u8], end: usize, next: usize) -> usize {
    let glue = bytes[end..next].iter().rposition(|byte| !byte.is_ascii_whitespace());
    glue.map_or(end, |at| end + at + 1)
}

/// Gives the place behind the last whole line between a document and text that
/// is none, so that the text's indentation stays with it.
fn line_end_behind(bytes: &[u8], from: usize, next: usize) -> usize {
    if matches!(bytes.get(next), Some(b'{' | b'[')) {
        return next;
    }
    memchr::memrchr(b'\n', &bytes[from..next]).map_or(next, |at| from + at + 1)
}

/// Makes the record whose document lies from `at` to `end`, and which ends at `next`.
fn record(rest: &[u8], at: usize, end: usize, next: usize) -> Record {
    let ends = |bytes: &[u8]| memchr_iter(b'\n', bytes).count() as u32;
    let (lead, text, tail) = (&rest[..at], &rest[at..end], &rest[end..next]);
    let mut record = Record {
        lead: lead.len() as u32,
        text: text.len() as u32,
        tail: tail.len() as u32,
        lines: ends(&rest[..next]),
        lead_lines: ends(lead),
        event_bytes: text.len() as u32,
        ..Record::default()
    };
    if lead.iter().all(u8::is_ascii_whitespace) {
        record.blank_bytes += record.lead;
        record.blanks += record.lead_lines;
    } else {
        record.continuation_bytes += record.lead;
    }
    if tail.iter().all(u8::is_ascii_whitespace) {
        let own = memchr(b'\n', tail).map_or(tail.len(), |at| at + 1);
        record.event_bytes += own as u32;
        record.blank_bytes += (tail.len() - own) as u32;
        record.blanks += ends(&tail[own..]);
    } else {
        record.continuation_bytes += record.tail;
    }
    record
}

fn only_blank(rest: &[u8]) -> Record {
    let lines = memchr_iter(b'\n', rest).count() as u32;
    let bytes = rest.len() as u32;
    Record {
        lead: bytes,
        lines,
        lead_lines: lines,
        blank_bytes: bytes,
        blanks: lines,
        rejected: true,
        ..Record::default()
    }
}
