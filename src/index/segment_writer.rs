//! Events into a segment.

use std::collections::HashMap as ByKey;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use hashbrown::HashMap;
use tantivy::columnar::{ColumnType, MonotonicallyMappableToU64};

use super::column_builder::ColumnBuilder;
use super::companion_files::companion_files;
use super::ids::Ids;
use super::schema::{RECORD, SOURCE, TIME};
use super::segment_builder::{NamedColumn, SegmentBuilder};
use super::segment_contents::{COLUMNS, Contents, HASHES, SegmentMeta, hash_of};
use super::segment_serializer::{SegmentSerializer, WrittenSegment};
use crate::error::{Context, Error, Result, visible};
use crate::fs::Dir;
use crate::record::{Event, SourceId};

/// A segment is full at so many events …
const MAX_ROWS: usize = 1 << 20;
/// … or when its values take about this much memory, in bytes.
const MAX_BYTES: usize = 88 << 20;
/// How many custom fields get columns of their own. Logs may name a field after a session
/// or a file, and an attacker may name a million: the rest share one column.
const MAX_CUSTOM: usize = 2000;

/// Collects events into one segment; each import worker fills its own.
pub struct SegmentWriter {
    dir: Dir,
    times: Vec<i64>,
    untimed: Vec<bool>,
    sources: Ids,
    records: Vec<u64>,
    columns: SegmentBuilder,
    keys: Vec<u64>,
    by_key: HashMap<u64, u32>,
    bytes: usize,
    most: usize,
}

/// A segment that is written, but for the ids of its sources, and not yet part of an
/// index.
pub struct Segment {
    /// What is written; none if no event was added.
    written: Option<Written>,
    rows: u32,
    /// The keys of its sources, by their number in the segment.
    keys: Vec<u64>,
}

/// The columnar file of a segment, open.
struct Written {
    id: String,
    out: SegmentSerializer<BufWriter<File>>,
    timed: u32,
    span: Option<(i64, i64)>,
    /// Each row's source, by its number in the segment.
    sources: Ids,
}

impl SegmentWriter {
    /// Begins a segment in an index folder.
    pub fn create(dir: &Dir) -> SegmentWriter {
        SegmentWriter::with_room(dir, MAX_CUSTOM)
    }

    /// Begins a segment in which so many custom fields get columns of their own.
    pub(super) fn with_room(dir: &Dir, room: usize) -> SegmentWriter {
        SegmentWriter {
            dir: dir.clone(),
            times: Vec::new(),
            untimed: Vec::new(),
            sources: Ids::default(),
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
        self.add_all(source, std::iter::once((record, event)));
    }

    /// Adds the events of some records of a source, which costs less than one after
    /// another: their values are looked up together.
    pub fn add_all<'e>(&mut self, source: u32, events: impl Iterator<Item = (u64, &'e Event<'e>)> + Clone) {
        let row = self.times.len() as u32;
        for (record, event) in events.clone() {
            self.times.push(event.time.map_or(0, |stamp| stamp.timestamp.nanos()));
            self.untimed.push(event.time.is_none());
            self.sources.push(source);
            self.records.push(record);
            self.bytes += 21;
        }
        self.bytes += self.columns.push_all(row, events.map(|(_, event)| event));
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

    /// Sorts by time and writes the columns. The sources stand under the keys they were
    /// told by until [`super::publish`] writes their ids.
    pub fn finish(mut self) -> Result<Segment> {
        if self.is_empty() {
            return Ok(Segment { written: None, rows: 0, keys: Vec::new() });
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        let (rows, dir) = (self.times.len() as u32, self.dir.clone());
        let written = self.write(&id).context(|| cannot_write(&dir, &id))?;
        Ok(Segment { written: Some(written), rows, keys: self.keys })
    }

    fn write(&mut self, id: &str) -> io::Result<Written> {
        let rows = self.times.len() as u32;
        let order = self.order();
        let place = order.as_deref().map(inverse);
        let file = self.dir.create_new(&format!("{id}.{COLUMNS}"))?;
        let mut out = SegmentSerializer::begin(BufWriter::with_capacity(1 << 20, file))?;
        let mut sources = Ids::default();
        let row = |i: u32| order.as_ref().map_or(i, |order| order[i as usize]) as usize;
        for i in 0..rows {
            sources.push(self.sources.get(row(i)));
        }
        drop(order);
        let times = || self.times.iter().zip(&self.untimed).filter(|(_, untimed)| !**untimed);
        let times = || times().map(|(time, _)| *time);
        let (span, timed) = (times().min().zip(times().max()), times().count() as u32);
        let fixed = self.fixed();
        self.columns.write(&mut out, rows, place.as_deref(), fixed)?;
        Ok(Written { id: id.to_owned(), out, timed, span, sources })
    }

    /// Makes the columns of the times and record numbers of what was kept of them.
    fn fixed(&mut self) -> Vec<NamedColumn<'static>> {
        let records = ColumnBuilder::of_numbers(ColumnType::U64, std::mem::take(&mut self.records));
        let moments = std::mem::take(&mut self.times).into_iter().map(i64::to_u64);
        let times = if self.untimed.contains(&true) {
            let mut times = ColumnBuilder::new(ColumnType::DateTime);
            for (row, moment) in (0..).zip(moments).filter(|(row, _)| !self.untimed[*row as usize]) {
                times.push_number(row, moment);
            }
            times
        } else {
            ColumnBuilder::of_numbers(ColumnType::DateTime, moments.collect())
        };
        let mut fixed = vec![NamedColumn::Made(RECORD, records)];
        if !times.is_empty() {
            fixed.push(NamedColumn::Made(TIME, times));
        }
        fixed
    }

    /// Returns the rows in order of `(time, source, record)`, rows without a time
    /// last; none if they stand so already.
    fn order(&self) -> Option<Vec<u32>> {
        let key = |row: &u32| {
            let row = *row as usize;
            (self.untimed[row], self.times[row], self.sources.get(row), self.records[row])
        };
        let mut order: Vec<u32> = (0..self.times.len() as u32).collect();
        if order.is_sorted_by_key(key) {
            return None;
        }
        order.sort_unstable_by_key(key);
        Some(order)
    }
}

impl Segment {
    /// Returns how many events it has.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// Writes the ids of its sources and what ends its files, and syncs them; none if
    /// no event was added.
    pub(super) fn seal(self, dir: &Dir, sources: &ByKey<u64, SourceId>) -> Result<Option<SegmentMeta>> {
        let id = |key: &u64| {
            sources
                .get(key)
                .copied()
                .ok_or_else(|| Error::case(format!("a segment names source {key}, which nobody resolved")))
        };
        let sources: Vec<SourceId> = self.keys.iter().map(id).collect::<Result<_>>()?;
        let Some(written) = self.written else { return Ok(None) };
        let id = written.id.clone();
        written.seal(dir, self.rows, sources).context(|| cannot_write(dir, &id)).map(Some)
    }
}

impl Written {
    fn seal(mut self, dir: &Dir, rows: u32, mut sources: Vec<SourceId>) -> io::Result<SegmentMeta> {
        let names: Vec<String> = sources.iter().map(SourceId::to_string).collect();
        let (mut column, mut used) = (ColumnBuilder::new(ColumnType::Str), vec![false; sources.len()]);
        for row in 0..rows {
            let source = self.sources.get(row as usize) as usize;
            column.push_term(row, names[source].as_bytes());
            used[source] = true;
        }
        // A source may have been told of and have no event here.
        let mut used = used.into_iter();
        sources.retain(|_| used.next() == Some(true));
        self.out.column(SOURCE, ColumnType::Str, |buffer| column.serialize(rows, None, buffer))?;
        let WrittenSegment { out, columns, rest, bytes } = self.out.end(rows)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        let mut companions = Vec::new();
        for (ending, content) in companion_files()? {
            write(dir, &format!("{}.{ending}", self.id), content)?;
            companions.extend_from_slice(content);
        }
        let (timed, span) = (self.timed, self.span);
        let contents = Contents { rows, timed, span, columns, rest, companions: hash_of(&companions) };
        let contents = serde_json::to_vec(&contents)?;
        write(dir, &format!("{}.{HASHES}", self.id), &contents)?;
        sources.sort_unstable();
        sources.dedup();
        Ok(SegmentMeta { id: self.id, bytes, hashes: hash_of(&contents), rows, sources })
    }
}

/// Writes a file of a segment, which nothing names yet.
fn write(dir: &Dir, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = dir.create_new(name)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn cannot_write(dir: &Dir, id: &str) -> String {
    format!("cannot write {}", visible(&dir.at(&format!("{id}.{COLUMNS}")).to_string_lossy()))
}

/// Returns the bound of memory for one segment's values: less where the process
/// may not have much (`ulimit -v`), since each thread fills one and writing it
/// takes as much again.
fn room_for_values() -> usize {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::As).current;
        limit.map_or(MAX_BYTES, |limit| usize::try_from(limit / 24).unwrap_or(MAX_BYTES).min(MAX_BYTES))
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
