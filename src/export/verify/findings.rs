//! Checks `findings.jsonl` against the journal.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::export::bag::files::{FINDINGS, JOURNAL, QUERY};
use crate::export::bag::{BagReader, MOST_VALUES, file_damage};
use crate::export::rows::{AnnotationEvidence, MOST_EVENTS_OF_FINDING, bookmark_row, finding_row, json_line};
use crate::fs::{read_json, weight_of_json};
use crate::journal::{EventRef, Finding, State, check};
use crate::record::{Digest, EventId, Hash, SourceId};
use crate::verify::Damage;

use super::differences::Differences;
use super::events::EventsSummary;
use super::journal::JournalView;
use super::records::RecordTable;

/// Largest journal that is folded.
const LARGEST: u64 = 64 << 20;

/// What `findings.jsonl` says, line by line.
#[derive(Default)]
pub struct FindingsFile {
    rows: Vec<Value>,
    lines: Vec<Vec<u8>>,
    /// Whether they say on which events they rest; bundles of before do not.
    names_events: bool,
}

impl FindingsFile {
    /// Reads it; `names_events` tells whether this bundle is one whose findings name their events.
    pub fn read(bag: &BagReader, names_events: bool, found: &mut Vec<Damage>) -> FindingsFile {
        let mut noted = FindingsFile { names_events, ..FindingsFile::default() };
        if let Err(reason) = noted.read_lines(bag) {
            found.push(file_damage(FINDINGS, reason));
        }
        noted
    }

    fn read_lines(&mut self, bag: &BagReader) -> Result<(), String> {
        let (mut lines, mut left) = (bag.lines(FINDINGS)?, MOST_VALUES);
        while let Some(line) = lines.read()? {
            let row = read_json(line, left).map_err(|_| "a line is not JSON, or too large".to_owned())?;
            left = left.saturating_sub(weight_of_json(line));
            self.rows.push(row);
            self.lines.push(line.to_vec());
        }
        Ok(())
    }

    /// Returns the tags of each marked event.
    pub fn tags(&self) -> BTreeMap<String, Vec<String>> {
        let tags = |row: &Value| {
            let tags = row["tags"].as_array()?.iter().filter_map(Value::as_str);
            Some((row["event"].as_str()?.to_owned(), tags.map(str::to_owned).collect()))
        };
        self.rows.iter().filter(|row| row["kind"] == "bookmark").filter_map(tags).collect()
    }

    /// Folds the journal again. `asked` are the parts of the question. Returns what
    /// is open, in sentences.
    pub fn check(&self, of: &FindingContext<'_>, asked: &[Value], found: &mut Vec<Damage>) -> Vec<String> {
        if of.journal.withheld > 0 {
            return vec![
                "What findings.jsonl says: journal entries that it follows from are withheld.".to_owned(),
            ];
        }
        if !self.names_events {
            return vec![
                "What findings.jsonl says: this bundle does not name the events of its findings.".to_owned(),
            ];
        }
        let small = of.bag.length(JOURNAL).is_some_and(|length| length <= LARGEST);
        let bytes = of.bag.read(JOURNAL).ok().filter(|_| small);
        let Some(bytes) = bytes.filter(|bytes| weight_of_json(bytes) <= MOST_VALUES) else {
            return vec!["What findings.jsonl says: the journal is too large to be replayed.".to_owned()];
        };
        let state = State::from_journal(&check(&bytes));
        let (mut derived, mut open) = (BTreeMap::new(), UnderivedFindings::default());
        let alone = asked.len() == 1;
        for part in asked.iter().filter(|part| part["kind"] == "finding") {
            let number = part["number"].as_u64().unwrap_or_default();
            match state.finding(number) {
                Some(finding) if part["uid"] == finding.uid.as_str() => {
                    let says = self.rows.iter().find(|row| row["finding"] == number);
                    let shown = of.finding(finding, says.unwrap_or(&Value::Null), alone, &mut open);
                    derived.insert(number, finding_row(&state, finding, &shown));
                }
                _ => found.push(file_damage(QUERY, format!("the journal has no such finding {number}"))),
            }
        }
        let mut derived: Vec<Value> = derived.into_values().collect();
        for mark in state.bookmarks.values() {
            let says = self.rows.get(derived.len()).unwrap_or(&Value::Null);
            let shown = of.bookmark(&mark.event, says, &mut open);
            derived.push(bookmark_row(mark, &shown));
        }
        let mut differences = Differences::new(FINDINGS, found);
        for (n, (row, line)) in self.rows.iter().zip(&self.lines).enumerate() {
            let at = format!("line {}", n + 1);
            match derived.get(n) {
                None => differences.add(format!("{at} is there, derived is nothing")),
                Some(meant) if json_line(meant).as_bytes() == line => {}
                Some(meant) => {
                    if row == meant {
                        differences.add(format!("{at} is not written as it must be"));
                    }
                    differences.compare(&at, row, meant);
                }
            }
        }
        if self.rows.len() < derived.len() {
            differences.add(format!("it has {} lines, derived are {}", self.rows.len(), derived.len()));
        }
        differences.end();
        open.sentences()
    }
}

/// What could not be derived.
#[derive(Default)]
struct UnderivedFindings {
    /// Findings of which a query gives events.
    queries: Vec<u64>,
    /// Annotated events that the bundle does not show.
    events: u64,
}

impl UnderivedFindings {
    fn sentences(self) -> Vec<String> {
        let mut open = Vec::new();
        if !self.queries.is_empty() {
            let numbers: Vec<String> = self.queries.iter().map(u64::to_string).collect();
            open.push(format!(
                "Which events of the case the query of finding {} matches, and so their count and the first of them: only the case can tell.",
                numbers.join(", ")
            ));
        }
        if self.events > 0 {
            open.push(format!(
                "That {} annotated events that are not in this bundle are unchanged since they were annotated.",
                self.events
            ));
        }
        open
    }
}

/// What findings are compared with.
pub struct FindingContext<'a> {
    pub bag: &'a BagReader,
    pub journal: &'a JournalView,
    pub records: &'a RecordTable,
    pub events: &'a EventsSummary,
}

impl FindingContext<'_> {
    /// Returns whether an event is the one that was annotated; none where the bundle does not show it.
    fn stands(&self, event: &EventRef) -> Option<bool> {
        let place = self.records.named(&event.event)?.place?;
        Some(Digest(place.hash).to_string() == event.hash)
    }

    /// Returns the turn of an event of the bundle.
    fn turn(&self, name: &str) -> Option<u64> {
        self.records.named(name)?.said
    }

    fn finding(
        &self,
        finding: &Finding,
        says: &Value,
        alone: bool,
        open: &mut UnderivedFindings,
    ) -> AnnotationEvidence {
        let standing: Vec<Option<bool>> = finding.events.values().map(|event| self.stands(event)).collect();
        let sound = finding.query.is_none() && standing.iter().all(|stands| *stands == Some(true));
        if finding.query.is_some() && !alone {
            open.queries.push(finding.number);
        }
        let unclear = standing.iter().filter(|stands| **stands != Some(true)).count();
        open.events += unclear as u64;
        if sound {
            let mut first: Vec<String> = finding.events.keys().map(|name| self.journal.whole(name)).collect();
            first.sort_by_key(|name| self.turn(name));
            first.dedup();
            let count = first.len() as u64;
            first.truncate(MOST_EVENTS_OF_FINDING);
            return AnnotationEvidence { first, count, orphaned: Vec::new() };
        }
        // Everything in the bundle was asked for by this finding alone.
        let (first, count) = if alone {
            (self.events.first.clone(), self.records.len())
        } else {
            self.plausible(finding, says)
        };
        let short: Vec<String> = finding
            .events
            .values()
            .zip(&standing)
            .filter(|(_, stands)| **stands != Some(true))
            .map(|(event, _)| format!("{}: ", event.short()))
            .collect();
        let orphaned = says["orphaned"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let orphaned = orphaned.filter(|why| short.iter().any(|short| why.starts_with(short.as_str())));
        AnnotationEvidence { first, count, orphaned: orphaned.map(str::to_owned).collect() }
    }

    /// Returns the first events that are said as far as they can be: events of the
    /// bundle, in their order, and as many as there are.
    fn plausible(&self, finding: &Finding, says: &Value) -> (Vec<String>, u64) {
        let names = says["first"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut first: Vec<String> =
            names.filter(|name| self.turn(name).is_some()).map(str::to_owned).collect();
        first.sort_by_key(|name| self.turn(name));
        first.dedup();
        let known = finding.events.values().filter(|event| self.stands(event) == Some(true)).count() as u64;
        let least = known.max(first.len() as u64);
        let most = if first.len() < MOST_EVENTS_OF_FINDING { first.len() as u64 } else { self.records.len() };
        (first, says["count"].as_u64().unwrap_or_default().clamp(least, most.max(least)))
    }

    fn bookmark(&self, event: &EventRef, says: &Value, open: &mut UnderivedFindings) -> AnnotationEvidence {
        let whole = |name: String| AnnotationEvidence { first: vec![name], count: 1, orphaned: Vec::new() };
        if self.stands(event) == Some(true) {
            return whole(event.event.clone());
        }
        let elsewhere = says["stands"].as_str().filter(|name| {
            let place = self.records.named(name).map(|row| row.place);
            place.is_none_or(|place| place.is_none_or(|place| Digest(place.hash).to_string() == event.hash))
        });
        open.events += 1;
        match (elsewhere.filter(|name| is_name(name, self.journal)), says["orphaned"].as_str()) {
            (Some(name), None) => whole(name.to_owned()),
            (None, Some(why)) => {
                AnnotationEvidence { orphaned: vec![why.to_owned()], ..AnnotationEvidence::default() }
            }
            _ => AnnotationEvidence::default(),
        }
    }
}

/// Returns whether a text is the name of an event of a source that was imported.
fn is_name(name: &str, told: &JournalView) -> bool {
    let Some((source, record)) = name.split_once(':') else { return false };
    let hash: Option<Hash> = source.parse::<SourceId>().ok().map(|id| id.0);
    let import = told.imports.get(source).and_then(|import| import.records);
    let record = record.parse::<u64>().ok();
    let id = hash.zip(record).map(|(hash, record)| EventId::new(&SourceId(hash), record).to_string());
    id.is_some() && record.zip(import).is_none_or(|(record, records)| record < records)
}
