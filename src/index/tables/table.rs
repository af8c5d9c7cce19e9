//! What is asked about groups of events, and what is answered.

use super::super::api::Hit;
use super::table_cell::TableCell;
use crate::query::{FieldRef, Measure};
use crate::record::Timestamp;

/// How much a table may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLimits {
    /// The most groups; more are refused.
    pub groups: usize,
    /// The most different values a group up to which `dc` and percentiles are exact.
    pub values: usize,
    /// The most different values in all groups together. Where there are more, `values` is
    /// halved until they fit.
    pub held: usize,
}

impl Default for TableLimits {
    fn default() -> TableLimits {
        TableLimits { groups: 1_000_000, values: 100_000, held: 2_000_000 }
    }
}

/// How a table of statistics is made.
#[derive(Debug, Clone, Copy)]
pub struct StatsPlan<'a> {
    /// What is computed.
    pub measures: &'a [Measure],
    /// The edges of adjoining buckets of time by which events are grouped first; every
    /// bucket has a row, and events outside of them or without a time are left out.
    pub buckets: Option<&'a [Timestamp]>,
    /// The fields by which events are grouped.
    pub by: &'a [FieldRef],
    /// How much it may hold.
    pub limits: TableLimits,
}

/// A row of a table: one group.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Its cells, one for each column.
    pub cells: Vec<TableCell>,
    /// The places of the cells that are approximate.
    pub approximate: Vec<usize>,
}

/// A table of statistics: a column for each key, then one for each measure.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsTable {
    /// The rows, by their keys; groups without a value come last.
    pub rows: Vec<TableRow>,
    /// For each measure, how many values were passed over since they are no numbers (or
    /// no times). A value counts in each group of its event.
    pub passed_over: Vec<u64>,
}

/// An event with the values of some of its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct EventValues {
    /// Which event.
    pub hit: Hit,
    /// The values of the fields that were asked for.
    pub cells: Vec<TableCell>,
}

impl AsRef<[TableCell]> for TableRow {
    fn as_ref(&self) -> &[TableCell] {
        &self.cells
    }
}

impl AsRef<[TableCell]> for EventValues {
    fn as_ref(&self) -> &[TableCell] {
        &self.cells
    }
}
