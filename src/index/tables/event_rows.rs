//! Events with the values of some of their fields: all, or one of each group.

use std::ops::Range;

use super::super::api::{Hit, Order};
use super::super::hits::Hits;
use super::super::parallel;
use super::super::row_set::RowSet;
use super::super::search::QueryRun;
use super::super::segment::{OpenSegment, TimeScope};
use super::group_keys::{MergedGroups, SegmentGroups};
use super::row_groups::{GroupedRows, column_name};
use super::stats::waves;
use super::table::{EventValues, TableLimits};
use super::table_cell::TableCell;
use crate::error::{Error, Result};
use crate::query::{EventPick, FieldRef};
use crate::record::{fields, thousands};

/// Which events are taken, and what of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct EventRowsPlan<'a> {
    /// One event of each group; none for every event.
    pub pick: Option<(EventPick, &'a [FieldRef])>,
    /// The fields whose values are given.
    pub fields: &'a [FieldRef],
    /// How many groups there may be, and how many events.
    pub limits: TableLimits,
}

/// Returns events with the values of some of their fields, the earliest first.
pub(in crate::index) fn event_rows(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    plan: &EventRowsPlan<'_>,
) -> Result<Vec<EventValues>> {
    let mut events = Vec::new();
    let mut take = |found: Vec<Vec<EventValues>>| {
        events.extend(found.into_iter().flatten());
        match events.len() > plan.limits.groups {
            true => Err(too_many(plan.limits.groups)),
            false => Ok(()),
        }
    };
    match plan.pick {
        Some((pick, by)) => {
            let picked = picked(search, segments, reach, pick, by, plan.limits.groups)?;
            let segments = segments.iter().zip(&picked);
            for (segment, rows) in segments.filter(|(segment, rows)| rows.next(0..segment.rows).is_some()) {
                let all = 0..segment.rows;
                take(vec![values(search, segment, rows, &[all], plan.fields)?])?;
            }
        }
        None => {
            for some in waves(segments) {
                take(parallel::each(some, |segment| {
                    let ranges = [segment.timed_rows(reach)?, segment.untimed_rows(reach)];
                    let rows = search.rows(segment)?;
                    let found: u64 = ranges.iter().map(|range| rows.count(range.clone())).sum();
                    if found > plan.limits.groups as u64 {
                        return Err(too_many(plan.limits.groups));
                    }
                    values(search, segment, &rows, &ranges, plan.fields)
                })?)?;
            }
        }
    }
    events.sort_unstable_by(|one, other| Order::Oldest.compare(&one.hit, &other.hit));
    Ok(events)
}

fn too_many(most: usize) -> Error {
    Error::usage(format!("these are more than {} events", thousands(most)))
        .hint("Search for fewer events, or group them first.")
}

/// Returns the rows of each segment that are picked.
fn picked(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    pick: EventPick,
    by: &[FieldRef],
    most: usize,
) -> Result<Vec<RowSet>> {
    let mut merged = MergedGroups::new(by.len(), most);
    let mut best: Vec<Option<Candidate>> = Vec::new();
    let mut number = 0;
    for some in waves(segments) {
        let found = parallel::each(some, |segment| picked_of(search, segment, reach, pick, by, most))?;
        for (groups, candidates) in found {
            search.cancel.check()?;
            let here = merged.merge(&groups)?;
            best.resize(merged.len(), None);
            for (group, (hit, row)) in here.into_iter().zip(candidates) {
                offer(&mut best[group as usize], Candidate { hit, row, segment: number }, pick);
            }
            number += 1;
        }
    }
    let mut rows: Vec<RowSet> = segments.iter().map(|segment| RowSet::none(segment.rows)).collect();
    best.iter().flatten().for_each(|one| rows[one.segment].insert(one.row));
    Ok(rows)
}

/// An event that may be the one of its group.
#[derive(Clone, Copy)]
struct Candidate {
    hit: Hit,
    row: u32,
    segment: usize,
}

fn offer(best: &mut Option<Candidate>, other: Candidate, pick: EventPick) {
    if best.is_none_or(|best| is_before(pick, &other.hit, &best.hit)) {
        *best = Some(other);
    }
}

/// Returns whether an event is taken rather than another.
fn is_before(pick: EventPick, one: &Hit, other: &Hit) -> bool {
    let order = match pick {
        EventPick::First => Order::Oldest,
        EventPick::Last => Order::Newest,
    };
    order.compare(one, other).is_lt()
}

/// Returns the groups of a segment, and the event of each.
fn picked_of(
    search: &QueryRun<'_>,
    segment: &OpenSegment,
    reach: TimeScope,
    pick: EventPick,
    by: &[FieldRef],
    most: usize,
) -> Result<(SegmentGroups, Vec<(Hit, u32)>)> {
    let mut rows = GroupedRows::new(search, segment, reach, None, by, most)?;
    let hits = Hits::of(segment)?;
    let mut best: Vec<(Hit, u32)> = Vec::new();
    for block in rows.blocks() {
        for (row, group) in rows.group(block)? {
            let hit = hits.get(row);
            // Groups are numbered in the order in which they are first seen.
            match best.get_mut(group as usize) {
                None => best.push((hit, row)),
                Some(best) if is_before(pick, &hit, &best.0) => *best = (hit, row),
                Some(_) => {}
            }
        }
    }
    Ok((SegmentGroups::of(rows)?, best))
}

/// Returns rows of a segment with the values of fields.
fn values(
    search: &QueryRun<'_>,
    segment: &OpenSegment,
    rows: &RowSet,
    ranges: &[Range<u32>],
    fields: &[FieldRef],
) -> Result<Vec<EventValues>> {
    let hits = Hits::of(segment)?;
    let mut events = Vec::new();
    let mut numbers = Vec::new();
    for range in ranges {
        let mut at = range.start;
        while let Some(row) = rows.next(at..range.end) {
            events.push(EventValues { hit: hits.get(row), cells: Vec::with_capacity(fields.len()) });
            numbers.push(row);
            at = row + 1;
        }
    }
    for field in fields {
        let cells = cells(search, segment, rows, ranges, field)?;
        let mut cells = cells.into_iter().peekable();
        for (event, row) in events.iter_mut().zip(&numbers) {
            let mut own = Vec::new();
            while let Some((_, cell)) = cells.next_if(|(other, _)| other == row) {
                own.push(cell);
            }
            event.cells.push(match field {
                FieldRef::Core(fields::TIMESTAMP) => {
                    event.hit.time.map_or(TableCell::Missing, TableCell::Time)
                }
                _ => TableCell::of_values(own),
            });
        }
    }
    Ok(events)
}

/// Returns the values of a field, in order of rows.
fn cells(
    search: &QueryRun<'_>,
    segment: &OpenSegment,
    rows: &RowSet,
    ranges: &[Range<u32>],
    field: &FieldRef,
) -> Result<Vec<(u32, TableCell)>> {
    if matches!(field, FieldRef::Core(fields::TIMESTAMP)) {
        return Ok(Vec::new());
    }
    let Some(column) = segment.column(column_name(field)?)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for range in ranges {
        column.visit(range.clone(), Some(rows), search.cancel, |row, ord| found.push((row, ord)))?;
    }
    let terms = column.terms();
    found.into_iter().map(|(row, ord)| Ok((row, TableCell::of_value(field, terms.get(ord)?)))).collect()
}
