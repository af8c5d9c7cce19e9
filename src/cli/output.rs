//! Results on standard output.

use crate::error::{Context, Result, escape_json_controls};

/// Writes something as one line of JSON.
pub fn json_line(value: &impl serde::Serialize) -> Result<String> {
    let json = serde_json::to_string(value).context(|| "cannot write the result as JSON".to_owned())?;
    Ok(escape_json_controls(json))
}
