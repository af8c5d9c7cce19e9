//! Events in order, a page at a time.
//!
//! Segments may overlap in time, and rows of one moment stand in a segment by
//! its own numbering of sources, which is not the order of their ids. So each
//! segment gives its events moment by moment, those of one moment sorted, and
//! the segments are merged.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::answer::{Hit, Order};
use super::rows::Rows;
use super::search::Search;
use super::segment::{OpenSegment, Reach};
use super::terms::partition_point;
use crate::error::Result;
use crate::record::{Instant, SourceId};

/// Gives up to `limit` events behind `after`.
pub(super) fn page(
    search: &Search<'_>,
    segments: &[&OpenSegment],
    reach: Reach,
    order: Order,
    after: Option<&Hit>,
    limit: usize,
) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    if after.is_none_or(|hit| hit.time.is_some()) {
        timed(search, segments, reach, order, after, limit, &mut hits)?;
    }
    if reach == Reach::Everything && hits.len() < limit {
        let after = after.filter(|hit| hit.time.is_none());
        untimed(search, segments, after, limit, &mut hits)?;
    }
    Ok(hits)
}

/// Merges the events that have a time. A segment is searched only when its
/// turn may have come.
fn timed(
    search: &Search<'_>,
    segments: &[&OpenSegment],
    reach: Reach,
    order: Order,
    after: Option<&Hit>,
    limit: usize,
    hits: &mut Vec<Hit>,
) -> Result<()> {
    let edge = |segment: &OpenSegment| {
        segment.span().map(|(first, last)| if order == Order::Newest { last } else { first })
    };
    let mut waiting: Vec<(Instant, &OpenSegment)> =
        segments.iter().filter_map(|segment| Some((edge(segment)?, *segment))).collect();
    waiting.sort_by(|one, other| directed(order, other.0.cmp(&one.0)));
    let mut streams: Vec<Moments<'_>> = Vec::new();
    while hits.len() < limit {
        search.cancel.check()?;
        let mut best: Option<usize> = None;
        for (i, stream) in streams.iter().enumerate() {
            if best.is_none_or(|best| directed(order, compare(stream.head(), streams[best].head())).is_lt()) {
                best = Some(i);
            }
        }
        let due = waiting.last().is_some_and(|(edge, _)| {
            best.is_none_or(|best| directed(order, edge.cmp(&streams[best].moment)).is_le())
        });
        if due {
            let (_, segment) = waiting.pop().expect("one is due");
            streams.extend(Moments::begin(search, segment, reach, order, after)?);
            continue;
        }
        let Some(best) = best else { break };
        hits.extend(streams[best].ready.pop_front());
        if streams[best].ready.is_empty() && !streams[best].fill()? {
            streams.swap_remove(best);
        }
    }
    Ok(())
}

fn directed(order: Order, ordering: Ordering) -> Ordering {
    if order == Order::Newest { ordering.reverse() } else { ordering }
}

fn compare(one: &Hit, other: &Hit) -> Ordering {
    (one.time, one.source, one.record).cmp(&(other.time, other.source, other.record))
}

/// The events of one segment, moment by moment.
struct Moments<'a> {
    segment: &'a OpenSegment,
    rows: Arc<Rows>,
    order: Order,
    after: Option<Hit>,
    /// The rows that are still to come.
    left: Range<u32>,
    /// The moment of the events that are ready.
    moment: Instant,
    ready: VecDeque<Hit>,
}

impl<'a> Moments<'a> {
    /// Begins behind a hit; none where nothing is left there.
    fn begin(
        search: &Search<'_>,
        segment: &'a OpenSegment,
        reach: Reach,
        order: Order,
        after: Option<&Hit>,
    ) -> Result<Option<Moments<'a>>> {
        let mut left = segment.timed_rows(reach)?;
        if let Some(moment) = after.and_then(|hit| hit.time) {
            match order {
                Order::Oldest => left.start = left.start.max(segment.row_at(moment)?),
                Order::Newest => {
                    let behind = match moment.nanos().checked_add(1) {
                        Some(next) => segment.row_at(Instant::from_nanos(next))?,
                        None => segment.timed,
                    };
                    left.end = left.end.min(behind);
                }
            }
        }
        if left.is_empty() {
            return Ok(None);
        }
        let rows = search.rows(segment)?;
        let (moment, ready) = (Instant::default(), VecDeque::new());
        let mut moments = Moments { segment, rows, order, after: after.copied(), left, moment, ready };
        Ok(moments.fill()?.then_some(moments))
    }

    fn head(&self) -> &Hit {
        &self.ready[0]
    }

    /// Makes the events of the next moment ready; tells whether there is one.
    fn fill(&mut self) -> Result<bool> {
        let times = self.segment.times()?;
        loop {
            let next = match self.order {
                Order::Oldest => self.rows.next(self.left.clone()),
                Order::Newest => self.rows.previous(self.left.clone()),
            };
            let Some(row) = next else { return Ok(false) };
            let nanos = times.get_val(row);
            self.moment = Instant::from_nanos(nanos);
            let mut hits = Vec::new();
            let mut next = Some(row);
            while let Some(row) = next.filter(|row| times.get_val(*row) == nanos) {
                hits.push(hit(self.segment, row, Some(self.moment))?);
                next = match self.order {
                    Order::Oldest => {
                        self.left.start = row + 1;
                        self.rows.next(self.left.clone())
                    }
                    Order::Newest => {
                        self.left.end = row;
                        self.rows.previous(self.left.clone())
                    }
                };
            }
            let order = self.order;
            hits.sort_unstable_by(|one, other| directed(order, compare(one, other)));
            if let Some(after) = &self.after {
                hits.retain(|hit| directed(order, compare(after, hit)).is_lt());
            }
            if !hits.is_empty() {
                self.ready = hits.into();
                return Ok(true);
            }
        }
    }
}

fn hit(segment: &OpenSegment, row: u32, time: Option<Instant>) -> Result<Hit> {
    let source = segment.sources[segment.origins()?.get_val(row) as usize];
    Ok(Hit { time, source, record: segment.records()?.get_val(row) })
}

/// A stretch of rows without a time: one source of one segment, by record number.
struct Run<'a> {
    source: SourceId,
    segment: &'a OpenSegment,
    rows: Arc<Rows>,
    left: Range<u32>,
}

/// Gives the events that have no time, by source and record number.
fn untimed(
    search: &Search<'_>,
    segments: &[&OpenSegment],
    after: Option<&Hit>,
    limit: usize,
    hits: &mut Vec<Hit>,
) -> Result<()> {
    let mut runs = Vec::new();
    for segment in segments {
        runs.extend(runs_of(search, segment, after)?);
    }
    runs.sort_by_key(|run| run.source);
    for runs in runs.chunk_by_mut(|one, other| one.source == other.source) {
        while hits.len() < limit {
            search.cancel.check()?;
            let mut best: Option<(u64, u32, usize)> = None;
            for (i, run) in runs.iter().enumerate() {
                if let Some(row) = run.rows.next(run.left.clone()) {
                    let record = run.segment.records()?.get_val(row);
                    best = Some(best.map_or((record, row, i), |best| best.min((record, row, i))));
                }
            }
            let Some((record, row, i)) = best else { break };
            hits.push(Hit { time: None, source: runs[i].source, record });
            runs[i].left.start = row + 1;
        }
    }
    Ok(())
}

fn runs_of<'a>(search: &Search<'_>, segment: &'a OpenSegment, after: Option<&Hit>) -> Result<Vec<Run<'a>>> {
    if segment.timed == segment.rows {
        return Ok(Vec::new());
    }
    let rows = search.rows(segment)?;
    let (origins, records) = (segment.origins()?, segment.records()?);
    let mut runs = Vec::new();
    let mut start = segment.timed;
    while start < segment.rows {
        let number = origins.get_val(start);
        let len =
            partition_point((segment.rows - start) as usize, |i| origins.get_val(start + i as u32) <= number);
        let mut left = start..start + len as u32;
        start = left.end;
        let source = segment.sources[number as usize];
        match after.map(|after| (source.cmp(&after.source), after.record)) {
            Some((Ordering::Less, _)) => continue,
            Some((Ordering::Equal, record)) => {
                left.start +=
                    partition_point(left.len(), |i| records.get_val(left.start + i as u32) <= record) as u32;
            }
            _ => {}
        }
        if rows.next(left.clone()).is_some() {
            runs.push(Run { source, segment, rows: rows.clone(), left });
        }
    }
    Ok(runs)
}
