//! Finding events and reading them back.

use serde_json::Value;

use crate::case::Case;
use crate::error::Result;
use crate::export::prove_record;
use crate::index::{CancelToken, Hit, Order, Request};
use crate::record::{EventId, EventRecord};

/// How many events are fetched at once.
const PAGE: usize = 1000;

/// Reads the events that match, in order, at most `limit` of them; returns how many
/// there were.
pub fn each_match(
    case: &Case,
    request: &Request,
    order: Order,
    limit: usize,
    cancel: &CancelToken,
    take: &mut dyn FnMut(EventRecord) -> Result<()>,
) -> Result<usize> {
    let mut found = 0;
    let mut after: Option<Hit> = None;
    while found < limit {
        let wanted = PAGE.min(limit - found);
        let hits = case.index().page(request, order, after.as_ref(), wanted, cancel)?;
        for hit in &hits {
            take(case.entry(hit)?)?;
        }
        found += hits.len();
        after = hits.last().copied();
        if hits.len() < wanted {
            break;
        }
    }
    Ok(found)
}

/// Reads an event with so many records before and after it, in the order of records,
/// and tells of each whether it is the one asked for. A neighbor that is not an event
/// is passed over.
pub fn show_records(
    case: &Case,
    id: &EventId,
    neighbors: u64,
    take: &mut dyn FnMut(EventRecord, std::cmp::Ordering) -> Result<()>,
) -> Result<()> {
    let hit = case.find(id)?;
    let records = case.store().row(case.locate(&hit.source)?).end_record();
    let (from, to) = (hit.record.saturating_sub(neighbors), (hit.record + neighbors + 1).min(records));
    for record in from..to {
        match case.entry_at(&case.holder(&hit.source, record)?, record) {
            Ok(entry) => take(entry, record.cmp(&hit.record))?,
            Err(error) if record == hit.record => return Err(error),
            Err(_) => {}
        }
    }
    Ok(())
}

/// Returns the proof that one record is part of its sealed original.
pub fn record_proof(case: &Case, id: &EventId) -> Result<Value> {
    prove_record(case, &case.find(id)?)
}
