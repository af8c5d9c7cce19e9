//! The way of a finding to its end: the next state, the proof of its fix, closing, accepting,
//! and keeping false positives out.

use crate::app::{Acceptance, Annotation, FindingChange, FindingVerdict, Status};
use crate::tui::model::{FormDialog, FormField, FormPurpose, Model, Tone};
use crate::tui::protocol::{AnnotationRequest, Effect};

use super::annotations::{refuse, write};
use super::findings::{REASON, index_of, selected_finding, words};
use super::form;

const ENDS: &str = "Ends as";
const APPROVER: &str = "Approver";
const UNTIL: &str = "Until";

/// The verdicts with which a finding can be closed; accepting its risk comes after them.
const CLOSING: [FindingVerdict; 3] =
    [FindingVerdict::FalsePositive, FindingVerdict::Legitimate, FindingVerdict::NotApplicable];

/// Moves the selected finding to its next state. A claimed fix is verified: the logs have to
/// prove it.
pub(super) fn next_state(model: &mut Model) -> Vec<Effect> {
    let Some(finding) = selected_finding(model) else { return Vec::new() };
    let next = match finding.state {
        Status::Open => Status::Acknowledged,
        Status::Acknowledged => Status::InProgress,
        Status::InProgress => Status::FixClaimed,
        Status::FixClaimed => {
            model.say(Tone::Done, "proving the fix from the logs …");
            return write(model, AnnotationRequest::VerifyFix { finding: finding.uid });
        }
        Status::Verified | Status::Accepted | Status::Closed => {
            return refuse(model, "closed finding: reopen it first");
        }
    };
    let change = FindingChange { state: Some(next), ..FindingChange::default() };
    write(model, AnnotationRequest::Annotation(Annotation::ChangeFinding { finding: finding.uid, change }))
}

/// Opens the form that ends the selected finding without a fix, or reopens it.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let Some(finding) = selected_finding(model) else { return Vec::new() };
    let (uid, number) = (finding.uid, finding.number);
    let mut rows = vec![FormField::text(REASON, "", "why")];
    if finding.state.is_settled() {
        let title = format!("Reopen finding {number}");
        return form::open(model, FormDialog::new(FormPurpose::Reopen(uid), title, "reopen", rows));
    }
    let chosen = match finding.verdict {
        Some(verdict) if verdict.needs_no_fix() => index_of(&CLOSING, verdict),
        Some(_) => CLOSING.len(),
        None => 0,
    };
    let mut ends = words(&CLOSING);
    ends.push("risk accepted".to_owned());
    rows.push(FormField::choice(ENDS, ends, chosen));
    rows.push(FormField::text(APPROVER, "", "who accepts the risk, if it is accepted"));
    rows.push(FormField::text(UNTIL, "", "the last day of that, such as 2026-03-31"));
    let title = format!("Close finding {number} without a fix");
    form::open(model, FormDialog::new(FormPurpose::Close(uid), title, "close", rows))
}

/// Closes a finding, or accepts its risk, as the form says.
pub(super) fn confirm_close(model: &mut Model, form: &FormDialog, uid: &str) -> Vec<Effect> {
    let (finding, reason) = (uid.to_owned(), form.typed(REASON).to_owned());
    if reason.is_empty() {
        return refuse(model, "enter a reason for closing it");
    }
    let annotation = match CLOSING.get(form.chosen(ENDS)) {
        Some(verdict) => Annotation::CloseFinding { finding, reason, verdict: Some(*verdict) },
        None => {
            let (approver, until) = (form.typed(APPROVER).to_owned(), form.typed(UNTIL).to_owned());
            let acceptance = Acceptance { approver, until, reason };
            if !acceptance.is_named() {
                return refuse(
                    model,
                    "an accepted risk needs an approver, and a last day such as 2026-03-31",
                );
            }
            Annotation::AcceptRisk { finding, acceptance }
        }
    };
    write(model, AnnotationRequest::Annotation(annotation))
}

/// Keeps what the selected false positive is out of the findings from now on.
pub(super) fn filter(model: &mut Model) -> Vec<Effect> {
    let Some(finding) = selected_finding(model) else { return Vec::new() };
    if finding.verdict != Some(FindingVerdict::FalsePositive) {
        return refuse(model, "only a false positive can be filtered: judge it first");
    }
    write(model, AnnotationRequest::Filter { finding: finding.uid })
}
