//! Pages of events from any position of a list, over the index's forward pages.
//!
//! Events without a time come after all others in either order and are
//! not reversed; so a page before one of them is found by walking forward.

use crate::app::{CancelToken, Case, Hit, Order, Request};
use crate::error::Result;
use crate::record::TimeRange;
use crate::tui::protocol::{EventPage, EventRow, PagePosition, reversed};

use super::row;

/// How many events one step of a walk through timeless events takes.
const STRIDE: usize = 4_096;

/// Returns the page at a place.
pub(super) fn page(
    case: &Case,
    request: &Request,
    order: Order,
    place: PagePosition,
    limit: usize,
    cancel: &CancelToken,
) -> Result<EventPage> {
    let walk = PageWalk { case, request, order, limit, cancel };
    let found = match place {
        PagePosition::First => walk.first()?,
        PagePosition::After(hit) => walk.after(hit)?,
        PagePosition::Before(hit) => walk.before(hit)?,
        PagePosition::Last => walk.last()?,
        PagePosition::End => walk.end()?,
        PagePosition::At(moment) => walk.at(moment)?,
    };
    let rows: Vec<EventRow> = found.hits.iter().map(|hit| row::row(case, hit)).collect();
    Ok(EventPage { rows, start: found.start, at: found.at, first: found.first, last: found.last })
}

struct PageWalk<'a> {
    case: &'a Case,
    request: &'a Request,
    order: Order,
    limit: usize,
    cancel: &'a CancelToken,
}

/// A page before its rows are read.
#[derive(Default)]
struct FoundPage {
    hits: Vec<Hit>,
    start: Option<u64>,
    at: usize,
    first: bool,
    last: bool,
}

impl PageWalk<'_> {
    fn hits(&self, request: &Request, order: Order, after: Option<&Hit>, limit: usize) -> Result<Vec<Hit>> {
        self.case.index().page(request, order, after, limit, self.cancel)
    }

    fn first(&self) -> Result<FoundPage> {
        let hits = self.hits(self.request, self.order, None, self.limit)?;
        let last = hits.len() < self.limit;
        Ok(FoundPage { hits, start: Some(0), at: 0, first: true, last })
    }

    fn after(&self, hit: Hit) -> Result<FoundPage> {
        let hits = self.hits(self.request, self.order, Some(&hit), self.limit)?;
        let last = hits.len() < self.limit;
        Ok(FoundPage { hits, last, ..FoundPage::default() })
    }

    /// Returns events with a time before one with a time: the other order, reversed.
    fn timed_before(&self, request: &Request, after: Option<&Hit>, limit: usize) -> Result<Vec<Hit>> {
        let mut hits = self.hits(request, reversed(self.order), after, limit)?;
        hits.retain(|hit| hit.time.is_some());
        hits.reverse();
        Ok(hits)
    }

    fn before(&self, hit: Hit) -> Result<FoundPage> {
        let hits = if hit.time.is_some() {
            self.timed_before(self.request, Some(&hit), self.limit)?
        } else {
            self.tail(Some(hit))?
        };
        let first = hits.len() < self.limit;
        Ok(FoundPage { hits, first, ..FoundPage::default() })
    }

    /// Returns the events around the last one that has a time.
    fn last(&self) -> Result<FoundPage> {
        let mut hits = self.timed_before(self.request, None, self.limit)?;
        let Some(last) = hits.last().copied() else { return self.end() };
        let whole = self.request.window;
        let timed = TimeRange { from: whole.from.max(TimeRange::ALL.from.plus(1)), ..whole };
        let timed = Request { expr: self.request.expr.clone(), window: timed };
        let start = self.case.index().count(&timed, self.cancel)?.saturating_sub(hits.len() as u64);
        let at = hits.len() - 1;
        let behind = self.hits(self.request, self.order, Some(&last), self.limit)?;
        let ended = behind.len() < self.limit;
        hits.extend(behind);
        Ok(FoundPage { hits, start: Some(start), at, first: start == 0, last: ended })
    }

    fn end(&self) -> Result<FoundPage> {
        let count = self.case.index().count(self.request, self.cancel)?;
        let hits = self.tail(None)?;
        let start = count.saturating_sub(hits.len() as u64);
        Ok(FoundPage {
            at: hits.len().saturating_sub(1),
            hits,
            start: Some(start),
            first: start == 0,
            last: true,
        })
    }

    /// Returns the last events before a timeless one, or the last of all.
    fn tail(&self, until: Option<Hit>) -> Result<Vec<Hit>> {
        let mut kept = self.timed_before(self.request, None, self.limit)?;
        let mut after = kept.last().copied();
        loop {
            let stride = self.hits(self.request, self.order, after.as_ref(), STRIDE)?;
            let whole = stride.len() == STRIDE;
            let end = stride.iter().position(|hit| Some(*hit) == until);
            kept.extend(&stride[..end.unwrap_or(stride.len())]);
            kept.drain(..kept.len().saturating_sub(self.limit));
            if end.is_some() || !whole || self.cancel.is_cancelled() {
                return Ok(kept);
            }
            after = stride.last().copied();
        }
    }

    /// Returns the events around a moment: some before, the rest from it on.
    fn at(&self, moment: crate::record::Timestamp) -> Result<FoundPage> {
        let whole = self.request.window;
        let (before, from) = match self.order {
            Order::Newest => {
                let next = moment.plus(1);
                let (since, until) = (next.max(whole.from), next.min(whole.to));
                (TimeRange { from: since, ..whole }, TimeRange { to: until, ..whole })
            }
            Order::Oldest => {
                let (since, until) = (moment.max(whole.from), moment.min(whole.to));
                (TimeRange { to: until, ..whole }, TimeRange { from: since, ..whole })
            }
        };
        if from.from >= from.to {
            return self.end();
        }
        let narrowed = |window| Request { expr: self.request.expr.clone(), window };
        let (mut hits, mut start) = (Vec::new(), 0);
        if before.from < before.to {
            hits = self.timed_before(&narrowed(before), None, self.limit / 2)?;
            start = self.case.index().count(&narrowed(before), self.cancel)?;
        }
        let first = start == hits.len() as u64;
        let at = hits.len();
        let mut behind = self.hits(&narrowed(from), self.order, None, self.limit)?;
        behind.retain(|hit| hit.time.is_some());
        if behind.len() < self.limit {
            let after = behind.last().or(hits.last()).copied();
            behind.extend(self.hits(self.request, self.order, after.as_ref(), self.limit - behind.len())?);
        }
        let last = behind.len() < self.limit;
        let start = start.saturating_sub(hits.len() as u64);
        hits.extend(behind);
        let at = at.min(hits.len().saturating_sub(1));
        Ok(FoundPage { hits, start: Some(start), at, first, last })
    }
}
