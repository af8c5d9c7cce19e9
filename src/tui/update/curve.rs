//! The curve of the finding that is selected on the second screen.

use crate::record::{TimeRange, Timestamp};
use crate::tui::model::{Model, Screen};
use crate::tui::protocol::{Effect, WorkerRequest};

/// How many buckets it has.
const BUCKETS: i64 = 36;

/// Asks for the curve of the selected finding, if it is shown and was not asked for.
pub(super) fn ask(model: &mut Model) -> Option<Effect> {
    if model.focus.screen != Screen::Anomalies {
        return None;
    }
    let finding = model.anomaly()?.finding.uid.clone();
    if model.anomalies.asked.as_ref() == Some(&finding) {
        return None;
    }
    let edges = edges(model.case.span?);
    model.anomalies.asked = Some(finding.clone());
    Some(model.ask(WorkerRequest::Curve { finding, edges }))
}

/// Cuts a time range into buckets of one length.
fn edges(span: TimeRange) -> Vec<Timestamp> {
    let length = span.to.nanos().saturating_sub(span.from.nanos());
    let step = (length / BUCKETS + i64::from(length % BUCKETS > 0)).max(1);
    (0..=BUCKETS).map(|at| Timestamp::from_nanos(span.from.nanos().saturating_add(step * at))).collect()
}
