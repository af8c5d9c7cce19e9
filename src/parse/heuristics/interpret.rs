//! Interprets leaves whose names no standard defines: times, levels, messages, and the
//! few dozen names on which nearly every program agrees.
//!
//! A name becomes a core field only where its value can be one (an address, a status, a
//! method) and, for names that mean many things (`status`, `path`, `size`), only where
//! the record is plainly a web request. A dotted name that *is* a core field means that
//! field. Everything else is kept under the namespace of its format, with its own name
//! and its own type.

use std::borrow::Cow;

use crate::record::{Event, FieldId, Value, fields};

use super::apply::{EventFiller, Namespace};
use super::field_names::{FieldRole, field_role};
use super::timestamp;
use crate::parse::cursor::slice;
use crate::parse::flatten::{LeafValue, Leaves};
use crate::parse::http;

/// Fills an event from leaves, guessing what they mean.
pub fn interpret<'a>(event: &mut Event<'a>, mut leaves: Leaves<'a>, namespace: Namespace) {
    let roles: Vec<Option<FieldRole>> = leaves.iter().map(|(name, _)| meaning(name)).collect();
    let message = message(&leaves, &roles);
    let mut spent = [usize::MAX; 3];
    spent[0] = message.unwrap_or(usize::MAX);
    if let Some(found) = timestamp::find(&leaves, &roles) {
        (event.parsed_time, event.time_text) = (Some(found.when), Some(found.text));
        (spent[1], spent[2]) = (found.places[0], found.places[1]);
    }
    let is_web = is_web(&leaves, &roles);
    let summary = (message.is_none() && !is_web).then(|| summary(&leaves, &spent));
    leaves.put_rest(event, namespace.prefix);
    let mut fill = EventFiller::new(event, namespace, is_web);
    leaves.drain(|place, name, leaf| {
        if Some(place) == message {
            fill.event.put(fields::MESSAGE, trimmed(leaf.written()));
        } else if !spent.contains(&place) {
            fill.put(name, roles[place], leaf);
        }
    });
    if is_web {
        web(event);
    }
    if event.get(fields::EVENT_KIND).is_none() {
        event.put(fields::EVENT_KIND, "event");
    }
    if let Some(summary) =
        summary.filter(|text| !text.is_empty() && event.get(fields::EVENT_ACTION).is_none())
    {
        event.put(fields::MESSAGE, summary);
    }
}

/// A dotted name that is a core field means that field; `@timestamp` is a time.
fn meaning(name: &str) -> Option<FieldRole> {
    if name.contains('.')
        && let Some(id) = FieldId::by_name(name)
    {
        return Some(if id == fields::LOG_LEVEL { FieldRole::Level } else { FieldRole::Field(id) });
    }
    if name == "tags" { Some(FieldRole::Field(fields::TAGS)) } else { field_role(name) }
}

fn message(leaves: &Leaves<'_>, roles: &[Option<FieldRole>]) -> Option<usize> {
    let rank = |place: usize, leaf: &LeafValue<'_>| match roles[place] {
        Some(FieldRole::Message(rank)) if leaf.text().is_some_and(|text| !text.trim().is_empty()) => {
            Some(rank)
        }
        _ => None,
    };
    let ranked = leaves.iter().enumerate().filter_map(|(place, (_, leaf))| Some((rank(place, leaf)?, place)));
    ranked.min().map(|(_, place)| place)
}

/// Returns whether the record is plainly a web request: it names a method or has a request line.
fn is_web(leaves: &Leaves<'_>, roles: &[Option<FieldRole>]) -> bool {
    leaves.iter().enumerate().any(|(place, (_, leaf))| match (roles[place], leaf.text()) {
        (Some(FieldRole::Method | FieldRole::Field(fields::HTTP_METHOD)), Some(text)) => {
            http::is_method(text)
        }
        (Some(FieldRole::RequestLine), Some(text)) => http::is_request_line(text),
        _ => false,
    })
}

/// Sets the categorization of a web request, where the record has none.
fn web(event: &mut Event<'_>) {
    if event.get(fields::EVENT_CATEGORY).is_none() {
        event.put(fields::EVENT_CATEGORY, "web");
    }
    if event.get(fields::EVENT_TYPE).is_none() {
        event.put(fields::EVENT_TYPE, "access");
    }
    if let (None, Some(Value::Long(status))) =
        (event.get(fields::EVENT_OUTCOME), event.get(fields::HTTP_STATUS))
    {
        let outcome = if *status < 400 { "success" } else { "failure" };
        event.put(fields::EVENT_OUTCOME, outcome);
    }
}

/// Returns a short message for a record that has none.
fn summary(leaves: &Leaves<'_>, spent: &[usize]) -> String {
    let mut text = String::new();
    for (place, (name, leaf)) in leaves.iter().enumerate() {
        if spent.contains(&place) || matches!(leaf, LeafValue::Json(_)) {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend([name, "=", &leaf.clone().written()]);
        if text.len() > 160 {
            text.truncate(text.floor_char_boundary(160));
            text.push('…');
            break;
        }
    }
    text
}

/// Removes line ends from the end of a message.
fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    let end = text.trim_end().len();
    if end == text.len() { text } else { slice(&text, 0..end) }
}

#[cfg(test)]
#[path = "interpret_tests.rs"]
mod tests;
