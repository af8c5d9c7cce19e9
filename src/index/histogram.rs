//! Counts over time.

use std::ops::Range;

use super::api::{Histogram, HistogramBucket, TermOrder};
use super::column::IndexColumn;
use super::parallel;
use super::row_set::RowSet;
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use super::top;
use crate::error::Result;
use crate::record::{TimeRange, Timestamp};

/// Stands for every value that has no series of its own.
const OTHERS: &str = "…";

/// Counts in each of these adjoining windows, split by values of a field.
pub(super) fn histogram(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    edges: &[Timestamp],
    by: Option<&str>,
    series: usize,
) -> Result<Histogram> {
    let windows = edges.windows(2).map(|pair| TimeRange { from: pair[0], to: pair[1] });
    let mut buckets: Vec<HistogramBucket> =
        windows.map(|window| HistogramBucket { window, count: 0, by: Vec::new() }).collect();
    let (Some(from), Some(to)) = (edges.first(), edges.last()) else { return Ok(Histogram::default()) };
    let split = match by {
        None => None,
        Some(field) => {
            let reach = reach.and(TimeRange { from: *from, to: *to });
            let tops =
                top::top(search, segments, reach, field, None, TermOrder::Most, series.saturating_add(2))?;
            let values = tops.into_iter().map(|top| top.value);
            let values = values.filter(|value| !value.is_empty() && value != OTHERS).take(series).collect();
            Some(Split { field, values })
        }
    };
    let parts = parallel::each(segments, |segment| {
        let rows = search.rows(segment)?;
        let limits = segment.timed_rows(reach)?;
        let starts = edges.iter().map(|edge| Ok(segment.row_at(*edge)?.clamp(limits.start, limits.end)));
        let starts: Vec<u32> = starts.collect::<Result<_>>()?;
        let counts: Vec<u64> = starts.windows(2).map(|span| rows.count(span[0]..span[1])).collect();
        let split = split.as_ref().map(|split| split.count(search, segment, &rows, &starts)).transpose()?;
        Ok((counts, split))
    })?;
    let mut table = split.as_ref().map(|split| vec![vec![0; split.values.len() + 2]; buckets.len()]);
    for (counts, split) in parts {
        buckets.iter_mut().zip(counts).for_each(|(bucket, count)| bucket.count += count);
        for (sums, counts) in table.iter_mut().flatten().zip(split.into_iter().flatten()) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    let by = split.zip(table).map_or(Vec::new(), |(split, table)| split.finish(&table, &mut buckets));
    Ok(Histogram { buckets, by })
}

/// The values of a field that have a series of their own.
struct Split<'a> {
    field: &'a str,
    values: Vec<String>,
}

/// For each bucket: the values, then events without one, then events with others.
type Table = Vec<Vec<u64>>;

impl Split<'_> {
    /// Counts by bucket and value in a segment; `starts` are the first rows of the buckets.
    fn count(
        &self,
        search: &QueryRun<'_>,
        segment: &OpenSegment,
        rows: &RowSet,
        starts: &[u32],
    ) -> Result<Table> {
        let mut table = vec![vec![0; self.values.len() + 2]; starts.len() - 1];
        let (none, others) = (self.values.len(), self.values.len() + 1);
        let Some(column) = segment.column(self.field)? else {
            count_rows(&mut table, rows, starts, none);
            return Ok(table);
        };
        let mut lacking = column.present();
        lacking.invert();
        lacking.and(rows);
        count_rows(&mut table, &lacking, starts, none);
        let slots = self.slots(&column)?;
        let mut bucket = Buckets { starts, at: 0 };
        let mut last_other = None;
        column.visit(starts[0]..starts[starts.len() - 1], Some(rows), search.cancel, |row, ord| {
            let slot = slots[ord as usize] as usize;
            if slot == others && last_other.replace(row) == Some(row) {
                return;
            }
            if let Some(bucket) = bucket.of(row) {
                table[bucket][slot] += 1;
            }
        })?;
        Ok(table)
    }

    /// Returns the series of each ordinal. An empty value counts as none.
    fn slots(&self, column: &IndexColumn) -> Result<Vec<u32>> {
        let terms = column.terms();
        let mut slots = vec![self.values.len() as u32 + 1; terms.len() as usize];
        for (slot, value) in (0..).zip(self.values.iter().map(String::as_str).chain([""])) {
            if let Some(ord) = terms.find(value)? {
                slots[ord as usize] = slot;
            }
        }
        Ok(slots)
    }

    /// Puts the counts into the buckets; gives the names of the series.
    fn finish(mut self, table: &Table, buckets: &mut [HistogramBucket]) -> Vec<String> {
        let used = |slot: usize| table.iter().any(|counts| counts[slot] > 0);
        let values = self.values.len();
        let (none, others) = (used(values), used(values + 1));
        for (bucket, counts) in buckets.iter_mut().zip(table) {
            bucket.by.extend_from_slice(&counts[..values]);
            bucket.by.extend(none.then_some(counts[values]));
            bucket.by.extend(others.then_some(counts[values + 1]));
        }
        self.values.extend(none.then(String::new));
        self.values.extend(others.then(|| OTHERS.to_owned()));
        self.values
    }
}

fn count_rows(table: &mut Table, rows: &RowSet, starts: &[u32], slot: usize) {
    for (counts, span) in table.iter_mut().zip(starts.windows(2)) {
        counts[slot] += rows.count(span[0]..span[1]);
    }
}

/// Finds the bucket of rows that come in ascending order.
struct Buckets<'a> {
    starts: &'a [u32],
    at: usize,
}

impl Buckets<'_> {
    fn of(&mut self, row: u32) -> Option<usize> {
        while self.at + 1 < self.starts.len() && row >= self.starts[self.at + 1] {
            self.at += 1;
        }
        let within: Range<u32> = self.starts[self.at]..*self.starts.get(self.at + 1)?;
        within.contains(&row).then_some(self.at)
    }
}
