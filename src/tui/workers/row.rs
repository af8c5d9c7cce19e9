//! Rows of the event list, from events read back from the evidence.

use crate::app::{Case, Hit};
use crate::record::{Event, fields, summarize};
use crate::tui::protocol::{EventColumn, EventOutcome, EventRow, Failure, Pivot, RowContent, RowSummary};

/// Most characters of a sentence that a row keeps.
const SENTENCE: usize = 400;

/// Reads an event into a row; an event that cannot be read says so in its row.
pub(super) fn row(case: &Case, hit: &Hit) -> EventRow {
    let content = match case.entry(hit) {
        Ok(entry) => RowContent::Event(Box::new(brief(&entry.event))),
        Err(error) => {
            let trouble = Failure::from(&error);
            RowContent::Unreadable { what: trouble.what, integrity: trouble.integrity }
        }
    };
    EventRow { hit: *hit, content }
}

/// Summarizes an event for a row.
pub(super) fn brief(event: &Event<'_>) -> RowSummary {
    let outcome = match event.text(fields::EVENT_OUTCOME) {
        Some("success") => EventOutcome::Success,
        Some("failure") => EventOutcome::Failure,
        Some(_) | None => EventOutcome::Unknown,
    };
    RowSummary {
        precision: event.time.map(|stamp| stamp.precision),
        basis: event.time.map(|stamp| stamp.basis).unwrap_or_default(),
        outcome,
        cells: EventColumn::ALL.map(|column| cell(event, column)),
        what: summarize(event).chars().take(SENTENCE).collect(),
    }
}

/// Returns a column's value: that of the first of its fields that the event has.
fn cell(event: &Event<'_>, column: EventColumn) -> Option<Pivot> {
    column.info().fields.iter().find_map(|id| {
        let value = event.get(*id)?.text().into_owned();
        Some(Pivot { field: id.name().to_owned(), value })
    })
}
