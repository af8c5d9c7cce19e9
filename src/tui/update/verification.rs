//! Verifying the case, and signing a checkpoint to keep elsewhere.

use crate::app::{Depth, VerifyReport};
use crate::error::visible;
use crate::tui::model::{Model, Overlay, TextPage, Tone, VerificationState};
use crate::tui::protocol::{Effect, WorkProgress, WorkerRequest, WrittenCheckpoint};

/// Starts a verification of the case.
pub(super) fn verify(model: &mut Model, depth: Depth) -> Vec<Effect> {
    model.verification = VerificationState::Running { depth, progress: WorkProgress::default() };
    let now = model.case.now;
    vec![model.ask(WorkerRequest::Verify { depth, now })]
}

/// Applies the progress of a verification.
pub(super) fn checking(model: &mut Model, now: WorkProgress) {
    if let VerificationState::Running { progress, .. } = &mut model.verification {
        *progress = now;
    }
}

/// Applies the result of a verification.
pub(super) fn checked(model: &mut Model, report: VerifyReport) {
    let depth = match model.verification {
        VerificationState::Running { depth, .. } | VerificationState::Done { depth, .. } => depth,
        VerificationState::None => Depth::Quick,
    };
    for damage in &report.damage {
        model.case.alarm(Some(visible(&damage.describe())));
    }
    let read = if depth == Depth::Quick { "quick check" } else { "every byte read" };
    if let Some(how) = report.history.contradiction() {
        model.case.alarm(Some(how.clone()));
        model.say(Tone::Alarm, how);
    } else if report.levels.consistent {
        model.say(Tone::Done, format!("{read}: consistent"));
    } else if report.damage.is_empty() {
        model.say(Tone::Done, format!("{read}: no damage found; not every byte was read"));
    } else {
        let places = match report.damage.len() {
            1 => "1 place is".to_owned(),
            many => format!("{many} places are"),
        };
        model.say(Tone::Alarm, format!("{read}: {places} damaged, see the evidence screen"));
    }
    let at = model.case.now;
    model.verification = VerificationState::Done { depth, at, report: Box::new(report) };
}

/// Forgets a verification that failed.
pub(super) fn failed(model: &mut Model) {
    model.verification = VerificationState::None;
}

/// Starts writing a checkpoint to keep elsewhere.
pub(super) fn anchor(model: &mut Model) -> Vec<Effect> {
    let now = model.case.now;
    vec![model.ask(WorkerRequest::Checkpoint { now })]
}

/// Shows the line to keep, and copies it to the clipboard. No terminal reports
/// whether it arrived there.
pub(super) fn anchored(model: &mut Model, anchor: WrittenCheckpoint) -> Vec<Effect> {
    let stamped = anchor.stamped.map(|at| format!(", stamped at {at}")).unwrap_or_default();
    let by = anchor.signer.map_or("UNSIGNED".to_owned(), |signer| format!("signed by {signer}"));
    let entries = if anchor.entries == 1 { "entry" } else { "entries" };
    let message = format!("checkpoint of {} {entries} written, {by}{stamped}", anchor.entries);
    let tone = if anchor.warnings.is_empty() { Tone::Done } else { Tone::Refused };
    model.say(tone, visible(&message));
    model.copyable = Some(anchor.line.clone());
    let mut told = vec![
        anchor.line.clone(),
        format!("It was copied to the clipboard, if the terminal allows it, and is also in {}.", anchor.file),
        "Keep it where nobody can change it: later it proves that the case was not rolled back, with vestigo verify --anchor FILE.".to_owned(),
    ];
    told.extend(anchor.warnings);
    model.overlay = Overlay::Page(TextPage::Text("Keep this line in a ticket or mail", told), 0);
    vec![Effect::Copy(visible(&anchor.line))]
}
