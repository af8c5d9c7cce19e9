//! `show`: one event, whole.

use crate::error::{Result, visible};
use crate::export::prove_record as prove;
use crate::journal::Correction;
use crate::record::{EventId, EventRecord, thousands, write_json};

use super::World;
use super::args::Globals;
use super::run::{Opened, Outcome, json_line};

/// Prints one event with its fields, bytes and origin, and its neighbours where asked.
pub fn show(id: &str, context: u64, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let hit = opened.case.find(&id.parse::<EventId>()?)?;
    let records = opened.case.store().row(opened.case.locate(&hit.source)?).records;
    let (from, to) = (hit.record.saturating_sub(context), (hit.record + context + 1).min(records));
    for record in from..to {
        let Some(entry) = neighbour(&opened, &hit.source, record, hit.record)? else { continue };
        if globals.json {
            world.line(&write_json(&entry, true))?;
        } else if record == hit.record {
            whole(&entry, &opened, world)?;
        } else {
            let mark = if record < hit.record { "before" } else { "after" };
            world.line(&format!("{mark} {}  {}", entry.origin.id(), raw_line(&entry)))?;
        }
    }
    Ok(Outcome::Done)
}

/// Prints the proof that one record is part of its sealed original.
pub fn proof(id: &str, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let hit = opened.case.find(&id.parse::<EventId>()?)?;
    world.line(&json_line(&prove(&opened.case, &hit)?)?)?;
    Ok(Outcome::Done)
}

/// Reads a record; a neighbour that is no event is passed over.
fn neighbour(
    opened: &Opened,
    source: &crate::record::SourceId,
    record: u64,
    asked: u64,
) -> Result<Option<EventRecord>> {
    match opened.case.entry_at(source, record) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if record == asked => Err(error),
        Err(_) => Ok(None),
    }
}

fn whole(entry: &EventRecord, opened: &Opened, world: &mut World) -> Result<()> {
    let (event, origin) = (&entry.event, &entry.origin);
    world.line(&format!("event     {}", origin.id()))?;
    match event.stamp {
        None => world.line("time      not told by the record")?,
        Some(stamp) => {
            let read = event.when_text.as_deref().map(|text| format!(", read from \"{}\"", visible(text)));
            let digits = match stamp.precision {
                crate::record::Precision::Milli => 3,
                crate::record::Precision::Micro => 6,
                crate::record::Precision::Nano => 9,
                _ => 0,
            };
            let shown = opened.zone.show(stamp.instant, digits);
            world.line(&format!("time      {shown} ({}{})", stamp.basis, read.unwrap_or_default()))?;
        }
    }
    world.line(&format!("format    {}", event.format))?;
    let width = event.fields().iter().map(|(key, _)| key.name().len()).max().unwrap_or(0).min(40);
    for (key, value) in event.fields() {
        world.line(&format!("  {:width$}  {}", visible(key.name()), visible(&value.text())))?;
    }
    world.line(&format!("original  {}", raw_line(entry)))?;
    let row = opened.case.store().row(opened.case.locate(&origin.source)?);
    world.line(&format!(
        "origin    {} line {}, byte {}, {} bytes, record {}",
        visible(&row.found.path),
        thousands(origin.line),
        thousands(origin.offset),
        thousands(origin.length),
        origin.record
    ))?;
    for (kind, sha256) in &row.found.containers {
        world.line(&format!("          in {kind} {sha256}"))?;
    }
    world.line(&format!("source    {}", origin.source))?;
    let sources = opened.case.sources();
    let reread =
        sources.iter().find(|source| source.id == origin.source).and_then(|source| source.reread.as_ref());
    if let Some(reread) = reread {
        let change: Vec<String> = reread.change.iter().map(Correction::to_string).collect();
        world.line(&format!(
            "reread    {} by entry {}, {}, {}",
            visible(&change.join(", ")),
            reread.entry,
            visible(&reread.at),
            visible(&reread.by)
        ))?;
    }
    world.line("checked   the bytes above were read through their frame's SHA-256 just now ✓")
}

fn raw_line(entry: &EventRecord) -> String {
    visible(&String::from_utf8_lossy(&entry.raw))
}
