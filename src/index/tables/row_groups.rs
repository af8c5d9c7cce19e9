//! The groups of one segment: which rows belong to which.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashMap;

use super::super::cancel::CancelToken;
use super::super::column::IndexColumn;
use super::super::row_set::RowSet;
use super::super::schema::{FORMAT, SOURCE};
use super::super::search::QueryRun;
use super::super::segment::{OpenSegment, TimeScope};
use crate::error::{Error, Result};
use crate::query::FieldRef;
use crate::record::{Timestamp, thousands};

/// How many rows are grouped at once.
pub(super) const BLOCK: u32 = 1 << 14;

/// The place of a value that is not there.
pub(super) const NONE: u32 = 0;

/// Groups as a tree: a group of one level is a group of the level before and a value.
#[derive(Debug)]
pub(super) struct GroupTree {
    levels: Vec<Level>,
    most: usize,
}

#[derive(Debug, Default)]
struct Level {
    ids: HashMap<(u32, u32), u32>,
    members: Vec<(u32, u32)>,
}

impl GroupTree {
    /// Creates a tree of so many levels, which has at most so many groups. Without levels
    /// there is one group, 0.
    pub fn new(levels: usize, most: usize) -> GroupTree {
        GroupTree { levels: (0..levels).map(|_| Level::default()).collect(), most }
    }

    /// Returns how many groups there are.
    pub fn len(&self) -> usize {
        self.levels.last().map_or(1, |level| level.members.len())
    }

    /// Returns the groups of a level: the group of the level before, and the value.
    pub fn members(&self, level: usize) -> &[(u32, u32)] {
        &self.levels[level].members
    }

    /// Returns the values of a group, one for each level.
    pub fn values(&self, mut group: u32) -> Vec<u32> {
        let mut values = Vec::with_capacity(self.levels.len());
        for level in self.levels.iter().rev() {
            let (before, value) = level.members[group as usize];
            values.push(value);
            group = before;
        }
        values.reverse();
        values
    }

    /// Returns the group of a level that has this value in a group of the level before.
    pub fn enter(&mut self, level: usize, before: u32, value: u32) -> Result<u32> {
        let Level { ids, members } = &mut self.levels[level];
        if let Some(id) = ids.get(&(before, value)) {
            return Ok(*id);
        }
        if members.len() >= self.most {
            return Err(too_many(self.most));
        }
        let id = members.len() as u32;
        members.push((before, value));
        ids.insert((before, value), id);
        Ok(id)
    }
}

fn too_many(most: usize) -> Error {
    Error::usage(format!("there are more than {} groups", thousands(most)))
        .hint("Group by fewer fields, or by fields that have fewer different values.")
}

/// Returns the name by which segments know a field.
pub(super) fn column_name(field: &FieldRef) -> Result<&str> {
    match field {
        FieldRef::Core(id) => Ok(id.name()),
        FieldRef::Custom(name) => Ok(name),
        FieldRef::Format => Ok(FORMAT),
        FieldRef::Source => Ok(SOURCE),
        FieldRef::Tag => Err(Error::usage("no table can be made of tags: the index does not know them")
            .hint("Write tag:NAME before the first pipe to take the events of one tag.")),
        FieldRef::Id | FieldRef::Finding => {
            Err(Error::usage(format!("no table can be made of `{field}`: it is not a field with values")))
        }
    }
}

/// What the rows of a segment are grouped by.
pub(super) enum RowKey {
    /// The values of a column; none if no row has any.
    Column(Option<Arc<IndexColumn>>),
    /// The first rows of the buckets of time, and where the last ends.
    Buckets(Vec<u32>),
}

/// The rows of a segment that match, with what they are grouped by.
pub(super) struct GroupedRows<'a> {
    rows: Arc<RowSet>,
    /// The rows that may match.
    ranges: [Range<u32>; 2],
    keys: Vec<RowKey>,
    cancel: &'a CancelToken,
    /// The groups that were seen.
    pub groups: GroupTree,
}

impl<'a> GroupedRows<'a> {
    /// Begins to group the rows of a segment.
    pub fn new(
        search: &QueryRun<'a>,
        segment: &OpenSegment,
        reach: TimeScope,
        buckets: Option<&[Timestamp]>,
        by: &[FieldRef],
        most: usize,
    ) -> Result<GroupedRows<'a>> {
        let mut ranges = [segment.timed_rows(reach)?, segment.untimed_rows(reach)];
        let mut keys = Vec::new();
        if let Some(edges) = buckets {
            let within = &ranges[0];
            let starts = edges.iter().map(|edge| Ok(segment.row_at(*edge)?.clamp(within.start, within.end)));
            let starts: Vec<u32> = starts.collect::<Result<_>>()?;
            ranges = [starts.first().map_or(0..0, |first| *first..starts[starts.len() - 1]), 0..0];
            keys.push(RowKey::Buckets(starts));
        }
        for field in by {
            keys.push(RowKey::Column(segment.column(column_name(field)?)?));
        }
        let groups = GroupTree::new(keys.len(), most);
        Ok(GroupedRows { rows: search.rows(segment)?, ranges, keys, cancel: search.cancel, groups })
    }

    /// Returns the column of a level; none if no row has a value, or if it is of buckets.
    pub fn column(&self, level: usize) -> Option<&IndexColumn> {
        match &self.keys[level] {
            RowKey::Column(column) => column.as_deref(),
            RowKey::Buckets(_) => None,
        }
    }

    /// Returns whether a level is of buckets, whose values are one more than their place.
    pub fn is_of_buckets(&self, level: usize) -> bool {
        matches!(self.keys[level], RowKey::Buckets(_))
    }

    /// Returns how many levels there are.
    pub fn levels(&self) -> usize {
        self.keys.len()
    }

    /// Returns the rows that match.
    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// Returns the blocks of rows to be grouped, in order.
    pub fn blocks(&self) -> Vec<Range<u32>> {
        let ranges = self.ranges.iter().cloned();
        ranges
            .flat_map(|range| {
                let end = range.end;
                range.step_by(BLOCK as usize).map(move |from| from..end.min(from + BLOCK))
            })
            .collect()
    }

    /// Returns the rows of a block with the group of each, in order of rows; a row is there
    /// once for each of its groups.
    pub fn group(&mut self, block: Range<u32>) -> Result<Vec<(u32, u32)>> {
        self.cancel.check()?;
        let mut pairs = Vec::new();
        let mut at = block.start;
        while let Some(row) = self.rows.next(at..block.end) {
            pairs.push((row, 0));
            at = row + 1;
        }
        let mut values: Vec<(u32, u32)> = Vec::new();
        for level in 0..self.keys.len() {
            values.clear();
            match &self.keys[level] {
                RowKey::Column(None) => {}
                RowKey::Column(Some(column)) => {
                    column.visit(block.clone(), Some(&self.rows), self.cancel, |row, ord| {
                        values.push((row, ord + 1));
                    })?;
                }
                RowKey::Buckets(starts) => {
                    let bucket = |row: u32| starts.partition_point(|start| *start <= row) as u32;
                    values.extend(pairs.iter().map(|(row, _)| (*row, bucket(*row))));
                }
            }
            pairs = self.divide(level, &pairs, &values)?;
        }
        Ok(pairs)
    }

    /// Divides groups by the values of their rows; both are in order of rows.
    fn divide(
        &mut self,
        level: usize,
        pairs: &[(u32, u32)],
        values: &[(u32, u32)],
    ) -> Result<Vec<(u32, u32)>> {
        let mut divided = Vec::with_capacity(pairs.len());
        let mut at = 0;
        for (row, group) in pairs {
            while values.get(at).is_some_and(|(other, _)| other < row) {
                at += 1;
            }
            let own = values[at..].iter().take_while(|(other, _)| other == row);
            let before = divided.len();
            for (_, value) in own {
                divided.push((*row, self.groups.enter(level, *group, *value)?));
            }
            if divided.len() == before {
                divided.push((*row, self.groups.enter(level, *group, NONE)?));
            }
        }
        Ok(divided)
    }
}

/// Calls for each pair of a group and a value of one row; both are in order of rows.
pub(super) fn join(
    groups: &[(u32, u32)],
    values: &[(u32, u32)],
    mut call: impl FnMut(u32, u32) -> Result<()>,
) -> Result<()> {
    let mut at = 0;
    for (row, group) in groups {
        while values.get(at).is_some_and(|(other, _)| other < row) {
            at += 1;
        }
        let own = values[at..].iter().take_while(|(other, _)| other == row);
        for (_, value) in own {
            call(*group, *value)?;
        }
    }
    Ok(())
}
