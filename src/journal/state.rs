//! The bookmarks and findings in effect at the end of a journal.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Number;

use super::annotation::{Annotation, FIND};
use super::annotation_log::{AnnotationOp, annotation_ops, ops_in};
use super::entry::each_of;
use super::event_ref::EventRef;
use super::history_item::HistoryItem;
use super::lifecycle::Finding;
use super::payload::{Conflict, JournalMerge};
use super::reader::Journal;
use super::remediation::Sla;
use super::{Entry, entry_hash};

/// A bookmarked event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// The event.
    pub event: EventRef,
    /// Its note; may be empty.
    pub note: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// Its changes, in order.
    pub history: Vec<HistoryItem>,
}

/// What keeps some of what a detector finds out of the findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingFilter {
    /// Its name in every copy of the case: SHA-256 of the line that added it.
    pub id: String,
    /// The detector: `sigma:<id>` or `behaviour:<name>`.
    pub detector: String,
    /// The query that matches all events of what is kept out.
    pub query: String,
    /// Why.
    pub reason: String,
    /// The finding that it was made from, by its uid.
    pub finding: Option<String>,
    /// When it was added (RFC 3339).
    pub at: String,
    /// Who added it.
    pub by: String,
}

/// The bookmarks and findings in effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Bookmarked events, by `<source>:<record>`.
    pub bookmarks: BTreeMap<String, Bookmark>,
    /// Findings, by number.
    pub findings: Vec<Finding>,
    /// The filters in effect, the oldest first.
    pub filters: Vec<FindingFilter>,
    /// The lists of indicators, by name: the SHA-256 of the file, and the indicators, one a
    /// line.
    pub indicators: BTreeMap<String, (String, String)>,
    /// The numbers that are set for detectors, by `<detector>.<parameter>`.
    pub parameters: BTreeMap<String, Number>,
    /// How long findings may stay open.
    pub sla: Option<Sla>,
    /// The conflicts that merges resolved.
    pub conflicts: Vec<Conflict>,
}

impl State {
    /// Computes the state at the end of a journal.
    pub fn from_journal(journal: &Journal) -> State {
        let ops = annotation_ops(journal);
        let mut state = State::default();
        let mut findings: BTreeMap<&str, (usize, Finding)> = BTreeMap::new();
        for op in ops.iter().filter(|op| !op.undone) {
            if let Annotation::AddFinding(new) = &op.annotation {
                findings.insert(&op.id, (op.arrived, Finding::new(op, new)));
            }
        }
        for op in &ops {
            if let Some((_, finding)) = op.annotation.finding().and_then(|uid| findings.get_mut(uid)) {
                finding.apply(op);
            }
            if !op.undone {
                state.apply(op);
            }
        }
        let mut findings: Vec<(usize, Finding)> = findings.into_values().collect();
        findings.sort_by_key(|(arrived, _)| *arrived);
        let numbers = finding_numbers(&ops);
        for (_, mut finding) in findings {
            finding.number = numbers.get(&finding.uid).copied().unwrap_or_default();
            state.findings.push(finding);
        }
        state.conflicts = known_conflicts(journal);
        state
    }

    /// Returns the state at the end of a journal that continues `known`, whose state this
    /// is: the annotations after it are applied one by one. With an undo among them, or
    /// with merged ones, the order of all of them matters, and all are read again.
    pub fn after(&self, known: &Journal, journal: &Journal) -> State {
        let begins = journal.entries.get(known.entries.len().wrapping_sub(1)).is_some()
            && journal.texts.get(known.entries.len() - 1).is_some_and(|text| entry_hash(text) == known.head);
        let merges = journal.entries.iter().any(|line| line.is::<JournalMerge>());
        if !begins || merges {
            return State::from_journal(journal);
        }
        let new = known.entries.len()..journal.entries.len();
        let ops =
            ops_in(journal.entries[new.clone()].iter().zip(journal.texts[new].iter().map(AsRef::as_ref)));
        if ops.iter().any(|op| matches!(op.annotation, Annotation::Undo { .. })) {
            return State::from_journal(journal);
        }
        let mut state = self.clone();
        let is_finding = |line: &&Entry| line.kind == FIND;
        let mut made = known.entries.iter().filter(is_finding).count() as u64;
        for op in &ops {
            if let Annotation::AddFinding(new) = &op.annotation {
                made += 1;
                state.findings.push(Finding { number: made, ..Finding::new(op, new) });
            }
            let uid = op.annotation.finding();
            if let Some(finding) = state.findings.iter_mut().find(|finding| Some(&*finding.uid) == uid) {
                finding.apply(op);
            }
            state.apply(op);
        }
        state
    }

    /// Finds a finding by number.
    pub fn finding(&self, number: u64) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.number == number)
    }

    /// Applies an annotation that is in effect, if it concerns no finding.
    fn apply(&mut self, op: &AnnotationOp) {
        match &op.annotation {
            Annotation::AddBookmark { event, note, tags } => {
                let new = || Bookmark {
                    event: event.clone(),
                    note: String::new(),
                    tags: BTreeSet::new(),
                    history: Vec::new(),
                };
                let bookmark = self.bookmarks.entry(event.event.clone()).or_insert_with(new);
                if let Some(note) = note {
                    bookmark.note.clone_from(note);
                }
                bookmark.tags.extend(tags.iter().cloned());
                bookmark.history.push(HistoryItem::from_change(op));
            }
            Annotation::RemoveBookmark { event } => {
                self.bookmarks.remove(event);
            }
            Annotation::SetSla { sla } => self.sla.clone_from(sla),
            Annotation::AddIndicators { name, sha256, indicators } => {
                self.indicators.insert(name.clone(), (sha256.clone(), indicators.clone()));
            }
            Annotation::RemoveIndicators { name } => {
                self.indicators.remove(name);
            }
            Annotation::SetParameter { parameter, value: Some(value) } => {
                self.parameters.insert(parameter.clone(), value.clone());
            }
            Annotation::SetParameter { parameter, value: None } => {
                self.parameters.remove(parameter);
            }
            Annotation::AddFilter { detector, query, reason, finding } => self.filters.push(FindingFilter {
                id: op.id.clone(),
                detector: detector.clone(),
                query: query.clone(),
                reason: reason.clone(),
                finding: finding.clone(),
                at: op.at.clone(),
                by: op.author(),
            }),
            Annotation::RemoveFilter { filter, .. } => self.filters.retain(|known| known.id != *filter),
            Annotation::AddFinding(_)
            | Annotation::ChangeFinding { .. }
            | Annotation::AddNote { .. }
            | Annotation::CloseFinding { .. }
            | Annotation::ReopenFinding { .. }
            | Annotation::VerifyFix { .. }
            | Annotation::AcceptRisk { .. }
            | Annotation::RetractFinding { .. }
            | Annotation::Reread { .. }
            | Annotation::Undo { .. } => {}
        }
    }
}

/// Numbers findings in the order of their arrival. A finding that is undone keeps its
/// number, so that a number never means two findings.
fn finding_numbers(ops: &[AnnotationOp]) -> BTreeMap<String, u64> {
    let mut added: Vec<(usize, &str)> = ops
        .iter()
        .filter(|op| matches!(op.annotation, Annotation::AddFinding(_)))
        .map(|op| (op.arrived, op.id.as_str()))
        .collect();
    added.sort_unstable();
    (1..).zip(added).map(|(number, (_, uid))| (uid.to_owned(), number)).collect()
}

/// Returns the conflicts that the merges of a journal resolved.
pub(super) fn known_conflicts(journal: &Journal) -> Vec<Conflict> {
    let merges = each_of::<JournalMerge>(&journal.entries);
    merges.flat_map(|(_, merge)| merge.conflicts).collect::<BTreeSet<Conflict>>().into_iter().collect()
}
