//! Update decides: an event comes in, the model changes, effects go out.
//!
//! Owns what each action does, a file per concern. Promises that nothing here
//! waits, reads a clock, or touches a case; whoever runs it carries effects out.

mod act;
mod answers;
mod check;
mod export;
mod fields;
mod findings;
mod form;
mod keys;
mod list;
mod notes;
mod palette;
mod pivot;
mod search;
mod sources;
mod timeline;
mod trail;
mod typing;

#[cfg(test)]
mod tests;

use super::effect::{Effect, Lane, Question};
use super::event::Event;
use super::model::{Front, Model};

/// Changes the model as an event demands, and tells what is to be done outside.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(chord) => keys::press(model, chord),
        Event::Paste(text) => match model.front {
            Front::Typing(_) => typing::paste(model, &text),
            Front::Form(_) => form::paste(model, &text),
            Front::Nothing | Front::Palette(_) | Front::Reading(..) => Vec::new(),
        },
        Event::Resize(size) => {
            model.size = size;
            let mut effects: Vec<Effect> = timeline::ask_if_changed(model).into_iter().collect();
            effects.extend(list::settle(model));
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
            answers::take(model, ticket, took, answer)
        }
    }
}

/// Asks what the first screen shows, when a case was opened.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = search::ask_all(model, super::effect::Place::First);
    effects.push(notes::ask_notes(model));
    effects
}

/// Draws a ticket for a question.
fn ask(model: &mut Model, question: Question) -> Effect {
    Effect::Ask(model.tickets.draw(question.lane()), question)
}
