//! Whether an index has what the evidence gives: one sum over every value of
//! every event, from the events themselves and from the columns.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::overflow_column;
use super::schema::FORMAT;
use super::segment::OpenSegment;
use super::value_forms::text_of;
use crate::error::Result;
use crate::record::{Event, FieldId, Key, SourceId};

/// The place of a row: its time, its source's number, its record.
type RowKey = (Option<i64>, u64, u64);

/// Draws the keys of a comparison. They are new each time, so that nobody can
/// have made an index whose sum comes out right by design.
#[derive(Default)]
pub struct Witness {
    keys: RandomState,
}

/// A sum over events: the same for the same events, in whatever order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    events: u64,
    digest: u64,
}

impl Sum {
    /// Adds the events of another.
    pub fn add(&mut self, other: Sum) {
        self.events += other.events;
        self.digest = self.digest.wrapping_add(other.digest);
    }
}

impl Witness {
    /// Returns the sum of one event of the evidence.
    pub fn event(&self, source: &SourceId, record: u64, event: &Event<'_>) -> Sum {
        let (mut scratch, mut values) = (String::new(), vec![self.value(FORMAT, event.format)]);
        for (key, value) in event.fields() {
            let name = match key {
                Key::Core(id) => id.name(),
                Key::Custom(name) => FieldId::by_name(name).map_or(name.as_ref(), |id| id.name()),
            };
            values.push(self.value(name, text_of(value, &mut scratch)));
        }
        // A column holds each value of an event once.
        values.sort_unstable();
        values.dedup();
        let values = values.into_iter().fold(0, u64::wrapping_add);
        self.row(source, record, event.time.map(|stamp| stamp.timestamp.nanos()), values)
    }

    fn value(&self, name: &str, text: &str) -> u64 {
        self.keys.hash_one((name, text))
    }

    fn row(&self, source: &SourceId, record: u64, time: Option<i64>, values: u64) -> Sum {
        Sum { events: 1, digest: self.keys.hash_one((source.0, record, time, values)) }
    }

    /// Returns the sum of the events of a segment; every byte of it is read.
    ///
    /// # Errors
    ///
    /// Fails where the segment contradicts itself: searching trusts in the order
    /// of its times, of its dictionaries and columns, and in its counts.
    pub(super) fn segment(&self, segment: &OpenSegment) -> Result<Sum> {
        segment.check()?;
        let mut values = vec![0; segment.rows as usize];
        for (name, column) in segment.named_columns()? {
            self.column(&name, &column, segment, &mut values)?;
        }
        let (origins, records) = (segment.origins()?, segment.records()?);
        let times = (segment.timed > 0).then(|| segment.times()).transpose()?;
        let mut sum = Sum::default();
        let mut order = RowOrder::default();
        for (row, values) in (0..).zip(values) {
            let time = times.as_ref().filter(|_| row < segment.timed).map(|times| times.get(row));
            let key = (time, origins.get_val(row), records.get_val(row));
            if !order.fits(key) {
                return Err(segment.damage("has rows that are out of order"));
            }
            sum.add(self.row(&segment.sources[key.1 as usize], key.2, time, values));
        }
        let span =
            times.filter(|_| segment.timed > 0).map(|times| (times.get(0), times.get(segment.timed - 1)));
        if span != segment.span().map(|(first, last)| (first.nanos(), last.nanos())) {
            return Err(segment.damage("says another span of time than its rows"));
        }
        Ok(sum)
    }

    fn column(
        &self,
        name: &str,
        column: &IndexColumn,
        segment: &OpenSegment,
        values: &mut [u64],
    ) -> Result<()> {
        let hashes = self.dictionary(name, column, segment)?;
        column.visit(0..segment.rows, None, &CancelToken::new(), |row, ord| {
            let value = &mut values[row as usize];
            *value = value.wrapping_add(hashes[ord as usize]);
        })
    }

    /// Returns the hash of each value of a dictionary.
    fn dictionary(&self, name: &str, column: &IndexColumn, segment: &OpenSegment) -> Result<Vec<u64>> {
        let (terms, mut last) = (column.terms(), None::<String>);
        let mut hashes = Vec::with_capacity(terms.len() as usize);
        for number in 0..terms.blocks() {
            let block = terms.block_once(number)?;
            for i in 0..block.len() {
                let text = block.get(i);
                let ordered = match (i, &last) {
                    (0, Some(last)) => last.as_str() < text,
                    (0, None) => true,
                    _ => block.get(i - 1) < text,
                };
                if !ordered && !terms.is_numbers() {
                    return Err(segment.damage("has a dictionary that is out of order"));
                }
                // Fields that share a column stand in it with their names.
                let (name, text) = if name.is_empty() { overflow_column::split(text) } else { (name, text) };
                hashes.push(self.value(name, text));
            }
            last = block.len().checked_sub(1).map(|last| block.get(last).to_owned());
        }
        Ok(hashes)
    }
}

/// Holds rows against the order in which searching finds them: by time, those without
/// one last; within a moment the rows of a source stand together, by record number.
#[derive(Default)]
struct RowOrder {
    before: Option<RowKey>,
    /// The sources of this moment whose rows are over.
    over: HashSet<u64>,
}

impl RowOrder {
    fn fits(&mut self, key: RowKey) -> bool {
        let Some(before) = self.before.replace(key) else { return true };
        if before.0 != key.0 {
            self.over.clear();
            return key.0.is_none() || before.0.is_some_and(|time| Some(time) < key.0);
        }
        if before.1 == key.1 {
            return before.2 < key.2;
        }
        self.over.insert(before.1);
        !self.over.contains(&key.1)
    }
}
