//! The groups of all segments: the same values are the same group.

use hashbrown::HashMap;

use super::super::column::IndexColumn;
use super::row_groups::{GroupTree, GroupedRows, NONE};
use super::table_cell::TableCell;
use crate::error::Result;
use crate::query::FieldRef;
use crate::record::Timestamp;

/// The groups of one segment, their values resolved.
pub(super) struct SegmentGroups {
    groups: GroupTree,
    /// For each level its texts, by one less than the value; none for buckets, whose
    /// values are those of every segment.
    texts: Vec<Option<HashMap<u32, String>>>,
}

impl SegmentGroups {
    /// Resolves the values of the groups that were seen.
    pub fn of(rows: GroupedRows<'_>) -> Result<SegmentGroups> {
        let mut texts = Vec::new();
        for level in 0..rows.levels() {
            let mut ords: Vec<u32> =
                rows.groups.members(level).iter().filter_map(|(_, value)| value.checked_sub(1)).collect();
            ords.sort_unstable();
            ords.dedup();
            texts.push(match rows.column(level) {
                _ if rows.is_of_buckets(level) => None,
                None => Some(HashMap::new()),
                Some(column) => {
                    let mut texts = HashMap::with_capacity(ords.len());
                    each_text(column, &ords, |ord, text| drop(texts.insert(ord, text.to_owned())))?;
                    Some(texts)
                }
            });
        }
        Ok(SegmentGroups { groups: rows.groups, texts })
    }

    /// Returns how many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }
}

/// Calls with the text of each of these ordinals, which are ascending.
pub(super) fn each_text(column: &IndexColumn, ords: &[u32], mut call: impl FnMut(u32, &str)) -> Result<()> {
    let terms = column.terms();
    let mut at = 0;
    while let Some(ord) = ords.get(at) {
        let number = terms.block_of(*ord);
        let (block, first) = (terms.block(number)?, terms.first(number));
        while let Some(ord) = ords.get(at).filter(|ord| ((**ord - first) as usize) < block.len()) {
            call(*ord, block.get((*ord - first) as usize));
            at += 1;
        }
    }
    Ok(())
}

/// The groups of all segments.
pub(super) struct MergedGroups {
    groups: GroupTree,
    ids: Vec<HashMap<String, u32>>,
    texts: Vec<Vec<String>>,
}

impl MergedGroups {
    /// Creates no groups of so many levels, and at most so many of them.
    pub fn new(levels: usize, most: usize) -> MergedGroups {
        MergedGroups {
            groups: GroupTree::new(levels, most),
            ids: vec![HashMap::new(); levels],
            texts: vec![Vec::new(); levels],
        }
    }

    /// Returns how many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Adds the groups of a segment, and returns which each of them is here.
    pub fn merge(&mut self, segment: &SegmentGroups) -> Result<Vec<u32>> {
        let mut here = vec![0];
        for (level, texts) in segment.texts.iter().enumerate() {
            let members = segment.groups.members(level);
            let mut next = Vec::with_capacity(members.len());
            for (before, value) in members {
                let value = match (texts, *value) {
                    (_, NONE) => NONE,
                    (None, value) => value,
                    (Some(texts), value) => self.value(level, &texts[&(value - 1)]),
                };
                next.push(self.groups.enter(level, here[*before as usize], value)?);
            }
            here = next;
        }
        Ok(here)
    }

    fn value(&mut self, level: usize, text: &str) -> u32 {
        if let Some(value) = self.ids[level].get(text) {
            return *value;
        }
        self.texts[level].push(text.to_owned());
        let value = self.texts[level].len() as u32;
        self.ids[level].insert(text.to_owned(), value);
        value
    }

    /// Returns the bucket of a group, which is its first value.
    pub fn bucket(&self, group: u32) -> usize {
        self.groups.values(group)[0] as usize - 1
    }

    /// Returns the cells of a group: the start of its bucket, then its values.
    pub fn cells(&self, group: u32, buckets: Option<&[Timestamp]>, by: &[FieldRef]) -> Vec<TableCell> {
        let values = self.groups.values(group);
        let mut cells = Vec::with_capacity(values.len());
        let skipped = usize::from(buckets.is_some());
        if let Some(edges) = buckets {
            cells.push(TableCell::Time(edges[values[0] as usize - 1]));
        }
        for (level, field) in (skipped..).zip(by) {
            cells.push(match values[level] {
                NONE => TableCell::Missing,
                value => {
                    let text = self.texts[level][value as usize - 1].clone();
                    TableCell::of_value(field, text)
                }
            });
        }
        cells
    }
}
