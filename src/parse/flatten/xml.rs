//! Flattens an XML element into leaves, in the shape in which the crate `evtx` writes
//! Windows events as JSON: attributes under `#attributes`, the text of an element that
//! has attributes under `#text`, and `<Data Name="X">` of event data under its name.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::entities::xml_unescaped;
use super::leaves::{LeafValue, Leaves, MAX_DEPTH, MAX_NAME};

/// An element that is open.
struct Open {
    /// How long the dotted name is without it.
    outer: usize,
    text: String,
    has_attributes: bool,
    has_children: bool,
}

/// Flattens a text that is exactly one XML element; `None` if it is not.
pub fn xml_element(text: &str) -> Option<Leaves<'static>> {
    if !text.starts_with('<') {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let (mut leaves, mut name, mut open, mut ended) = (Leaves::default(), String::new(), Vec::new(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if !ended && open.len() < MAX_DEPTH => {
                begin(&tag, &mut name, &mut open, &mut leaves)?;
            }
            Event::Empty(tag) if !ended && open.len() < MAX_DEPTH => {
                begin(&tag, &mut name, &mut open, &mut leaves)?;
                ended = end(&mut name, &mut open, &mut leaves)?;
            }
            Event::End(_) => ended = end(&mut name, &mut open, &mut leaves)?,
            Event::Text(text) => add(&mut open, &text)?,
            Event::CData(text) => add(&mut open, &text)?,
            Event::GeneralRef(entity) => {
                let own: &str = &entity;
                add(&mut open, &xml_unescaped(&format!("&{own};")))?;
            }
            Event::Eof => return ended.then_some(leaves),
            Event::Start(_) | Event::Empty(_) => return None,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// Adds text to the element that is open; outside of one only white space may stand.
fn add(open: &mut [Open], text: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

fn begin(
    tag: &BytesStart<'_>,
    name: &mut String,
    open: &mut Vec<Open>,
    leaves: &mut Leaves<'static>,
) -> Option<()> {
    let own = tag.local_name().as_ref().to_owned();
    if let Some(outer) = open.last_mut() {
        outer.has_children = true;
    }
    let outer = name.len();
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let key = attribute.key.as_ref().to_owned();
        attributes.push((key, xml_unescaped(&attribute.value)));
    }
    let named = match attributes.as_slice() {
        [(key, value)] if own == "Data" && key == "Name" => Some(value.clone()),
        _ => None,
    };
    if outer > 0 {
        name.push('.');
    }
    name.push_str(named.as_deref().unwrap_or(&own));
    if name.len() > MAX_NAME {
        return None;
    }
    let has_attributes = named.is_none() && !attributes.is_empty();
    if has_attributes {
        let length = name.len();
        for (key, value) in attributes {
            name.push_str(".#attributes.");
            name.push_str(&key);
            put(leaves, name, LeafValue::Text(Cow::Owned(value)));
            name.truncate(length);
        }
    }
    open.push(Open { outer, text: String::new(), has_attributes, has_children: false });
    Some(())
}

/// Ends the element that is open; returns whether it was the outermost.
fn end(name: &mut String, open: &mut Vec<Open>, leaves: &mut Leaves<'static>) -> Option<bool> {
    let element = open.pop()?;
    let text = element.text.trim();
    if !text.is_empty() {
        let length = name.len();
        if element.has_attributes || element.has_children {
            name.push_str(".#text");
        }
        put(leaves, name, leaf(text));
        name.truncate(length);
    }
    name.truncate(element.outer);
    Some(open.is_empty())
}

/// Adds a leaf; those beyond the bounds are kept as JSON.
fn put(leaves: &mut Leaves<'static>, name: &str, leaf: LeafValue<'static>) {
    if leaves.is_full(name) {
        leaves.push_rest(name, &serde_json::to_string(&*leaf.written()).expect("a text is JSON"));
    } else {
        leaves.push(name, leaf);
    }
}

/// A whole number stays one, as long as it is written as one.
fn leaf(text: &str) -> LeafValue<'static> {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => LeafValue::Int(number),
        _ => LeafValue::Text(Cow::Owned(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_names_of_its_json_form() {
        let xml = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="P" Guid="{1}"/><EventID>4624</EventID><TimeCreated SystemTime="2026-03-01T10:00:00Z"/></System><EventData><Data Name="TargetUserName">alice &amp; bob</Data><Data>x</Data></EventData></Event>"#;
        let leaves = xml_element(xml).expect("an element");
        let all: Vec<String> =
            leaves.iter().map(|(name, leaf)| format!("{name}={}", leaf.clone().written())).collect();
        assert_eq!(
            all[1..],
            [
                "Event.System.Provider.#attributes.Name=P",
                "Event.System.Provider.#attributes.Guid={1}",
                "Event.System.EventID=4624",
                "Event.System.TimeCreated.#attributes.SystemTime=2026-03-01T10:00:00Z",
                "Event.EventData.TargetUserName=alice & bob",
                "Event.EventData.Data=x",
            ]
        );
    }

    #[test]
    fn what_is_no_element_is_refused() {
        for bad in ["", "<a>", "<a></b>", "<a/><b/>", "x<a/>", "<a/>x", "a < b"] {
            assert!(xml_element(bad).is_none(), "{bad}");
        }
    }
}
