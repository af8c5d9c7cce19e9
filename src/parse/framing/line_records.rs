//! Records that are lines.

use super::line_endings::LineAhead;
use super::step_context::StepContext;

/// Frames lines. Its only state is the last part of an overlong line.
#[derive(Debug, Default)]
pub struct LineFramer {
    cutting: u32,
}

impl LineFramer {
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
        let first = rest[0];
        if self.cutting > 0 {
            let part = std::mem::take(&mut self.cutting) + 1;
            if body == 0 {
                step.draft.end_line(end);
            } else {
                step.draft.flush_text(step.records);
                step.draft.begin(body, end, part);
            }
        } else if first > b' ' {
            step.draft.flush_text(step.records);
            step.draft.begin(body, end, 0);
        } else if rest[..body].iter().all(|byte| is_blank(*byte)) {
            step.draft.blank(body, end, step.records);
        } else if indents(first) && step.draft.continues() {
            if !step.draft.grow(body, end) {
                let part = next_part(step);
                step.draft.begin(body, end, part);
            }
        } else {
            step.draft.flush_text(step.records);
            step.draft.begin(body, end, 0);
        }
    }

    /// Reads the next part of an overlong line.
    fn cut(&mut self, rest: &[u8], step: &mut StepContext<'_>) -> usize {
        let length = part_length(rest, step.ahead.limit);
        let part = if self.cutting > 0 {
            step.draft.flush_text(step.records);
            self.cutting + 1
        } else if indents(rest[0]) && step.draft.continues() {
            next_part(step)
        } else {
            step.draft.flush_text(step.records);
            1
        };
        step.draft.begin(length, 0, part);
        self.cutting = part;
        length
    }
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
    byte.is_ascii_whitespace() || byte == 0x0b
}
