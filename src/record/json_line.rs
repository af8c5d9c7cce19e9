//! The flat JSON form of an event, written straight into a text: what [`super::json_object`]
//! gives, without building it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::error::escape_json_controls;

use super::json::{is_always_list, object_of};
use super::{EventRecord, EventView, FieldId, Key, Value, fields, summarize};

/// Writes an event as one JSON object (DESIGN: the search hit): `id` first
/// if requested, `@timestamp`, core fields in table order, custom fields
/// by name, `vestigo.*`, and the original text last.
///
/// `with_id` adds `id` and `vestigo.source`, which only a case knows.
pub fn write_json(entry: &EventRecord, with_id: bool) -> String {
    let mut text = String::new();
    write_event(&entry.view(), with_id, &mut text);
    text
}

/// Appends an event as one JSON object to a text, as [`write_json`] writes it.
pub fn write_event(entry: &EventView<'_>, with_id: bool, out: &mut String) {
    if entry.event.fields().iter().any(|(key, _)| is_reserved(key)) || std::str::from_utf8(entry.raw).is_err()
    {
        let object = serde_json::to_string(&object_of(entry, with_id));
        out.push_str(&escape_json_controls(object.expect("a map of strings, numbers and lists is JSON")));
        return;
    }
    let mut line = Line { out, first: true };
    line.out.push('{');
    line.event(entry, with_id);
    line.out.push('}');
}

/// Returns whether a custom field has a name that something else has in the object, whose
/// value it would replace, or be replaced by.
fn is_reserved(key: &Key<'_>) -> bool {
    match key {
        Key::Core(_) => false,
        Key::Custom(name) => {
            name.starts_with("vestigo.")
                || matches!(name.as_ref(), "id" | "@timestamp" | "event.original")
                || FieldId::by_name(name).is_some()
        }
    }
}

/// An object that is being written.
struct Line<'o> {
    out: &'o mut String,
    first: bool,
}

impl Line<'_> {
    fn event(&mut self, entry: &EventView<'_>, with_id: bool) {
        let (event, origin) = (entry.event, &entry.origin);
        if with_id {
            self.text("id", &origin.id().to_string());
        }
        if let Some(time) = event.time {
            self.shown("@timestamp", time.timestamp);
        }
        self.fields(entry);
        self.text("vestigo.format", event.format);
        if with_id {
            self.text("vestigo.source", &origin.source.to_string());
        }
        self.number("vestigo.record", origin.record);
        self.number("vestigo.line", origin.line);
        self.number("vestigo.offset", origin.offset);
        self.number("vestigo.length", origin.length);
        if entry.part > 0 {
            self.number("vestigo.part", entry.part.into());
        }
        if let Some(entry) = entry.reread {
            self.number("vestigo.reread", entry);
        }
        if let Some(time) = event.time {
            self.shown("vestigo.time.basis", time.basis);
            self.text("vestigo.time.precision", time.precision.name());
        }
        if let Some(text) = &event.time_text {
            self.text("vestigo.time.text", text);
        }
        self.text("event.original", std::str::from_utf8(entry.raw).unwrap_or_default());
    }

    /// Writes the core fields in table order and the custom fields by name, each with its
    /// values in the order in which they were added.
    fn fields(&mut self, entry: &EventView<'_>) {
        let message;
        let mut fields: Vec<(&Key<'_>, &Value<'_>)> =
            entry.event.fields().iter().map(|(key, value)| (key, value)).collect();
        if entry.event.get(fields::MESSAGE).is_none() {
            message = (Key::Core(fields::MESSAGE), Value::Text(Cow::Owned(summarize(entry.event))));
            fields.push((&message.0, &message.1));
        }
        if !fields.is_sorted_by(|one, other| order(one.0, other.0).is_le()) {
            fields.sort_by(|one, other| order(one.0, other.0));
        }
        for same in fields.chunk_by(|one, other| one.0 == other.0) {
            match same[0].0 {
                Key::Core(id) => self.key(id.name()),
                Key::Custom(name) => self.foreign_key(name),
            }
            match same {
                [(Key::Core(id), value)] if !is_always_list(*id) => self.value(value),
                [(Key::Custom(_), value)] => self.value(value),
                values => self.list(values),
            }
        }
    }

    fn list(&mut self, values: &[(&Key<'_>, &Value<'_>)]) {
        self.out.push('[');
        for (i, (_, value)) in values.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            self.value(value);
        }
        self.out.push(']');
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Text(text) => self.string(text),
            Value::Long(n) => self.put(n),
            Value::Bool(yes) => self.out.push_str(if *yes { "true" } else { "false" }),
            Value::Float(n) => self.out.push_str(&serde_json::Value::from(*n).to_string()),
            Value::Ip(ip) => {
                self.out.push('"');
                self.put(ip);
                self.out.push('"');
            }
        }
    }

    /// Begins a member with one of our names, which are plain.
    fn key(&mut self, name: &'static str) {
        self.out.push_str(if std::mem::take(&mut self.first) { "\"" } else { ",\"" });
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn foreign_key(&mut self, name: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        self.string(name);
        self.out.push(':');
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.key(name);
        self.string(text);
    }

    fn number(&mut self, name: &'static str, number: u64) {
        self.key(name);
        self.put(number);
    }

    /// Writes what is plain text when it is shown.
    fn shown(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.key(name);
        self.out.push('"');
        self.put(value);
        self.out.push('"');
    }

    fn put(&mut self, value: impl std::fmt::Display) {
        write!(self.out, "{value}").expect("writing to a string does not fail");
    }

    fn string(&mut self, text: &str) {
        if !all(text, |byte| matches!(byte, b' '..=b'~')) {
            let text = serde_json::to_string(text).expect("a text is JSON");
            self.out.push_str(&escape_json_controls(text));
            return;
        }
        self.out.push('"');
        let mut from = 0;
        for at in memchr::memchr2_iter(b'"', b'\\', text.as_bytes()) {
            self.out.push_str(&text[from..at]);
            self.out.push('\\');
            from = at;
        }
        self.out.push_str(&text[from..]);
        self.out.push('"');
    }
}

/// Returns whether a test holds for every byte; it is asked for many at once.
fn all(text: &str, holds: impl Fn(u8) -> bool) -> bool {
    text.as_bytes().chunks(32).all(|bytes| bytes.iter().fold(true, |all, byte| all & holds(*byte)))
}

/// Orders core fields before others, as the table has them, and others by name.
fn order(one: &Key<'_>, other: &Key<'_>) -> Ordering {
    match (one, other) {
        (Key::Core(one), Key::Core(other)) => one.cmp(other),
        (Key::Core(_), Key::Custom(_)) => Ordering::Less,
        (Key::Custom(_), Key::Core(_)) => Ordering::Greater,
        (Key::Custom(one), Key::Custom(other)) => one.cmp(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Event, EventTime, Origin, Precision, SourceId, TimeBasis, Timestamp};
    use super::*;

    fn value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            prop::num::f64::ANY.prop_map(Value::Float),
            any::<bool>().prop_map(Value::from),
            any::<u32>().prop_map(|bits| Value::Ip(std::net::IpAddr::from(bits.to_be_bytes()))),
        ]
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(vec!["user.name", "event.type", "message", "vestigo.record", "id", "a.b"])
                .prop_map(str::to_owned),
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_object(
            values in prop::collection::vec((name(), value()), 0..8),
            raw in prop::collection::vec(any::<u8>(), 0..20),
            time in prop::option::of(any::<i64>()),
            with_id in any::<bool>(),
        ) {
            let mut event = Event::default();
            event.format = "made";
            event.time = time.map(|nanos| EventTime {
                timestamp: Timestamp::from_nanos(nanos), precision: Precision::Nano, basis: TimeBasis::default(),
            });
            values.into_iter().for_each(|(name, value)| event.put(name, value));
            let origin = Origin { source: SourceId([7; 32]), record: 3, line: 4, offset: 5, length: 6 };
            let record = EventRecord { origin, event, raw, part: 1, reread: Some(9) };
            let object = serde_json::to_string(&object_of(&record.view(), with_id)).unwrap();
            prop_assert_eq!(write_json(&record, with_id), escape_json_controls(object));
        }

        #[test]
        fn a_time_is_written_as_chrono_does(nanos in any::<i64>()) {
            let time = chrono::DateTime::from_timestamp_nanos(nanos);
            prop_assert_eq!(
                Timestamp::from_nanos(nanos).to_string(),
                time.format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string()
            );
        }
    }
}
