//! From a key to an action.

use crate::tui::keymap::{Action, Chord, ChordKey, KeyMatch, NamedKey, show};
use crate::tui::model::{Model, Overlay, TextPage, Tone};
use crate::tui::protocol::Effect;

use super::{dispatch, export, form, palette, search_input};

/// Handles a pressed key: part of a sequence, an action, or a typed character.
pub(super) fn press(model: &mut Model, chord: Chord) -> Vec<Effect> {
    model.notice = None;
    let copyable = model.copyable.take();
    let mut pressed = std::mem::take(&mut model.keys.pending);
    pressed.push(chord);
    match model.keys.map.find(model.context(), &pressed) {
        KeyMatch::Action(action) => {
            let told = matches!(model.overlay, Overlay::Page(TextPage::Text(..), _));
            if action == Action::Copy || told {
                model.copyable = copyable;
            }
            dispatch::act(model, action)
        }
        KeyMatch::Prefix(_) => {
            model.keys.pending = pressed;
            Vec::new()
        }
        KeyMatch::Nothing => match (&model.overlay, chord.writes()) {
            (Overlay::SearchInput(_), Some(c)) => search_input::insert(model, c),
            (Overlay::Palette(_), Some(c)) => palette::insert(model, c),
            (Overlay::Form(_), Some(c)) => {
                form::insert(model, c);
                export::follow_choice(model);
                Vec::new()
            }
            _ if pressed.len() > 1 && chord != Chord::plain(ChordKey::Named(NamedKey::Esc)) => {
                model.say(Tone::Refused, format!("{} does nothing here", show(&pressed)));
                Vec::new()
            }
            _ => Vec::new(),
        },
    }
}
