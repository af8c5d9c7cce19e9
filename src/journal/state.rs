//! What stands at the journal's end: bookmarks and findings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::annotation::{
    Annotation, Correction, EventRef, FindingChange, FindingVerdict, NewFinding, SavedQuery, Severity, Status,
};
use super::annotation::{FIND, UNDO};
use super::annotation_log::{AnnotationOp, UNSIGNED_COPY, ops, ops_in};
use super::{Entry, Journal, JournalMerge, each_of, hash_of};

/// Something that was said or done, when and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryItem {
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// A marked event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// The event.
    pub event: EventRef,
    /// What is said of it; may be empty.
    pub note: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// What was done to it, in order.
    pub history: Vec<HistoryItem>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its number in this case, from 1: the order in which findings came to this journal.
    pub number: u64,
    /// SHA-256 of the line that made it: its name in every copy of the case.
    pub uid: String,
    /// What it says.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: Status,
    /// What it turned out to be.
    pub verdict: Option<FindingVerdict>,
    /// Who is to see to it; may be empty.
    pub owner: String,
    /// By which day (`YYYY-MM-DD`); may be empty.
    pub due: String,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The events that show it, by `<source>:<record>`.
    pub events: BTreeMap<String, EventRef>,
    /// The query whose events show it.
    pub query: Option<SavedQuery>,
    /// What was said of it, in order.
    pub notes: Vec<HistoryItem>,
    /// What was done to it, in order.
    pub history: Vec<HistoryItem>,
}

impl HistoryItem {
    /// Tells whether it comes from a copy in which nobody had signed it.
    pub fn is_unsigned(&self) -> bool {
        self.by.ends_with(UNSIGNED_COPY)
    }
}

impl Finding {
    /// Gives when it was written down, and by whom.
    pub fn made(&self) -> (&str, &str) {
        self.history.first().map_or(("", ""), |first| (&first.at, &first.by))
    }
}

/// Two copies of a case said different things of the same; the later one stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
pub struct Conflict {
    /// The finding's uid or the bookmark's event.
    pub on: String,
    /// Which of its properties.
    pub what: String,
    /// What stands.
    pub stands: String,
    /// What gave way; it is kept in the history.
    pub gave_way: String,
}

/// What stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Marked events, by `<source>:<record>`.
    pub bookmarks: BTreeMap<String, Bookmark>,
    /// Findings, by number.
    pub findings: Vec<Finding>,
    /// What merges had to choose between.
    pub conflicts: Vec<Conflict>,
}

impl State {
    /// Works out what stands at a journal's end.
    pub fn of(journal: &Journal) -> State {
        let ops = ops(journal);
        let mut state = State::default();
        let mut found: BTreeMap<&str, (usize, Finding)> = BTreeMap::new();
        for op in ops.iter().filter(|op| !op.undone) {
            if let Annotation::Find(new) = &op.act {
                found.insert(&op.id, (op.arrived, begun(op, new)));
            }
        }
        for op in &ops {
            if let Some(finding) = op.act.finding().and_then(|uid| found.get_mut(uid)) {
                apply(&mut finding.1, op);
            }
            state.mark(op);
        }
        let mut findings: Vec<(usize, Finding)> = found.into_values().collect();
        findings.sort_by_key(|(arrived, _)| *arrived);
        let numbers = numbers(&ops);
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
        let begins = journal.lines.get(known.lines.len().wrapping_sub(1)).is_some()
            && journal.texts.get(known.lines.len() - 1).is_some_and(|text| hash_of(text) == known.head);
        let merges = journal.lines.iter().any(|line| line.is::<JournalMerge>());
        if !begins || merges {
            return State::of(journal);
        }
        let new = known.lines.len()..journal.lines.len();
        let ops = ops_in(journal.lines[new.clone()].iter().zip(journal.texts[new].iter().map(AsRef::as_ref)));
        if ops.iter().any(|op| matches!(op.act, Annotation::Undo { .. })) {
            return State::of(journal);
        }
        let mut state = self.clone();
        let is_finding = |line: &&Entry| line.kind == FIND;
        let mut made = known.lines.iter().filter(is_finding).count() as u64;
        for op in &ops {
            if let Annotation::Find(new) = &op.act {
                made += 1;
                state.findings.push(Finding { number: made, ..begun(op, new) });
            }
            let uid = op.act.finding();
            if let Some(finding) = state.findings.iter_mut().find(|finding| Some(&*finding.uid) == uid) {
                apply(finding, op);
            }
            state.mark(op);
        }
        state
    }

    /// Finds a finding by number.
    pub fn finding(&self, number: u64) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.number == number)
    }

    fn mark(&mut self, op: &AnnotationOp) {
        match &op.act {
            Annotation::Mark { event, note, tags } => {
                if op.undone {
                    return;
                }
                let fresh = || Bookmark {
                    event: event.clone(),
                    note: String::new(),
                    tags: BTreeSet::new(),
                    history: Vec::new(),
                };
                let bookmark = self.bookmarks.entry(event.event.clone()).or_insert_with(fresh);
                if let Some(note) = note {
                    bookmark.note.clone_from(note);
                }
                bookmark.tags.extend(tags.iter().cloned());
                bookmark.history.push(said(op));
            }
            Annotation::Unmark { event } if !op.undone => {
                self.bookmarks.remove(event);
            }
            _ => {}
        }
    }
}

/// Numbers findings as they came: one that is taken back keeps its number, so
/// that no number ever means two things.
fn numbers(ops: &[AnnotationOp]) -> BTreeMap<String, u64> {
    let mut made: Vec<(usize, &str)> = ops
        .iter()
        .filter(|op| matches!(op.act, Annotation::Find(_)))
        .map(|op| (op.arrived, op.id.as_str()))
        .collect();
    made.sort_unstable();
    (1..).zip(made).map(|(number, (_, uid))| (uid.to_owned(), number)).collect()
}

/// Gives what the merges of a journal had to choose between.
pub(super) fn known_conflicts(journal: &Journal) -> Vec<Conflict> {
    let merges = each_of::<JournalMerge>(&journal.lines);
    merges.flat_map(|(_, merge)| merge.conflicts).collect::<BTreeSet<Conflict>>().into_iter().collect()
}

fn begun(op: &AnnotationOp, new: &NewFinding) -> Finding {
    let note = new.note.iter().filter(|note| !note.is_empty());
    let said = |text: &String| HistoryItem { at: op.at.clone(), by: op.said_by(), text: text.clone() };
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
        notes: note.map(said).collect(),
        history: vec![HistoryItem { at: op.at.clone(), by: op.said_by(), text: "made".to_owned() }],
    }
}

fn apply(finding: &mut Finding, op: &AnnotationOp) {
    finding.history.push(said(op));
    if op.undone {
        return;
    }
    match &op.act {
        Annotation::Set { change, .. } => change_of(finding, change),
        Annotation::Note { text, .. } => {
            finding.notes.push(HistoryItem { at: op.at.clone(), by: op.said_by(), text: text.clone() });
        }
        Annotation::Close { verdict, .. } => {
            finding.state = Status::Closed;
            finding.verdict = verdict.or(finding.verdict);
        }
        Annotation::Reopen { .. } => finding.state = Status::Open,
        Annotation::Mark { .. }
        | Annotation::Unmark { .. }
        | Annotation::Find(_)
        | Annotation::Reread { .. }
        | Annotation::Undo { .. } => {}
    }
}

fn change_of(finding: &mut Finding, change: &FindingChange) {
    let FindingChange { title, severity, state, verdict, owner, due, tag, untag, events, without } = change;
    if let Some(title) = title {
        finding.title.clone_from(title);
    }
    finding.severity = severity.unwrap_or(finding.severity);
    finding.state = state.unwrap_or(finding.state);
    finding.verdict = verdict.or(finding.verdict);
    if let Some(owner) = owner {
        finding.owner.clone_from(owner);
    }
    if let Some(due) = due {
        finding.due.clone_from(due);
    }
    finding.tags.retain(|tag| !untag.contains(tag));
    finding.tags.extend(tag.iter().cloned());
    finding.events.retain(|event, _| !without.contains(event));
    finding.events.extend(events.iter().map(|event| (event.event.clone(), event.clone())));
}

fn said(op: &AnnotationOp) -> HistoryItem {
    let undone = if op.undone { " (taken back)" } else { "" };
    HistoryItem { at: op.at.clone(), by: op.said_by(), text: format!("{}{undone}", op.act.told()) }
}

impl Annotation {
    /// Gives the uid of the finding that is concerned.
    pub fn finding(&self) -> Option<&str> {
        match self {
            Annotation::Set { finding, .. }
            | Annotation::Note { finding, .. }
            | Annotation::Close { finding, .. }
            | Annotation::Reopen { finding, .. } => Some(finding),
            Annotation::Mark { .. }
            | Annotation::Unmark { .. }
            | Annotation::Find(_)
            | Annotation::Reread { .. }
            | Annotation::Undo { .. } => None,
        }
    }

    /// Says in a few words what is done (foreign text: show through `Visible`).
    pub fn told(&self) -> String {
        match self {
            Annotation::Mark { note: Some(note), .. } if !note.is_empty() => format!("marked: {note}"),
            Annotation::Mark { .. } => "marked".to_owned(),
            Annotation::Unmark { .. } => "mark taken away".to_owned(),
            Annotation::Find(new) => format!("made: {}", new.title),
            Annotation::Set { change, .. } => change.told(),
            Annotation::Note { text, .. } => format!("note: {text}"),
            Annotation::Close { reason, verdict, .. } => {
                let verdict = verdict.map(|verdict| format!(" as {verdict}")).unwrap_or_default();
                format!("closed{verdict}: {reason}")
            }
            Annotation::Reopen { reason, .. } => format!("reopened: {reason}"),
            Annotation::Reread { source, change, .. } => {
                let parts: Vec<String> = change.iter().map(Correction::to_string).collect();
                format!("source {} read with {}", source.get(..8).unwrap_or(source), parts.join(", "))
            }
            Annotation::Undo { of: Some(of), .. } if of.kind == UNDO => {
                format!("redo of entry {} by {}", of.seq, of.by)
            }
            Annotation::Undo { of: Some(of), .. } => format!("undo {} {} of {}", of.kind, of.seq, of.by),
            Annotation::Undo { of: None, .. } => "undo".to_owned(),
        }
    }
}

impl FindingChange {
    /// Gives each property that changes, with what it becomes.
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let FindingChange { title, severity, state, verdict, owner, due, tag, untag, events, without } = self;
        let mut parts = Vec::new();
        let texts = [("title", title.clone()), ("owner", owner.clone()), ("due", due.clone())];
        let words = [
            ("severity", severity.map(|each| each.to_string())),
            ("state", state.map(|each| each.to_string())),
            ("verdict", verdict.map(|each| each.to_string())),
        ];
        parts.extend(texts.into_iter().chain(words).filter_map(|(name, value)| Some((name, value?))));
        let lists = [("tag", tag), ("untag", untag)];
        parts
            .extend(lists.iter().filter(|(_, list)| !list.is_empty()).map(|(name, l)| (*name, l.join(", "))));
        if !events.is_empty() {
            parts.push(("events added", events.len().to_string()));
        }
        if !without.is_empty() {
            parts.push(("events taken away", without.len().to_string()));
        }
        parts
    }

    fn told(&self) -> String {
        let parts: Vec<String> =
            self.parts().into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        parts.join(", ")
    }
}
