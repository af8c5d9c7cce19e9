//! Records made of lines.

use super::Sheet;
use super::ends::Line;

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
        match sheet.line(rest) {
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
            let part = std::mem::take(&mut self.cutting) + 1;
            if body == 0 {
                sheet.draft.end_line(end);
            } else {
                sheet.draft.flush_text(sheet.records);
                sheet.draft.begin(body, end, part);
            }
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
        let length = part_length(rest, sheet.ahead.limit);
        let part = if self.cutting > 0 {
            sheet.draft.flush_text(sheet.records);
            self.cutting + 1
        } else if indents(rest[0]) && sheet.draft.continues() {
            next_part(sheet)
        } else {
            sheet.draft.flush_text(sheet.records);
            1
        };
        sheet.draft.begin(length, 0, part);
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
