//! One event in full.

use crate::app::{Case, Hit};
use crate::error::Result;
use crate::record::{EventRecord, FieldId, Key, fields, summarize};
use crate::tui::field_order::prominence;
use crate::tui::protocol::{EventDetail, Pivot};

/// Reads an event in full.
pub(super) fn event_detail(case: &Case, hit: &Hit) -> Result<EventDetail> {
    let entry = case.entry(hit)?;
    Ok(filled(&entry, hit))
}

fn filled(entry: &EventRecord, hit: &Hit) -> EventDetail {
    let event = &entry.event;
    let mut rows: Vec<(Option<FieldId>, Pivot)> = event
        .fields()
        .iter()
        .map(|(key, value)| {
            let id = match key {
                Key::Core(id) => Some(*id),
                Key::Custom(_) => None,
            };
            (id, Pivot { field: key.name().to_owned(), value: value.text().into_owned() })
        })
        .filter(|(id, _)| *id != Some(fields::MESSAGE))
        .collect();
    // The most important first, core fields in table order, the source's own by
    // name; the values of one field stay in their order.
    rows.sort_by_key(|(id, pivot)| {
        let own = if id.is_none() { pivot.field.clone() } else { String::new() };
        (prominence(&pivot.field), id.is_none(), *id, own)
    });
    let raw_shown = entry.raw.len().min(EventDetail::RAW);
    let raw = String::from_utf8_lossy(&entry.raw[..raw_shown]).into_owned();
    EventDetail {
        hit: *hit,
        origin: entry.origin,
        format: event.format.to_owned(),
        time: event.time,
        time_text: event.time_text.as_ref().map(|text| text.clone().into_owned()),
        fields: rows.into_iter().map(|(_, pivot)| pivot).collect(),
        what: summarize(event),
        raw,
        raw_shown,
        lossy: std::str::from_utf8(&entry.raw).is_err(),
        part: entry.part,
    }
}
