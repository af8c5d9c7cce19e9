//! Answering a query with pipes: a table, or events.

use std::collections::VecDeque;

use super::row_stages::{apply, columns_used};
use super::timeline::{BucketChoice, bucket_edges_of};
use crate::case::Case;
use crate::error::{Error, Result};
use crate::index::{
    CancelToken, Figure, Hit, Order, Request, StatsPlan, TableCell, TableLimits, TableRow, TermOrder,
};
use crate::query::{
    EventPick, FieldRef, Grouping, Measure, Pipeline, Quantity, RowStage, TableColumn, ValueOrder,
};
use crate::record::{TimeRange, Zone, thousands};

/// How many events are looked up at once.
const PAGE: usize = 10_000;

/// What a query with pipes gives.
#[derive(Debug, Clone)]
pub enum PipedAnswer {
    /// Rows with columns of their own.
    Table(ResultTable),
    /// Events, in the order of the rows.
    Events(Vec<Hit>),
}

/// A table with typed cells.
#[derive(Debug, Clone)]
pub struct ResultTable {
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Its rows, a cell for each column.
    pub rows: Vec<TableRow>,
    /// Columns in whose making values were passed over since they are no numbers, or no
    /// times, and how many.
    pub passed_over: Vec<(TableColumn, u64)>,
}

/// Answers a query with pipes, whose tags and findings are looked up already. Events come
/// the earliest first unless they are sorted; those that tell no time come last.
///
/// # Errors
///
/// Fails if there are more groups, or more events to be sorted, than are held in memory,
/// and if events are grouped by what the index does not know.
pub fn answer(
    case: &Case,
    pipeline: &Pipeline,
    window: TimeRange,
    zone: &Zone,
    cancel: &CancelToken,
) -> Result<PipedAnswer> {
    let request = Request { expr: pipeline.filter.clone(), window };
    let columns = pipeline.columns().unwrap_or_default();
    let (rows, passed_over) = match &pipeline.grouping {
        None => return events(case, &request, None, &pipeline.rows, cancel).map(PipedAnswer::Events),
        Some(Grouping::Pick { pick, by }) => {
            let pick = Some((*pick, &by[..]));
            return events(case, &request, pick, &pipeline.rows, cancel).map(PipedAnswer::Events);
        }
        Some(Grouping::Stats { measures, by }) => {
            let plan = StatsPlan { measures, buckets: None, by, limits: TableLimits::default() };
            let table = case.index().stats(&request, &plan, cancel)?;
            (table.rows, table.passed_over)
        }
        Some(Grouping::Timechart { interval, by }) => {
            (timechart(case, &request, *interval, by.as_slice(), zone, cancel)?, Vec::new())
        }
        Some(Grouping::Values { order, limit, field }) => {
            (values(case, &request, *order, *limit, field, cancel)?, Vec::new())
        }
    };
    let measures = columns.iter().filter(|column| matches!(column, TableColumn::Measure(_)));
    let passed_over = measures.cloned().zip(passed_over).filter(|(_, values)| *values > 0).collect();
    let rows = apply(rows, &pipeline.rows, &columns);
    Ok(PipedAnswer::Table(ResultTable { columns, rows, passed_over }))
}

/// Counts in buckets of time. Where no event has a time, there are none.
fn timechart(
    case: &Case,
    request: &Request,
    interval: Option<i64>,
    by: &[FieldRef],
    zone: &Zone,
    cancel: &CancelToken,
) -> Result<Vec<TableRow>> {
    let choice = interval.map_or(BucketChoice::Readable, BucketChoice::Width);
    let hint = "Choose a wider interval: timechart 1h.";
    let edges = bucket_edges_of(case, request, choice, zone, hint, cancel)?;
    let Some(edges) = edges else { return Ok(Vec::new()) };
    let measures = [Measure { quantity: Quantity::Count, alias: None }];
    let limits = TableLimits::default();
    let plan = StatsPlan { measures: &measures, buckets: Some(&edges), by, limits };
    Ok(case.index().stats(request, &plan, cancel)?.rows)
}

/// Lists the most frequent or rarest values.
fn values(
    case: &Case,
    request: &Request,
    order: ValueOrder,
    limit: u64,
    field: &FieldRef,
    cancel: &CancelToken,
) -> Result<Vec<TableRow>> {
    let most = TableLimits::default().groups;
    let limit = usize::try_from(limit).ok().filter(|limit| *limit <= most).ok_or_else(|| {
        Error::usage(format!("a table has at most {} values", thousands(most))).hint("Ask for fewer values.")
    })?;
    if matches!(field, FieldRef::Tag) {
        return Err(Error::usage("no table can be made of tags: the index does not know them")
            .hint("Write tag:NAME before the first pipe to take the events of one tag."));
    }
    let rank = match order {
        ValueOrder::MostFrequent => TermOrder::Most,
        ValueOrder::Rarest => TermOrder::Rarest,
    };
    let name = TableColumn::Field(field.clone()).name();
    let tops = case.index().top(request, &name, rank, limit, cancel)?;
    let row = |top: crate::index::TopValues| {
        let count = TableCell::Number(Figure::Whole(top.count.into()));
        TableRow { cells: vec![TableCell::of_value(field, top.value), count], approximate: Vec::new() }
    };
    Ok(tops.into_iter().map(row).collect())
}

/// Finds events and carries out stages on them.
fn events(
    case: &Case,
    request: &Request,
    pick: Option<(EventPick, &[FieldRef])>,
    stages: &[RowStage],
    cancel: &CancelToken,
) -> Result<Vec<Hit>> {
    if pick.is_none()
        && let Some((first @ (RowStage::Head(_) | RowStage::Tail(_)), rest)) = stages.split_first()
        && columns_used(rest).is_empty()
    {
        let hits = ends(case, request, first, cancel)?;
        let rows = hits.into_iter().map(|hit| crate::index::EventValues { hit, cells: Vec::new() });
        return Ok(apply(rows.collect(), rest, &[]).into_iter().map(|row| row.hit).collect());
    }
    let columns = columns_used(stages);
    let field = |column: &TableColumn| match column {
        TableColumn::Field(field) => Some(field.clone()),
        TableColumn::Measure(_) => None,
    };
    let fields: Vec<FieldRef> = columns.iter().filter_map(field).collect();
    let rows = case.index().event_values(request, pick, &fields, TableLimits::default(), cancel)?;
    Ok(apply(rows, stages, &columns).into_iter().map(|row| row.hit).collect())
}

/// Returns the first or the last events, without holding the others.
fn ends(case: &Case, request: &Request, stage: &RowStage, cancel: &CancelToken) -> Result<Vec<Hit>> {
    let (most, head) = match stage {
        RowStage::Head(most) => (*most, true),
        RowStage::Tail(most) => (*most, false),
        RowStage::Sort(_) | RowStage::Where(_) => (0, true),
    };
    let limits = TableLimits::default();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut kept: VecDeque<Hit> = VecDeque::new();
    let mut after: Option<Hit> = None;
    loop {
        let wanted = if head { PAGE.min(most - kept.len()) } else { PAGE };
        let hits = case.index().page(request, Order::Oldest, after.as_ref(), wanted, cancel)?;
        after = hits.last().copied();
        kept.extend(&hits);
        kept.drain(..kept.len().saturating_sub(most));
        if kept.len() > limits.groups {
            let most = thousands(limits.groups);
            return Err(Error::usage(format!("these are more than {most} events"))
                .hint("Search for fewer events, or group them first."));
        }
        if hits.len() < wanted || (head && kept.len() >= most) {
            return Ok(kept.into());
        }
    }
}
