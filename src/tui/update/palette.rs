//! The palette: every action that works here, found by typing.

use tui_input::{Input, InputRequest};

use crate::tui::keymap::{Action, KeyContext};
use crate::tui::model::{Model, Overlay, Palette};
use crate::tui::protocol::Effect;

/// Opens the palette.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let fitting = fitting("", model.context_beneath());
    model.overlay = Overlay::Palette(Palette { input: Input::default(), fitting, chosen: 0 });
    Vec::new()
}

/// Inserts a typed character.
pub(super) fn insert(model: &mut Model, c: char) -> Vec<Effect> {
    edit(model, InputRequest::InsertChar(c))
}

/// Edits the line.
pub(super) fn edit(model: &mut Model, request: InputRequest) -> Vec<Effect> {
    let context = model.context_beneath();
    if let Overlay::Palette(palette) = &mut model.overlay {
        palette.input.handle(request);
        palette.fitting = fitting(palette.input.value(), context);
        palette.chosen = 0;
    }
    Vec::new()
}

/// Closes the palette and returns the chosen action.
pub(super) fn chosen(model: &mut Model) -> Option<Action> {
    let Overlay::Palette(palette) = &model.overlay else { return None };
    let chosen = palette.fitting.get(palette.chosen).copied();
    model.overlay = Overlay::None;
    chosen
}

/// Returns the actions that work in a context and fit what is typed, the best first.
fn fitting(typed: &str, context: KeyContext) -> Vec<Action> {
    let here = Action::ALL.iter().filter(|action| action.works_in(context) && **action != Action::Palette);
    let mut scored: Vec<(u32, Action)> = here
        .filter_map(|action| Some((score(typed, action.info().name, action.info().doc)?, *action)))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, action)| action).collect()
}

/// Returns how well typed text fits an action: its name counts most, then its
/// sentence; a letter sequence with holes fits a name only.
fn score(typed: &str, name: &str, doc: &str) -> Option<u32> {
    let typed = typed.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let name_words = name.replace('-', " ");
    if words.is_empty() {
        return Some(0);
    }
    if name_words.starts_with(&typed) {
        return Some(400);
    }
    if words.iter().all(|word| name_words.contains(word)) {
        return Some(300);
    }
    if words.iter().all(|word| name_words.contains(word) || doc.to_lowercase().contains(word)) {
        return Some(200);
    }
    subsequence(&typed.replace(' ', ""), &name_words).map(|spread| 100u32.saturating_sub(spread))
}

/// Finds the letters of `short` in order inside `long`, and gives how far they spread.
fn subsequence(short: &str, long: &str) -> Option<u32> {
    let mut letters = short.chars().peekable();
    let (mut begun, mut spread) = (false, 0);
    for c in long.chars() {
        if letters.peek() == Some(&c) {
            letters.next();
            begun = true;
        } else if begun && letters.peek().is_some() {
            spread += 1;
        }
    }
    letters.peek().is_none().then_some(spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_before_sentences_and_sentences_before_letters() {
        let found = fitting("zoom", KeyContext::Timeline);
        assert_eq!(found[..4], [Action::ZoomIn, Action::ZoomOut, Action::ZoomSelection, Action::ZoomReset]);
        assert_eq!(fitting("zin", KeyContext::Timeline)[0], Action::ZoomIn);
        assert!(fitting("clipboard", KeyContext::Events).contains(&Action::Copy));
        assert_eq!(fitting("xyzzy", KeyContext::Events), []);
    }

    #[test]
    fn only_what_works_here_is_offered() {
        assert!(!fitting("", KeyContext::Sources).contains(&Action::ZoomIn));
        assert!(!fitting("", KeyContext::Events).contains(&Action::Palette));
    }
}
