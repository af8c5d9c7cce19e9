//! Whether an index has what the evidence gives: one sum over every value of
//! every event, from the events themselves and from the columns.

use std::hash::{BuildHasher, RandomState};

use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::overflow_column;
use super::segment::{FORMAT, OpenSegment};
use super::segment_builder::text_of;
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
        let (mut sum, mut before) = (Sum::default(), None);
        for (row, values) in (0..).zip(values) {
            let time = times.as_ref().filter(|_| row < segment.timed).map(|times| times.get_val(row));
            let key = (time, origins.get_val(row), records.get_val(row));
            // Those without a time stand after those that have one.
            let ordered =
                before.is_none_or(|before: RowKey| before < key || (before.0.is_some() && key.0.is_none()));
            if !ordered {
                return Err(segment.damage("has rows that are out of order"));
            }
            before = Some(key);
            sum.add(self.row(&segment.sources[key.1 as usize], key.2, time, values));
        }
        let span = times
            .filter(|_| segment.timed > 0)
            .map(|times| (times.get_val(0), times.get_val(segment.timed - 1)));
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
        let mut counts = vec![0u32; hashes.len()];
        column.visit(0..segment.rows, None, &CancelToken::new(), |row, ord| {
            let value = &mut values[row as usize];
            *value = value.wrapping_add(hashes[ord as usize]);
            counts[ord as usize] += 1;
        })?;
        match column.counts()? {
            Some(written) if written != counts => Err(segment.damage("has counts that are not its rows'")),
            _ => Ok(()),
        }
    }

    /// Returns the hash of each value of a dictionary.
    fn dictionary(&self, name: &str, column: &IndexColumn, segment: &OpenSegment) -> Result<Vec<u64>> {
        let (terms, mut last) = (column.terms(), None::<String>);
        let mut hashes = Vec::with_capacity(terms.len() as usize);
        for number in 0..terms.blocks() {
            let block = terms.block(number)?;
            for i in 0..block.len() {
                let text = block.get(i);
                let ordered = match (i, &last) {
                    (0, Some(last)) => last.as_str() < text,
                    (0, None) => true,
                    _ => block.get(i - 1) < text,
                };
                if !ordered {
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
