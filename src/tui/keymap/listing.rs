//! The keymap as a table for documents: `generate keys`.

use super::action::{Action, KeyContext};
use super::bindings::Keymap;
use super::chord::show;

/// One line of the listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Where it applies, as a heading.
    pub context: &'static str,
    /// Every way to press it, joined by commas.
    pub keys: String,
    /// The action's name.
    pub action: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
}

/// Lists every action with its keys, by context and in table order. An action
/// is listed where it is bound, so that none is listed twice for one key.
pub fn listing(keymap: &Keymap) -> Vec<KeyRow> {
    let mut rows = Vec::new();
    for context in KeyContext::ALL {
        for action in Action::ALL {
            let bound = keymap.bindings().iter().filter(|binding| binding.context == context);
            let keys: Vec<String> = bound
                .filter(|binding| binding.action == Some(*action))
                .map(|binding| show(&binding.chords))
                .collect();
            if !keys.is_empty() {
                let info = action.info();
                rows.push(KeyRow {
                    context: context.title(),
                    keys: keys.join(", "),
                    action: info.name,
                    doc: info.doc,
                });
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::builtin;

    #[test]
    fn the_listing_names_every_action() {
        let rows = listing(&builtin("default").unwrap());
        for action in Action::ALL {
            assert!(
                rows.iter().any(|row| row.action == action.info().name),
                "{} is missing",
                action.info().name
            );
        }
    }
}
