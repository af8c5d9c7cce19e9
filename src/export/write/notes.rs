//! Collects the notes on a bundle.

use crate::journal::Entry;

use crate::export::redact::Redactor;

use super::context::{BundleContext, RecordsSummary, SourceShare};
use super::journal::{holds_credentials, redacted_parts, vouches_for};
use super::note::Note;

/// Returns what whoever hands the bundle over should be told.
pub fn notes(context: &BundleContext<'_>, records: &RecordsSummary, redactor: &Redactor) -> Vec<Note> {
    let orphans = context.case.orphans().into_iter();
    let mut notes: Vec<Note> =
        orphans.map(|(annotation, reason)| Note::Orphaned { annotation, reason }).collect();
    let entries = || context.case.journal().iter().take(context.entries);
    let withheld = entries().filter(|entry| holds_credentials(entry));
    notes.extend(withheld.map(|entry| Note::EntryWithheld { seq: entry.seq }));
    if redactor.is_active() {
        let events = context.hits.len() as u64;
        notes.push(Note::EventsRedacted { withheld: records.withheld, events });
        notes.push(Note::RedactionLimits);
        let short = redactor.only_in_place().into_iter();
        notes.extend(short.map(|(field, count)| Note::ShortValues { field: field.to_owned(), count }));
        let field = redactor.field_in(&context.name).map(str::to_owned);
        notes.extend(field.map(|field| Note::NameNotRedacted { field }));
        notes.extend(entries().filter_map(|entry| not_redacted(entry, &records.shares, redactor)));
    }
    if context.options.signer.is_none() {
        notes.push(Note::Unsigned);
    }
    notes
}

/// Notes an entry that stays though it holds redacted values.
fn not_redacted(entry: &Entry, shares: &[SourceShare], redactor: &Redactor) -> Option<Note> {
    let parts = redacted_parts(entry, redactor).into_iter();
    let parts: Vec<(String, String)> = parts.map(|(part, field)| (part, field.to_owned())).collect();
    let stays = vouches_for(entry, shares) && !parts.is_empty();
    stays.then(|| Note::EntryNotRedacted { seq: entry.seq, kind: entry.kind.clone(), parts })
}
