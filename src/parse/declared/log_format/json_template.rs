//! A log format that writes JSON objects.

use serde_json::Value;

use super::element::{Element, OWN_TIME, ValuePlace};
use super::pattern_text;
use crate::parse::declared::definition::{Extract, SentenceShape};

/// What marks the place of a value while the template is read.
const MARK: char = '\u{1}';
/// How many names must be there for a record to be of the format.
const REQUIRED: usize = 6;

/// What a template says.
pub struct JsonTemplate {
    /// Paths that every record has.
    pub require: Vec<String>,
    /// Texts that consist of several parts.
    pub extracts: Vec<Extract>,
    /// The values.
    pub values: Vec<ValuePlace>,
}

/// Reads a template: values stand in its texts, or in the place of numbers.
pub fn read(
    text: &str,
    elements: &dyn Fn(&str) -> Result<Vec<Element>, String>,
) -> Result<JsonTemplate, String> {
    let json: Value = serde_json::from_str(&marked(text, elements)?.0)
        .map_err(|error| format!("it begins as JSON and is none: {error}"))?;
    let (_, found) = marked(text, elements)?;
    let mut template = JsonTemplate { require: Vec::new(), extracts: Vec::new(), values: Vec::new() };
    leaves(&json, "", &mut |path, text| template.leaf(path, text, &found))?;
    if template.values.is_empty() {
        return Err("it has no directive (`%h`) and no variable (`$remote_addr`)".to_owned());
    }
    template.require.truncate(REQUIRED);
    Ok(template)
}

/// Returns the template with a numbered mark in the place of each value, and the values.
fn marked(
    text: &str,
    elements: &dyn Fn(&str) -> Result<Vec<Element>, String>,
) -> Result<(String, Vec<Element>), String> {
    let (mut json, mut values, mut in_text) = (String::new(), Vec::new(), false);
    // A backslash before a quote would be taken for an escape of the server's language.
    for element in elements(&text.replace("\\\"", "\""))? {
        match element {
            Element::Text(text) => {
                in_text ^= text.matches('"').count() % 2 == 1;
                json.push_str(&text);
            }
            value => {
                let quote = if in_text { "" } else { "\"" };
                // JSON writes the mark as an escape.
                json.push_str(&format!("{quote}\\u0001{}\\u0001{quote}", values.len()));
                values.push(value);
            }
        }
    }
    Ok((json, values))
}

/// Calls with the path and the text of each text in an object.
fn leaves(
    json: &Value,
    path: &str,
    call: &mut dyn FnMut(&str, &str) -> Result<(), String>,
) -> Result<(), String> {
    match json {
        Value::Object(object) => object.iter().try_for_each(|(name, value)| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let name = if name.chars().all(is_plain) { name.clone() } else { format!("`{name}`") };
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            leaves(value, &path, call)
        }),
        Value::String(text) => call(path, text),
        _ => Ok(()),
    }
}

impl JsonTemplate {
    fn leaf(&mut self, path: &str, text: &str, found: &[Element]) -> Result<(), String> {
        let parts: Vec<Element> = text
            .split(MARK)
            .enumerate()
            .filter(|(_, part)| !part.is_empty())
            .map(|(place, part)| match place % 2 {
                0 => Element::Text(part.to_owned()),
                _ => found[part.parse::<usize>().expect("it is a number")].clone(),
            })
            .collect();
        let place = |name: &str| ValuePlace { name: name.to_owned(), path: path.to_owned() };
        match parts.as_slice() {
            [Element::Value(name)] => self.values.push(place(name)),
            parts if parts.iter().all(|part| matches!(part, Element::Text(_))) => return Ok(()),
            parts => {
                let pattern = match parts {
                    [Element::Time(notation)] => format!("{{{OWN_TIME}:{notation}}}"),
                    parts => pattern_text::render(parts)?,
                };
                self.extracts.push(Extract {
                    from: path.to_owned(),
                    condition: None,
                    patterns: vec![SentenceShape::Text(pattern)],
                    json: false,
                    pairs: None,
                });
                self.values.extend(pattern_text::values(parts));
            }
        }
        self.require.push(path.to_owned());
        Ok(())
    }
}
