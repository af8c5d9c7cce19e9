//! What events say, as numbers: events with the same time and the same values have the
//! same number, others practically never.

use std::hash::{BuildHasher, RandomState};

use super::api::Hit;
use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::dictionary::Dictionary;
use super::overflow_column;
use super::row_set::RowSet;
use super::segment::OpenSegment;
use crate::error::Result;

/// Gives numbers to what events say. Its keys are drawn anew each time: numbers of two of
/// them cannot be compared.
#[derive(Default)]
pub(super) struct Fingerprints {
    keys: RandomState,
}

impl Fingerprints {
    /// Returns the number of a value of a field.
    pub fn value(&self, name: &str, text: &str) -> u64 {
        self.keys.hash_one((name, text))
    }

    /// Returns the number of each value of a dictionary. Without a name, the values are
    /// entries of the column that fields share.
    pub fn dictionary(&self, name: &str, terms: &Dictionary, cancel: &CancelToken) -> Result<Vec<u64>> {
        let mut hashes = Vec::with_capacity(terms.len() as usize);
        for number in 0..terms.blocks() {
            cancel.check()?;
            let block = terms.block_once(number)?;
            hashes.extend((0..block.len()).map(|i| self.entry(name, block.get(i))));
        }
        Ok(hashes)
    }

    fn entry(&self, name: &str, text: &str) -> u64 {
        let (name, text) = if name.is_empty() { overflow_column::split(text) } else { (name, text) };
        self.value(name, text)
    }

    /// Returns the number of an event from its time and the sum of its values' numbers.
    pub fn event(&self, time: Option<i64>, values: u64) -> u64 {
        self.keys.hash_one((time, values))
    }

    /// Returns the numbers of some events; none for those that the segments do not have.
    pub fn hits(&self, segments: &[&OpenSegment], hits: &[Hit], cancel: &CancelToken) -> Result<Vec<u64>> {
        let mut order: Vec<usize> = (0..hits.len()).collect();
        order.sort_unstable_by_key(|at| key(&hits[*at]));
        let mut found = vec![0; hits.len()];
        for segment in segments {
            let places = places(segment, hits, &order, cancel)?;
            let mut rows = RowSet::none(segment.rows);
            places.iter().for_each(|(row, _)| rows.insert(*row));
            let sums = if places.is_empty() { Vec::new() } else { self.sums(segment, &rows, cancel)? };
            for (row, at) in places {
                found[at] = self.event(hits[at].time.map(|time| time.nanos()), sums[row as usize]);
            }
        }
        Ok(found)
    }

    /// Returns the sum of the numbers of each chosen row's values.
    fn sums(&self, segment: &OpenSegment, rows: &RowSet, cancel: &CancelToken) -> Result<Vec<u64>> {
        let mut sums = vec![0; segment.rows as usize];
        for (name, _, column) in segment.typed_columns()? {
            self.add(&name, &column, rows, &mut sums, cancel)?;
        }
        Ok(sums)
    }

    fn add(
        &self,
        name: &str,
        column: &IndexColumn,
        rows: &RowSet,
        sums: &mut [u64],
        cancel: &CancelToken,
    ) -> Result<()> {
        let mut found = Vec::new();
        column.visit(0..sums.len() as u32, Some(rows), cancel, |row, ordinal| found.push((ordinal, row)))?;
        found.sort_unstable();
        let mut used: Vec<u32> = found.iter().map(|(ordinal, _)| *ordinal).collect();
        used.dedup();
        let texts = column.terms().texts(&used)?;
        let mut at = 0;
        for (ordinal, row) in found {
            at += usize::from(used[at] != ordinal);
            let sum = &mut sums[row as usize];
            *sum = sum.wrapping_add(self.entry(name, &texts[at]));
        }
        Ok(())
    }
}

fn key(hit: &Hit) -> (Option<i64>, [u8; 32], u64) {
    (hit.time.map(|time| time.nanos()), hit.source.0, hit.record)
}

/// Returns the rows of a segment that are among the hits that tell a time, with the place
/// of each there; `order` names the hits in their order.
fn places(
    segment: &OpenSegment,
    hits: &[Hit],
    order: &[usize],
    cancel: &CancelToken,
) -> Result<Vec<(u32, usize)>> {
    let mut found = Vec::new();
    if segment.timed == 0 {
        return Ok(found);
    }
    let (times, origins, records) = (segment.times()?, segment.origins()?, segment.records()?);
    let mut from = 0;
    while from < order.len() {
        let time = hits[order[from]].time;
        let same = order[from..].partition_point(|at| hits[*at].time == time);
        let group = &order[from..from + same];
        from += same;
        let Some(time) = time else { continue };
        cancel.check()?;
        let mut row = segment.row_at(time)?;
        while row < segment.timed && times.get(row) == time.nanos() {
            let source = segment.sources[origins.get_val(row) as usize];
            let place = (Some(time.nanos()), source.0, records.get_val(row));
            found.extend(group.binary_search_by_key(&place, |at| key(&hits[*at])).map(|at| (row, group[at])));
            row += 1;
        }
    }
    Ok(found)
}
