//! The findings and bookmarks of a bundle.

use serde_json::Value;

use crate::case::Case;
use crate::error::Result;
use crate::index::Request;
use crate::journal::EventRef;
use crate::record::TimeRange;

use crate::export::bag::files::FINDINGS;
use crate::export::redact::Redactor;
use crate::export::rows::{AnnotationEvidence, MOST_EVENTS_OF_FINDING, bookmark_row, finding_row, json_line};
use crate::export::selection::each_hit;

use super::bag::BagWriter;

/// The members of `findings.jsonl` whose values vestigo produces: no redacted value is
/// looked for in them.
const OURS: [&str; 16] = [
    "at", "count", "event", "events", "finding", "first", "from", "kind", "made", "severity", "sha256",
    "stands", "state", "to", "uid", "verdict",
];

/// Writes `findings.jsonl`: the findings that are handed over, and the bookmarks.
pub fn write(case: &Case, chosen: &[u64], redactor: &Redactor, bag: &mut BagWriter) -> Result<()> {
    let mut file = bag.begin(FINDINGS)?;
    let state = case.state();
    let mut lines = Vec::new();
    for finding in state.findings.iter().filter(|finding| chosen.contains(&finding.number)) {
        let mut shown = AnnotationEvidence::default();
        let request = Request { expr: case.events_of(finding)?, window: TimeRange::ALL };
        each_hit(case, &request, &mut |hit| {
            shown.count += 1;
            if shown.first.len() < MOST_EVENTS_OF_FINDING {
                shown.first.push(format!("{}:{}", hit.source, hit.record));
            }
        })?;
        let why = |event: &EventRef| Some(format!("{}: {}", event.short(), case.standing(event).orphaned()?));
        shown.orphaned = finding.events.values().filter_map(why).collect();
        lines.push(finding_row(state, finding, &shown));
    }
    for mark in state.bookmarks.values() {
        let standing = case.standing(&mark.event);
        let stands = standing.hit().map(|hit| format!("{}:{}", hit.source, hit.record));
        let (count, first) = (u64::from(stands.is_some()), stands.into_iter().collect());
        let orphaned = standing.orphaned().map(str::to_owned).into_iter().collect();
        let mut line = bookmark_row(mark, &AnnotationEvidence { first, count, orphaned });
        if redactor.is_active() {
            line["sha256"] = Value::Null;
        }
        lines.push(line);
    }
    for mut line in lines {
        redactor.json_but(&mut line, &OURS);
        file.write(json_line(&line).as_bytes())?;
    }
    bag.end(file)
}
