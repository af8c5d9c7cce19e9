//! What a framer needs for one step.

use super::line_endings::{LineAhead, Lookahead};
use super::record::Record;
use super::record_builder::RecordBuilder;

/// What a step needs besides the bytes ahead.
pub struct StepContext<'a> {
    pub ahead: Lookahead,
    /// The record that is being built.
    pub draft: &'a mut RecordBuilder,
    /// The records that are complete.
    pub records: &'a mut Vec<Record>,
}

impl StepContext<'_> {
    /// Finds the end of the line at the start of `rest`.
    pub fn line(&mut self, rest: &[u8]) -> LineAhead {
        self.draft.ends.line(rest, self.ahead)
    }
}
