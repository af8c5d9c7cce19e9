//! `status`: what the case holds.

use crate::case::trust_in;
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::receipt_output::exceptions;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Result, visible};
use crate::journal::Trust;
use crate::record::{bytes, thousands};

/// Prints the case, its sources, and the fields that have values.
pub fn run(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let (about, sources) = (context.case.about(), context.case.sources());
    let events: u64 = sources.iter().map(|source| source.receipt.events).sum();
    let length: u64 = sources.iter().map(|source| source.bytes).sum();
    let first = sources.iter().filter_map(|source| source.span()).map(|span| span.0).min();
    let last = sources.iter().filter_map(|source| source.span()).map(|span| span.1).max();
    let folder = visible(&context.case.folder().to_string_lossy());
    let (state, orphans) = (context.case.state(), context.case.orphans());
    for (what, why) in &orphans {
        runtime.note(&format!("WARNING: ORPHANED {}: {}", visible(what), visible(why)));
    }
    let outcome = if orphans.is_empty() { ExitReason::Done } else { ExitReason::Damaged };
    let trust = trust_in(context.case.dir(), about, context.case.whole_journal(), false)?;
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
            "sources": list, "events": events, "bytes": length, "indexed": context.case.index().len(),
            "journal": context.case.journal().len(), "bookmarks": state.bookmarks.len(),
            "findings": state.findings.len(), "orphaned": orphans.len(),
            "key": about.key.as_ref().map(|key| &key.fingerprint), "keys": trust.keys,
            "unread": sources.iter().filter(|source| source.receipt.is_unread()).count(),
            "undated": sources.iter().map(|source| source.receipt.time.none).sum::<u64>(),
            "signed_entries": trust.covered, "history": context.case.history(),
            "first": first.map(|time| time.to_string()), "last": last.map(|time| time.to_string()) });
        runtime.line(&json_line(&object)?)?;
        return Ok(outcome);
    }
    runtime.line(&format!("case      {} ({folder})", visible(&about.title)))?;
    if !about.examiner.is_empty() {
        runtime.line(&format!("examiner  {}", visible(&about.examiner)))?;
    }
    runtime.line(&format!("made      {}", about.created))?;
    if let (Some(first), Some(last)) = (first, last) {
        runtime.line(&format!(
            "time      {} → {}",
            context.zone.show(first, 0),
            context.zone.show(last, 0)
        ))?;
    }
    let journal = context.case.journal();
    runtime.line(&format!("journal   {} entries", thousands(journal.len() as u64)))?;
    if let Some(key) = &about.key {
        runtime.line(&format!("key       {}", visible(&key.fingerprint)))?;
    }
    runtime.line(&format!("signed    {}", signed(&trust, journal.len() as u64)))?;
    for remark in context.case.history().remarks() {
        runtime.line(&format!("memory    {remark}"))?;
    }
    if !state.bookmarks.is_empty() || !state.findings.is_empty() {
        let (marks, findings) = (state.bookmarks.len() as u64, state.findings.len() as u64);
        let lost = if orphans.is_empty() { String::new() } else { format!(", {} ORPHANED", orphans.len()) };
        runtime.line(&format!(
            "noted     {} bookmarks, {} findings{lost}",
            thousands(marks),
            thousands(findings)
        ))?;
    }
    runtime.line(&format!(
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
    table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    for line in exceptions(sources.iter().map(|source| &source.receipt)) {
        runtime.line(&line)?;
    }
    let fields = context.case.index().fields();
    if globals.verbose {
        for field in &fields {
            runtime.line(&format!("  {}  {}", visible(&field.name), thousands(field.values)))?;
        }
    } else if !globals.quiet {
        runtime.note(&format!("{} fields have values; -v lists them", fields.len()));
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
