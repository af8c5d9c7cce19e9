//! The parts of a log format, and the values in them.

/// A part of a log format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// A text that stands in every line.
    Text(String),
    /// A value, under the name that nginx has for it or would have.
    Value(String),
    /// A time in a notation of its own.
    Time(String),
}

/// The name of the values of [`Element::Time`].
pub const OWN_TIME: &str = "time_own";

/// Where a value is found: its name, and the name or path of what holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuePlace {
    /// The name that nginx has for it or would have.
    pub name: String,
    /// A capture, or a path in a JSON object.
    pub path: String,
}

/// Adds a text to parts, joining it with one before it.
pub fn push_text(elements: &mut Vec<Element>, text: &str) {
    match elements.last_mut() {
        Some(Element::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => elements.push(Element::Text(text.to_owned())),
    }
}

/// Returns what a backslash and a character stand for.
pub fn escaped(c: char) -> String {
    match c {
        't' => "\t".to_owned(),
        '"' | '\'' | '\\' => c.to_string(),
        // At the end of a line it says that the next one begins.
        'n' | 'r' => "\n".to_owned(),
        c => format!("\\{c}"),
    }
}
