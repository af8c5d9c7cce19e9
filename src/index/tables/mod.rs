//! What do groups of events have in common?
//!
//! Owns the grouping of events by the values of fields, and what is computed of
//! each group. Promises exact answers up to documented bounds ([`TableLimits`]),
//! approximate ones above them that say so, and a clear refusal where there are
//! too many groups. From the bottom up: `figure` and `table_cell` are values,
//! `distinct_values`, `value_distribution` and `field_summary` compute,
//! `row_groups` and `group_keys` group the rows of a segment and of all of them,
//! `stats` and `event_rows` are the verbs.

mod distinct_values;
mod event_rows;
mod field_summary;
mod figure;
mod group_keys;
mod row_groups;
mod segment_stats;
mod stats;
mod table;
mod table_cell;
mod value_distribution;

pub(super) use event_rows::{EventRowsPlan, event_rows};
pub use figure::Figure;
pub(super) use stats::stats;
pub use table::{EventValues, StatsPlan, StatsTable, TableLimits, TableRow};
pub use table_cell::{SortValue, TableCell};
