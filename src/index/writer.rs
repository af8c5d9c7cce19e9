//! Events into a segment.

use std::fs::File;
use std::io::{self, BufWriter};

use hashbrown::HashMap;

use super::layout::{Footer, PartHash};
use super::segment_builder::{SegmentBuilder, WrittenColumns};
use super::segment_serializer::SegmentSerializer;
use crate::error::{Context, Result, visible};
use crate::fs::Dir;
use crate::record::Event;

/// A segment is full at so many events …
const MAX_ROWS: usize = 1 << 20;
/// … or when its values take about this much memory, in bytes.
const MAX_BYTES: usize = 160 << 20;
/// How many own fields get a column each. Logs may name a field after a session
/// or a file, and an attacker may name a million: the rest share one column.
const MAX_OWN: usize = 2000;

/// Collects events into one segment; each import worker fills its own.
pub struct SegmentWriter {
    dir: Dir,
    times: Vec<i64>,
    untimed: Vec<bool>,
    sources: Vec<u32>,
    records: Vec<u64>,
    columns: SegmentBuilder,
    keys: Vec<u64>,
    by_key: HashMap<u64, u32>,
    bytes: usize,
    most: usize,
}

/// A segment that is written and not yet part of an index.
#[derive(Debug)]
pub struct Segment {
    /// Its file in the index folder; none if no event was added.
    pub(super) file: Option<String>,
    /// The file's length.
    pub(super) bytes: u64,
    /// The hash of its footer.
    pub(super) footer: PartHash,
    /// How many events.
    pub(super) rows: u32,
    /// The keys of its sources, by their number in the segment.
    pub(super) keys: Vec<u64>,
}

impl SegmentWriter {
    /// Begins a segment in an index folder.
    pub fn create(dir: &Dir) -> SegmentWriter {
        SegmentWriter::with_room(dir, MAX_OWN)
    }

    /// Begins a segment in which so many own fields get a column each.
    pub(super) fn with_room(dir: &Dir, room: usize) -> SegmentWriter {
        SegmentWriter {
            dir: dir.clone(),
            times: Vec::new(),
            untimed: Vec::new(),
            sources: Vec::new(),
            records: Vec::new(),
            columns: SegmentBuilder::new(room),
            keys: Vec::new(),
            by_key: HashMap::new(),
            bytes: 0,
            most: room_for_values(),
        }
    }

    /// Adds the event of a record. `source` is a number this segment was told
    /// by [`SegmentWriter::source`].
    pub fn add(&mut self, source: u32, record: u64, event: &Event<'_>) {
        let row = self.times.len() as u32;
        self.times.push(event.time.map_or(0, |stamp| stamp.timestamp.nanos()));
        self.untimed.push(event.time.is_none());
        self.sources.push(source);
        self.records.push(record);
        self.bytes += 21 + self.columns.push(row, event);
    }

    /// Registers a source with the segment; the number it returns is valid in this segment only.
    /// The identity is given by [`super::publish`], by the key. The same key gives the same number.
    pub fn source(&mut self, key: u64) -> u32 {
        *self.by_key.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.keys.len() as u32 - 1
        })
    }

    /// Returns whether it should be finished: about a million events, or its bound of memory.
    pub fn is_full(&self) -> bool {
        self.times.len() >= MAX_ROWS || self.bytes >= self.most
    }

    /// Returns whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Sorts by time and writes the segment's file (not yet part of the index).
    /// Sources stand under the keys they were told by.
    pub fn finish(self) -> Result<Segment> {
        if self.is_empty() {
            return Ok(Segment { file: None, bytes: 0, footer: [0; 2], rows: 0, keys: Vec::new() });
        }
        let name = format!("{}.segment", uuid::Uuid::new_v4().simple());
        let shown = || visible(&self.dir.at(&name).to_string_lossy());
        let (bytes, footer) = self.write(&name).context(|| format!("cannot write {}", shown()))?;
        Ok(Segment { file: Some(name), bytes, footer, rows: self.times.len() as u32, keys: self.keys })
    }

    fn write(&self, name: &str) -> io::Result<(u64, PartHash)> {
        let rows = self.times.len() as u32;
        let order = self.order();
        let place = order.as_deref().map(inverse);
        let place = place.as_deref();
        let file = self.dir.create_new(name)?;
        let mut press: SegmentSerializer<BufWriter<File>> =
            SegmentSerializer::begin(BufWriter::with_capacity(1 << 20, file))?;
        let timed = self.untimed.iter().filter(|untimed| !**untimed).count();
        let times = arranged(&self.times, order.as_deref());
        let WrittenColumns { format, columns, crowd } = self.columns.write(&mut press, rows, place)?;
        let footer = Footer {
            rows,
            timed: timed as u32,
            span: times[..timed].first().copied().zip(times[..timed].last().copied()),
            origins: self.keys.len() as u32,
            times: (timed > 0).then(|| press.numbers(&times[..timed])).transpose()?,
            sources: press.numbers(&widened(&arranged(&self.sources, order.as_deref())))?,
            records: press.numbers(&arranged(&self.records, order.as_deref()))?,
            format,
            columns,
            crowd,
        };
        let (out, bytes, hash) = press.end(&footer)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((bytes, hash))
    }

    /// Returns the rows in order of `(time, source, record)`, rows without a time
    /// last; none if they stand so already.
    fn order(&self) -> Option<Vec<u32>> {
        let key = |row: &u32| {
            let row = *row as usize;
            (self.untimed[row], self.times[row], self.sources[row], self.records[row])
        };
        let mut order: Vec<u32> = (0..self.times.len() as u32).collect();
        if order.is_sorted_by_key(key) {
            return None;
        }
        order.sort_unstable_by_key(key);
        Some(order)
    }
}

/// Returns the bound of memory for one segment's values: less where the process
/// may not have much (`ulimit -v`), since each thread fills one and writing it
/// takes as much again.
fn room_for_values() -> usize {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::As).current;
        limit.map_or(MAX_BYTES, |limit| usize::try_from(limit / 16).unwrap_or(MAX_BYTES).min(MAX_BYTES))
    }
    #[cfg(not(unix))]
    MAX_BYTES
}

/// Returns the place of each row in an order.
fn inverse(order: &[u32]) -> Vec<u32> {
    let mut place = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(row, i)| place[*row as usize] = i);
    place
}

fn arranged<T: Copy>(values: &[T], order: Option<&[u32]>) -> Vec<T> {
    match order {
        None => values.to_vec(),
        Some(order) => order.iter().map(|row| values[*row as usize]).collect(),
    }
}

fn widened(values: &[u32]) -> Vec<u64> {
    values.iter().map(|value| u64::from(*value)).collect()
}
