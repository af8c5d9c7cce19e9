//! Reads keymap files: a table per context, `"chord" = "action"`.
//!
//! A user's file is laid over a built-in one (`base = "vim"`, else the one in
//! use); `"none"` removes a binding.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::app::read_user_file;
use crate::error::{Error, Result, Visible};

use super::action::{Action, KeyContext};
use super::bindings::{KeyBinding, Keymap};
use super::chord::{self, show};

const DEFAULT: &str = include_str!("../../../keymaps/default.toml");
const VIM: &str = include_str!("../../../keymaps/vim.toml");
const EMACS: &str = include_str!("../../../keymaps/emacs.toml");

/// Returns a built-in keymap by its name: `default`, `vim` or `emacs`.
pub fn builtin(name: &str) -> Result<Keymap> {
    let base = Keymap::read(DEFAULT, "keymaps/default.toml")?;
    match name {
        "default" => Ok(base),
        "vim" => base.overlaid(VIM, "keymaps/vim.toml"),
        "emacs" => base.overlaid(EMACS, "keymaps/emacs.toml"),
        _ => Err(Error::usage(format!("there is no keymap `{}`", Visible(name)))
            .hint("Choose default, vim or emacs.")),
    }
}

impl Keymap {
    /// Reads a keymap from the text of a file; `name` is reported in errors.
    pub fn read(text: &str, name: &str) -> Result<Keymap> {
        Keymap::default().overlaid(text, name)
    }

    /// Lays a user's file over this keymap.
    pub fn overlaid_by(self, path: &Path) -> Result<Keymap> {
        let name = path.display().to_string();
        let text = read_user_file("keymap ", path)?;
        self.overlaid(&text, &name)
    }

    /// Lays the text of a keymap file over this keymap.
    pub fn overlaid(mut self, text: &str, name: &str) -> Result<Keymap> {
        let table = DeTable::parse(text)
            .map_err(|error| Error::usage(format!("{}: {}", Visible(name), Visible(error.message()))))?;
        let mut sections: Vec<_> = table.get_ref().iter().collect();
        sections.sort_by_key(|(key, _)| key.span().start);
        let mut declared = Vec::new();
        for (key, value) in sections {
            let at = |reason: Error| with_line(text, key.span().start, name, reason);
            match value.get_ref() {
                DeValue::String(base) if key.get_ref() == "base" => self = builtin(base).map_err(at)?,
                DeValue::Table(section) => {
                    let context = context_named(key.get_ref()).map_err(at)?;
                    read_section(context, section, text, name, &mut declared)?;
                }
                _ => return Err(at(Error::usage("a keymap holds tables of keys"))),
            }
        }
        self.bindings.retain(|old| !declared.iter().any(|new| displaces(new, old)));
        self.bindings.extend(declared);
        self.refuse_conflicts(name)
    }

    /// Refuses a sequence that is the beginning of another one of the same context.
    fn refuse_conflicts(self, name: &str) -> Result<Keymap> {
        for short in &self.bindings {
            let longer = |long: &&KeyBinding| {
                long.context == short.context
                    && long.chords.len() > short.chords.len()
                    && long.chords.starts_with(&short.chords)
            };
            if let Some(long) = self.bindings.iter().find(longer) {
                let (short, long, context) = (show(&short.chords), show(&long.chords), short.context.name());
                return Err(Error::usage(format!(
                    "{}: in [{context}] the key `{short}` hides `{long}`",
                    Visible(name)
                ))
                .hint(format!("Give one of them another key, or set `{long}` to \"none\".")));
            }
        }
        Ok(self)
    }
}

/// Reports whether a new binding replaces an old one: the same keys, or a
/// sequence that the new one makes unreachable or is made unreachable by.
fn displaces(new: &KeyBinding, old: &KeyBinding) -> bool {
    new.context == old.context && (old.chords.starts_with(&new.chords) || new.chords.starts_with(&old.chords))
}

fn read_section(
    context: KeyContext,
    section: &DeTable<'_>,
    text: &str,
    name: &str,
    into: &mut Vec<KeyBinding>,
) -> Result<()> {
    let mut keys: Vec<_> = section.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in keys {
        let at = |reason: Error| with_line(text, key.span().start, name, reason);
        let chords = chord::sequence(key.get_ref()).map_err(at)?;
        let word =
            value.get_ref().as_str().ok_or_else(|| at(Error::usage("an action is written as text")))?;
        let action = match word {
            "none" => None,
            _ => Some(action_named(word, context).map_err(at)?),
        };
        into.push(KeyBinding { context, chords, action });
    }
    Ok(())
}

fn context_named(name: &str) -> Result<KeyContext> {
    KeyContext::ALL.into_iter().find(|context| context.name() == name).ok_or_else(|| {
        let names: Vec<&str> = KeyContext::ALL.iter().map(|context| context.name()).collect();
        Error::usage(format!("`{}` is not a context", Visible(name)))
            .hint(format!("Choose one of {}.", names.join(", ")))
    })
}

fn action_named(name: &str, context: KeyContext) -> Result<Action> {
    let action = Action::named(name).ok_or_else(|| {
        Error::usage(format!("there is no action `{}`", Visible(name)))
            .hint("Look the names up in the palette, which `:` opens.")
    })?;
    let somewhere = |within: &KeyContext| within.chain().contains(&context) && action.works_in(*within);
    if KeyContext::ALL.iter().any(somewhere) {
        return Ok(action);
    }
    Err(Error::usage(format!("the action `{name}` does not work in [{}]", context.name())))
}

/// Adds the line of the keymap file to an error.
fn with_line(text: &str, byte: usize, name: &str, reason: Error) -> Error {
    let line = text[..byte.min(text.len())].matches('\n').count() + 1;
    let placed = Error::new(reason.kind(), format!("{}:{line}: {reason}", Visible(name)));
    reason.hints().iter().fold(placed, |error, hint| error.hint(hint.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::{KeyMatch, sequence};

    #[test]
    fn every_built_in_keymap_can_be_read() {
        for name in ["default", "vim", "emacs"] {
            builtin(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert!(builtin("nano").is_err());
    }

    #[test]
    fn every_action_has_a_key_where_it_works_in_every_built_in_keymap() {
        for name in ["default", "vim", "emacs"] {
            let map = builtin(name).unwrap();
            for action in Action::ALL {
                for context in action.info().contexts {
                    let reached = match context {
                        KeyContext::Browse => map
                            .key_of(*action, KeyContext::Events)
                            .or(map.key_of(*action, KeyContext::Sources)),
                        context => map.key_of(*action, *context),
                    };
                    assert!(
                        reached.is_some(),
                        "{name}: {} has no key in {}",
                        action.info().name,
                        context.name()
                    );
                }
            }
        }
    }

    #[test]
    fn a_user_s_file_takes_and_gives_keys() {
        let map = builtin("default").unwrap();
        let map = map.overlaid("[events]\nx = \"none\"\n\"ctrl-x i\" = \"include\"", "mine").unwrap();
        assert_eq!(map.find(KeyContext::Events, &sequence("x").unwrap()), KeyMatch::Nothing);
        assert_eq!(map.find(KeyContext::Fields, &sequence("x").unwrap()), KeyMatch::Action(Action::Exclude));
        assert_eq!(
            map.find(KeyContext::Events, &sequence("ctrl-x i").unwrap()),
            KeyMatch::Action(Action::Include)
        );
    }

    #[test]
    fn a_file_s_error_names_its_line_and_helps() {
        let error = Keymap::read("[events]\nx = \"fly\"", "mine.toml").unwrap_err();
        assert_eq!(error.to_string(), "mine.toml:2: there is no action `fly`");
        assert_eq!(error.hints().len(), 1);
        let error = Keymap::read("[typing]\nx = \"zoom-in\"", "mine.toml").unwrap_err();
        assert_eq!(error.to_string(), "mine.toml:2: the action `zoom-in` does not work in [typing]");
    }

    #[test]
    fn a_key_that_hides_a_sequence_is_refused() {
        let error = Keymap::read("[browse]\ng = \"help\"\n\"g g\" = \"quit\"", "mine.toml");
        let message = error.unwrap_err().to_string();
        assert_eq!(message, "mine.toml: in [browse] the key `g` hides `g g`");
    }
}
