//! Counts over time.

use std::collections::HashMap;
use std::ops::Range;

use super::answer::{Bucket, Histogram, Rank};
use super::column::Column;
use super::rows::Rows;
use super::search::Search;
use super::segment::{OpenSegment, Reach};
use super::top;
use crate::error::Result;
use crate::record::{Instant, Window};

/// Stands for every value that has no series of its own.
const OTHERS: &str = "…";

/// Counts in each of these adjoining windows, split by values of a field.
pub(super) fn histogram(
    search: &Search<'_>,
    segments: &[&OpenSegment],
    reach: Reach,
    edges: &[Instant],
    by: Option<&str>,
    series: usize,
) -> Result<Histogram> {
    let windows = edges.windows(2).map(|pair| Window { from: pair[0], to: pair[1] });
    let mut buckets: Vec<Bucket> =
        windows.map(|window| Bucket { window, count: 0, by: Vec::new() }).collect();
    let (Some(from), Some(to)) = (edges.first(), edges.last()) else { return Ok(Histogram::default()) };
    let mut split = match by {
        None => None,
        Some(field) => {
            let reach = reach.and(Window { from: *from, to: *to });
            let mut values: Vec<String> =
                top::top(search, segments, reach, field, None, Rank::Most, series.saturating_add(2))?
                    .into_iter()
                    .map(|top| top.value)
                    .filter(|value| !value.is_empty() && value != OTHERS)
                    .collect();
            values.truncate(series);
            Some(Split::new(field, values, buckets.len()))
        }
    };
    for segment in segments {
        let rows = search.rows(segment)?;
        let limits = segment.timed_rows(reach)?;
        let mut starts = Vec::with_capacity(edges.len());
        for edge in edges {
            starts.push(segment.row_at(*edge)?.clamp(limits.start, limits.end));
        }
        for (bucket, span) in buckets.iter_mut().zip(starts.windows(2)) {
            bucket.count += rows.count(span[0]..span[1]);
        }
        if let Some(split) = &mut split {
            split.add(search, segment, &rows, &starts)?;
        }
    }
    let by = split.map_or(Vec::new(), |split| split.finish(&mut buckets));
    Ok(Histogram { buckets, by })
}

/// Counts by value and bucket.
struct Split<'a> {
    field: &'a str,
    values: Vec<String>,
    /// For each bucket: the values, then events without one, then events with others.
    counts: Vec<Vec<u64>>,
}

impl<'a> Split<'a> {
    fn new(field: &'a str, values: Vec<String>, buckets: usize) -> Split<'a> {
        let counts = vec![vec![0; values.len() + 2]; buckets];
        Split { field, values, counts }
    }

    fn add(&mut self, search: &Search<'_>, segment: &OpenSegment, rows: &Rows, starts: &[u32]) -> Result<()> {
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return Ok(()) };
        let (none, others) = (self.values.len(), self.values.len() + 1);
        let Some(column) = segment.column(self.field)? else {
            self.count_rows(rows, starts, none);
            return Ok(());
        };
        let mut lacking = rows.clone();
        let mut present = column.present();
        present.invert();
        lacking.and(&present);
        self.count_rows(&lacking, starts, none);
        let slots = self.slots(&column)?;
        let mut bucket = Buckets { starts, at: 0 };
        let mut last_other = None;
        column.visit(*first..*last, Some(rows), search.cancel, |row, ord| {
            let slot = slots.get(&ord).copied().unwrap_or(others);
            if slot == others && last_other.replace(row) == Some(row) {
                return;
            }
            if let Some(bucket) = bucket.of(row) {
                self.counts[bucket][slot] += 1;
            }
        })
    }

    fn count_rows(&mut self, rows: &Rows, starts: &[u32], slot: usize) {
        for (counts, span) in self.counts.iter_mut().zip(starts.windows(2)) {
            counts[slot] += rows.count(span[0]..span[1]);
        }
    }

    /// Gives the series of the ordinals that have one. An empty value counts as none.
    fn slots(&self, column: &Column) -> Result<HashMap<u32, usize>> {
        let mut slots = HashMap::new();
        for (slot, value) in self.values.iter().map(String::as_str).chain([""]).enumerate() {
            slots.extend(column.terms().find(value)?.map(|ord| (ord, slot)));
        }
        Ok(slots)
    }

    /// Puts the counts into the buckets; gives the names of the series.
    fn finish(mut self, buckets: &mut [Bucket]) -> Vec<String> {
        let used = |slot: usize| self.counts.iter().any(|counts| counts[slot] > 0);
        let values = self.values.len();
        let (none, others) = (used(values), used(values + 1));
        for (bucket, counts) in buckets.iter_mut().zip(self.counts) {
            bucket.by.extend_from_slice(&counts[..values]);
            bucket.by.extend(none.then_some(counts[values]));
            bucket.by.extend(others.then_some(counts[values + 1]));
        }
        self.values.extend(none.then(String::new));
        self.values.extend(others.then(|| OTHERS.to_owned()));
        self.values
    }
}

/// Tells the bucket of rows that come in ascending order.
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
