//! The journal's entries in a bundle: shown, or withheld but for their hashes.

use serde_json::json;

use crate::case::Case;
use crate::error::Result;
use crate::journal::{
    AnchorStamp, Annotation, Entry, EvidenceImport, Journal, Payload, SealedSource, bare_url, leaf,
};

use crate::export::bag::files::JOURNAL;
use crate::export::redact::Redactor;
use crate::record::{Digest, to_hex};

use super::bag::BagWriter;
use super::context::SourceShare;

/// Returns how many of the journal's entries go into a bundle. Entries at its end
/// that only record that something left the case stay out, so that exporting does not
/// change what is exported.
pub fn exported_entries(journal: &Journal) -> usize {
    let last = journal.entries.iter().rposition(|entry| !entry.payload().is_departure());
    last.map_or(0, |last| last + 1)
}

/// Writes `journal.jsonl`: each entry as it is, or, where it is withheld, its number,
/// its SHA-256 and its leaf in the journal's tree.
pub fn write(
    case: &Case,
    size: usize,
    shares: &[SourceShare],
    redactor: &Redactor,
    bag: &mut BagWriter,
) -> Result<()> {
    let whole = case.whole_journal();
    let mut file = bag.begin(JOURNAL)?;
    for (line, text) in whole.entries.iter().zip(&whole.texts).take(size) {
        if is_withheld(line, shares, redactor) {
            let line = json!({ "withheld": true, "seq": line.seq, "sha256": Digest::of(text).to_string(),
                "leaf": to_hex(&leaf(text)) });
            file.write(format!("{line}\n").as_bytes())?;
        } else {
            file.write(text)?;
        }
    }
    bag.end(file)
}

/// Returns whether only the hashes of an entry go into a bundle: in a redacted bundle
/// because of what it reveals, in any bundle because of credentials.
fn is_withheld(line: &Entry, shares: &[SourceShare], redactor: &Redactor) -> bool {
    if holds_credentials(line) {
        return true;
    }
    let reveals = || holds_record_hashes(line) || !redacted_parts(line, redactor).is_empty();
    redactor.is_active() && !vouches_for(line, shares) && reveals()
}

/// Returns whether the proofs of records in the bundle lead to a root in this entry: it
/// stays, whatever else it holds, because nothing else vouches for them.
pub fn vouches_for(line: &Entry, shares: &[SourceShare]) -> bool {
    let shared = |row: &SealedSource| shares.iter().any(|share| row.source == share.source.to_string());
    line.read().is_some_and(|import: EvidenceImport| import.sources.iter().any(shared))
}

/// Returns which parts of an entry contain a redacted value, and of which field. In the
/// hashes of an import one could only be there by chance.
pub fn redacted_parts<'a>(line: &Entry, redactor: &'a Redactor) -> Vec<(String, &'a str)> {
    const OURS: [&str; 5] = ["content_sha256", "manifest_sha256", "salt", "sources", "tool"];
    let ours = |name: &str| line.is::<EvidenceImport>() && OURS.contains(&name);
    let mut found: Vec<(String, &str)> = Vec::new();
    found.extend(redactor.field_in(&line.by).map(|field| ("by".to_owned(), field)));
    match line.what.as_object() {
        Some(parts) => {
            let parts = parts.iter().filter(|(name, _)| !ours(name));
            let field = |(name, part)| Some((format!("what.{name}"), redactor.field_in_any(part)?));
            found.extend(parts.filter_map(field));
        }
        None => found.extend(redactor.field_in_any(&line.what).map(|field| ("what".to_owned(), field))),
    }
    found
}

/// Returns whether an entry contains credentials: an early version recorded the whole
/// URL of a time-stamp authority.
pub fn holds_credentials(line: &Entry) -> bool {
    let stamp = line.read::<AnchorStamp>();
    stamp.is_some_and(|stamp| bare_url(&stamp.authority) != stamp.authority)
}

/// Returns the numbers of the entries whose author's name is a redacted value: the
/// report leaves the name out.
pub fn entries_by_redacted_names(case: &Case, size: usize, redactor: &Redactor) -> Vec<u64> {
    let lines = case.journal().iter().take(size);
    lines.filter(|line| redactor.field_in(&line.by).is_some()).map(|line| line.seq).collect()
}

/// Returns whether an entry contains hashes of single records: a log line can be
/// guessed from its hash.
fn holds_record_hashes(line: &Entry) -> bool {
    match line.payload() {
        Payload::Annotation(Annotation::AddBookmark { .. }) | Payload::JournalMerge(_) => true,
        Payload::Annotation(Annotation::AddFinding(new)) => !new.events.is_empty(),
        Payload::Annotation(Annotation::ChangeFinding { change, .. }) => !change.events.is_empty(),
        _ => false,
    }
}
