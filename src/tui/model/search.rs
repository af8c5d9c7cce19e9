//! What is asked, and what was asked before.

use std::time::Duration;

use crate::index::{Hit, Order};
use crate::query::Expr;
use crate::record::TimeRange;
use crate::tui::protocol::Scope;

/// One stop of the trail: a search, and where its investigator looked.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// The query as text.
    pub text: String,
    /// The query and the time.
    pub scope: Scope,
    /// The selected event.
    pub hit: Option<Hit>,
}

/// What is asked now, and the trail there.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The query as text; empty for every event.
    pub text: String,
    /// The query and the time.
    pub scope: Scope,
    /// In which order events are listed.
    pub order: Order,
    /// How many events match, once counted.
    pub count: Option<u64>,
    /// How long counting took.
    pub took: Option<Duration>,
    /// Stops behind, the latest last.
    pub past: Vec<Stop>,
    /// Stops that were left by going back, the nearest last.
    pub future: Vec<Stop>,
}

impl Default for Search {
    fn default() -> Search {
        Search {
            text: String::new(),
            scope: Scope { expr: Expr::All, window: TimeRange::ALL },
            order: Order::Newest,
            count: None,
            took: None,
            past: Vec::new(),
            future: Vec::new(),
        }
    }
}

impl Search {
    /// Most stops that are kept.
    pub const TRAIL: usize = 200;

    /// Gives the stop at which the trail stands.
    pub fn stop(&self, hit: Option<Hit>) -> Stop {
        Stop { text: self.text.clone(), scope: self.scope.clone(), hit }
    }

    /// Puts a stop behind a step forward; what was left by going back is forgotten.
    pub fn leave(&mut self, stop: Stop) {
        self.future.clear();
        self.past.push(stop);
        if self.past.len() > Search::TRAIL {
            self.past.remove(0);
        }
    }
}
