//! The journal's share of a bundle: its lines, its checkpoint, what stands.

use serde_json::{Value, json};

use crate::case::{Case, beside_checkpoint};
use crate::error::{Result, escape_json_controls};
use crate::index::Request;
use crate::journal::{
    AnchorStamp, Annotation, Bookmark, CHECKPOINT_NAMESPACE, Checkpoint, Entry, EventRef, EvidenceImport,
    Finding, Journal, Payload, SealedSource, Signer, State, bare_url, check_signature, leaf,
};
use crate::record::TimeRange;

use crate::export::redact::Redactor;
use crate::export::selection::each;
use crate::export::write::bag::{BagWriter, hash_of};
use crate::export::write::records::{Share, hex};

/// Returns how many of the journal's lines go into a bundle. Entries at its end
/// that only say that something left the case stay out, so that exporting changes
/// nothing that is exported.
pub fn cut(journal: &Journal) -> usize {
    let last = journal.entries.iter().rposition(|entry| !entry.payload().is_departure());
    last.map_or(0, |last| last + 1)
}

/// Gives the checkpoint of a journal's first lines.
pub fn checkpoint_of(case: &Case, size: usize) -> Checkpoint {
    let journal = case.whole_journal();
    let root = journal.root(size as u64).expect("a journal has as many lines as it has");
    Checkpoint { origin: Checkpoint::origin_of(&case.about().id), size: size as u64, root }
}

/// Writes `journal.jsonl`: each line as it is, or, where something in it is
/// taken out, its number, SHA-256 and leaf in the journal's tree.
pub fn journal(
    case: &Case,
    size: usize,
    shares: &[Share],
    redactor: &Redactor,
    bag: &mut BagWriter,
) -> Result<()> {
    let whole = case.whole_journal();
    let mut file = bag.begin("data/journal.jsonl")?;
    for (line, text) in whole.entries.iter().zip(&whole.texts).take(size) {
        if withheld(line, shares, redactor) {
            let line = json!({ "withheld": true, "seq": line.seq, "sha256": hash_of(text),
                "leaf": hex(&leaf(text)) });
            file.write(format!("{line}\n").as_bytes())?;
        } else {
            file.write(text)?;
        }
    }
    bag.end(file)
}

/// Tells whether an entry is left out of a bundle, but for its hashes: in a
/// redacted one for what it tells, in any for credentials.
pub fn withheld(line: &Entry, shares: &[Share], redactor: &Redactor) -> bool {
    if lets_in(line) {
        return true;
    }
    let told = || tells_hashes(line) || !fields_told(line, redactor).is_empty();
    redactor.is_active() && !vouches(line, shares) && told()
}

/// Tells whether records of the bundle are proved by the roots of an entry: it
/// stays, whatever else it holds, for nothing else vouches for them.
fn vouches(line: &Entry, shares: &[Share]) -> bool {
    let shared = |row: &SealedSource| shares.iter().any(|share| row.source == share.source.to_string());
    line.read().is_some_and(|import: EvidenceImport| import.sources.iter().any(shared))
}

/// Gives which parts of an entry hold a redacted value, and of which field. In an
/// import's own hashes it would be chance.
fn fields_told<'a>(line: &Entry, redactor: &'a Redactor) -> Vec<(String, &'a str)> {
    const OURS: [&str; 5] = ["content_sha256", "manifest_sha256", "salt", "sources", "tool"];
    let ours = |name: &str| line.is::<EvidenceImport>() && OURS.contains(&name);
    let mut told: Vec<(String, &str)> = Vec::new();
    told.extend(redactor.field_in(&line.by).map(|field| ("by".to_owned(), field)));
    match line.what.as_object() {
        Some(parts) => {
            let parts = parts.iter().filter(|(name, _)| !ours(name));
            let field = |(name, part)| Some((format!("what.{name}"), redactor.field_in_any(part)?));
            told.extend(parts.filter_map(field));
        }
        None => told.extend(redactor.field_in_any(&line.what).map(|field| ("what".to_owned(), field))),
    }
    told
}

/// Tells whether an entry holds credentials: once, all of the URL of a time-stamp
/// authority was written down.
fn lets_in(line: &Entry) -> bool {
    let stamp = line.read::<AnchorStamp>();
    stamp.is_some_and(|stamp| bare_url(&stamp.authority) != stamp.authority)
}

/// Says of each entry that is left out for its credentials, in a sentence.
pub fn credentials(case: &Case, size: usize) -> Vec<String> {
    let lines = case.journal().iter().take(size).filter(|line| lets_in(line));
    let tell = |line: &Entry| {
        format!(
            "WITHHELD: entry {} of data/journal.jsonl (anchor.stamp) holds more of the time-stamp authority's address than its host and path, which may be a password; its hash and leaf are there.",
            line.seq
        )
    };
    lines.map(tell).collect()
}

/// Says of each entry that stays though it holds a redacted value, in a sentence.
pub fn told(case: &Case, size: usize, shares: &[Share], redactor: &Redactor) -> Vec<String> {
    let staying = case.journal().iter().take(size).filter(|line| vouches(line, shares));
    let tell = |line: &Entry| {
        let parts: Vec<String> = fields_told(line, redactor)
            .into_iter()
            .map(|(part, field)| format!("of {field} in `{part}`"))
            .collect();
        let (seq, act, parts) = (line.seq, &line.kind, (!parts.is_empty()).then(|| parts.join(" and "))?);
        Some(format!(
            "NOT REDACTED: entry {seq} of data/journal.jsonl ({act}) holds a redacted value {parts}. It stays, for proofs in this bundle rest on it."
        ))
    };
    staying.filter_map(tell).collect()
}

/// Gives the entries that stay though whoever made them has a redacted name: the
/// report leaves that out.
pub fn unnamed(case: &Case, size: usize, redactor: &Redactor) -> Vec<u64> {
    let lines = case.journal().iter().take(size);
    lines.filter(|line| redactor.field_in(&line.by).is_some()).map(|line| line.seq).collect()
}

/// Tells whether an entry holds hashes of single records: a log line can be
/// guessed from its hash.
fn tells_hashes(line: &Entry) -> bool {
    match line.payload() {
        Payload::Annotation(Annotation::AddBookmark { .. }) | Payload::JournalMerge(_) => true,
        Payload::Annotation(Annotation::AddFinding(new)) => !new.events.is_empty(),
        Payload::Annotation(Annotation::ChangeFinding { change, .. }) => !change.events.is_empty(),
        _ => false,
    }
}

/// Writes `checkpoint.txt`, its signature, and its time stamp where the case has one.
pub fn checkpoint(
    case: &Case,
    checkpoint: &Checkpoint,
    signer: Option<&Signer>,
    bag: &mut BagWriter,
) -> Result<()> {
    let text = checkpoint.text();
    bag.add("data/checkpoint.txt", text.as_bytes())?;
    let by = signer.map(|signer| signer.identity().fingerprint);
    let ours = beside_checkpoint(case.dir(), checkpoint.size, "sig")?.filter(|pem| {
        check_signature(CHECKPOINT_NAMESPACE, text.as_bytes(), pem)
            .is_ok_and(|signed| by.is_none() || by == Some(signed.fingerprint))
    });
    match (ours, signer) {
        (Some(pem), _) => {
            bag.add("data/checkpoint.txt.sig", &pem)?;
            if let Some(token) = beside_checkpoint(case.dir(), checkpoint.size, "tsr")? {
                bag.add("data/checkpoint.txt.tsr", &token)?;
            }
            Ok(())
        }
        (None, Some(signer)) => {
            let pem = signer.sign(CHECKPOINT_NAMESPACE, text.as_bytes())?;
            bag.add("data/checkpoint.txt.sig", pem.as_bytes())
        }
        (None, None) => Ok(()),
    }
}

/// What of `findings.jsonl` is of our making. No redacted value is looked for in it.
const OURS: [&str; 16] = [
    "at", "count", "event", "events", "finding", "first", "from", "kind", "made", "severity", "sha256",
    "stands", "state", "to", "uid", "verdict",
];

/// How many events of a finding are named one by one.
pub const OF_FINDING: usize = 25;

/// What the evidence says of an annotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The first events that a finding rests on, in the order of time; of a
    /// bookmark, its event where it stands.
    pub first: Vec<String>,
    /// How many events it rests on.
    pub count: u64,
    /// Its events that are not what they were, each with why.
    pub orphaned: Vec<String>,
}

/// Writes `findings.jsonl`: the findings that are handed over, and the bookmarks.
pub fn findings(case: &Case, chosen: &[u64], redactor: &Redactor, bag: &mut BagWriter) -> Result<()> {
    let mut file = bag.begin("data/findings.jsonl")?;
    let state = case.state();
    let mut lines = Vec::new();
    for finding in state.findings.iter().filter(|finding| chosen.contains(&finding.number)) {
        let mut shown = Shown::default();
        let request = Request { expr: case.events_of(finding)?, window: TimeRange::ALL };
        each(case, &request, &mut |hit| {
            shown.count += 1;
            if shown.first.len() < OF_FINDING {
                shown.first.push(format!("{}:{}", hit.source, hit.record));
            }
        })?;
        let why = |event: &EventRef| Some(format!("{}: {}", event.short(), case.standing(event).orphaned()?));
        shown.orphaned = finding.events.values().filter_map(why).collect();
        lines.push(of_finding(state, finding, &shown));
    }
    for mark in state.bookmarks.values() {
        let standing = case.standing(&mark.event);
        let stands = standing.hit().map(|hit| format!("{}:{}", hit.source, hit.record));
        let (count, first) = (u64::from(stands.is_some()), stands.into_iter().collect());
        let orphaned = standing.orphaned().map(str::to_owned).into_iter().collect();
        let mut line = of_bookmark(mark, &Shown { first, count, orphaned });
        if redactor.is_active() {
            line["sha256"] = Value::Null;
        }
        lines.push(line);
    }
    for mut line in lines {
        redactor.json_but(&mut line, &OURS);
        file.write(line_of(&line).as_bytes())?;
    }
    bag.end(file)
}

/// Writes a line of JSON.
pub fn line_of(value: &Value) -> String {
    escape_json_controls(value.to_string()) + "\n"
}

/// Gives a finding as it stands in `findings.jsonl`.
pub fn of_finding(state: &State, finding: &Finding, shown: &Shown) -> Value {
    let (made, by) = finding.created();
    let events: Vec<&String> = finding.events.keys().collect();
    let here = |text: String, other: &Finding| text.replace(&other.uid, &other.number.to_string());
    let reads = finding.query.as_ref().map(|asked| state.findings.iter().fold(asked.query.clone(), here));
    json!({ "kind": "finding", "finding": finding.number, "uid": finding.uid, "title": finding.title,
        "severity": finding.severity, "state": finding.state, "verdict": finding.verdict,
        "owner": finding.owner, "due": finding.due, "tags": finding.tags, "made": made, "by": by,
        "events": events, "query": finding.query, "orphaned": shown.orphaned, "notes": finding.notes,
        "history": finding.history, "reads": reads, "count": shown.count, "first": shown.first })
}

/// Gives a bookmark as it stands in `findings.jsonl`.
pub fn of_bookmark(mark: &Bookmark, shown: &Shown) -> Value {
    json!({ "kind": "bookmark", "event": mark.event.event, "sha256": mark.event.hash, "note": mark.note,
        "tags": mark.tags, "orphaned": shown.orphaned.first(), "history": mark.history,
        "stands": shown.first.first() })
}
