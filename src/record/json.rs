//! The flat JSON form of an event: one object, keys in a fixed order.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value as Json};

use super::{EventRecord, EventView, FieldId, Key, Value, fields, summarize};

/// Returns the object that [`super::write_json`] writes.
pub fn json_object(entry: &EventRecord, with_id: bool) -> Map<String, Json> {
    object_of(&entry.view(), with_id)
}

/// Returns the object that [`super::write_event`] writes.
pub(super) fn object_of(entry: &EventView<'_>, with_id: bool) -> Map<String, Json> {
    let mut object = Map::new();
    let event = entry.event;
    if with_id {
        object.insert("id".into(), entry.origin.id().to_string().into());
    }
    if let Some(time) = event.time {
        object.insert("@timestamp".into(), time.timestamp.to_string().into());
    }
    let mut own: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    let mut core: BTreeMap<FieldId, Vec<Json>> = BTreeMap::new();
    for (key, value) in event.fields() {
        match key {
            Key::Core(id) => core.entry(*id).or_default().push(json(value)),
            Key::Custom(name) => own.entry(name).or_default().push(json(value)),
        }
    }
    core.entry(fields::MESSAGE).or_insert_with(|| vec![summarize(event).into()]);
    for (id, values) in core {
        object.insert(id.name().into(), one_or_many(values, is_always_list(id)));
    }
    for (name, values) in own {
        object.insert(name.into(), one_or_many(values, false));
    }
    provenance(entry, with_id, &mut object);
    object
}

/// Returns whether a field's values are a list even where there is one.
pub(super) fn is_always_list(field: FieldId) -> bool {
    matches!(field, fields::EVENT_CATEGORY | fields::EVENT_TYPE)
}

fn provenance(entry: &EventView<'_>, with_id: bool, object: &mut Map<String, Json>) {
    let (event, origin) = (entry.event, &entry.origin);
    object.insert("vestigo.format".into(), event.format.into());
    if with_id {
        object.insert("vestigo.source".into(), origin.source.to_string().into());
    }
    object.insert("vestigo.record".into(), origin.record.into());
    object.insert("vestigo.line".into(), origin.line.into());
    object.insert("vestigo.offset".into(), origin.offset.into());
    object.insert("vestigo.length".into(), origin.length.into());
    if entry.part > 0 {
        object.insert("vestigo.part".into(), entry.part.into());
    }
    if let Some(entry) = entry.reread {
        object.insert("vestigo.reread".into(), entry.into());
    }
    if let Some(time) = event.time {
        object.insert("vestigo.time.basis".into(), time.basis.to_string().into());
        object.insert("vestigo.time.precision".into(), time.precision.name().into());
    }
    if let Some(text) = &event.time_text {
        object.insert("vestigo.time.text".into(), text.as_ref().into());
    }
    let original = String::from_utf8_lossy(entry.raw);
    if matches!(original, std::borrow::Cow::Owned(_)) {
        object.insert("vestigo.original_base64".into(), STANDARD.encode(entry.raw).into());
    }
    object.insert("event.original".into(), original.into_owned().into());
}

fn one_or_many(mut values: Vec<Json>, always_list: bool) -> Json {
    if values.len() == 1 && !always_list { values.pop().expect("it has one") } else { Json::Array(values) }
}

fn json(value: &Value<'_>) -> Json {
    match value {
        Value::Long(n) => Json::Number((*n).into()),
        Value::Float(n) => Number::from_f64(*n).map_or(Json::Null, Json::Number),
        Value::Bool(b) => Json::Bool(*b),
        Value::Text(_) | Value::Ip(_) => Json::String(value.text().into_owned()),
    }
}
