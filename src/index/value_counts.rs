//! How often each value of a field occurs in one segment, and when.

use std::ops::Range;
use std::sync::Arc;

use super::api::TopValues;
use super::column::IndexColumn;
use super::dictionary::Dictionary;
use super::matcher::Matcher;
use super::row_set::RowSet;
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use crate::error::Result;
use crate::record::Timestamp;

/// How many rows are read before looking whether every value was seen.
const CHUNK: u32 = 1 << 14;

/// How often each value of a segment's column occurs.
pub(super) struct ValueCounts<'a> {
    /// The field's values.
    pub terms: Dictionary,
    /// By ordinal.
    pub counts: Vec<u32>,
    column: Arc<IndexColumn>,
    segment: &'a OpenSegment,
    rows: Arc<RowSet>,
    timed: Range<u32>,
}

impl<'a> ValueCounts<'a> {
    /// Counts the values of a field; none if the segment lacks the field.
    pub fn new(
        search: &QueryRun<'_>,
        segment: &'a OpenSegment,
        reach: TimeScope,
        field: &str,
        matcher: Option<&Matcher>,
    ) -> Result<Option<ValueCounts<'a>>> {
        let Some(column) = segment.column(field)? else { return Ok(None) };
        let rows = search.rows(segment)?;
        let timed = segment.timed_rows(reach)?;
        let terms = column.terms();
        let mut counts = vec![0u32; terms.len() as usize];
        for range in [timed.clone(), segment.untimed_rows(reach)] {
            column.visit(range, Some(&rows), search.cancel, |_, ord| counts[ord as usize] += 1)?;
        }
        if let Some(matcher) = matcher {
            let picked = terms.matching(matcher, None, search.cancel)?;
            let others = (0..).zip(&mut counts).filter(|(ord, _)| !picked.contains(*ord));
            others.for_each(|(_, count)| *count = 0);
        }
        Ok(Some(ValueCounts { terms, counts, column, segment, rows, timed }))
    }

    /// Returns how often a value occurs.
    pub fn count(&self, value: &str) -> Result<u32> {
        Ok(self.terms.find(value)?.map_or(0, |ord| self.counts[ord as usize]))
    }

    /// Notes the first and last times of these values.
    pub fn times(&self, search: &QueryRun<'_>, tops: &mut [TopValues]) -> Result<()> {
        let mut wanted = Wanted { slot: vec![0; self.counts.len()], tops: Vec::new() };
        for (i, top) in tops.iter().enumerate() {
            if let Some(ord) = self.terms.find(&top.value)?.filter(|ord| self.counts[*ord as usize] > 0) {
                wanted.tops.push(i);
                wanted.slot[ord as usize] = wanted.tops.len() as u32;
            }
        }
        let first = self.seen(search, &wanted, false)?;
        let last = self.seen(search, &wanted, true)?;
        for ((i, first), last) in wanted.tops.iter().zip(first).zip(last) {
            let (Some(first), Some(last)) = (first, last) else { continue };
            let (first, last) = (self.segment.time(first)?, self.segment.time(last)?);
            let top = &mut tops[*i];
            top.first = Some(top.first.map_or(first, |earlier: Timestamp| earlier.min(first)));
            top.last = Some(top.last.map_or(last, |later: Timestamp| later.max(last)));
        }
        Ok(())
    }

    /// Returns the first (or the last) row with a time of each wanted value, and
    /// stops reading where all were seen.
    fn seen(&self, search: &QueryRun<'_>, wanted: &Wanted, backwards: bool) -> Result<Vec<Option<u32>>> {
        let mut seen: Vec<Option<u32>> = vec![None; wanted.tops.len()];
        let mut left = self.timed.clone();
        while !left.is_empty() && seen.contains(&None) {
            let chunk = if backwards {
                left.end.saturating_sub(CHUNK).max(left.start)..left.end
            } else {
                left.start..left.end.min(left.start.saturating_add(CHUNK))
            };
            let settled = seen.clone();
            self.column.visit(chunk.clone(), Some(&self.rows), search.cancel, |row, ord| {
                let slot = wanted.slot[ord as usize] as usize;
                if slot > 0 && settled[slot - 1].is_none() && (backwards || seen[slot - 1].is_none()) {
                    seen[slot - 1] = Some(row);
                }
            })?;
            left = if backwards { left.start..chunk.start } else { chunk.end..left.end };
        }
        Ok(seen)
    }
}

/// The values whose times are wanted.
struct Wanted {
    /// By ordinal: 0, or one more than the place in `tops`.
    slot: Vec<u32>,
    /// Which of the values asked for.
    tops: Vec<usize>,
}
