//! Saying what is to be exported.

use tui_input::{Input, InputRequest};

use super::super::effect::{Effect, Question};
use super::super::model::{Export, ExportOrder, ExportRow, Exported, Front, Model, Offer, Tone};
use super::ask;

/// Opens the dialog; what can be exported is looked up meanwhile.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.front = Front::Export(Box::new(Export::begun()));
    let (text, scope) = (model.search.text.clone(), model.search.scope.clone());
    let selected = model.list.row().map(|row| row.hit);
    vec![ask(model, Question::Offer { text, scope, selected })]
}

/// Tells whether the dialog is in front.
pub(super) fn is_open(model: &Model) -> bool {
    matches!(model.front, Front::Export(_))
}

/// Takes in what can be exported.
pub(super) fn offered(model: &mut Model, offer: Offer) {
    if let Front::Export(export) = &mut model.front {
        export.to = Input::new(path(&offer, export.tar));
        export.offer = Some(offer);
    }
}

fn path(offer: &Offer, tar: bool) -> String {
    format!("./{}{}", offer.name, if tar { ".tar" } else { "" })
}

/// Goes to another row.
pub(super) fn row(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Front::Export(export) = &mut model.front {
        let rows = ExportRow::ALL.len();
        export.row = (export.row + rows).saturating_add_signed(by) % rows;
    }
    Vec::new()
}

/// Changes what the present row says.
pub(super) fn change(model: &mut Model, by: isize) -> Vec<Effect> {
    let Front::Export(export) = &mut model.front else { return Vec::new() };
    match export.present() {
        ExportRow::What => {
            let choices = export.offer.as_ref().map_or(0, |offer| offer.choices.len());
            if choices > 0 {
                export.choice = (export.choice + choices).saturating_add_signed(by) % choices;
            }
        }
        ExportRow::Originals => export.originals = !export.originals,
        ExportRow::Form => {
            let before = export.offer.as_ref().map(|offer| path(offer, export.tar));
            export.tar = !export.tar;
            // A place that nobody typed follows the form.
            if before.as_deref() == Some(export.to.value())
                && let Some(offer) = &export.offer
            {
                export.to = Input::new(path(offer, export.tar));
            }
        }
        ExportRow::Redact | ExportRow::To => return row(model, 1),
    }
    Vec::new()
}

/// Takes a typed character: text where a row is typed, else space changes it.
pub(super) fn insert(model: &mut Model, c: char) -> Vec<Effect> {
    match typed(model) {
        Some(input) => {
            input.handle(InputRequest::InsertChar(c));
            Vec::new()
        }
        None if c == ' ' => change(model, 1),
        None => Vec::new(),
    }
}

/// Takes pasted text, on one line.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(input) = typed(model) {
        for c in text.chars().filter(|c| !c.is_control()).take(4_096) {
            input.handle(InputRequest::InsertChar(c));
        }
    }
    Vec::new()
}

/// Edits the typed row; elsewhere left and right change what it says.
pub(super) fn edit(model: &mut Model, request: InputRequest) -> Vec<Effect> {
    if let Some(input) = typed(model) {
        input.handle(request);
        return Vec::new();
    }
    match request {
        InputRequest::GoToPrevChar => change(model, -1),
        InputRequest::GoToNextChar => change(model, 1),
        _ => Vec::new(),
    }
}

fn typed(model: &mut Model) -> Option<&mut Input> {
    let Front::Export(export) = &mut model.front else { return None };
    match export.present() {
        ExportRow::Redact => Some(&mut export.redact),
        ExportRow::To => Some(&mut export.to),
        ExportRow::What | ExportRow::Originals | ExportRow::Form => None,
    }
}

/// Has the bundle made.
pub(super) fn confirm(model: &mut Model) -> Vec<Effect> {
    let now = model.facts.now;
    let Front::Export(export) = &mut model.front else { return Vec::new() };
    let Some((_, what)) = export.offer.as_ref().and_then(|offer| offer.choices.get(export.choice)) else {
        return Vec::new();
    };
    let names = export.redact.value().split(',').map(str::trim).filter(|name| !name.is_empty());
    let redact: Vec<String> = names.map(str::to_owned).collect();
    let to = export.to.value().trim().to_owned();
    if export.making {
        return Vec::new();
    }
    if to.is_empty() || export.originals && !redact.is_empty() {
        let why = if to.is_empty() {
            "say where the bundle is to be put"
        } else {
            "whole originals cannot be redacted: choose only these records"
        };
        model.say(Tone::Refused, why);
        return Vec::new();
    }
    let order = ExportOrder { what: what.clone(), originals: export.originals, redact, tar: export.tar, to };
    export.making = true;
    vec![ask(model, Question::Export { order: Box::new(order), now })]
}

/// Goes on where a bundle could not be made; without an offer there is nothing to go on with.
pub(super) fn failed(model: &mut Model) {
    match &mut model.front {
        Front::Export(export) if export.offer.is_some() => export.making = false,
        _ => model.front = Front::Nothing,
    }
}

/// Says what was made.
pub(super) fn exported(model: &mut Model, exported: &Exported) {
    model.front = Front::Nothing;
    model.copyable = Some(exported.line.clone());
    let alarm = exported.notes.iter().any(|note| note.starts_with("ORPHANED"));
    let notes: String = exported.notes.iter().map(|note| format!(" · {note}")).collect();
    let said = format!(
        "made {} · {} events · y copies the line for your ticket{notes}",
        exported.to, exported.events
    );
    model.say(if alarm { Tone::Alarm } else { Tone::Done }, crate::error::visible(&said));
}
