//! What a confirmed form does: each purpose is routed to its feature.

use crate::tui::model::{FormPurpose, Model};
use crate::tui::protocol::Effect;

use super::{annotations, evidence, export, findings, form, remediation};

/// Carries out the form that is open, unless that has begun already.
pub(super) fn confirm(model: &mut Model) -> Vec<Effect> {
    let Some(form) = form::confirmed(model) else { return Vec::new() };
    match &form.purpose {
        FormPurpose::Export(offer) => export::confirm(model, &form, offer.as_ref()),
        FormPurpose::Note(hit) => annotations::confirm_note(model, &form, *hit),
        FormPurpose::FindingNote(uid) => annotations::confirm_finding_note(model, &form, uid),
        FormPurpose::Finding(shows, into) => findings::confirm_finding(model, &form, shows, into),
        FormPurpose::Edit(uid) => findings::confirm_edit(model, &form, uid),
        FormPurpose::Close(uid) => remediation::confirm_close(model, &form, uid),
        FormPurpose::Reopen(uid) => findings::confirm_reopen(model, &form, uid),
        FormPurpose::Reread(source) => evidence::confirm(model, &form, source),
        FormPurpose::Undo(id) => annotations::agreed(model, &form, id),
    }
}
