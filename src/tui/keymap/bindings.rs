//! Bindings, and what pressed chords mean in a context.

use super::action::{Action, KeyContext};
use super::chord::{Chord, show};

/// One binding: in this context, these chords do that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding {
    /// Where it applies.
    pub context: KeyContext,
    /// What is pressed, one after another; never empty.
    pub chords: Vec<Chord>,
    /// What it does; `None` removes a binding of an outer context.
    pub action: Option<Action>,
}

/// Every binding, in the order in which they were declared: the first of an
/// action is the one that screens show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    pub(super) bindings: Vec<KeyBinding>,
}

/// What pressed chords mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMatch {
    /// They do this.
    Action(Action),
    /// They begin a sequence: what may come next, and what it then does. `None`
    /// stands for a further level.
    Prefix(Vec<(Chord, Option<Action>)>),
    /// They do nothing.
    Nothing,
}

impl Keymap {
    /// Returns every binding.
    pub fn bindings(&self) -> &[KeyBinding] {
        &self.bindings
    }

    /// Returns what the chords pressed so far mean in a context.
    pub fn find(&self, context: KeyContext, pressed: &[Chord]) -> KeyMatch {
        for link in context.chain() {
            let mut begins = false;
            for binding in self.reachable(*link, context) {
                if binding.chords == pressed {
                    return binding.action.map_or(KeyMatch::Nothing, KeyMatch::Action);
                }
                begins |= binding.chords.starts_with(pressed);
            }
            if begins {
                return KeyMatch::Prefix(self.next(context, pressed));
            }
        }
        KeyMatch::Nothing
    }

    /// Returns what may follow chords that begin a sequence, by chord.
    fn next(&self, context: KeyContext, pressed: &[Chord]) -> Vec<(Chord, Option<Action>)> {
        let mut next: Vec<(Chord, Option<Action>)> = Vec::new();
        for link in context.chain() {
            for binding in self.reachable(*link, context) {
                let Some(rest) = binding.chords.strip_prefix(pressed) else { continue };
                let Some(chord) = rest.first() else { continue };
                if next.iter().all(|(seen, _)| seen != chord) {
                    next.push((*chord, binding.action.filter(|_| rest.len() == 1)));
                }
            }
        }
        next
    }

    /// Returns the chords of an action in a context, the first declared first.
    pub fn chords_of(&self, action: Action, context: KeyContext) -> Vec<&[Chord]> {
        let links = context.chain().iter();
        links
            .flat_map(|link| self.reachable(*link, context))
            .filter(|binding| binding.action == Some(action))
            .map(|binding| binding.chords.as_slice())
            .filter(|chords| self.find(context, chords) == KeyMatch::Action(action))
            .collect()
    }

    /// Shows the first keys of an action in a context, if it has any.
    pub fn key_of(&self, action: Action, context: KeyContext) -> Option<String> {
        self.chords_of(action, context).first().map(|chords| show(chords))
    }

    /// Returns a link's bindings whose actions work in a context.
    fn reachable(&self, link: KeyContext, context: KeyContext) -> impl Iterator<Item = &KeyBinding> {
        self.bindings.iter().filter(move |binding| {
            binding.context == link && binding.action.is_none_or(|action| action.works_in(context))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::chord::sequence;
    use super::*;

    fn keys(text: &str) -> Vec<Chord> {
        sequence(text).unwrap()
    }

    #[test]
    fn the_nearest_context_wins() {
        let map = Keymap::read("[browse]\nenter = \"help\"\n[events]\nenter = \"open\"", "test").unwrap();
        assert_eq!(map.find(KeyContext::Events, &keys("enter")), KeyMatch::Action(Action::Open));
        assert_eq!(map.find(KeyContext::Timeline, &keys("enter")), KeyMatch::Action(Action::Help));
    }

    #[test]
    fn a_prefix_tells_what_may_follow() {
        let map =
            Keymap::read("[browse]\n\"space h\" = \"help\"\n\"space z i\" = \"zoom-in\"", "test").unwrap();
        let next = vec![(Chord::char('h'), Some(Action::Help)), (Chord::char('z'), None)];
        assert_eq!(map.find(KeyContext::Events, &keys("space")), KeyMatch::Prefix(next));
        assert_eq!(map.find(KeyContext::Events, &keys("space z i")), KeyMatch::Action(Action::ZoomIn));
        assert_eq!(map.find(KeyContext::Events, &keys("space q")), KeyMatch::Nothing);
    }

    #[test]
    fn an_action_that_does_not_work_here_has_no_key_here() {
        let map = Keymap::read("[browse]\nz = \"zoom-in\"", "test").unwrap();
        assert_eq!(map.find(KeyContext::Sources, &keys("z")), KeyMatch::Nothing);
        assert_eq!(map.key_of(Action::ZoomIn, KeyContext::Events), Some("z".to_owned()));
    }

    #[test]
    fn a_shadowed_key_is_not_shown() {
        let map =
            Keymap::read("[browse]\nenter = \"help\"\n\"?\" = \"help\"\n[events]\nenter = \"open\"", "test");
        assert_eq!(map.unwrap().key_of(Action::Help, KeyContext::Events), Some("?".to_owned()));
    }
}
