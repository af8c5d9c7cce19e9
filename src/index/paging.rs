//! Events in order, a page at a time: the segments' events merged.

use std::cmp::Ordering;

use super::api::{Hit, Order};
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use super::segment_cursor::Stream;
use crate::error::Result;
use crate::record::Timestamp;

/// Returns up to `limit` events after `after`.
pub(super) fn page(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    order: Order,
    after: Option<&Hit>,
    limit: usize,
) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    if after.is_none_or(|hit| hit.time.is_some()) {
        timed(search, segments, reach, order, after, limit, &mut hits)?;
    }
    if reach == TimeScope::Everything && hits.len() < limit {
        untimed(search, segments, after.filter(|hit| hit.time.is_none()), limit, &mut hits)?;
    }
    Ok(hits)
}

/// Returns events that have a time. A segment is searched only when its turn may
/// have come.
fn timed(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    order: Order,
    after: Option<&Hit>,
    limit: usize,
    hits: &mut Vec<Hit>,
) -> Result<()> {
    let edge = |segment: &OpenSegment| {
        segment.span().map(|(first, last)| if order == Order::Newest { last } else { first })
    };
    let mut waiting: Vec<(Timestamp, &OpenSegment)> =
        segments.iter().filter_map(|segment| Some((edge(segment)?, *segment))).collect();
    waiting.sort_by(|one, other| directed(order, other.0.cmp(&one.0)));
    let mut streams: Vec<Stream<'_>> = Vec::new();
    while hits.len() < limit {
        search.cancel.check()?;
        let next = first_of(&streams, order);
        let due = waiting.last().is_some_and(|(edge, _)| {
            next.is_none_or(|i| directed(order, Some(*edge).cmp(&streams[i].head.time)).is_le())
        });
        if due {
            let (_, segment) = waiting.pop().expect("one is due");
            streams.extend(Stream::timed(search, segment, reach, order, after)?);
            continue;
        }
        let Some(next) = next else { break };
        take(&mut streams, next, hits)?;
    }
    Ok(())
}

/// Returns events that have no time, by source and record number.
fn untimed(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    after: Option<&Hit>,
    limit: usize,
    hits: &mut Vec<Hit>,
) -> Result<()> {
    let mut streams = Vec::new();
    for segment in segments {
        streams.extend(Stream::untimed(search, segment, after)?);
    }
    while hits.len() < limit {
        search.cancel.check()?;
        let Some(next) = first_of(&streams, Order::Oldest) else { break };
        take(&mut streams, next, hits)?;
    }
    Ok(())
}

/// Takes the head of a stream, and drops a stream that has no more.
fn take(streams: &mut Vec<Stream<'_>>, i: usize, hits: &mut Vec<Hit>) -> Result<()> {
    hits.push(streams[i].head);
    if !streams[i].advance()? {
        streams.swap_remove(i);
    }
    Ok(())
}

/// Returns the stream whose head comes first.
fn first_of(streams: &[Stream<'_>], order: Order) -> Option<usize> {
    let key = |hit: &Hit| (hit.time, hit.source, hit.record);
    let heads = streams.iter().map(|stream| key(&stream.head)).enumerate();
    heads.min_by(|one, other| directed(order, one.1.cmp(&other.1))).map(|(i, _)| i)
}

fn directed(order: Order, ordering: Ordering) -> Ordering {
    if order == Order::Newest { ordering.reverse() } else { ordering }
}
