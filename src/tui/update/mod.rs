//! Update decides: an event comes in, the model changes, effects go out.
//!
//! Owns what each action does, a file per concern. Promises that nothing here
//! waits, reads a clock, or touches a case; whoever runs it carries effects out.

mod annotations;
mod dispatch;
mod event_list;
mod evidence;
mod export;
mod fields;
mod findings;
mod form;
mod history;
mod keys;
mod palette;
mod pivot;
mod responses;
mod search;
mod search_input;
mod timeline;
mod verification;

#[cfg(test)]
mod tests;

use crate::tui::model::{Model, Overlay};
use crate::tui::protocol::{Effect, Lane, PagePosition, UiEvent, WorkerRequest};

/// Changes the model as an event demands, and tells what is to be done outside.
pub fn update(model: &mut Model, event: UiEvent) -> Vec<Effect> {
    match event {
        UiEvent::Key(chord) => keys::press(model, chord),
        UiEvent::Paste(text) => match model.overlay {
            Overlay::SearchInput(_) => search_input::paste(model, &text),
            Overlay::Form(_) => form::paste(model, &text),
            Overlay::None | Overlay::Palette(_) | Overlay::Page(..) => Vec::new(),
        },
        UiEvent::Resize(size) => {
            model.size = size;
            let mut effects: Vec<Effect> = timeline::ask_if_changed(model).into_iter().collect();
            effects.extend(event_list::settle(model));
            effects
        }
        UiEvent::Clock(now) => {
            model.case.now = now;
            Vec::new()
        }
        UiEvent::CaseTouched if model.tickets.awaits(Lane::Case) => Vec::new(),
        UiEvent::CaseTouched => vec![ask(model, WorkerRequest::CheckForChanges)],
        UiEvent::Response { ticket, took, response } => {
            if !model.tickets.is_current(ticket) {
                return Vec::new();
            }
            responses::take(model, ticket, took, response)
        }
    }
}

/// Asks what the first screen shows, when a case was opened.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = search::ask_all(model, PagePosition::First);
    effects.push(annotations::ask_notes(model));
    effects
}

/// Draws a ticket for a question.
fn ask(model: &mut Model, request: WorkerRequest) -> Effect {
    Effect::Request(model.tickets.issue(request.lane()), request)
}
