//! Times: what a line leaves out, and where that is taken from.

use crate::record::Event;

use super::{Plan, YearShift};

/// Notices that a source without years is longer than a year.
///
/// Fed every event of a source in file order; what it finds becomes the plan's
/// `shifts`. Only a drop of the date by more than half a year that lasts on both
/// sides counts as a new year: no single line moves another's time.
#[derive(Debug, Default, Clone)]
pub struct YearWatch {}

impl YearWatch {
    /// Notes the event of a record. Cheap where the year is explicit.
    pub fn note(&mut self, _record: u64, _event: &Event<'_>) {
        todo!()
    }

    /// Appends what another thread noted of the records behind.
    pub fn append(&mut self, _later: YearWatch) {
        todo!()
    }

    /// Tells which records' years must be counted back; empty for nearly every log.
    pub fn shifts(&self, _plan: &Plan) -> Vec<YearShift> {
        todo!()
    }
}
