//! Tables of statistics: the groups of all segments.

use std::thread;

use super::super::parallel;
use super::super::search::QueryRun;
use super::super::segment::{OpenSegment, TimeScope};
use super::field_summary::FieldSummary;
use super::figure::Figure;
use super::group_keys::MergedGroups;
use super::segment_stats::{MeasuredPart, SegmentStats, measured_parts, segment_stats};
use super::table::{StatsPlan, StatsTable, TableRow};
use super::table_cell::{SortValue, TableCell};
use crate::error::Result;
use crate::query::{Function, Quantity};

/// The fewest different values a group to which the bound is lowered.
const FEWEST: usize = 64;

/// Computes a table of statistics.
pub(in crate::index) fn stats(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    plan: &StatsPlan<'_>,
) -> Result<StatsTable> {
    let parts = measured_parts(plan);
    let mut merged = MergedStats::new(plan, &parts);
    for some in waves(segments) {
        let stats = parallel::each(some, |segment| segment_stats(search, segment, reach, plan, &parts))?;
        for one in stats {
            search.cancel.check()?;
            merged.merge(one)?;
        }
    }
    Ok(merged.table())
}

/// Cuts segments into lists that are worked on side by side: what each gives is held only
/// until its list is merged.
pub(super) fn waves<'a, 'b>(segments: &'a [&'b OpenSegment]) -> impl Iterator<Item = &'a [&'b OpenSegment]> {
    segments.chunks(2 * thread::available_parallelism().map_or(1, usize::from))
}

/// The statistics of all segments so far.
struct MergedStats<'a> {
    plan: &'a StatsPlan<'a>,
    parts: &'a [MeasuredPart],
    groups: MergedGroups,
    counts: Vec<u64>,
    /// By measured field and group.
    summaries: Vec<Vec<FieldSummary>>,
    /// How many different values a group keeps.
    values: usize,
}

impl<'a> MergedStats<'a> {
    fn new(plan: &'a StatsPlan<'a>, parts: &'a [MeasuredPart]) -> MergedStats<'a> {
        let levels = plan.by.len() + usize::from(plan.buckets.is_some());
        let mut merged = MergedStats {
            plan,
            parts,
            groups: MergedGroups::new(levels, plan.limits.groups),
            counts: Vec::new(),
            summaries: vec![Vec::new(); parts.len()],
            values: plan.limits.values,
        };
        merged.grow();
        merged
    }

    /// Makes room for the groups that are new.
    fn grow(&mut self) {
        let groups = self.groups.len();
        self.counts.resize(groups, 0);
        for (summaries, part) in self.summaries.iter_mut().zip(self.parts) {
            summaries.resize(groups, FieldSummary::new(part.wanted, self.values));
        }
    }

    fn merge(&mut self, segment: SegmentStats) -> Result<()> {
        let here = self.groups.merge(&segment.groups)?;
        self.grow();
        for (group, count) in here.iter().zip(segment.counts) {
            self.counts[*group as usize] += count;
        }
        for (mine, theirs) in self.summaries.iter_mut().zip(segment.summaries) {
            for (group, summary) in here.iter().zip(theirs) {
                mine[*group as usize].merge(summary);
            }
        }
        let held = |summaries: &[Vec<FieldSummary>]| -> usize {
            summaries.iter().flatten().map(FieldSummary::held).sum()
        };
        while self.values > FEWEST && held(&self.summaries) > self.plan.limits.held {
            self.values /= 2;
            self.summaries.iter_mut().flatten().for_each(|summary| summary.shrink(self.values));
        }
        Ok(())
    }

    fn table(mut self) -> StatsTable {
        let mut rows: Vec<TableRow> = (0..self.counts.len() as u32).map(|group| self.row(group)).collect();
        rows.extend(self.empty_buckets());
        let keys = self.plan.by.len() + usize::from(self.plan.buckets.is_some());
        rows.sort_by_cached_key(|row| row.cells[..keys].iter().map(place).collect::<Vec<_>>());
        let others = |measure: &Quantity| match measure {
            Quantity::Count | Quantity::Of(Function::Distinct, _) => 0,
            Quantity::Of(_, measured) => {
                let part = self.parts.iter().position(|part| part.field == measured.field);
                part.map_or(0, |part| self.summaries[part].iter().map(FieldSummary::others).sum())
            }
        };
        let passed_over = self.plan.measures.iter().map(|measure| others(&measure.quantity)).collect();
        StatsTable { rows, passed_over }
    }

    fn row(&mut self, group: u32) -> TableRow {
        let mut cells = self.groups.cells(group, self.plan.buckets, self.plan.by);
        let mut approximate = Vec::new();
        for measure in self.plan.measures {
            let (cell, rough) = match &measure.quantity {
                Quantity::Count => (count(self.counts[group as usize]), false),
                Quantity::Of(function, measured) => {
                    let part = self.parts.iter().position(|part| part.field == measured.field);
                    let part = part.expect("there is a part for each measured field");
                    self.summaries[part][group as usize].cell(*function, &measured.field)
                }
            };
            if rough {
                approximate.push(cells.len());
            }
            cells.push(cell);
        }
        TableRow { cells, approximate }
    }

    /// Returns the rows of the buckets that have no events.
    fn empty_buckets(&self) -> Vec<TableRow> {
        let Some(edges) = self.plan.buckets else { return Vec::new() };
        let mut filled = vec![false; edges.len()];
        (0..self.counts.len() as u32).for_each(|group| filled[self.groups.bucket(group)] = true);
        let starts = edges.iter().zip(filled).take(edges.len().saturating_sub(1));
        let row = |start| {
            let mut cells = vec![TableCell::Time(start)];
            cells.resize(1 + self.plan.by.len(), TableCell::Missing);
            let none = |measure: &Quantity| match measure {
                Quantity::Count | Quantity::Of(Function::Distinct, _) => count(0),
                Quantity::Of(..) => TableCell::Missing,
            };
            cells.extend(self.plan.measures.iter().map(|measure| none(&measure.quantity)));
            TableRow { cells, approximate: Vec::new() }
        };
        starts.filter(|(_, filled)| !filled).map(|(start, _)| row(*start)).collect()
    }
}

fn count(events: u64) -> TableCell {
    TableCell::Number(Figure::Whole(events.into()))
}

/// Returns where a key stands among others: those that are missing last.
fn place(cell: &TableCell) -> (bool, Option<SortValue>, String) {
    (*cell == TableCell::Missing, cell.sort_values().next(), cell.to_string())
}
