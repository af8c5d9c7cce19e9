//! The lines of `findings.jsonl`: findings and bookmarks with their events.

use serde_json::{Value, json};

use crate::journal::{Bookmark, Finding, State};

/// How many events of a finding are named one by one.
pub const MOST_EVENTS_OF_FINDING: usize = 25;

/// What the evidence says of an annotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnotationEvidence {
    /// The first events that a finding rests on, in the order of time; of a
    /// bookmark, its event, if its record is unchanged.
    pub first: Vec<String>,
    /// How many events it rests on.
    pub count: u64,
    /// Its events that are not what they were, each with why.
    pub orphaned: Vec<String>,
}

/// Returns a finding as `findings.jsonl` has it.
pub fn finding_row(state: &State, finding: &Finding, shown: &AnnotationEvidence) -> Value {
    let (made, by) = finding.created();
    let events: Vec<&String> = finding.events.keys().collect();
    let here = |text: String, other: &Finding| text.replace(&other.uid, &other.number.to_string());
    let reads = finding.query.as_ref().map(|asked| state.findings.iter().fold(asked.query.clone(), here));
    let mut row = json!({ "kind": "finding", "finding": finding.number, "uid": finding.uid, "title": finding.title,
        "severity": finding.severity, "state": finding.state, "verdict": finding.verdict,
        "owner": finding.owner, "due": finding.due, "tags": finding.tags, "made": made, "by": by,
        "events": events, "query": finding.query, "orphaned": shown.orphaned, "notes": finding.notes,
        "history": finding.history, "reads": reads, "count": shown.count, "first": shown.first });
    // What a finding without remediation does not have, its row does not have either.
    let remediation = [
        ("remedy", finding.remedy.map(|remedy| json!(remedy))),
        ("link", Some(json!(finding.link)).filter(|_| !finding.link.is_empty())),
        ("fixed_at", Some(json!(finding.fixed_at)).filter(|_| !finding.fixed_at.is_empty())),
        ("proof", finding.proof.as_ref().map(|proof| json!(proof))),
        ("acceptance", finding.acceptance.as_ref().map(|acceptance| json!(acceptance))),
    ];
    for (name, value) in remediation {
        if let Some(value) = value {
            row[name] = value;
        }
    }
    row
}

/// Returns a bookmark as `findings.jsonl` has it.
pub fn bookmark_row(mark: &Bookmark, shown: &AnnotationEvidence) -> Value {
    json!({ "kind": "bookmark", "event": mark.event.event, "sha256": mark.event.hash, "note": mark.note,
        "tags": mark.tags, "orphaned": shown.orphaned.first(), "history": mark.history,
        "stands": shown.first.first() })
}
