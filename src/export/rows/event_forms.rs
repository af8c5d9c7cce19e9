//! An event in each of the three files of events.

use serde_json::{Map, Value};

use crate::error::{Context, Result, escape_json_controls};
use crate::record::{CSV_FIELDS, csv_row, field_text, timesketch_row};

/// An event in every form, each with its line end.
pub struct EventForms {
    /// For `events.jsonl`.
    pub json: String,
    /// For `events.csv`.
    pub csv: String,
    /// For `timesketch.jsonl`.
    pub sketch: String,
}

/// Returns an event in every form.
pub fn event_forms(object: Map<String, Value>, tags: &[String]) -> Result<EventForms> {
    let line = |object: &Map<String, Value>| -> Result<String> {
        let text = serde_json::to_string(object).context(|| "cannot write an event as JSON".to_owned())?;
        Ok(escape_json_controls(text) + "\n")
    };
    let json = line(&object)?;
    let csv = csv_row(CSV_FIELDS.iter().map(|name| field_text(&object, name)));
    Ok(EventForms { json, csv, sketch: line(&timesketch_row(object, tags))? })
}
