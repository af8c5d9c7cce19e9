//! Filling in a form: rows, choices, typing.

use tui_input::InputRequest;

use crate::tui::model::{FormDialog, FormInput, FormPurpose, Model, Overlay};
use crate::tui::protocol::{Effect, WorkProgress};

/// Opens a form.
pub(super) fn open(model: &mut Model, form: FormDialog) -> Vec<Effect> {
    model.overlay = Overlay::Form(Box::new(form));
    Vec::new()
}

fn open_form(model: &mut Model) -> Option<&mut FormDialog> {
    match &mut model.overlay {
        Overlay::Form(form) => Some(form),
        _ => None,
    }
}

/// Goes to another row.
pub(super) fn row(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(form) = open_form(model) {
        let rows = form.rows.len().max(1);
        form.row = (form.row + rows).saturating_add_signed(by) % rows;
    }
    Vec::new()
}

/// Changes the choice of the selected row, if it has one.
fn choose(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(form) = open_form(model) else { return Vec::new() };
    let Some(row) = form.rows.get_mut(form.row) else { return Vec::new() };
    if let FormInput::Choice { options, chosen } = &mut row.entry
        && !options.is_empty()
    {
        *chosen = (*chosen + options.len()).saturating_add_signed(by) % options.len();
    }
    Vec::new()
}

/// Inserts a typed character; in a row with a choice, space changes it.
pub(super) fn insert(model: &mut Model, c: char) -> Vec<Effect> {
    match open_form(model).and_then(FormDialog::input) {
        Some(input) => {
            input.handle(InputRequest::InsertChar(c));
            Vec::new()
        }
        None if c == ' ' => choose(model, 1),
        None => Vec::new(),
    }
}

/// Inserts pasted text, on one line.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(input) = open_form(model).and_then(FormDialog::input) {
        for c in text.chars().take(4_096) {
            input.handle(InputRequest::InsertChar(if c.is_control() { ' ' } else { c }));
        }
    }
    Vec::new()
}

/// Edits the selected row; left and right change a choice.
pub(super) fn edit(model: &mut Model, request: InputRequest) -> Vec<Effect> {
    match open_form(model).and_then(FormDialog::input) {
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

/// Returns the form that is open, as it was confirmed; `None` while it is being carried out.
pub(super) fn confirmed(model: &mut Model) -> Option<FormDialog> {
    open_form(model).filter(|form| form.busy.is_none()).map(|form| form.clone())
}

/// Reports whether the open form is being exported.
pub(super) fn exports(model: &Model) -> bool {
    let Overlay::Form(form) = &model.overlay else { return false };
    form.busy.is_some() && matches!(form.purpose, FormPurpose::Export(_))
}

/// Marks the form as being carried out.
pub(super) fn busy(model: &mut Model) {
    if let Some(form) = open_form(model) {
        form.busy = Some(WorkProgress::default());
    }
}

/// Applies the progress of the work.
pub(super) fn doing(model: &mut Model, progress: WorkProgress) {
    if let Some(form) = open_form(model).filter(|form| form.busy.is_some()) {
        form.busy = Some(progress);
    }
}

/// Closes the form whose work is done; one that was opened since stays.
pub(super) fn done(model: &mut Model) {
    if open_form(model).is_some_and(|form| form.busy.is_some()) {
        model.overlay = Overlay::None;
    }
}

/// Makes a form whose work failed editable again.
pub(super) fn failed(model: &mut Model) {
    if let Some(form) = open_form(model) {
        form.busy = None;
    }
}

/// Closes a form whose rows could not be loaded.
pub(super) fn not_offered(model: &mut Model) {
    if open_form(model).is_some_and(|form| form.rows.is_empty()) {
        model.overlay = Overlay::None;
    }
}
