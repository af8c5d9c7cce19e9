//! Events for tests.

use std::collections::BTreeMap;

use crate::analyse::detectors::detector::{Anomaly, Detector, DetectorOutcome, Parameters};
use crate::analyse::detectors::events::{Events, ValueColumn};

use super::attempts::SECOND;

/// An event of a test; an empty text is a field that is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    /// Seconds since 1970.
    pub time: i64,
    pub user: &'static str,
    pub source: &'static str,
    pub outcome: &'static str,
    pub action: &'static str,
    pub host: &'static str,
    pub agent: &'static str,
    pub place: &'static str,
    pub effective: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub status: &'static str,
}

impl Row {
    pub fn failure(time: i64, user: &'static str, source: &'static str) -> Row {
        Row { time, user, source, outcome: "failure", action: "login", ..Row::default() }
    }

    pub fn success(time: i64, user: &'static str, source: &'static str) -> Row {
        Row { time, user, source, outcome: "success", action: "login", ..Row::default() }
    }

    pub fn at(self, host: &'static str) -> Row {
        Row { host, ..self }
    }
}

/// How a field is read from a row.
type Field = fn(&Row) -> &'static str;

/// Returns events of these rows, in order of time.
pub fn events(rows: &[Row]) -> Events {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.time);
    let fields: [(&str, Field); 12] = [
        ("user.name", |row| row.user),
        ("source.ip", |row| row.source),
        ("event.outcome", |row| row.outcome),
        ("event.action", |row| row.action),
        ("host.name", |row| row.host),
        ("user_agent.original", |row| row.agent),
        ("source.geo.location", |row| row.place),
        ("user.effective.name", |row| row.effective),
        ("http.request.method", |row| row.method),
        ("url.path", |row| row.path),
        ("http.response.status_code", |row| row.status),
        ("event.dataset", |_| "test"),
    ];
    let column = |value: Field| {
        ValueColumn::new(rows.iter().map(move |row| Some(value(row)).filter(|text| !text.is_empty())))
    };
    let columns: BTreeMap<String, ValueColumn> = fields
        .iter()
        .map(|(field, value)| (field.to_string(), column(*value)))
        .filter(|(_, column)| column.distinct() > 0)
        .collect();
    Events::new(rows.iter().map(|row| row.time * SECOND).collect(), columns)
}

/// Returns what a detector finds in these rows with its defaults.
pub fn found(detector: &Detector, rows: &[Row]) -> Vec<Anomaly> {
    let parameters = Parameters { of: detector.parameters, set: BTreeMap::new() };
    match (detector.run)(&events(rows), &parameters) {
        DetectorOutcome::Found(found) => found,
        DetectorOutcome::NotEvaluated(why) => panic!("not evaluated: {why}"),
    }
}

/// Returns a text that lives as long as the tests.
pub fn text(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
