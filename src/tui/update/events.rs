//! What each event changes.

use crate::tui::model::{Model, Overlay};
use crate::tui::protocol::{Effect, Lane, PagePosition, UiEvent, WorkerRequest};

use super::{event_list, form, import, keys, responses, search, search_input, timeline};

/// Applies an event to the model; returns what is to be done outside it.
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
            effects.extend(event_list::follow_selection(model));
            effects
        }
        UiEvent::Clock(now) => {
            model.case.now = now;
            Vec::new()
        }
        UiEvent::CaseTouched if model.tickets.awaits(Lane::Case) => Vec::new(),
        UiEvent::CaseTouched => vec![model.ask(WorkerRequest::CheckForChanges)],
        UiEvent::Response { ticket, took, response } => {
            if !model.tickets.is_current(ticket) {
                return Vec::new();
            }
            responses::apply(model, ticket, took, response)
        }
    }
}

/// Returns the first requests of a case that was opened.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = search::ask_all(model, PagePosition::First, None);
    effects.push(model.ask(WorkerRequest::Annotations));
    effects.extend(import::start(model));
    effects
}
