//! The model: one struct with a sub-model for each feature.

use ratatui::layout::Size;

use crate::tui::keymap::{Chord, KeyContext, Keymap};
use crate::tui::protocol::{CaseInfo, Effect, FindingRow, SelectedAnnotation, Tickets, WorkerRequest};

use super::annotations::AnnotationsState;
use super::anomalies::AnomaliesState;
use super::event_detail::DetailPane;
use super::event_list::EventList;
use super::fields::Facets;
use super::focus::{Focus, Pane, Screen};
use super::import::ImportState;
use super::notice::{Notice, Tone};
use super::overlay::Overlay;
use super::search::SearchState;
use super::timeline::Timeline;
use super::verification::VerificationState;

/// The keymap, and the keys pressed so far of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyState {
    /// What they do.
    pub map: Keymap,
    /// Pressed so far.
    pub pending: Vec<Chord>,
}

/// Everything that the screens show.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What is known about the case.
    pub case: CaseInfo,
    /// The terminal's size.
    pub size: Size,
    /// The keys.
    pub keys: KeyState,
    /// What has the focus.
    pub focus: Focus,
    /// What is open over the panes.
    pub overlay: Overlay,
    /// The search.
    pub search: SearchState,
    /// The timeline.
    pub timeline: Timeline,
    /// The field facets.
    pub fields: Facets,
    /// The events.
    pub list: EventList,
    /// The selected event.
    pub detail: DetailPane,
    /// Annotations.
    pub annotations: AnnotationsState,
    /// The import that is to begin, or runs, behind the screen.
    pub import: ImportState,
    /// What detectors found.
    pub anomalies: AnomaliesState,
    /// The last verification.
    pub verification: VerificationState,
    /// The requests that the workers still answer.
    pub tickets: Tickets,
    /// The notice in the footer.
    pub notice: Option<Notice>,
    /// What this screen wrote into the journal, by the SHA-256 of each entry.
    pub mine: Vec<String>,
    /// A line that the copy key copies instead of a value, until the next key.
    pub copyable: Option<String>,
}

impl Model {
    /// Creates the model of a case before its first request.
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
            import: ImportState::default(),
            anomalies: AnomaliesState::default(),
            verification: VerificationState::default(),
            tickets: Tickets::default(),
            notice: None,
            mine: Vec::new(),
            copyable: None,
        }
    }

    /// Returns the context that receives keys now.
    pub fn context(&self) -> KeyContext {
        match self.overlay {
            Overlay::SearchInput(_) => KeyContext::Typing,
            Overlay::Form(_) => KeyContext::Form,
            Overlay::Palette(_) => KeyContext::Palette,
            Overlay::Page(..) => KeyContext::Reading,
            Overlay::None => self.context_beneath(),
        }
    }

    /// Returns the context below an overlay.
    pub fn context_beneath(&self) -> KeyContext {
        match self.focus.screen {
            Screen::Evidence => KeyContext::Sources,
            Screen::Findings => KeyContext::Findings,
            Screen::Anomalies => KeyContext::Anomalies,
            Screen::Audit => KeyContext::Browse,
            Screen::Investigate => match self.focus.pane {
                Pane::Events => KeyContext::Events,
                Pane::Fields => KeyContext::Fields,
                Pane::Timeline => KeyContext::Timeline,
                Pane::Detail => KeyContext::Detail,
            },
        }
    }

    /// Returns the time of the selected event.
    pub fn moment(&self) -> Option<crate::record::Timestamp> {
        self.list.row().and_then(|row| row.hit.time)
    }

    /// Returns the finding that is selected on the second screen.
    pub fn anomaly(&self) -> Option<&FindingRow> {
        self.annotations.loaded.as_ref()?.findings.get(self.anomalies.at()?)
    }

    /// Returns the finding or bookmark that is selected on the screen that is shown.
    pub fn selected_annotation(&self) -> Option<SelectedAnnotation<'_>> {
        match self.focus.screen {
            Screen::Anomalies => self.anomaly().map(SelectedAnnotation::Finding),
            Screen::Investigate | Screen::Findings | Screen::Evidence | Screen::Audit => {
                self.annotations.selected()
            }
        }
    }

    /// Shows a notice until the next key.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { tone, text: text.into() });
    }

    /// Issues a ticket for a request; responses to older requests of its lane are stale from here on.
    pub fn ask(&mut self, request: WorkerRequest) -> Effect {
        Effect::Request(self.tickets.issue(request.lane()), request)
    }
}
