//! The investigator's screens.
//!
//! Owns the terminal while it runs, its own threads, keymaps and themes.
//! Promises that the screen never waits for the index, that no byte of a log
//! reaches the terminal unescaped, and that the terminal is always restored.
//!
//! [`update()`] decides: a key or a response comes in, the model changes, effects
//! go out as data. The workers carry out requests, a thread per lane, and respond
//! under tickets: the newest counts. [`draw`] reads the model and changes nothing.

mod diagnostic_text;
mod field_order;
mod keymap;
mod layout;
mod model;
mod pages;
mod protocol;
mod run;
mod settings;
mod terminal;
mod text;
mod theme;
mod times;
mod update;
mod view;
mod workers;

pub use keymap::{
    Action, ActionInfo, Chord, ChordKey, KeyBinding, KeyContext, KeyMatch, KeyRow, Keymap, NamedKey,
    builtin as keymap, listing,
};
pub use layout::{Panes, panes};
pub use model::{
    DetailPane, EventList, Facet, FacetLine, FacetPlace, Facets, Focus, FormInput, KeyState, Model, Notice,
    Overlay, Palette, Pane, Screen, SearchInput, SearchState, Timeline, TimelineChart, TimelineGap, Tone,
    VisitedSearch,
};
pub use protocol::{
    AnnotationRequest, AnnotationResult, CaseInfo, Effect, EventColumn, EventDetail, EventOutcome, EventPage,
    EventRow, Failure, Lane, PagePosition, Pivot, RowContent, RowSummary, SearchScope, Ticket, Tickets,
    UiEvent, WorkerRequest, WorkerResponse,
};
pub use run::run;
pub use settings::{Charset, ColorMode, Settings};
pub use theme::{Glyphs, StyleRole, Theme};
pub use update::{start, update};
pub use view::{cursor, draw};
pub use workers::{CurrentCase, carry_out};
