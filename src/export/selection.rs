//! Which events are exported.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::case::Case;
use crate::error::{Error, Result};
use crate::index::{CancelToken, Hit, Order, Request};
use crate::query::Expr;
use crate::record::{TimeRange, Timestamp};

/// How many events are fetched at once.
const PAGE: usize = 10_000;

/// A query as it was entered.
#[derive(Debug, Clone)]
pub struct SelectedQuery {
    /// Its text, with nothing relative in it.
    pub text: String,
    /// Its syntax tree; tags and findings are resolved when it is run.
    pub expr: Expr,
    /// From when to when.
    pub window: TimeRange,
}

/// What is to be exported: the union of these.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Findings by number, with their events.
    pub findings: Vec<u64>,
    /// The bookmarked events.
    pub bookmarks: bool,
    /// The events of a query.
    pub query: Option<SelectedQuery>,
    /// These events.
    pub events: Vec<Hit>,
    /// Every event.
    pub all: bool,
}

impl Selection {
    /// Returns whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && !self.bookmarks
            && self.query.is_none()
            && self.events.is_empty()
            && !self.all
    }

    /// Finds the events, earliest first, each once.
    pub fn hits(&self, case: &Case) -> Result<Vec<Hit>> {
        let mut chosen: BTreeMap<SelectionOrder, Hit> = BTreeMap::new();
        let mut add = |hit: Hit| {
            chosen.insert(SelectionOrder::of(&hit), hit);
        };
        if self.all {
            each_hit(case, &Request { expr: Expr::All, window: TimeRange::ALL }, &mut add)?;
        }
        for number in &self.findings {
            let finding = case.state().finding(*number).ok_or_else(|| {
                Error::usage(format!("there is no finding {number}")).hint("See `vestigo finding list`.")
            })?;
            each_hit(case, &Request { expr: case.events_of(finding)?, window: TimeRange::ALL }, &mut add)?;
        }
        if self.bookmarks {
            case.state()
                .bookmarks
                .values()
                .filter_map(|mark| case.standing(&mark.event).hit())
                .for_each(&mut add);
        }
        if let Some(query) = &self.query {
            let expr = case.resolve(query.expr.clone())?;
            each_hit(case, &Request { expr, window: query.window }, &mut add)?;
        }
        self.events.iter().copied().for_each(&mut add);
        Ok(chosen.into_values().collect())
    }

    /// Describes what was asked, part by part.
    pub fn parts(&self, case: &Case) -> Vec<Value> {
        let mut parts = Vec::new();
        if self.all {
            parts.push(json!({ "kind": "all" }));
        }
        for number in &self.findings {
            let uid = case.state().finding(*number).map(|finding| finding.uid.clone());
            parts.push(json!({ "kind": "finding", "number": number, "uid": uid }));
        }
        if self.bookmarks {
            parts.push(json!({ "kind": "bookmarks" }));
        }
        if let Some(query) = &self.query {
            let bound = |at: Timestamp, open| (at != open).then(|| at.to_string());
            parts.push(json!({ "kind": "query", "query": query.text,
                "from": bound(query.window.from, TimeRange::ALL.from),
                "to": bound(query.window.to, TimeRange::ALL.to) }));
        }
        for hit in &self.events {
            parts.push(json!({ "kind": "event", "event": format!("{}:{}", hit.source, hit.record) }));
        }
        parts
    }
}

/// The order of events: by time, those without one last (see [`Hit`]).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SelectionOrder(bool, Option<Timestamp>, [u8; 32], u64);

impl SelectionOrder {
    fn of(hit: &Hit) -> SelectionOrder {
        SelectionOrder(hit.time.is_none(), hit.time, hit.source.0, hit.record)
    }
}

/// Returns every event of a request, earliest first.
pub fn each_hit(case: &Case, request: &Request, take: &mut dyn FnMut(Hit)) -> Result<()> {
    let mut after = None;
    loop {
        let hits = case.index().page(request, Order::Oldest, after.as_ref(), PAGE, &CancelToken::new())?;
        after = hits.last().copied();
        hits.iter().copied().for_each(&mut *take);
        if hits.len() < PAGE {
            return Ok(());
        }
    }
}
