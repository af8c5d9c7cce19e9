//! The investigator's screens.
//!
//! Owns the terminal while it runs, its own threads, keymaps and themes.
//! Promises that the screen never waits for the index, that no byte of a log
//! reaches the terminal unescaped, and that the terminal is always given back.
//! `cli` may call: [`run`].
//!
//! [`update()`] decides: a key or an answer comes in, the model changes, effects
//! go out as data. The crew carries effects out, a thread per lane, and answers
//! under tickets: the newest counts. [`draw`] reads the model and changes nothing.

mod buckets;
mod field_order;
mod keymap;
mod layout;
mod model;
mod protocol;
mod run;
mod settings;
mod terminal;
mod theme;
mod update;
mod view;
mod workers;

pub use buckets::Step;
pub use keymap::{
    Action, ActionInfo, Binding, Chord, Found, Key, KeyContext, KeyRow, Keymap, Named, builtin as keymap,
    listing,
};
pub use layout::{Panes, panes};
pub use model::{
    Chart, Detail, Entry, Facet, FacetLine, FacetPlace, Facets, Focus, Front, Gap, Keys, List, Model, Notice,
    Palette, Pane, Screen, Search, Stop, Timeline, Tone, Typing,
};
pub use protocol::{
    Annotated, Answer, Brief, Card, Column, Deed, Effect, Event, Facts, Lane, Outcome, Page, Pivot, Place,
    Question, Row, Scope, Ticket, Tickets, Told, Trouble,
};
pub use run::run;
pub use settings::{Charset, Colour, Settings};
pub use theme::{Glyphs, Role, Theme};
pub use update::{start, update};
pub use view::{cursor, draw};
pub use workers::{Current, Hands, carry_out};
