//! The form that exports a bundle.

use crate::app::EvidenceScope;
use crate::record::counted;
use crate::tui::keymap::Action;
use crate::tui::model::{FormDialog, FormField, FormPurpose, Model, Overlay, Screen, TextPage, Tone};
use crate::tui::protocol::{
    Effect, ExportChoices, ExportOrder, ExportResult, SelectedAnnotation, WorkerRequest,
};

use super::form;

const WHAT: &str = "What";
const ORIGINALS: &str = "Originals";
const REDACT: &str = "Redact";
const REASON: &str = "Reason";
const FORM: &str = "As";
const TO: &str = "To";

/// Opens the form; what can be exported is loaded meanwhile.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    form::open(model, FormDialog::new(FormPurpose::Export(None), "Export evidence", "export", Vec::new()));
    let first = match model.selected_annotation() {
        Some(selected) if matches!(model.focus.screen, Screen::Findings | Screen::Anomalies) => {
            Some(Box::new(match selected {
                SelectedAnnotation::Finding(row) => EvidenceScope::Finding(row.finding.number),
                SelectedAnnotation::Bookmark(_) => EvidenceScope::Bookmarks,
            }))
        }
        _ => None,
    };
    let scope = model.search.scope.clone();
    let selected = model.list.row().map(|row| row.hit);
    vec![model.ask(WorkerRequest::ExportChoices { scope, selected, first })]
}

/// Applies what can be exported.
pub(super) fn offered(model: &mut Model, offer: ExportChoices) {
    let Overlay::Form(form) = &mut model.overlay else { return };
    if form.purpose != FormPurpose::Export(None) {
        return;
    }
    let words = |words: [&str; 2]| words.map(str::to_owned).to_vec();
    form.rows = vec![
        FormField::choice(WHAT, offer.choices.iter().map(|(label, _)| label.clone()).collect(), 0),
        FormField::choice(ORIGINALS, words(["only these records", "whole files"]), 0),
        FormField::text(REDACT, "", "none; or fields such as user.name,source.ip"),
        FormField::text(REASON, "", "why values are redacted, optional"),
        FormField::choice(FORM, words(["one tar", "a folder"]), 0),
        FormField::text(TO, &path(&offer, true), "output path"),
    ];
    form.details = vec![
        ("Contains", "events · raw lines · proofs · journal · report · verify.sh".to_owned()),
        ("Signed by", offer.signer.clone()),
    ];
    form.purpose = FormPurpose::Export(Some(offer));
}

fn path(offer: &ExportChoices, tar: bool) -> String {
    format!("./{}{}", offer.name, if tar { ".tar" } else { "" })
}

/// Lets the output path follow the choice between tar and folder, unless it was typed.
pub(super) fn follow_choice(model: &mut Model) {
    let Overlay::Form(form) = &mut model.overlay else { return };
    let FormPurpose::Export(Some(offer)) = &form.purpose else { return };
    let tar = form.chosen(FORM) == 0;
    if form.typed(TO) == path(offer, !tar) {
        let follows = path(offer, tar);
        form.set_text(TO, follows);
    }
}

/// Requests the export.
pub(super) fn confirm(model: &mut Model, form: &FormDialog, offer: Option<&ExportChoices>) -> Vec<Effect> {
    let Some((_, what)) = offer.and_then(|offer| offer.choices.get(form.chosen(WHAT))) else {
        return Vec::new();
    };
    let names = form.typed(REDACT).split(',').map(str::trim).filter(|name| !name.is_empty());
    let order = ExportOrder {
        what: what.clone(),
        originals: form.chosen(ORIGINALS) == 1,
        redact: names.map(str::to_owned).collect(),
        reason: form.typed(REASON).to_owned(),
        zone: model.case.zone(),
        tar: form.chosen(FORM) == 0,
        to: form.typed(TO).to_owned(),
    };
    if order.to.is_empty() || order.originals && !order.redact.is_empty() {
        let why = if order.to.is_empty() {
            "enter an output path"
        } else {
            "whole originals cannot be redacted: choose only these records"
        };
        model.say(Tone::Refused, why);
        return Vec::new();
    }
    form::busy(model);
    let now = model.case.now;
    vec![model.ask(WorkerRequest::Export { order: Box::new(order), now })]
}

/// Stops the export that is running: nothing of its bundle is left. The form stays open
/// until the workers say so.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    model.say(Tone::Done, "stopping the export…");
    vec![Effect::StopExport]
}

/// Applies the result of an export; warnings have a page of their own.
pub(super) fn exported(model: &mut Model, exported: &ExportResult) {
    form::done(model);
    model.copyable = Some(exported.line.clone());
    let key =
        model.keys.map.key_of(Action::Copy, model.context_beneath()).unwrap_or_else(|| ":copy".to_owned());
    let made = format!(
        "exported {} · {} · {key} shows the line for your ticket",
        exported.to,
        counted(exported.events, "event")
    );
    if !exported.notes.is_empty() && model.overlay == Overlay::None {
        let told = std::iter::once(&made).chain(&exported.notes).cloned().collect();
        model.overlay = Overlay::Page(TextPage::Text("Exported, with warnings", told), 0);
    }
    model.say(if exported.alarm { Tone::Alarm } else { Tone::Done }, crate::error::visible(&made));
}
