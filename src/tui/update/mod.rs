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

use crate::tui::model::{Front, Model};
use crate::tui::protocol::{Effect, Event, Lane, Place, Question};

/// Changes the model as an event demands, and tells what is to be done outside.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(chord) => keys::press(model, chord),
        Event::Paste(text) => match model.front {
            Front::Typing(_) => search_input::paste(model, &text),
            Front::Form(_) => form::paste(model, &text),
            Front::Nothing | Front::Palette(_) | Front::Reading(..) => Vec::new(),
        },
        Event::Resize(size) => {
            model.size = size;
            let mut effects: Vec<Effect> = timeline::ask_if_changed(model).into_iter().collect();
            effects.extend(event_list::settle(model));
            effects
        }
        Event::Clock(now) => {
            model.facts.now = now;
            Vec::new()
        }
        Event::Moved if model.tickets.awaits(Lane::Case) => Vec::new(),
        Event::Moved => vec![ask(model, Question::Look)],
        Event::Answer { ticket, took, answer } => {
            if !model.tickets.counts(ticket) {
                return Vec::new();
            }
            responses::take(model, ticket, took, answer)
        }
    }
}

/// Asks what the first screen shows, when a case was opened.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = search::ask_all(model, Place::First);
    effects.push(annotations::ask_notes(model));
    effects
}

/// Draws a ticket for a question.
fn ask(model: &mut Model, question: Question) -> Effect {
    Effect::Ask(model.tickets.draw(question.lane()), question)
}
