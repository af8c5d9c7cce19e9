//! Which events a finding shows, or a bundle holds.

use crate::case::Case;
use crate::error::Result;
use crate::export::{SelectedQuery, Selection};
use crate::index::Hit;
use crate::journal::{EventRef, SavedQuery};
use crate::query::Expr;
use crate::record::TimeRange;

use super::finding;

/// Events that can be exported, or shown by a finding.
#[derive(Debug, Clone, PartialEq)]
pub enum EvidenceScope {
    /// The events of a query within a stretch of time.
    Search {
        /// The query as parsed, before tags and findings are looked up.
        expr: Expr,
        /// From when to when.
        range: TimeRange,
    },
    /// One event.
    Event(Hit),
    /// The bookmarked events.
    Bookmarks,
    /// A finding's events, by its number.
    Finding(u64),
}

impl EvidenceScope {
    /// Returns what a bundle of them selects.
    pub fn selection(&self, case: &Case) -> Result<Selection> {
        Ok(match self {
            EvidenceScope::Search { expr, range } => {
                let (text, expr) = (expr.to_string(), expr.clone());
                Selection {
                    query: Some(SelectedQuery { text, expr, window: *range }),
                    ..Selection::default()
                }
            }
            EvidenceScope::Event(hit) => Selection { events: vec![*hit], ..Selection::default() },
            EvidenceScope::Bookmarks => Selection { bookmarks: true, ..Selection::default() },
            EvidenceScope::Finding(number) => {
                let number = finding(case, *number)?.number;
                Selection { findings: vec![number], ..Selection::default() }
            }
        })
    }

    /// Returns the events, or the query, by which a finding shows them. A query is
    /// printed whole, so that `-2h` means the same hours for ever.
    pub fn shown_by(&self, case: &Case) -> Result<(Vec<EventRef>, Option<SavedQuery>)> {
        Ok(match self {
            EvidenceScope::Search { expr, range } => (Vec::new(), Some(case.asked(expr, *range)?)),
            EvidenceScope::Event(hit) => (vec![case.event_ref(hit)?], None),
            EvidenceScope::Bookmarks => {
                (case.state().bookmarks.values().map(|mark| mark.event.clone()).collect(), None)
            }
            EvidenceScope::Finding(number) => {
                let known = finding(case, *number)?;
                (known.events.values().cloned().collect(), known.query.clone())
            }
        })
    }
}
