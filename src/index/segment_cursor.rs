//! The events of one segment in order.
//!
//! Rows of one moment stand by the segment's own numbering of sources, which is
//! not the order of their ids. So a moment is cut into runs, one for each
//! source, and the runs are taken by id. All rows without a time are one such
//! moment, however many they are.

use std::cmp::{Ordering, Reverse};
use std::ops::Range;
use std::sync::Arc;

use super::api::{Hit, Order};
use super::number_terms::Numbers;
use super::partition::{partition_point, run_length};
use super::row_set::RowSet;
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use crate::error::Result;
use crate::record::{SourceId, Timestamp};

/// The events of one segment that match, in order.
pub(super) struct Stream<'a> {
    /// The next event.
    pub head: Hit,
    segment: &'a OpenSegment,
    rows: Arc<RowSet>,
    origins: Numbers<u64>,
    records: Numbers<u64>,
    order: Order,
    after: Option<Hit>,
    /// The rows whose moments are still to come.
    left: Range<u32>,
    /// The moment that is being taken, and its runs, the next last.
    moment: Option<Timestamp>,
    runs: Vec<Run>,
}

/// Rows of one moment and one source, by record number.
struct Run {
    source: SourceId,
    left: Range<u32>,
}

impl<'a> Stream<'a> {
    /// Begins with the first event that has a time, after `after`; none where
    /// there is none.
    pub fn timed(
        search: &QueryRun<'_>,
        segment: &'a OpenSegment,
        reach: TimeScope,
        order: Order,
        after: Option<&Hit>,
    ) -> Result<Option<Stream<'a>>> {
        let mut left = segment.timed_rows(reach)?;
        if let Some(moment) = after.and_then(|hit| hit.time) {
            match order {
                Order::Oldest => left.start = left.start.max(segment.row_at(moment)?),
                Order::Newest => left.end = left.end.min(segment.row_behind(moment)?),
            }
        }
        if left.is_empty() {
            return Ok(None);
        }
        let mut stream = Stream::new(search, segment, order, after)?;
        stream.left = left;
        Ok(stream.advance()?.then_some(stream))
    }

    /// Begins with the first event that has no time, after `after`.
    pub fn untimed(
        search: &QueryRun<'_>,
        segment: &'a OpenSegment,
        after: Option<&Hit>,
    ) -> Result<Option<Stream<'a>>> {
        if segment.timed == segment.rows {
            return Ok(None);
        }
        let mut stream = Stream::new(search, segment, Order::Oldest, after)?;
        stream.cut(segment.timed..segment.rows);
        Ok(stream.advance()?.then_some(stream))
    }

    fn new(
        search: &QueryRun<'_>,
        segment: &'a OpenSegment,
        order: Order,
        after: Option<&Hit>,
    ) -> Result<Stream<'a>> {
        Ok(Stream {
            head: Hit { time: None, source: SourceId([0; 32]), record: 0 },
            segment,
            rows: search.rows(segment)?,
            origins: segment.origins()?,
            records: segment.records()?,
            order,
            after: after.copied(),
            left: 0..0,
            moment: None,
            runs: Vec::new(),
        })
    }

    /// Goes to the next event; tells whether there is one.
    pub fn advance(&mut self) -> Result<bool> {
        loop {
            while let Some(run) = self.runs.last_mut() {
                if let Some(row) = take(&self.rows, &mut run.left, self.order) {
                    let record = self.records.get_val(row);
                    self.head = Hit { time: self.moment, source: run.source, record };
                    return Ok(true);
                }
                self.runs.pop();
            }
            if !self.next_moment()? {
                return Ok(false);
            }
        }
    }

    /// Creates the runs of the next moment that has a matching row.
    fn next_moment(&mut self) -> Result<bool> {
        let Some(row) = take(&self.rows, &mut self.left.clone(), self.order) else { return Ok(false) };
        let times = self.segment.times()?;
        let nanos = times.get(row);
        self.moment = Some(Timestamp::from_nanos(nanos));
        let same = |row: u32| times.get(row) == nanos;
        let group = match self.order {
            Order::Oldest => {
                let rest = self.left.end - row;
                let group = row..row + run_length(rest, |n| same(row + n));
                self.left.start = group.end;
                group
            }
            Order::Newest => {
                let rest = row + 1 - self.left.start;
                let group = row + 1 - run_length(rest, |n| same(row - n))..row + 1;
                self.left.end = group.start;
                group
            }
        };
        self.cut(group);
        Ok(true)
    }

    /// Cuts the rows of a moment into runs, and drops what is not after `after`.
    fn cut(&mut self, group: Range<u32>) {
        let after = self.after.filter(|after| after.time == self.moment);
        let mut start = group.start;
        while start < group.end {
            let number = self.origins.get_val(start);
            let len = run_length(group.end - start, |n| self.origins.get_val(start + n) == number);
            let mut left = start..start + len;
            start = left.end;
            let source = self.segment.sources[number as usize];
            if let Some(after) = &after {
                let below = |limit: u64| {
                    left.start
                        + partition_point(left.len(), |i| self.records.get_val(left.start + i as u32) < limit)
                            as u32
                };
                left = match (self.order, source.cmp(&after.source)) {
                    (Order::Oldest, Ordering::Greater) | (Order::Newest, Ordering::Less) => left,
                    (Order::Oldest, Ordering::Equal) => match after.record.checked_add(1) {
                        Some(next) => below(next)..left.end,
                        None => continue,
                    },
                    (Order::Newest, Ordering::Equal) => left.start..below(after.record),
                    _ => continue,
                };
            }
            self.runs.push(Run { source, left });
        }
        match self.order {
            Order::Oldest => self.runs.sort_unstable_by_key(|run| Reverse(run.source)),
            Order::Newest => self.runs.sort_unstable_by_key(|run| run.source),
        }
    }
}

/// Takes the next row of a range that matches.
fn take(rows: &RowSet, left: &mut Range<u32>, order: Order) -> Option<u32> {
    match order {
        Order::Oldest => {
            let row = rows.next(left.clone())?;
            left.start = row + 1;
            Some(row)
        }
        Order::Newest => {
            let row = rows.previous(left.clone())?;
            left.end = row;
            Some(row)
        }
    }
}
