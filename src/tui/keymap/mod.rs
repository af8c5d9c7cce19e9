//! Which key does what, where.
//!
//! Owns chords, the action table, and the keymap files that join the two.
//! Footer, which-key popup, help, palette and `generate keys` all read from here.

mod action;
mod bindings;
mod chord;
mod footer;
mod listing;
mod load;

pub use action::{Action, ActionInfo, KeyContext};
pub use bindings::{KeyBinding, KeyMatch, Keymap};
#[cfg(test)]
pub(super) use chord::sequence;
pub use chord::{Chord, ChordKey, NamedKey, show};
pub use footer::footer;
pub use listing::{KeyRow, listing};
pub use load::builtin;
