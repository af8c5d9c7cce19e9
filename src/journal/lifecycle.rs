//! The life of a finding: what each annotation makes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::annotation::Annotation;
use super::annotation_log::AnnotationOp;
use super::event_ref::{EventRef, SavedQuery};
use super::finding::{Detected, FindingChange, FindingVerdict, NewFinding, Status};
use super::history_item::HistoryItem;
use super::remediation::{Acceptance, FixProof, Remedy};
use crate::record::Severity;

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
    /// What kind of remedy it needs.
    pub remedy: Option<Remedy>,
    /// Where the remedy is tracked; may be empty.
    pub link: String,
    /// When its fix took effect (RFC 3339); empty if none is claimed.
    pub fixed_at: String,
    /// What proves its fix, where it is verified.
    pub proof: Option<Box<FixProof>>,
    /// Who accepts its risk, where it is accepted.
    pub acceptance: Option<Acceptance>,
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

impl Finding {
    /// Creates the finding that an annotation adds; its number is not known yet.
    pub(super) fn new(op: &AnnotationOp, new: &NewFinding) -> Finding {
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
            remedy: None,
            link: String::new(),
            fixed_at: String::new(),
            proof: None,
            acceptance: None,
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

    /// Returns its state on a day (`YYYY-MM-DD`): an acceptance ends after its last day.
    pub fn state_on(&self, day: &str) -> Status {
        match &self.acceptance {
            Some(acceptance) if acceptance.until.as_str() < day => Status::Open,
            _ => self.state,
        }
    }

    /// Applies an annotation of this finding. What its state does not allow changes nothing
    /// but its history: no path leads to a settled state without a proof, an acceptance that
    /// names who answers for it, or a verdict that leaves nothing to repair.
    pub(super) fn apply(&mut self, op: &AnnotationOp) {
        self.history.push(HistoryItem::from_change(op));
        if op.undone {
            return;
        }
        match &op.annotation {
            Annotation::ChangeFinding { change, .. } => self.change(change, &op.at),
            Annotation::AddNote { text, .. } => self.notes.push(HistoryItem::from_note(op, text)),
            Annotation::CloseFinding { verdict, .. } => {
                if !self.state.is_settled() {
                    self.verdict = verdict.or(self.verdict);
                    if self.verdict.is_some_and(FindingVerdict::needs_no_fix) {
                        self.state = Status::Closed;
                    }
                }
            }
            Annotation::RetractFinding { .. } => {
                if self.state == Status::Open && self.verdict.is_none() && self.detected.is_some() {
                    self.state = Status::Closed;
                }
            }
            Annotation::VerifyFix { proof, .. } => {
                let is_claimed = self.state == Status::FixClaimed && proof.since == self.fixed_at;
                if is_claimed && proof.missing().is_empty() {
                    (self.state, self.proof) = (Status::Verified, Some(proof.clone()));
                }
            }
            Annotation::AcceptRisk { acceptance, .. } => {
                if !self.state.is_settled() && acceptance.is_named() {
                    (self.state, self.acceptance) = (Status::Accepted, Some(acceptance.clone()));
                }
            }
            Annotation::ReopenFinding { .. } => self.reopen(),
            Annotation::AddBookmark { .. }
            | Annotation::RemoveBookmark { .. }
            | Annotation::AddFinding(_)
            | Annotation::SetSla { .. }
            | Annotation::SetParameter { .. }
            | Annotation::AddIndicators { .. }
            | Annotation::RemoveIndicators { .. }
            | Annotation::AddFilter { .. }
            | Annotation::RemoveFilter { .. }
            | Annotation::Reread { .. }
            | Annotation::Undo { .. } => {}
        }
    }

    fn reopen(&mut self) {
        self.state = Status::Open;
        self.fixed_at.clear();
        (self.proof, self.acceptance) = (None, None);
    }

    fn change(&mut self, change: &FindingChange, at: &str) {
        let FindingChange {
            title,
            severity,
            state,
            verdict,
            owner,
            due,
            remedy,
            link,
            fixed_at,
            query,
            tag,
            untag,
            events,
            without,
            detected,
        } = change;
        if detected.is_some() {
            self.detected.clone_from(detected);
        }
        if query.is_some() {
            self.query.clone_from(query);
        }
        for (field, new) in
            [(&mut self.title, title), (&mut self.owner, owner), (&mut self.due, due), (&mut self.link, link)]
        {
            if let Some(new) = new {
                field.clone_from(new);
            }
        }
        self.severity = severity.unwrap_or(self.severity);
        self.remedy = remedy.or(self.remedy);
        self.tags.retain(|tag| !untag.contains(tag));
        self.tags.extend(tag.iter().cloned());
        self.events.retain(|event, _| !without.contains(event));
        self.events.extend(events.iter().map(|event| (event.event.clone(), event.clone())));
        self.verdict = verdict.or(self.verdict);
        self.move_to(*state, fixed_at.as_deref(), at);
    }

    /// Applies a new state of work, and when the fix took effect.
    fn move_to(&mut self, state: Option<Status>, fixed_at: Option<&str>, at: &str) {
        // What somebody judges to be true after all was closed too early; so was what a
        // detector had withdrawn.
        let is_judged = self.verdict.is_some_and(|verdict| !verdict.needs_no_fix());
        if self.state == Status::Closed && is_judged {
            self.reopen();
        }
        if self.state.is_settled() {
            return;
        }
        if let Some(state) = state.filter(|state| !state.is_settled()) {
            self.state = state;
        }
        match (self.state, fixed_at) {
            (Status::FixClaimed, Some(moment)) => moment.clone_into(&mut self.fixed_at),
            (Status::FixClaimed, None) if self.fixed_at.is_empty() => at.clone_into(&mut self.fixed_at),
            (Status::FixClaimed, None) => {}
            _ => self.fixed_at.clear(),
        }
    }
}
