//! The screens and panes, and which has the focus.

/// The screens, by their keys 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Search, timeline, fields, events.
    Investigate,
    /// What is unusual.
    Anomalies,
    /// Findings and bookmarks.
    Findings,
    /// The sources and how they are read.
    Evidence,
    /// What controls require and what the case answers.
    Audit,
}

impl Screen {
    /// Every screen, in the order of their keys.
    pub const ALL: [Screen; 5] =
        [Screen::Investigate, Screen::Anomalies, Screen::Findings, Screen::Evidence, Screen::Audit];

    /// Returns its name.
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

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focus {
    /// The screen.
    pub screen: Screen,
    /// The pane of the first screen.
    pub pane: Pane,
    /// The selected row in the table of sources.
    pub source: usize,
}
