//! The bookmarks and findings in effect at the end of a journal.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::annotation::{Annotation, FIND};
use super::annotation_log::{AnnotationOp, annotation_ops, ops_in};
use super::entry::each_of;
use super::event_ref::{EventRef, SavedQuery};
use super::finding::{Detected, FindingChange, FindingVerdict, NewFinding, Status};
use super::payload::{Conflict, JournalMerge};
use super::reader::Journal;
use super::summary::Wording;
use super::{Entry, entry_hash};
use crate::record::Severity;

/// A note, or a change to a bookmark or finding: who, when and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryItem {
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// What, in the words of `findings.jsonl` in a bundle and of `--json`: a format.
    pub text: String,
    /// What, in the words that people read (foreign text: show through `Visible`).
    #[serde(skip)]
    pub summary: String,
}

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

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its number in this case, from 1: the order in which findings came to this journal.
    pub number: u64,
    /// SHA-256 of the line that created it: its name in every copy of the case.
    pub uid: String,
    /// Its title.
    pub title: String,
    /// How serious it is.
    pub severity: Severity,
    /// Its status.
    pub state: Status,
    /// What it turned out to be.
    pub verdict: Option<FindingVerdict>,
    /// Who is responsible for it; may be empty.
    pub owner: String,
    /// Due date (`YYYY-MM-DD`); may be empty.
    pub due: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The events that are evidence for it, by `<source>:<record>`.
    pub events: BTreeMap<String, EventRef>,
    /// The query whose events are evidence for it.
    pub query: Option<SavedQuery>,
    /// What a detector said, where one raised it.
    pub detected: Option<Box<Detected>>,
    /// Its notes, in order.
    pub notes: Vec<HistoryItem>,
    /// Its changes, in order.
    pub history: Vec<HistoryItem>,
}

impl HistoryItem {
    /// Creates an item whose text was typed by a person, and so has only one wording.
    pub fn new(at: String, by: String, text: String) -> HistoryItem {
        HistoryItem { at, by, summary: text.clone(), text }
    }

    fn from_op(op: &AnnotationOp, describe: impl Fn(Wording) -> String) -> HistoryItem {
        let (text, summary) = (describe(Wording::Recorded), describe(Wording::Shown));
        HistoryItem { at: op.at.clone(), by: op.author(), text, summary }
    }

    fn from_change(op: &AnnotationOp) -> HistoryItem {
        HistoryItem::from_op(op, |wording| {
            let summary = op.annotation.summarize(wording);
            if op.undone { format!("{summary} {}", wording.undone()) } else { summary }
        })
    }

    fn from_note(op: &AnnotationOp, note: &str) -> HistoryItem {
        HistoryItem::new(op.at.clone(), op.author(), note.to_owned())
    }
}

impl Finding {
    /// Creates the finding that an annotation adds; its number is not known yet.
    fn new(op: &AnnotationOp, new: &NewFinding) -> Finding {
        let notes = new.note.iter().filter(|note| !note.is_empty());
        Finding {
            number: 0,
            uid: op.id.clone(),
            title: new.title.clone(),
            severity: new.severity,
            state: Status::Open,
            verdict: None,
            owner: new.owner.clone().unwrap_or_default(),
            due: new.due.clone().unwrap_or_default(),
            tags: new.tags.iter().cloned().collect(),
            events: new.events.iter().map(|event| (event.event.clone(), event.clone())).collect(),
            query: new.query.clone(),
            detected: new.detected.clone(),
            notes: notes.map(|note| HistoryItem::from_note(op, note)).collect(),
            history: vec![HistoryItem::from_op(op, |wording| wording.created().to_owned())],
        }
    }

    /// Returns when it was created (RFC 3339), and by whom.
    pub fn created(&self) -> (&str, &str) {
        self.history.first().map_or(("", ""), |first| (&first.at, &first.by))
    }

    /// Applies an annotation of this finding.
    fn apply(&mut self, op: &AnnotationOp) {
        self.history.push(HistoryItem::from_change(op));
        if op.undone {
            return;
        }
        match &op.annotation {
            Annotation::ChangeFinding { change, .. } => self.change(change),
            Annotation::AddNote { text, .. } => self.notes.push(HistoryItem::from_note(op, text)),
            Annotation::CloseFinding { verdict, .. } => {
                self.state = Status::Closed;
                self.verdict = verdict.or(self.verdict);
            }
            Annotation::ReopenFinding { .. } => self.state = Status::Open,
            Annotation::AddBookmark { .. }
            | Annotation::RemoveBookmark { .. }
            | Annotation::AddFinding(_)
            | Annotation::Reread { .. }
            | Annotation::Undo { .. } => {}
        }
    }

    fn change(&mut self, change: &FindingChange) {
        let FindingChange {
            title,
            severity,
            state,
            verdict,
            owner,
            due,
            tag,
            untag,
            events,
            without,
            detected,
        } = change;
        if detected.is_some() {
            self.detected.clone_from(detected);
        }
        if let Some(title) = title {
            self.title.clone_from(title);
        }
        self.severity = severity.unwrap_or(self.severity);
        self.state = state.unwrap_or(self.state);
        self.verdict = verdict.or(self.verdict);
        if let Some(owner) = owner {
            self.owner.clone_from(owner);
        }
        if let Some(due) = due {
            self.due.clone_from(due);
        }
        self.tags.retain(|tag| !untag.contains(tag));
        self.tags.extend(tag.iter().cloned());
        self.events.retain(|event, _| !without.contains(event));
        self.events.extend(events.iter().map(|event| (event.event.clone(), event.clone())));
    }
}

/// The bookmarks and findings in effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Bookmarked events, by `<source>:<record>`.
    pub bookmarks: BTreeMap<String, Bookmark>,
    /// Findings, by number.
    pub findings: Vec<Finding>,
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
                state.apply_bookmark(op);
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
            state.apply_bookmark(op);
        }
        state
    }

    /// Finds a finding by number.
    pub fn finding(&self, number: u64) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.number == number)
    }

    /// Applies an annotation that is in effect, if it concerns a bookmark.
    fn apply_bookmark(&mut self, op: &AnnotationOp) {
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
            Annotation::AddFinding(_)
            | Annotation::ChangeFinding { .. }
            | Annotation::AddNote { .. }
            | Annotation::CloseFinding { .. }
            | Annotation::ReopenFinding { .. }
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
