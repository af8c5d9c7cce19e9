//! What the report needs of a bundle's files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::fs::{read_json, weight_of_json};
use crate::record::{Timestamp, field_text};

use crate::export::bag::files::{EVENTS, RECORDS};
use crate::export::bag::{BagReader, MOST_VALUES};
use crate::export::rows::parse_record_row;

/// How many events are shown one by one.
const LISTED_EVENTS: usize = 100;

/// Reads a JSON file of a bundle whole.
pub fn whole(bag: &BagReader, name: &str) -> Result<Value, String> {
    let bytes = bag.read(name).map_err(|error| error.to_string())?;
    read_json(&bytes, MOST_VALUES).map_err(|error| format!("{name}: {error}"))
}

/// Reads a file of JSON lines whole.
pub fn rows(bag: &BagReader, name: &str) -> Result<Vec<Value>, String> {
    let (mut lines, mut rows, mut left) = (bag.lines(name)?, Vec::new(), MOST_VALUES);
    while let Some(line) = lines.read()? {
        left = left.saturating_sub(weight_of_json(line));
        rows.push(read_json(line, left).map_err(|error| format!("{name}: {error}"))?);
    }
    Ok(rows)
}

/// Returns a text; empty where there is none.
pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// Returns a number; 0 where there is none.
pub fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_default()
}

/// Returns the members of a list.
pub fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

/// Returns the texts of a list.
pub fn texts(value: &Value, name: &str) -> Vec<String> {
    list(value, name).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The events of a bundle, as far as the report shows them.
#[derive(Default)]
pub struct ShownEvents {
    pub total: u64,
    pub untimed: u64,
    pub withheld: u64,
    pub span: Option<(Timestamp, Timestamp)>,
    /// When each was, and the first letter of its outcome.
    pub times: Vec<(Timestamp, u8)>,
    /// The names of the first ones.
    pub first: Vec<String>,
    /// Those that are shown, each with the SHA-256 of its record.
    pub shown: BTreeMap<String, (Map<String, Value>, String)>,
}

impl ShownEvents {
    /// Reads them; `wanted` are shown besides the first.
    pub fn read(bag: &BagReader, wanted: &BTreeSet<String>) -> Result<ShownEvents, String> {
        let mut events = ShownEvents::default();
        let mut lines = bag.lines(EVENTS)?;
        while let Some(line) = lines.read()? {
            let event: Map<String, Value> =
                read_json(line, MOST_VALUES).map_err(|error| format!("{EVENTS}: {error}"))?;
            let name = format!("{}:{}", cell(&event, "vestigo.source"), cell(&event, "vestigo.record"));
            events.total += 1;
            events.withheld += u64::from(event.contains_key("vestigo.withheld"));
            match time_of(&event) {
                None => events.untimed += 1,
                Some(at) => {
                    let (from, to) = events.span.unwrap_or((at, at));
                    events.span = Some((from.min(at), to.max(at)));
                    let outcome = event.get("event.outcome").and_then(Value::as_str).unwrap_or_default();
                    events.times.push((at, outcome.bytes().next().unwrap_or_default()));
                }
            }
            if events.first.len() < LISTED_EVENTS {
                events.first.push(name.clone());
            } else if !wanted.contains(&name) {
                continue;
            }
            events.shown.insert(name, (event, String::new()));
        }
        let mut lines = bag.lines(RECORDS)?;
        while let Some(line) = lines.read()? {
            let Some([name, .., sha256, _]) = parse_record_row(line) else { continue };
            if let Some(shown) = events.shown.get_mut(name) {
                sha256.clone_into(&mut shown.1);
            }
        }
        Ok(events)
    }
}

/// Returns when an event was.
pub fn time_of(event: &Map<String, Value>) -> Option<Timestamp> {
    event.get("@timestamp")?.as_str()?.parse().ok()
}

/// Returns a field as one text.
pub fn cell(object: &Map<String, Value>, name: &str) -> String {
    field_text(object, name)
}
