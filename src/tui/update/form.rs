//! Filling in a form: rows, choices, typing; and what its confirmation means.

use tui_input::InputRequest;

use crate::tui::model::{FormDialog, FormInput, FormPurpose, Model, Overlay};
use crate::tui::protocol::{Effect, WorkProgress};

use super::{annotations, evidence, export, findings};

/// Puts a form over the panes.
pub(super) fn open(model: &mut Model, form: FormDialog) -> Vec<Effect> {
    model.overlay = Overlay::Form(Box::new(form));
    Vec::new()
}

fn front(model: &mut Model) -> Option<&mut FormDialog> {
    match &mut model.overlay {
        Overlay::Form(form) => Some(form),
        _ => None,
    }
}

/// Goes to another row.
pub(super) fn row(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(form) = front(model) {
        let rows = form.rows.len().max(1);
        form.row = (form.row + rows).saturating_add_signed(by) % rows;
    }
    Vec::new()
}

/// Chooses another in the present row, where one can be chosen.
fn choose(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(form) = front(model) else { return Vec::new() };
    let Some(row) = form.rows.get_mut(form.row) else { return Vec::new() };
    if let FormInput::Choice { options, chosen } = &mut row.entry
        && !options.is_empty()
    {
        *chosen = (*chosen + options.len()).saturating_add_signed(by) % options.len();
        export::chosen(form);
    }
    Vec::new()
}

/// Takes a typed character: text where the row is typed, else space chooses.
pub(super) fn insert(model: &mut Model, c: char) -> Vec<Effect> {
    match front(model).and_then(FormDialog::input) {
        Some(input) => {
            input.handle(InputRequest::InsertChar(c));
            Vec::new()
        }
        None if c == ' ' => choose(model, 1),
        None => Vec::new(),
    }
}

/// Takes pasted text, on one line.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(input) = front(model).and_then(FormDialog::input) {
        for c in text.chars().take(4_096) {
            input.handle(InputRequest::InsertChar(if c.is_control() { ' ' } else { c }));
        }
    }
    Vec::new()
}

/// Edits the row that is typed; left and right choose where one can be chosen.
pub(super) fn edit(model: &mut Model, request: InputRequest) -> Vec<Effect> {
    match front(model).and_then(FormDialog::input) {
        Some(input) => {
            input.handle(request);
            Vec::new()
        }
        None => match request {
            InputRequest::GoToPrevChar => choose(model, -1),
            InputRequest::GoToNextChar => choose(model, 1),
            _ => Vec::new(),
        },
    }
}

/// Does what the form says, unless it is being done.
pub(super) fn confirm(model: &mut Model) -> Vec<Effect> {
    let Some(form) = front(model).map(|form| form.clone()).filter(|form| form.busy.is_none()) else {
        return Vec::new();
    };
    match &form.purpose {
        FormPurpose::Export(offer) => export::confirm(model, &form, offer.as_ref()),
        FormPurpose::Note(hit) => annotations::confirm_note(model, &form, *hit),
        FormPurpose::FindingNote(uid) => annotations::confirm_finding_note(model, &form, uid),
        FormPurpose::Finding(shows, into) => findings::confirm_finding(model, &form, shows, into),
        FormPurpose::Edit(uid) => findings::confirm_edit(model, &form, uid),
        FormPurpose::Close(uid) => findings::confirm_close(model, &form, uid),
        FormPurpose::Reopen(uid) => findings::confirm_reopen(model, &form, uid),
        FormPurpose::Reread(source) => evidence::confirm(model, &form, source),
        FormPurpose::Undo(id) => annotations::agreed(model, &form, id),
    }
}

/// Marks the form in front as being done.
pub(super) fn busy(model: &mut Model) {
    if let Some(form) = front(model) {
        form.busy = Some(WorkProgress::default());
    }
}

/// Takes in how far the work has come.
pub(super) fn doing(model: &mut Model, progress: WorkProgress) {
    if let Some(form) = front(model).filter(|form| form.busy.is_some()) {
        form.busy = Some(progress);
    }
}

/// Takes away the form whose work is done; one that was opened since stays.
pub(super) fn done(model: &mut Model) {
    if front(model).is_some_and(|form| form.busy.is_some()) {
        model.overlay = Overlay::None;
    }
}

/// Lets a form whose work failed be corrected.
pub(super) fn failed(model: &mut Model) {
    if let Some(form) = front(model) {
        form.busy = None;
    }
}

/// Takes away a form whose rows could not be looked up.
pub(super) fn not_offered(model: &mut Model) {
    if front(model).is_some_and(|form| form.rows.is_empty()) {
        model.overlay = Overlay::None;
    }
}
