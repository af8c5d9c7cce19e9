//! Records made of lines.

use memchr::memchr2;

use super::Sheet;

/// The line ahead.
pub(super) enum Line {
    /// It has so many bytes without, and so many with its line end.
    Whole { body: usize, end: usize },
    /// It is longer than the limit.
    Overlong,
    /// Its end is not known yet.
    Open,
}

/// Finds the end of the line at the start of `rest`.
pub(super) fn line(rest: &[u8], sheet: &Sheet<'_>) -> Line {
    let window = &rest[..rest.len().min(sheet.limit + 1)];
    match memchr2(b'\n', b'\r', window) {
        Some(body) => match line_end(rest, body, sheet.last) {
            Some(end) => Line::Whole { body, end },
            None => Line::Open,
        },
        None if rest.len() > sheet.limit => Line::Overlong,
        None if sheet.last => Line::Whole { body: rest.len(), end: rest.len() },
        None => Line::Open,
    }
}

/// Gives the place behind the line end at `at`; none where an LF may follow the CR.
pub(super) fn line_end(rest: &[u8], at: usize, last: bool) -> Option<usize> {
    match (rest[at], rest.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(at + 2),
        (b'\r', None) if !last => None,
        _ => Some(at + 1),
    }
}

/// Cuts lines. Its state is only this: which part of an overlong line was cut last.
#[derive(Debug, Default)]
pub(super) struct Lines {
    cutting: u32,
}

impl Lines {
    /// Tells whether the bytes ahead are the rest of an overlong line.
    pub(super) fn is_cutting(&self) -> bool {
        self.cutting > 0
    }

    /// Takes the line (or the next part of an overlong one) at the start of
    /// `rest`; returns its length, 0 where its end is not known yet.
    pub(super) fn step(&mut self, rest: &[u8], sheet: &mut Sheet<'_>) -> usize {
        match line(rest, sheet) {
            Line::Open => 0,
            Line::Overlong => self.cut(rest, sheet),
            Line::Whole { body, end } => {
                self.take(rest, body, end - body, sheet);
                end
            }
        }
    }

    fn take(&mut self, rest: &[u8], body: usize, end: usize, sheet: &mut Sheet<'_>) {
        let first = rest[0];
        if self.cutting > 0 {
            sheet.draft.begin(body, end, self.cutting + 1);
            self.cutting = 0;
        } else if first > b' ' {
            sheet.draft.flush_text(sheet.records);
            sheet.draft.begin(body, end, 0);
        } else if rest[..body].iter().all(|byte| is_blank(*byte)) {
            sheet.draft.blank(body, end, sheet.records);
        } else if indents(first) && sheet.draft.continues() {
            if !sheet.draft.grow(body, end) {
                let part = next_part(sheet);
                sheet.draft.begin(body, end, part);
            }
        } else {
            sheet.draft.flush_text(sheet.records);
            sheet.draft.begin(body, end, 0);
        }
    }

    /// Takes the next part of an overlong line.
    fn cut(&mut self, rest: &[u8], sheet: &mut Sheet<'_>) -> usize {
        let length = part_length(rest, sheet.limit);
        let part = if self.cutting > 0 {
            self.cutting + 1
        } else if indents(rest[0]) && sheet.draft.continues() {
            next_part(sheet)
        } else {
            sheet.draft.flush_text(sheet.records);
            1
        };
        sheet.draft.begin(length, 0, part);
        sheet.draft.flush_text(sheet.records);
        self.cutting = part;
        length
    }
}

/// Ends the record at hand as a part, and gives the number of the next.
fn next_part(sheet: &mut Sheet<'_>) -> u32 {
    let part = sheet.draft.record.part.max(1);
    sheet.draft.record.part = part;
    sheet.draft.flush_text(sheet.records);
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
    byte.is_ascii_whitespace() || byte == 0x0b
}
