//! A line of a JSON file.

use serde_json::Value;

use crate::error::escape_json_controls;

/// Writes a line of JSON.
pub fn json_line(value: &Value) -> String {
    escape_json_controls(value.to_string()) + "\n"
}
