//! From a key to an action.

use crate::tui::keymap::{Action, Chord, Found, Key, Named, show};
use crate::tui::model::{Front, Model, Reading, Tone};
use crate::tui::protocol::Effect;

use super::{dispatch, form, palette, search_input};

/// Handles a pressed key: part of a sequence, an action, or a typed character.
pub(super) fn press(model: &mut Model, chord: Chord) -> Vec<Effect> {
    model.notice = None;
    let copyable = model.copyable.take();
    let mut pressed = std::mem::take(&mut model.keys.pending);
    pressed.push(chord);
    match model.keys.map.find(model.context(), &pressed) {
        Found::Action(action) => {
            let told = matches!(model.front, Front::Reading(Reading::Told(..), _));
            if action == Action::Copy || told {
                model.copyable = copyable;
            }
            dispatch::act(model, action)
        }
        Found::Prefix(_) => {
            model.keys.pending = pressed;
            Vec::new()
        }
        Found::Nothing => match (&model.front, chord.writes()) {
            (Front::Typing(_), Some(c)) => search_input::insert(model, c),
            (Front::Palette(_), Some(c)) => palette::insert(model, c),
            (Front::Form(_), Some(c)) => form::insert(model, c),
            _ if pressed.len() > 1 && chord != Chord::plain(Key::Named(Named::Esc)) => {
                model.say(Tone::Refused, format!("{} does nothing here", show(&pressed)));
                Vec::new()
            }
            _ => Vec::new(),
        },
    }
}
