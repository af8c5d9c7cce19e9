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
mod crew;
mod effect;
mod event;
mod keymap;
mod layout;
mod model;
mod run;
mod settings;
mod terminal;
mod theme;
mod update;
mod view;

pub use buckets::Step;
pub use crew::{Current, Hands, carry_out};
pub use effect::{Effect, Lane, Place, Question, Scope, Ticket, Tickets};
pub use event::{Answer, Event, Page, Trouble};
pub use keymap::{
    Action, ActionInfo, Binding, Chord, Found, Key, KeyContext, KeyRow, Keymap, Named, builtin as keymap,
    listing,
};
pub use layout::{Panes, panes};
pub use model::{
    Annotated, Brief, Card, Chart, Column, Deed, Detail, Entry, Facet, FacetLine, FacetPlace, Facets, Facts,
    Focus, Front, Gap, Keys, List, Model, Notice, Outcome, Palette, Pane, Pivot, Row, Screen, Search, Stop,
    Timeline, Told, Tone, Typing,
};
pub use run::run;
pub use settings::{Charset, Colour, Settings};
pub use theme::{Glyphs, Role, Theme};
pub use update::{start, update};
pub use view::{cursor, draw};
