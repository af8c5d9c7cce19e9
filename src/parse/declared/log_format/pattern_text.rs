//! The parts of a log format as a pattern of its lines.

use super::element::{Element, OWN_TIME, ValuePlace};

/// Values that may be several, separated by commas.
const LISTS: [&str; 2] = ["http_x_forwarded_for", "proxy_add_x_forwarded_for"];
/// Values that are numbers, so that they end where the digits do.
const NUMBERS: [&str; 14] = [
    "status",
    "request_time_us",
    "request_time_ms",
    "request_time",
    "msec",
    "epoch_sec",
    "epoch_msec",
    "epoch_usec",
    "server_port",
    "remote_port",
    "pid",
    "tid",
    "body_bytes_sent",
    "bytes_sent",
];

/// Returns the pattern of a line.
pub fn render(elements: &[Element]) -> Result<String, String> {
    let elements = with_whole_targets(elements);
    let (mut pattern, mut in_quotes) = (String::new(), false);
    for (place, element) in elements.iter().enumerate() {
        let next = elements.get(place + 1);
        match element {
            Element::Text(text) => {
                let text = if in_quotes { &text[1..] } else { text };
                in_quotes = false;
                if text.contains('\n') {
                    return Err("a line end stands amid the format: every event is one line".to_owned());
                }
                pattern.push_str(&text.replace('{', "{{").replace('}', "}}"));
            }
            Element::Time(notation) => pattern.push_str(&format!("{{{OWN_TIME}:{notation}}}")),
            Element::Value(name) if is_time(name) => pattern.push_str(&format!("{{{name}:time}}")),
            Element::Value(name) => {
                let closes = matches!(next, Some(Element::Text(text)) if text.starts_with('"'));
                if closes && pattern.ends_with('"') {
                    pattern.pop();
                    in_quotes = true;
                    pattern.push_str(&format!("{{{name}:quoted}}"));
                } else {
                    pattern.push_str(&format!("{{{name}{}}}", kind(name, next)?));
                }
            }
        }
    }
    if elements.iter().all(|element| matches!(element, Element::Text(_))) {
        return Err("it has no directive (`%h`) and no variable (`$remote_addr`)".to_owned());
    }
    Ok(pattern)
}

/// Returns the values of parts.
pub fn values(elements: &[Element]) -> Vec<ValuePlace> {
    let name = |element: &Element| match element {
        Element::Text(_) => None,
        Element::Time(_) => Some(OWN_TIME.to_owned()),
        Element::Value(name) => Some(name.clone()),
    };
    let elements = with_whole_targets(elements);
    elements.iter().filter_map(name).map(|name| ValuePlace { path: name.clone(), name }).collect()
}

/// Joins a path and the query that stands right behind it.
fn with_whole_targets(elements: &[Element]) -> Vec<Element> {
    let mut joined: Vec<Element> = Vec::new();
    for element in elements {
        let is_query = *element == Element::Value("query".to_owned());
        match joined.last_mut() {
            Some(Element::Value(before)) if is_query && before == "uri" => "request_uri".clone_into(before),
            _ => joined.push(element.clone()),
        }
    }
    joined
}

/// Returns whether a value is a time in a usual notation.
fn is_time(name: &str) -> bool {
    matches!(name, "time_local" | "time_iso8601")
}

/// Returns the kind of a value that stands in no quotes, by what follows it.
fn kind(name: &str, next: Option<&Element>) -> Result<&'static str, String> {
    match next {
        None => Ok(""),
        Some(Element::Text(text))
            if text.starts_with(' ') && (LISTS.contains(&name) || name.starts_with("upstream_")) =>
        {
            Ok(":list")
        }
        Some(Element::Text(_)) => Ok(""),
        Some(_) if NUMBERS.contains(&name) => Ok(":number"),
        Some(_) => Err(format!("behind {name}, another value stands right away: nothing says where it ends")),
    }
}
