//! `status`: what the case holds.

use crate::case::trust_in;
use crate::error::{Result, visible};
use crate::journal::Trust;
use crate::record::{bytes, thousands};

use super::super::World;
use super::super::args::Globals;
use super::super::run::{Opened, Outcome, json_line};
use super::super::table::{Align, Table};
use super::import::exceptions;

/// Prints the case, its sources, and the fields that have values.
pub fn status(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let (about, sources) = (opened.case.about(), opened.case.sources());
    let events: u64 = sources.iter().map(|source| source.receipt.events).sum();
    let length: u64 = sources.iter().map(|source| source.bytes).sum();
    let first = sources.iter().filter_map(|source| source.span()).map(|span| span.0).min();
    let last = sources.iter().filter_map(|source| source.span()).map(|span| span.1).max();
    let folder = visible(&opened.case.folder().to_string_lossy());
    let (state, orphans) = (opened.case.state(), opened.case.orphans());
    for (what, why) in &orphans {
        world.note(&format!("WARNING: ORPHANED {}: {}", visible(what), visible(why)));
    }
    let outcome = if orphans.is_empty() { Outcome::Done } else { Outcome::Damaged };
    let trust = trust_in(opened.case.dir(), about, opened.case.whole_journal(), false)?;
    if globals.json {
        let list: Vec<_> = sources
            .iter()
            .map(|source| {
                serde_json::json!({ "source": source.id.to_string(), "path": source.path,
                    "format": source.receipt.format, "bytes": source.bytes, "events": source.receipt.events,
                    "unparsed": source.receipt.unparsed, "root": source.root,
                    "first": source.span().map(|span| span.0.to_string()),
                    "last": source.span().map(|span| span.1.to_string()) })
            })
            .collect();
        let object = serde_json::json!({ "case": folder, "id": about.id, "title": about.title,
            "examiner": about.examiner, "created": about.created, "zone": about.zone.to_string(),
            "sources": list, "events": events, "bytes": length, "indexed": opened.case.index().len(),
            "journal": opened.case.journal().len(), "bookmarks": state.bookmarks.len(),
            "findings": state.findings.len(), "orphaned": orphans.len(),
            "key": about.key.as_ref().map(|key| &key.fingerprint), "keys": trust.keys,
            "unread": sources.iter().filter(|source| source.receipt.is_unread()).count(),
            "undated": sources.iter().map(|source| source.receipt.time.none).sum::<u64>(),
            "signed_entries": trust.covered, "history": opened.case.history(),
            "first": first.map(|time| time.to_string()), "last": last.map(|time| time.to_string()) });
        world.line(&json_line(&object)?)?;
        return Ok(outcome);
    }
    world.line(&format!("case      {} ({folder})", visible(&about.title)))?;
    if !about.examiner.is_empty() {
        world.line(&format!("examiner  {}", visible(&about.examiner)))?;
    }
    world.line(&format!("made      {}", about.created))?;
    if let (Some(first), Some(last)) = (first, last) {
        world.line(&format!("time      {} → {}", opened.zone.show(first, 0), opened.zone.show(last, 0)))?;
    }
    let journal = opened.case.journal();
    world.line(&format!("journal   {} entries", thousands(journal.len() as u64)))?;
    if let Some(key) = &about.key {
        world.line(&format!("key       {}", visible(&key.fingerprint)))?;
    }
    world.line(&format!("signed    {}", signed(&trust, journal.len() as u64)))?;
    for remark in opened.case.history().remarks() {
        world.line(&format!("memory    {remark}"))?;
    }
    if !state.bookmarks.is_empty() || !state.findings.is_empty() {
        let (marks, findings) = (state.bookmarks.len() as u64, state.findings.len() as u64);
        let lost = if orphans.is_empty() { String::new() } else { format!(", {} ORPHANED", orphans.len()) };
        world.line(&format!(
            "noted     {} bookmarks, {} findings{lost}",
            thousands(marks),
            thousands(findings)
        ))?;
    }
    world.line(&format!(
        "sources   {} with {} events, {}",
        thousands(sources.len() as u64),
        thousands(events),
        bytes(length)
    ))?;
    let mut table = Table::new(&[
        ("Source", Align::Tail),
        ("Format", Align::Left),
        ("Events", Align::Right),
        ("Unparsed", Align::Right),
        ("Bytes", Align::Right),
        ("Id", Align::Left),
    ]);
    for source in &sources {
        let receipt = &source.receipt;
        table.row([
            source.path.clone(),
            if receipt.is_unread() { "NOT READ".to_owned() } else { receipt.format.clone() },
            thousands(receipt.events),
            thousands(receipt.unparsed),
            bytes(source.bytes),
            source.id.short(),
        ]);
    }
    table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    for line in exceptions(sources.iter().map(|source| &source.receipt)) {
        world.line(&line)?;
    }
    let fields = opened.case.index().fields();
    if globals.verbose {
        for field in &fields {
            world.line(&format!("  {}  {}", visible(&field.name), thousands(field.values)))?;
        }
    } else if !globals.quiet {
        world.note(&format!("{} fields have values; -v lists them", fields.len()));
    }
    Ok(outcome)
}

/// Says how far the newest signature by a key of the case reaches, and who else signed.
fn signed(trust: &Trust, entries: u64) -> String {
    let Some(newest) = &trust.newest else {
        return match trust.strangers.first() {
            Some(stranger) => {
                format!("by no key of the case; by {}, which is none", stranger.signed.fingerprint)
            }
            None => "UNSIGNED".to_owned(),
        };
    };
    let by = &newest.signed.fingerprint;
    match entries.saturating_sub(trust.covered) {
        0 => format!("to the end by {by}"),
        after => format!(
            "{} entries by {by}, {} after them by no key of the case",
            thousands(trust.covered),
            thousands(after)
        ),
    }
}
