//! Everything that the screens show, and nothing else.
//!
//! Owns no thread, no case and no terminal: it can be made, compared and drawn
//! in a test. [`super::update()`] changes it, the view reads it.

mod annotations;
mod event_detail;
mod event_list;
mod fields;
mod form;
mod overlay;
mod search;
mod timeline;
mod verification;

pub use annotations::AnnotationsState;
pub use event_detail::DetailPane;
pub use event_list::EventList;
pub use fields::{Facet, FacetLine, FacetPlace, Facets};
pub use form::{FormDialog, FormField, FormInput, FormPurpose};
pub use overlay::{Overlay, Palette, SearchInput, TextPage};
pub use search::{SearchState, VisitedSearch};
pub use timeline::{Timeline, TimelineChart, TimelineGap};
pub use verification::VerificationState;

use ratatui::layout::Size;

use crate::tui::keymap::{Chord, KeyContext, Keymap};
use crate::tui::protocol::{CaseInfo, Tickets};

/// The screens, by their keys 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Search, timeline, fields, events.
    Investigate,
    /// What is unusual.
    Anomalies,
    /// What was found and what becomes of it.
    Findings,
    /// The sources and how they were read.
    Evidence,
    /// What a control asks and what the case answers.
    Audit,
}

impl Screen {
    /// Every screen, in the order of their keys.
    pub const ALL: [Screen; 5] =
        [Screen::Investigate, Screen::Anomalies, Screen::Findings, Screen::Evidence, Screen::Audit];

    /// Gives its name.
    pub const fn name(self) -> &'static str {
        match self {
            Screen::Investigate => "Investigate",
            Screen::Anomalies => "Anomalies",
            Screen::Findings => "Findings",
            Screen::Evidence => "Evidence",
            Screen::Audit => "Audit",
        }
    }
}

/// The panes of the first screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The event list.
    Events,
    /// The fields and their most frequent values.
    Fields,
    /// The timeline.
    Timeline,
    /// One event in full.
    Detail,
}

/// Where the investigator looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focus {
    /// The screen.
    pub screen: Screen,
    /// The pane of the first screen.
    pub pane: Pane,
    /// The selected row in the table of sources.
    pub source: usize,
}

/// The keys: what they do, and what was pressed of a longer sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyState {
    /// What they do.
    pub map: Keymap,
    /// Pressed so far.
    pub pending: Vec<Chord>,
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something could not be done.
    Refused,
    /// Evidence is not what it should be.
    Alarm,
}

/// One line for the investigator, shown until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What it says, safe to show.
    pub text: String,
}

/// Everything that the screens show.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What is known of the case.
    pub case: CaseInfo,
    /// The terminal's size.
    pub size: Size,
    /// The keys.
    pub keys: KeyState,
    /// Where the investigator looks.
    pub focus: Focus,
    /// What lies over the panes.
    pub overlay: Overlay,
    /// What is asked.
    pub search: SearchState,
    /// When it happened.
    pub timeline: Timeline,
    /// Which values.
    pub fields: Facets,
    /// Which events.
    pub list: EventList,
    /// The selected event.
    pub detail: DetailPane,
    /// What was noted.
    pub annotations: AnnotationsState,
    /// What was checked of the case.
    pub verification: VerificationState,
    /// What the crew was asked.
    pub tickets: Tickets,
    /// What is to be told.
    pub notice: Option<Notice>,
    /// What this screen wrote into the journal, by the SHA-256 of each entry.
    pub mine: Vec<String>,
    /// A line that the copy key gives instead of a value, until the next key.
    pub copyable: Option<String>,
}

impl Model {
    /// Makes the model of a case that nothing was asked of yet.
    pub fn new(case: CaseInfo, keymap: Keymap, size: Size) -> Model {
        let fields = Facets::new(&case);
        Model {
            case,
            size,
            keys: KeyState { map: keymap, pending: Vec::new() },
            focus: Focus { screen: Screen::Investigate, pane: Pane::Events, source: 0 },
            overlay: Overlay::None,
            search: SearchState::default(),
            timeline: Timeline::default(),
            fields,
            list: EventList::default(),
            detail: DetailPane::default(),
            annotations: AnnotationsState::default(),
            verification: VerificationState::default(),
            tickets: Tickets::default(),
            notice: None,
            mine: Vec::new(),
            copyable: None,
        }
    }

    /// Tells where keys are pressed now.
    pub fn context(&self) -> KeyContext {
        match self.overlay {
            Overlay::SearchInput(_) => KeyContext::Typing,
            Overlay::Form(_) => KeyContext::Form,
            Overlay::Palette(_) => KeyContext::Palette,
            Overlay::Page(..) => KeyContext::Reading,
            Overlay::None => self.context_beneath(),
        }
    }

    /// Tells where keys are pressed in what lies beneath a popup.
    pub fn context_beneath(&self) -> KeyContext {
        match self.focus.screen {
            Screen::Evidence => KeyContext::Sources,
            Screen::Findings => KeyContext::Findings,
            Screen::Anomalies | Screen::Audit => KeyContext::Browse,
            Screen::Investigate => match self.focus.pane {
                Pane::Events => KeyContext::Events,
                Pane::Fields => KeyContext::Fields,
                Pane::Timeline => KeyContext::Timeline,
                Pane::Detail => KeyContext::Detail,
            },
        }
    }

    /// Tells whether the event list has room for the host.
    pub fn shows_host(&self) -> bool {
        self.size.width >= 140
    }

    /// Gives the time of the selected event.
    pub fn moment(&self) -> Option<crate::record::Timestamp> {
        self.list.row().and_then(|row| row.hit.time)
    }

    /// Tells the investigator something until the next key.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { tone, text: text.into() });
    }
}
