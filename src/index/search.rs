//! One search: a query asked of the segments, stopped when nobody waits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::filter_cache::FilterCache;
use super::matcher::Matcher;
use super::overflow_column;
use super::query_plan::QueryPlan;
use super::row_set::RowSet;
use super::segment::OpenSegment;
use super::tokenizer::fold;
use crate::error::Result;
use crate::query::{Leaf, Op};
use crate::record::{EventId, Timestamp};

/// How many rows are read between two looks at whether to stop.
const BLOCK: u32 = 1 << 16;

/// A search that runs.
pub(super) struct QueryRun<'a> {
    /// What is asked.
    pub plan: QueryPlan,
    /// Whether anybody still waits.
    pub cancel: &'a CancelToken,
    /// What was answered before.
    pub memo: &'a FilterCache,
}

impl QueryRun<'_> {
    /// Returns the rows of a segment that match.
    pub fn rows(&self, segment: &OpenSegment) -> Result<Arc<RowSet>> {
        self.eval(segment, &self.plan)
    }

    fn eval(&self, segment: &OpenSegment, plan: &QueryPlan) -> Result<Arc<RowSet>> {
        self.cancel.check()?;
        match plan {
            QueryPlan::All => Ok(segment.all()),
            QueryPlan::And(members) => self.combined(segment, members, segment.all(), RowSet::and),
            QueryPlan::Or(members) => {
                self.combined(segment, members, Arc::new(RowSet::none(segment.rows)), RowSet::or)
            }
            QueryPlan::Not(inner) => {
                let mut rows = Arc::unwrap_or_clone(self.eval(segment, inner)?);
                rows.invert();
                Ok(Arc::new(rows))
            }
            QueryPlan::Value { leaf, field, matcher } => self.value(segment, leaf, field.as_deref(), matcher),
            QueryPlan::Exists(field) => {
                let mut rows = RowSet::none(segment.rows);
                segment.columns_of(field)?.iter().for_each(|column| rows.or(&column.present()));
                Ok(Arc::new(rows))
            }
            QueryPlan::Time(tests) => self.time(segment, tests),
            QueryPlan::TimeText(matcher) => self.time_text(segment, matcher),
            QueryPlan::Ids(ids) => self.ids(segment, ids),
        }
    }

    fn combined(
        &self,
        segment: &OpenSegment,
        members: &[QueryPlan],
        start: Arc<RowSet>,
        combine: impl Fn(&mut RowSet, &RowSet),
    ) -> Result<Arc<RowSet>> {
        let mut rows = Arc::unwrap_or_clone(start);
        for member in members {
            combine(&mut rows, &*self.eval(segment, member)?);
        }
        Ok(Arc::new(rows))
    }

    fn value(
        &self,
        segment: &OpenSegment,
        leaf: &Leaf,
        field: Option<&str>,
        matcher: &Matcher,
    ) -> Result<Arc<RowSet>> {
        if let Some(rows) = self.memo.get(leaf, segment.number) {
            return Ok(rows);
        }
        let mut rows = RowSet::none(segment.rows);
        let mut ask = |column: &IndexColumn, view: Option<fn(&str) -> &str>| {
            column.add_matching(matcher, view, &mut rows, self.cancel)
        };
        match field {
            Some(name) => segment.columns_of(name)?.iter().try_for_each(|column| ask(column, None))?,
            None => {
                segment.field_columns().try_for_each(|column| ask(&*column?, None))?;
                segment.overflow()?.map_or(Ok(()), |shared| ask(&shared, Some(overflow_column::value)))?;
            }
        }
        let rows = Arc::new(rows);
        self.memo.keep(leaf, segment.number, &rows);
        Ok(rows)
    }

    fn time(&self, segment: &OpenSegment, tests: &[(Op, Timestamp)]) -> Result<Arc<RowSet>> {
        let mut range = 0..segment.timed;
        for (op, moment) in tests {
            let at = segment.row_at(*moment)?;
            match op {
                Op::Less => range.end = range.end.min(at),
                Op::AtMost => range.end = range.end.min(segment.row_behind(*moment)?),
                Op::Greater => range.start = range.start.max(segment.row_behind(*moment)?),
                Op::AtLeast => range.start = range.start.max(at),
            }
        }
        Ok(Arc::new(RowSet::range(segment.rows, range)))
    }

    fn time_text(&self, segment: &OpenSegment, matcher: &Matcher) -> Result<Arc<RowSet>> {
        let mut rows = RowSet::none(segment.rows);
        for row in 0..segment.timed {
            if row.is_multiple_of(BLOCK / 16) {
                self.cancel.check()?;
            }
            let text = segment.time(row)?.to_string();
            if matcher.matches(&text, &fold(&text)) {
                rows.insert(row);
            }
        }
        Ok(Arc::new(rows))
    }

    fn ids(&self, segment: &OpenSegment, ids: &HashMap<String, Vec<EventId>>) -> Result<Arc<RowSet>> {
        let mut wanted = HashSet::new();
        for (number, source) in (0u64..).zip(&segment.sources) {
            let fitting = ids.get(&source.short()).into_iter().flatten().filter(|id| id.fits(source));
            wanted.extend(fitting.map(|id| (number, id.record)));
        }
        let mut rows = RowSet::none(segment.rows);
        if wanted.is_empty() {
            return Ok(Arc::new(rows));
        }
        let (origins, records) = (segment.origins()?, segment.records()?);
        let wanted_records = || wanted.iter().map(|(_, record)| *record);
        let span = wanted_records().min().unwrap_or_default()..=wanted_records().max().unwrap_or_default();
        let mut buffer = Vec::new();
        for start in (0..segment.rows).step_by(BLOCK as usize) {
            self.cancel.check()?;
            buffer.resize(BLOCK.min(segment.rows - start) as usize, 0);
            records.get_range(u64::from(start), &mut buffer);
            for (row, record) in (start..).zip(&buffer).filter(|(_, record)| span.contains(record)) {
                if wanted.contains(&(origins.get_val(row), *record)) {
                    rows.insert(row);
                }
            }
        }
        Ok(Arc::new(rows))
    }
}
