//! The most frequent and the rarest values.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

use super::answer::{Rank, Top};
use super::column::Column;
use super::matcher::Matcher;
use super::rows::Rows;
use super::search::Search;
use super::segment::{OpenSegment, Reach};
use super::terms::Block;
use crate::error::{Error, Result};
use crate::record::{FieldId, Instant, fields};

/// How often each value of a segment's column occurs.
struct Tally<'a> {
    segment: &'a OpenSegment,
    column: Arc<Column>,
    rows: Arc<Rows>,
    timed: Range<u32>,
    counts: Vec<u32>,
}

/// Gives the `limit` most frequent or rarest values, of those that match where
/// a matcher is given.
pub(super) fn top(
    search: &Search<'_>,
    segments: &[&OpenSegment],
    reach: Reach,
    field: &str,
    matcher: Option<&Matcher>,
    rank: Rank,
    limit: usize,
) -> Result<Vec<Top>> {
    if FieldId::named(field) == Some(fields::TIMESTAMP) {
        return Err(Error::usage("times have no top").hint("Count over time with `timeline`."));
    }
    let mut tallies = Vec::new();
    for segment in segments {
        tallies.extend(tally(search, segment, reach, field, matcher)?);
    }
    let mut best = Best { rank, limit, heap: BinaryHeap::new() };
    merge(search, &tallies, |value, count| best.offer(value, count))?;
    let mut tops: Vec<Top> = best
        .sorted()
        .into_iter()
        .map(|(value, count)| Top { value, count, first: None, last: None })
        .collect();
    for tally in &tallies {
        tally.times(search, &mut tops)?;
    }
    Ok(tops)
}

fn tally<'a>(
    search: &Search<'_>,
    segment: &'a OpenSegment,
    reach: Reach,
    field: &str,
    matcher: Option<&Matcher>,
) -> Result<Option<Tally<'a>>> {
    let Some(column) = segment.column(field)? else { return Ok(None) };
    let rows = search.rows(segment)?;
    let timed = segment.timed_rows(reach)?;
    let mut counts = vec![0u32; column.terms().len() as usize];
    for range in [timed.clone(), segment.untimed_rows(reach)] {
        column.visit(range, Some(&rows), search.cancel, |_, ord| counts[ord as usize] += 1)?;
    }
    if let Some(matcher) = matcher {
        let picked = column.terms().matching(matcher, search.cancel)?;
        (0..).zip(&mut counts).filter(|(ord, _)| !picked.contains(*ord)).for_each(|(_, count)| *count = 0);
    }
    Ok(Some(Tally { segment, column, rows, timed, counts }))
}

impl Tally<'_> {
    /// Notes the first and last times of these values.
    fn times(&self, search: &Search<'_>, tops: &mut [Top]) -> Result<()> {
        let mut slots = vec![];
        for (slot, top) in tops.iter().enumerate() {
            let ord = self.column.terms().find(&top.value)?;
            slots.extend(ord.filter(|ord| self.counts[*ord as usize] > 0).map(|ord| (ord, slot)));
        }
        if slots.is_empty() || self.timed.is_empty() {
            return Ok(());
        }
        let mut seen = vec![None::<(u32, u32)>; self.counts.len()];
        self.column.visit(self.timed.clone(), Some(&self.rows), search.cancel, |row, ord| {
            let first = seen[ord as usize].map_or(row, |(first, _)| first);
            seen[ord as usize] = Some((first, row));
        })?;
        for (ord, slot) in slots {
            let Some((first, last)) = seen[ord as usize] else { continue };
            let (first, last) = (self.segment.time(first)?, self.segment.time(last)?);
            let top = &mut tops[slot];
            top.first = Some(top.first.map_or(first, |earlier: Instant| earlier.min(first)));
            top.last = Some(top.last.map_or(last, |later: Instant| later.max(last)));
        }
        Ok(())
    }
}

/// Keeps the best values of those offered.
struct Best {
    rank: Rank,
    limit: usize,
    /// The worst of them on top; the key is smaller the better.
    heap: BinaryHeap<((Reverse<u64>, u64), String)>,
}

impl Best {
    fn offer(&mut self, value: &str, count: u64) {
        let key = match self.rank {
            Rank::Most => (Reverse(count), 0),
            Rank::Rarest => (Reverse(0), count),
        };
        if self.heap.len() < self.limit {
            self.heap.push((key, value.to_owned()));
        } else if self.heap.peek().is_some_and(|(worst, text)| (key, value) < (*worst, text.as_str())) {
            self.heap.pop();
            self.heap.push((key, value.to_owned()));
        }
    }

    fn sorted(self) -> Vec<(String, u64)> {
        let rank = self.rank;
        let count = |(most, rare): (Reverse<u64>, u64)| match rank {
            Rank::Most => most.0,
            Rank::Rarest => rare,
        };
        self.heap.into_sorted_vec().into_iter().map(|(key, value)| (value, count(key))).collect()
    }
}

/// Walks through the sorted dictionaries together and calls for each value
/// that occurs, with how often in all.
fn merge(search: &Search<'_>, tallies: &[Tally<'_>], mut call: impl FnMut(&str, u64)) -> Result<()> {
    let mut cursors = Vec::new();
    for tally in tallies {
        cursors.extend(Cursor::begin(tally)?);
    }
    let mut steps = 0u32;
    while !cursors.is_empty() {
        steps = steps.wrapping_add(1);
        if steps.is_multiple_of(4096) {
            search.cancel.check()?;
        }
        let least = (1..cursors.len())
            .fold(0, |best, i| if cursors[i].value() < cursors[best].value() { i } else { best });
        let block = cursors[least].block.clone();
        let value = block.get(cursors[least].at);
        let mut count = 0;
        let mut i = 0;
        while i < cursors.len() {
            if cursors[i].value() == value {
                count += u64::from(cursors[i].count());
                if !cursors[i].advance()? {
                    cursors.swap_remove(i);
                    continue;
                }
            }
            i += 1;
        }
        call(value, count);
    }
    Ok(())
}

/// A place in the dictionary of a tally, at a value that occurs.
struct Cursor<'a> {
    tally: &'a Tally<'a>,
    number: usize,
    block: Arc<Block>,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn begin(tally: &'a Tally<'a>) -> Result<Option<Cursor<'a>>> {
        let Some(ord) = tally.counts.iter().position(|count| *count > 0) else { return Ok(None) };
        let number = tally.column.terms().block_of(ord as u32);
        let block = tally.column.terms().block(number)?;
        Ok(Some(Cursor { tally, number, block, at: ord - tally.column.terms().first(number) as usize }))
    }

    fn ord(&self) -> usize {
        self.tally.column.terms().first(self.number) as usize + self.at
    }

    fn value(&self) -> &str {
        self.block.get(self.at)
    }

    fn count(&self) -> u32 {
        self.tally.counts[self.ord()]
    }

    /// Goes to the next value that occurs; tells whether there is one.
    fn advance(&mut self) -> Result<bool> {
        let from = self.ord() + 1;
        let Some(next) = self.tally.counts[from..].iter().position(|count| *count > 0) else {
            return Ok(false);
        };
        let (ord, terms) = (from + next, self.tally.column.terms());
        let number = terms.block_of(ord as u32);
        if number != self.number {
            (self.number, self.block) = (number, terms.block(number)?);
        }
        self.at = ord - terms.first(number) as usize;
        Ok(true)
    }
}
