//! Saying what is to be exported.

use super::super::effect::{Effect, Question};
use super::super::model::{
    ExportOrder, Exported, Form, FormRow, Front, Model, Noted, Offer, Purpose, Reading, Screen, Tone, What,
};
use super::{ask, form};

const WHAT: &str = "What";
const ORIGINALS: &str = "Originals";
const REDACT: &str = "Redact";
const FORM: &str = "As";
const TO: &str = "To";

/// Opens the form; what can be exported is looked up meanwhile.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    form::open(model, Form::new(Purpose::Export(None), "Export evidence", "make it", Vec::new()));
    let first = match model.notebook.selected() {
        Some(noted) if model.focus.screen == Screen::Findings => Some(Box::new(match noted {
            Noted::Finding(row) => What::Finding(row.finding.number),
            Noted::Mark(_) => What::Bookmarks,
        })),
        _ => None,
    };
    let (text, scope) = (model.search.text.clone(), model.search.scope.clone());
    let selected = model.list.row().map(|row| row.hit);
    vec![ask(model, Question::Offer { text, scope, selected, first })]
}

/// Takes in what can be exported.
pub(super) fn offered(model: &mut Model, offer: Offer) {
    let Front::Form(form) = &mut model.front else { return };
    if form.purpose != Purpose::Export(None) {
        return;
    }
    let words = |words: [&str; 2]| words.map(str::to_owned).to_vec();
    form.rows = vec![
        FormRow::choice(WHAT, offer.choices.iter().map(|(label, _)| label.clone()).collect(), 0),
        FormRow::choice(ORIGINALS, words(["only these records", "whole files"]), 0),
        FormRow::text(REDACT, "", "nothing; or fields such as user.name,source.ip"),
        FormRow::choice(FORM, words(["one tar", "a folder"]), 0),
        FormRow::text(TO, &path(&offer, true), "say where"),
    ];
    form.facts = vec![
        ("Contains", "events · raw lines · proofs · journal · report · verify.sh".to_owned()),
        ("Signed by", offer.signer.clone()),
    ];
    form.purpose = Purpose::Export(Some(offer));
}

fn path(offer: &Offer, tar: bool) -> String {
    format!("./{}{}", offer.name, if tar { ".tar" } else { "" })
}

/// A place that nobody typed follows the form of the bundle.
pub(super) fn chosen(form: &mut Form) {
    let Purpose::Export(Some(offer)) = &form.purpose else { return };
    let tar = form.chosen(FORM) == 0;
    if form.typed(TO) == path(offer, !tar) {
        let follows = path(offer, tar);
        form.put(TO, follows);
    }
}

/// Has the bundle made.
pub(super) fn confirm(model: &mut Model, form: &Form, offer: Option<&Offer>) -> Vec<Effect> {
    let Some((_, what)) = offer.and_then(|offer| offer.choices.get(form.chosen(WHAT))) else {
        return Vec::new();
    };
    let names = form.typed(REDACT).split(',').map(str::trim).filter(|name| !name.is_empty());
    let order = ExportOrder {
        what: what.clone(),
        originals: form.chosen(ORIGINALS) == 1,
        redact: names.map(str::to_owned).collect(),
        tar: form.chosen(FORM) == 0,
        to: form.typed(TO).to_owned(),
    };
    if order.to.is_empty() || order.originals && !order.redact.is_empty() {
        let why = if order.to.is_empty() {
            "say where the bundle is to be put"
        } else {
            "whole originals cannot be redacted: choose only these records"
        };
        model.say(Tone::Refused, why);
        return Vec::new();
    }
    form::busy(model);
    let now = model.facts.now;
    vec![ask(model, Question::Export { order: Box::new(order), now })]
}

/// Says what was made; what has to be told besides has a page of its own.
pub(super) fn exported(model: &mut Model, exported: &Exported) {
    form::done(model);
    model.copyable = Some(exported.line.clone());
    let made =
        format!("made {} · {} events · y shows the line for your ticket", exported.to, exported.events);
    if !exported.notes.is_empty() && model.front == Front::Nothing {
        let told = std::iter::once(&made).chain(&exported.notes).cloned().collect();
        model.front = Front::Reading(Reading::Told("Exported; to be told with it", told), 0);
    }
    model.say(if exported.alarm { Tone::Alarm } else { Tone::Done }, crate::error::visible(&made));
}
