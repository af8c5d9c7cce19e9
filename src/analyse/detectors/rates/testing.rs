//! Events and runs for the tests of detectors.

use std::collections::BTreeMap;

use crate::analyse::detectors::detector::{Anomaly, Detector, DetectorOutcome, Parameters};
use crate::analyse::detectors::events::{Events, ValueColumn};

/// Returns events from their seconds and their values of the fields, put in order of time.
pub fn events(fields: &[&str], mut rows: Vec<(i64, Vec<String>)>) -> Events {
    rows.sort_by_key(|(time, _)| *time);
    let columns: BTreeMap<String, ValueColumn> = fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let values =
                rows.iter().map(|(_, values)| Some(values[at].as_str()).filter(|value| !value.is_empty()));
            (field.to_string(), ValueColumn::new(values))
        })
        .collect();
    Events::new(rows.iter().map(|(time, _)| time * 1_000_000_000).collect(), columns)
}

/// Returns a row.
pub fn row(second: i64, values: &[&str]) -> (i64, Vec<String>) {
    (second, values.iter().map(|value| value.to_string()).collect())
}

/// Returns what a detector finds with its defaults.
pub fn found(detector: &Detector, events: &Events) -> Vec<Anomaly> {
    match (detector.run)(events, &Parameters { of: detector.parameters, set: BTreeMap::new() }) {
        DetectorOutcome::Found(found) => found,
        DetectorOutcome::NotEvaluated(why) => panic!("not evaluated: {why}"),
    }
}
