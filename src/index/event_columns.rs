//! Events in their order, with a column for each field that is asked for.

use std::collections::HashMap;
use std::sync::Arc;

use super::api::Hit;
use super::parallel;
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use crate::error::Result;
use crate::record::{SourceId, Timestamp};

/// No value in a row.
const NONE: u32 = u32::MAX;

/// Events in their order, each with the first value of some fields.
#[derive(Debug, Default)]
pub struct EventColumns {
    sources: Vec<SourceId>,
    times: Vec<i64>,
    origins: Vec<u32>,
    records: Vec<u64>,
    columns: Vec<ValueColumn>,
}

/// The values of one field, a number in place of each distinct text.
#[derive(Debug, Clone, Default)]
pub struct ValueColumn {
    ordinals: Vec<u32>,
    values: Vec<Arc<str>>,
    /// The values as numbers, where they are. Without ordinals, those of the rows.
    numbers: Vec<Option<f64>>,
}

impl EventColumns {
    /// Returns the times of the events in nanoseconds since 1970, ascending.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// Returns which event stands in a row.
    pub fn hit(&self, row: u32) -> Hit {
        let row = row as usize;
        Hit {
            time: Some(Timestamp::from_nanos(self.times[row])),
            source: self.sources[self.origins[row] as usize],
            record: self.records[row],
        }
    }

    /// Takes the columns, in the order in which they were asked for.
    pub fn take_columns(&mut self) -> Vec<ValueColumn> {
        std::mem::take(&mut self.columns)
    }

    /// Returns a column of what each event's source is called.
    pub fn source_column(&self, name: impl Fn(&SourceId) -> String) -> ValueColumn {
        let mut values = Values::default();
        let numbers: Vec<u32> = self.sources.iter().map(|source| values.number(&name(source))).collect();
        values.column(self.origins.iter().map(|origin| numbers[*origin as usize]).collect())
    }

    /// Returns a column of the events' record numbers: numbers only, without texts.
    pub fn record_column(&self) -> ValueColumn {
        let numbers = self.records.iter().map(|record| Some(*record as f64)).collect();
        ValueColumn { numbers, ..ValueColumn::default() }
    }
}

impl ValueColumn {
    /// Creates a column from a value (or none) for each row.
    pub fn new<'v>(rows: impl IntoIterator<Item = Option<&'v str>>) -> ValueColumn {
        let mut values = Values::default();
        let ordinals =
            rows.into_iter().map(|value| value.map_or(NONE, |value| values.number(value))).collect();
        values.column(ordinals)
    }

    /// Returns the number of a row's value: equal numbers are equal values, below
    /// [`ValueColumn::distinct`].
    pub fn ordinal(&self, row: usize) -> Option<u32> {
        self.ordinals.get(row).copied().filter(|ordinal| *ordinal != NONE)
    }

    /// Returns a row's value.
    pub fn text(&self, row: usize) -> Option<&str> {
        self.ordinal(row).map(|ordinal| self.value(ordinal))
    }

    /// Returns a row's value as a number, where it is one.
    pub fn number(&self, row: usize) -> Option<f64> {
        let place = if self.ordinals.is_empty() { row } else { self.ordinal(row)? as usize };
        self.numbers.get(place).copied().flatten()
    }

    /// Returns the value with a number.
    pub fn value(&self, ordinal: u32) -> &str {
        &self.values[ordinal as usize]
    }

    /// Returns how many distinct values there are.
    pub fn distinct(&self) -> usize {
        self.values.len()
    }
}

/// The distinct values of a field, numbered.
#[derive(Default)]
struct Values {
    known: HashMap<Arc<str>, u32>,
    values: Vec<Arc<str>>,
}

impl Values {
    fn number(&mut self, value: &str) -> u32 {
        if let Some(number) = self.known.get(value) {
            return *number;
        }
        let (text, number): (Arc<str>, u32) = (value.into(), self.values.len() as u32);
        self.values.push(text.clone());
        self.known.insert(text, number);
        number
    }

    fn column(self, ordinals: Vec<u32>) -> ValueColumn {
        let numbers = self.values.iter().map(|value| value.parse().ok()).collect();
        ValueColumn { ordinals, values: self.values, numbers }
    }
}

/// The events of a segment, in the order of its rows.
struct OfSegment {
    rows: Vec<u32>,
    times: Vec<i64>,
    columns: Vec<(Vec<u32>, Vec<String>)>,
}

/// Returns the events that match of some segments.
pub(super) fn of_segments(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    fields: &[&str],
) -> Result<EventColumns> {
    let found = parallel::each(segments, |segment| of_segment(search, segment, reach, fields))?;
    let mut columns = EventColumns::default();
    let mut known: HashMap<SourceId, u32> = HashMap::new();
    for (segment, found) in segments.iter().zip(&found) {
        let (origins, records) = (segment.origins()?, segment.records()?);
        for row in &found.rows {
            let source = segment.sources[origins.get_val(*row) as usize];
            let number = *known.entry(source).or_insert_with(|| {
                columns.sources.push(source);
                columns.sources.len() as u32 - 1
            });
            columns.origins.push(number);
            columns.records.push(records.get_val(*row));
        }
        columns.times.extend(&found.times);
    }
    let mut fields: Vec<(Values, Vec<u32>)> = fields.iter().map(|_| Default::default()).collect();
    for segment in found {
        for ((values, all), (ordinals, texts)) in fields.iter_mut().zip(segment.columns) {
            let numbers: Vec<u32> = texts.iter().map(|text| values.number(text)).collect();
            all.extend(
                ordinals.into_iter().map(|ordinal| numbers.get(ordinal as usize).copied().unwrap_or(NONE)),
            );
        }
    }
    columns.columns = fields.into_iter().map(|(values, ordinals)| values.column(ordinals)).collect();
    columns.sort();
    Ok(columns)
}

impl EventColumns {
    /// Brings the events into their order.
    fn sort(&mut self) {
        let key = |row: &u32| {
            let row = *row as usize;
            (self.times[row], self.sources[self.origins[row] as usize], self.records[row])
        };
        let mut order: Vec<u32> = (0..self.times.len() as u32).collect();
        if order.is_sorted_by_key(key) {
            return;
        }
        order.sort_unstable_by_key(key);
        self.times = permuted(&self.times, &order);
        self.origins = permuted(&self.origins, &order);
        self.records = permuted(&self.records, &order);
        for column in &mut self.columns {
            column.ordinals = permuted(&column.ordinals, &order);
        }
    }
}

fn permuted<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|row| values[*row as usize]).collect()
}

fn of_segment(
    search: &QueryRun<'_>,
    segment: &OpenSegment,
    reach: TimeScope,
    fields: &[&str],
) -> Result<OfSegment> {
    let mut found = OfSegment { rows: Vec::new(), times: Vec::new(), columns: Vec::new() };
    let range = segment.timed_rows(reach)?;
    if range.is_empty() {
        found.columns = fields.iter().map(|_| Default::default()).collect();
        return Ok(found);
    }
    let (matching, times) = (search.rows(segment)?, segment.times()?);
    let mut at = range.start;
    while let Some(row) = matching.next(at..range.end) {
        found.rows.push(row);
        found.times.push(times.get(row));
        at = row + 1;
    }
    for field in fields {
        let mut ordinals = vec![NONE; found.rows.len()];
        let mut texts = Vec::new();
        if let Some(column) = segment.column(field)? {
            let mut numbers: HashMap<u32, u32> = HashMap::new();
            let mut used = Vec::new();
            let (rows, mut place) = (&found.rows, 0);
            column.visit(range.clone(), Some(&matching), search.cancel, |row, ordinal| {
                while rows.get(place).is_some_and(|other| *other < row) {
                    place += 1;
                }
                if rows.get(place) == Some(&row) && ordinals[place] == NONE {
                    ordinals[place] = *numbers.entry(ordinal).or_insert_with(|| {
                        used.push(ordinal);
                        used.len() as u32 - 1
                    });
                }
            })?;
            texts = column.terms().texts(&used)?;
        }
        found.columns.push((ordinals, texts));
    }
    Ok(found)
}
