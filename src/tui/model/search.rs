//! What is asked, and what was asked before.

use std::time::Duration;

use crate::index::{Hit, Order};
use crate::query::Expr;
use crate::record::TimeRange;
use crate::tui::protocol::SearchScope;

/// One stop of the trail: a search, and where its investigator looked.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitedSearch {
    /// The query as text.
    pub text: String,
    /// The query and the time.
    pub scope: SearchScope,
    /// The selected event.
    pub hit: Option<Hit>,
}

/// What is asked now, and the trail there.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchState {
    /// The query as text; empty for every event.
    pub text: String,
    /// The query and the time.
    pub scope: SearchScope,
    /// In which order events are listed.
    pub order: Order,
    /// How many events match, once counted.
    pub count: Option<u64>,
    /// How long counting took.
    pub took: Option<Duration>,
    /// Stops behind, the latest last.
    pub past: Vec<VisitedSearch>,
    /// Stops that were left by going back, the nearest last.
    pub future: Vec<VisitedSearch>,
}

impl Default for SearchState {
    fn default() -> SearchState {
        SearchState {
            text: String::new(),
            scope: SearchScope { expr: Expr::All, window: TimeRange::ALL },
            order: Order::Newest,
            count: None,
            took: None,
            past: Vec::new(),
            future: Vec::new(),
        }
    }
}

impl SearchState {
    /// Most stops that are kept.
    pub const TRAIL: usize = 200;

    /// Gives the stop at which the trail stands.
    pub fn stop(&self, hit: Option<Hit>) -> VisitedSearch {
        VisitedSearch { text: self.text.clone(), scope: self.scope.clone(), hit }
    }

    /// Puts a stop behind a step forward; what was left by going back is forgotten.
    pub fn leave(&mut self, stop: VisitedSearch) {
        self.future.clear();
        self.past.push(stop);
        if self.past.len() > SearchState::TRAIL {
            self.past.remove(0);
        }
    }
}
