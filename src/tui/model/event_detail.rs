//! One event in full: fields, original line, and where it lies.

use crate::index::Hit;
use crate::tui::protocol::Card;

/// The detail pane: the selected event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detail {
    /// The event, once read.
    pub card: Option<Card>,
    /// Why it could not be read.
    pub trouble: Option<(Hit, String)>,
    /// The event that was asked for.
    pub asked: Option<Hit>,
    /// The selected field.
    pub selected: usize,
}

impl Detail {
    /// Gives the event where it is the one that is asked for.
    pub fn card_of(&self, hit: Option<Hit>) -> Option<&Card> {
        self.card.as_ref().filter(|card| Some(card.hit) == hit)
    }
}
