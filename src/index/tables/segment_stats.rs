//! Statistics of the groups of one segment.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashMap;

use super::super::cancel::CancelToken;
use super::super::column::IndexColumn;
use super::super::row_set::RowSet;
use super::super::search::QueryRun;
use super::super::segment::{OpenSegment, TimeScope, Times};
use super::field_summary::{FieldSummary, MeasuredValue, WantedParts};
use super::group_keys::{SegmentGroups, each_text};
use super::row_groups::{GroupedRows, column_name, join};
use super::table::StatsPlan;
use crate::error::Result;
use crate::query::{FieldRef, Quantity};
use crate::record::{Timestamp, fields};

/// How many pairs of a group and a value are counted before they are summed up.
const PAIRS: usize = 1 << 20;

/// A field of which something is computed, and what.
pub(super) struct MeasuredPart {
    pub field: FieldRef,
    pub wanted: WantedParts,
}

/// Returns the fields of which something is computed, each once.
pub(super) fn measured_parts(plan: &StatsPlan<'_>) -> Vec<MeasuredPart> {
    let mut parts: Vec<MeasuredPart> = Vec::new();
    for measure in plan.measures {
        let Quantity::Of(function, measured) = &measure.quantity else { continue };
        let field = &measured.field;
        let place = parts.iter().position(|part| part.field == *field).unwrap_or_else(|| {
            parts.push(MeasuredPart { field: field.clone(), wanted: WantedParts::default() });
            parts.len() - 1
        });
        parts[place].wanted.add(*function, field);
    }
    parts
}

/// The groups of one segment, how many events each has, and for each measured field the
/// summaries of its values, by group.
pub(super) struct SegmentStats {
    pub groups: SegmentGroups,
    pub counts: Vec<u64>,
    pub summaries: Vec<Vec<FieldSummary>>,
}

/// Computes the statistics of the groups of a segment.
pub(super) fn segment_stats(
    search: &QueryRun<'_>,
    segment: &OpenSegment,
    reach: TimeScope,
    plan: &StatsPlan<'_>,
    parts: &[MeasuredPart],
) -> Result<SegmentStats> {
    let mut rows = GroupedRows::new(search, segment, reach, plan.buckets, plan.by, plan.limits.groups)?;
    let mut counts: Vec<u64> = vec![0];
    let tallies = parts.iter().map(|part| Tally::new(segment, part, plan.limits.values));
    let mut tallies: Vec<Tally> = tallies.collect::<Result<_>>()?;
    for block in rows.blocks() {
        let groups = rows.group(block.clone())?;
        counts.resize(rows.groups.len().max(1), 0);
        groups.iter().for_each(|(_, group)| counts[*group as usize] += 1);
        for tally in &mut tallies {
            tally.count(block.clone(), &groups, rows.rows(), search.cancel)?;
        }
    }
    counts.truncate(rows.groups.len());
    let groups = SegmentGroups::of(rows)?;
    let summaries = tallies.into_iter().map(|tally| tally.finish(groups.len())).collect::<Result<_>>()?;
    Ok(SegmentStats { groups, counts, summaries })
}

/// Where the values of a measured field come from.
enum ValueSource {
    /// No row has any.
    Nothing,
    /// A column.
    Column(Arc<IndexColumn>),
    /// The times of the events, of which so many have one; a row stands for its time.
    Times(Times, u32),
}

/// How often each value occurs in each group.
struct Tally {
    source: ValueSource,
    wanted: WantedParts,
    /// How many different values a group keeps.
    most: usize,
    /// By group and ordinal.
    pairs: HashMap<(u32, u32), u64>,
    summaries: Vec<FieldSummary>,
    values: Vec<(u32, u32)>,
}

impl Tally {
    fn new(segment: &OpenSegment, part: &MeasuredPart, most: usize) -> Result<Tally> {
        let source = match &part.field {
            FieldRef::Core(fields::TIMESTAMP) if segment.timed == 0 => ValueSource::Nothing,
            FieldRef::Core(fields::TIMESTAMP) => ValueSource::Times(segment.times()?, segment.timed),
            field => segment.column(column_name(field)?)?.map_or(ValueSource::Nothing, ValueSource::Column),
        };
        Ok(Tally {
            source,
            wanted: part.wanted,
            most,
            pairs: HashMap::new(),
            summaries: Vec::new(),
            values: Vec::new(),
        })
    }

    /// Counts the values of a block of rows whose groups are known.
    fn count(
        &mut self,
        block: Range<u32>,
        groups: &[(u32, u32)],
        rows: &RowSet,
        cancel: &CancelToken,
    ) -> Result<()> {
        let Tally { source, values, .. } = self;
        values.clear();
        match source {
            ValueSource::Nothing => {}
            ValueSource::Column(column) => {
                column.visit(block, Some(rows), cancel, |row, ord| values.push((row, ord)))?;
            }
            ValueSource::Times(_, timed) => {
                let timed = block.start..block.end.min(*timed);
                values.extend(timed.map(|row| (row, row)));
            }
        }
        let values = std::mem::take(&mut self.values);
        join(groups, &values, |group, ord| {
            *self.pairs.entry((group, ord)).or_default() += 1;
            if self.pairs.len() >= PAIRS { self.sum_up() } else { Ok(()) }
        })?;
        self.values = values;
        Ok(())
    }

    /// Adds what was counted to the summaries, in order of values and groups.
    fn sum_up(&mut self) -> Result<()> {
        let mut pairs: Vec<((u32, u32), u64)> = self.pairs.drain().collect();
        pairs.sort_unstable_by_key(|((group, ord), _)| (*ord, *group));
        let groups = pairs.iter().map(|((group, _), _)| *group as usize + 1).max().unwrap_or(0);
        let empty = FieldSummary::new(self.wanted, self.most);
        self.summaries.resize(self.summaries.len().max(groups), empty);
        let mut ords: Vec<u32> = pairs.iter().map(|((_, ord), _)| *ord).collect();
        ords.dedup();
        let mut pairs = pairs.into_iter().peekable();
        let (wanted, summaries) = (self.wanted, &mut self.summaries);
        let mut add = |ord: u32, value: MeasuredValue| {
            while let Some(((group, _), count)) = pairs.next_if(|((_, other), _)| *other == ord) {
                summaries[group as usize].add(&value, count);
            }
        };
        match &self.source {
            ValueSource::Nothing => Ok(()),
            ValueSource::Column(column) => {
                each_text(column, &ords, |ord, text| add(ord, MeasuredValue::of_text(text, wanted)))
            }
            ValueSource::Times(times, _) => {
                let time = |ord: u32| Timestamp::from_nanos(times.get(ord));
                ords.into_iter().for_each(|ord| add(ord, MeasuredValue::of_time(time(ord), wanted)));
                Ok(())
            }
        }
    }

    /// Returns the summary of each group.
    fn finish(mut self, groups: usize) -> Result<Vec<FieldSummary>> {
        self.sum_up()?;
        self.summaries.resize(groups, FieldSummary::new(self.wanted, self.most));
        Ok(self.summaries)
    }
}
