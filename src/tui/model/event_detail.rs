//! One event in full: fields, original line, and location.

use crate::app::Hit;
use crate::tui::protocol::EventDetail;

/// The detail pane: the selected event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DetailPane {
    /// The event, once read.
    pub event: Option<EventDetail>,
    /// Why it could not be read.
    pub trouble: Option<(Hit, String)>,
    /// The event that was requested.
    pub asked: Option<Hit>,
    /// The selected field.
    pub selected: usize,
}

impl DetailPane {
    /// Returns the loaded event if it is the given one.
    pub fn event_of(&self, hit: Option<Hit>) -> Option<&EventDetail> {
        self.event.as_ref().filter(|event| Some(event.hit) == hit)
    }
}
