//! The present search, and the history of searches.

use std::time::Duration;

use crate::app::{Hit, Order};
use crate::query::Expr;
use crate::record::TimeRange;
use crate::tui::protocol::SearchScope;

/// A search in the history, with the event that was selected.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitedSearch {
    /// The query as text.
    pub text: String,
    /// The query and the time.
    pub scope: SearchScope,
    /// The selected event.
    pub hit: Option<Hit>,
}

/// The present search and its history.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchState {
    /// The query as text; empty for every event.
    pub text: String,
    /// The query and the time.
    pub scope: SearchScope,
    /// The order of the list.
    pub order: Order,
    /// How many events match, once counted.
    pub count: Option<u64>,
    /// How long counting took.
    pub took: Option<Duration>,
    /// Earlier searches, the latest last.
    pub past: Vec<VisitedSearch>,
    /// Searches that were left by going back, the nearest last.
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
    /// Most searches that are kept.
    pub const HISTORY: usize = 200;

    /// Returns the present search as an entry of the history.
    pub fn visited(&self, hit: Option<Hit>) -> VisitedSearch {
        VisitedSearch { text: self.text.clone(), scope: self.scope.clone(), hit }
    }

    /// Adds a search to the history; those that were left by going back are forgotten.
    pub fn remember(&mut self, stop: VisitedSearch) {
        self.future.clear();
        self.past.push(stop);
        if self.past.len() > SearchState::HISTORY {
            self.past.remove(0);
        }
    }
}
