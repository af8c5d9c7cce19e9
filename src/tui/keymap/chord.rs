//! Chords: one key with its modifiers, as keymap files write them and screens show them.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::error::{Error, Visible};

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChordKey {
    /// A character, with the shift that it takes already in it.
    Char(char),
    /// A function key, 1 to 24.
    F(u8),
    /// A key with a name.
    Named(NamedKey),
}

/// Writes the keys that have names, once for the enum and once for the names.
macro_rules! named {
    ($($variant:ident $doc:literal),* $(,)?) => {
        /// Keys that have names; the name in files and on screen is the variant's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum NamedKey { $(#[doc = $doc] $variant),* }

        const NAMED: &[(NamedKey, &str)] = &[$((NamedKey::$variant, stringify!($variant))),*];
    };
}

named! {
    Enter "The return key.", Esc "Escape.", Tab "Tabulator.", Backspace "Delete to the left.",
    Delete "Delete to the right.", Insert "Insert.", Up "Arrow up.", Down "Arrow down.",
    Left "Arrow left.", Right "Arrow right.", Home "Home.", End "End.",
    PageUp "A page up.", PageDown "A page down.",
}

/// One key press with its modifiers: `j`, `G`, `Ctrl-d`, `Shift-Tab`, `Space`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// The key.
    pub key: ChordKey,
    /// Control was held.
    pub ctrl: bool,
    /// Alt (or Meta) was held.
    pub alt: bool,
    /// Shift was held; never on characters, which carry it themselves.
    pub shift: bool,
}

impl Chord {
    /// Creates the chord of a plain key.
    pub const fn plain(key: ChordKey) -> Chord {
        Chord { key, ctrl: false, alt: false, shift: false }
    }

    /// Creates the chord of a plain character.
    pub const fn char(c: char) -> Chord {
        Chord::plain(ChordKey::Char(c))
    }

    /// Returns the character that pressing it types, if it types one.
    pub fn writes(&self) -> Option<char> {
        match self.key {
            ChordKey::Char(c) if !self.ctrl && !self.alt => Some(c),
            ChordKey::Char(_) | ChordKey::F(_) | ChordKey::Named(_) => None,
        }
    }

    /// Reads a terminal's key event; `None` for keys that no keymap can name.
    pub fn from_event(event: &KeyEvent) -> Option<Chord> {
        let held = |modifier| event.modifiers.contains(modifier);
        let (ctrl, alt, mut shift) =
            (held(KeyModifiers::CONTROL), held(KeyModifiers::ALT), held(KeyModifiers::SHIFT));
        let key = match event.code {
            KeyCode::Char(c) => {
                let c = if shift && c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c };
                shift = false;
                ChordKey::Char(if ctrl { c.to_ascii_lowercase() } else { c })
            }
            KeyCode::F(n) => ChordKey::F(n),
            KeyCode::BackTab => {
                shift = true;
                ChordKey::Named(NamedKey::Tab)
            }
            KeyCode::Enter => ChordKey::Named(NamedKey::Enter),
            KeyCode::Esc => ChordKey::Named(NamedKey::Esc),
            KeyCode::Tab => ChordKey::Named(NamedKey::Tab),
            KeyCode::Backspace => ChordKey::Named(NamedKey::Backspace),
            KeyCode::Delete => ChordKey::Named(NamedKey::Delete),
            KeyCode::Insert => ChordKey::Named(NamedKey::Insert),
            KeyCode::Up => ChordKey::Named(NamedKey::Up),
            KeyCode::Down => ChordKey::Named(NamedKey::Down),
            KeyCode::Left => ChordKey::Named(NamedKey::Left),
            KeyCode::Right => ChordKey::Named(NamedKey::Right),
            KeyCode::Home => ChordKey::Named(NamedKey::Home),
            KeyCode::End => ChordKey::Named(NamedKey::End),
            KeyCode::PageUp => ChordKey::Named(NamedKey::PageUp),
            KeyCode::PageDown => ChordKey::Named(NamedKey::PageDown),
            _ => return None,
        };
        Some(Chord { key, ctrl, alt, shift })
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "Ctrl-"), (self.alt, "Alt-"), (self.shift, "Shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match self.key {
            ChordKey::Char(' ') => f.write_str("Space"),
            ChordKey::Char(c) => write!(f, "{c}"),
            ChordKey::F(n) => write!(f, "F{n}"),
            ChordKey::Named(named) => write!(f, "{named:?}"),
        }
    }
}

impl FromStr for Chord {
    type Err = Error;

    /// Reads a chord; names and modifiers in any case, characters as they are.
    fn from_str(text: &str) -> Result<Chord, Error> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        while let Some((modifier, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
            match modifier.to_ascii_lowercase().as_str() {
                "ctrl" => ctrl = true,
                "alt" => alt = true,
                "shift" => shift = true,
                _ => break,
            }
            rest = after;
        }
        let key = key_named(rest).ok_or_else(|| {
            Error::usage(format!("`{}` is not a key", Visible(text)))
                .hint("Write keys as j, G, ctrl-d, alt-left, shift-tab, space, enter or f5.")
        })?;
        match key {
            ChordKey::Char(c) if ctrl => {
                Ok(Chord { key: ChordKey::Char(c.to_ascii_lowercase()), ctrl, alt, shift: false })
            }
            ChordKey::Char(c) if shift => {
                Ok(Chord { key: ChordKey::Char(c.to_ascii_uppercase()), ctrl, alt, shift: false })
            }
            ChordKey::Char(_) | ChordKey::F(_) | ChordKey::Named(_) => Ok(Chord { key, ctrl, alt, shift }),
        }
    }
}

fn key_named(text: &str) -> Option<ChordKey> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control()).then_some(ChordKey::Char(c));
    }
    if text.eq_ignore_ascii_case("space") {
        return Some(ChordKey::Char(' '));
    }
    if let Some((named, _)) = NAMED.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)) {
        return Some(ChordKey::Named(*named));
    }
    let number: u8 = text.strip_prefix(['f', 'F'])?.parse().ok()?;
    (1..=24).contains(&number).then_some(ChordKey::F(number))
}

/// Reads chords that are pressed one after another: `space e`, `g g`.
pub fn sequence(text: &str) -> Result<Vec<Chord>, Error> {
    let chords: Vec<Chord> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    if chords.is_empty() {
        return Err(Error::usage("a key binding names no key").hint("Write the space bar as space."));
    }
    Ok(chords)
}

/// Shows chords that are pressed one after another.
pub fn show(chords: &[Chord]) -> String {
    chords.iter().map(Chord::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chords_are_read_as_hands_write_them() {
        let ctrl_d = Chord { key: ChordKey::Char('d'), ctrl: true, alt: false, shift: false };
        assert_eq!("ctrl-d".parse::<Chord>().unwrap(), ctrl_d);
        assert_eq!("Ctrl-D".parse::<Chord>().unwrap(), ctrl_d);
        let back_tab = Chord { shift: true, ..Chord::plain(ChordKey::Named(NamedKey::Tab)) };
        assert_eq!("shift-tab".parse::<Chord>().unwrap(), back_tab);
        assert_eq!(sequence("space e").unwrap(), [Chord::char(' '), Chord::char('e')]);
        assert_eq!("-".parse::<Chord>().unwrap(), Chord::char('-'));
    }

    #[test]
    fn what_is_no_key_is_refused_with_a_hint() {
        for text in ["hyper-x", "", "f99", "\u{7}", "ctrl-", "pagesideways"] {
            let error = text.parse::<Chord>().unwrap_err();
            assert_eq!(error.hints().len(), 1, "{text:?}");
        }
        assert!(sequence("  ").is_err());
    }

    #[test]
    fn a_terminal_s_shifted_letter_is_the_capital() {
        let lower = KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT);
        let upper = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from_event(&lower), Some(Chord::char('G')));
        assert_eq!(Chord::from_event(&upper), Some(Chord::char('G')));
    }

    fn any_chord() -> impl Strategy<Value = Chord> {
        let key = prop_oneof![
            any::<char>()
                .prop_filter("printable", |c| !c.is_control() && !c.is_whitespace())
                .prop_map(ChordKey::Char),
            Just(ChordKey::Char(' ')),
            (1u8..=24).prop_map(ChordKey::F),
            (0..NAMED.len()).prop_map(|i| ChordKey::Named(NAMED[i].0)),
        ];
        (key, any::<[bool; 3]>()).prop_map(|(key, [ctrl, alt, shift])| match key {
            ChordKey::Char(c) if ctrl => {
                Chord { key: ChordKey::Char(c.to_ascii_lowercase()), ctrl, alt, shift: false }
            }
            ChordKey::Char(_) => Chord { key, ctrl, alt, shift: false },
            ChordKey::F(_) | ChordKey::Named(_) => Chord { key, ctrl, alt, shift },
        })
    }

    proptest! {
        #[test]
        fn reading_what_is_shown_gives_the_same_chord(chord in any_chord()) {
            prop_assert_eq!(chord.to_string().parse::<Chord>().unwrap(), chord);
        }
    }
}
