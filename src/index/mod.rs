//! Which events match, how many when, which values most?
//!
//! Owns the searchable columns of a case: segments in time order, written and
//! read with tantivy, behind verbs that name none of its types. Promises exact
//! answers that can be cancelled, and that everything in it can be deleted and
//! built again from the evidence. `case` and `import` may call.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Result;
use crate::query::Expr;
use crate::record::{Event, Instant, SourceId, Window};

/// Tells work that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Makes one that was not used yet.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Tells whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// In which order events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By time, latest first; then those that tell no time.
    Newest,
    /// By time, earliest first; then those that tell no time.
    Oldest,
}

/// One event that matches: which, and when. `(time, source, record)` is the
/// total order of events: no two are equal, and no rebuild changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// When it happened, where it tells.
    pub time: Option<Instant>,
    /// Its source.
    pub source: SourceId,
    /// Its record number.
    pub record: u64,
}

/// What a search asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which events.
    pub expr: Expr,
    /// From when to when. [`Window::ALL`] includes events that tell no time.
    pub window: Window,
}

/// One bucket of a histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Where it lies.
    pub window: Window,
    /// Events in it.
    pub count: u64,
    /// Events in it by value of the field asked for, in the order of [`Histogram::by`].
    pub by: Vec<u64>,
}

/// Counts over time; empty buckets are present.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// The buckets, in time order, without holes between them.
    pub buckets: Vec<Bucket>,
    /// The values (most frequent first) that `by` splits into; the last may be
    /// empty text for events without a value, and `…` for all other values.
    pub by: Vec<String>,
}

/// One value of a field among the matching events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// The value, as text.
    pub value: String,
    /// How many events have it.
    pub count: u64,
    /// Its first event's time, where any tells.
    pub first: Option<Instant>,
    /// Its last event's time.
    pub last: Option<Instant>,
}

/// Which end of the frequencies [`Index::top`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// The most frequent values first; ties by value.
    Most,
    /// The rarest values first; ties by value.
    Rarest,
}

/// A field that has values in this index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInfo {
    /// The dotted name.
    pub name: String,
    /// How many distinct values, an upper bound where segments share some.
    pub values: u64,
}

/// The searchable columns of a case, open for reading. Cheap to clone.
#[derive(Clone)]
pub struct Index {}

impl Index {
    /// Opens the index folder; an empty or absent folder is an index of nothing.
    pub fn open(_folder: &Path) -> Result<Index> {
        todo!()
    }

    /// Gives the batches whose events are all in the index, ascending.
    pub fn batches(&self) -> &[u32] {
        todo!()
    }

    /// Counts the events that match.
    pub fn count(&self, _request: &Request, _cancel: &Cancel) -> Result<u64> {
        todo!()
    }

    /// Gives up to `limit` events behind `after` in order; going on from the
    /// last hit reaches every event exactly once, at any depth.
    pub fn page(
        &self,
        _request: &Request,
        _order: Order,
        _after: Option<&Hit>,
        _limit: usize,
        _cancel: &Cancel,
    ) -> Result<Vec<Hit>> {
        todo!()
    }

    /// Gives the first and the last time among the events that match.
    pub fn span(&self, _request: &Request, _cancel: &Cancel) -> Result<Option<(Instant, Instant)>> {
        todo!()
    }

    /// Counts the events that match in each of these adjoining windows
    /// (`edges[i]..edges[i + 1]`), split by the most frequent values of `by`
    /// (at most `series`, the rest summed up).
    pub fn histogram(
        &self,
        _request: &Request,
        _edges: &[Instant],
        _by: Option<&str>,
        _series: usize,
        _cancel: &Cancel,
    ) -> Result<Histogram> {
        todo!()
    }

    /// Gives the `limit` most frequent or rarest values of a field (by dotted name).
    pub fn top(
        &self,
        _request: &Request,
        _field: &str,
        _rank: Rank,
        _limit: usize,
        _cancel: &Cancel,
    ) -> Result<Vec<Top>> {
        todo!()
    }

    /// Gives up to `limit` values of a field that begin so (without case), most frequent first.
    pub fn values(&self, _field: &str, _prefix: &str, _limit: usize, _cancel: &Cancel) -> Result<Vec<Top>> {
        todo!()
    }

    /// Gives the fields that have values, by name.
    pub fn fields(&self) -> Vec<FieldInfo> {
        todo!()
    }

    /// Gives how many events are in the index.
    pub fn len(&self) -> u64 {
        todo!()
    }

    /// Tells whether no event is in the index.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Collects events into one segment; each import worker fills its own.
pub struct SegmentWriter {}

impl SegmentWriter {
    /// Begins a segment in an index folder.
    pub fn create(_folder: &Path) -> Result<SegmentWriter> {
        todo!()
    }

    /// Adds the event of a record. `source` is a number this segment was told
    /// by [`SegmentWriter::source`].
    pub fn add(&mut self, _source: u32, _record: u64, _event: &Event<'_>) {
        todo!()
    }

    /// Tells the segment of a source; the number it returns is valid in this segment only.
    /// The identity may be given later, before [`SegmentWriter::finish`], by the key.
    pub fn source(&mut self, _key: u64) -> u32 {
        todo!()
    }

    /// Tells whether it should be finished: about a million events, or its bound of memory.
    pub fn is_full(&self) -> bool {
        todo!()
    }

    /// Tells whether nothing was added.
    pub fn is_empty(&self) -> bool {
        todo!()
    }

    /// Sorts by time and writes the segment's files (not yet part of the index).
    /// Sources stand under the keys they were told by.
    pub fn finish(self) -> Result<Segment> {
        todo!()
    }
}

/// A segment that is written and not yet part of an index.
#[derive(Debug)]
pub struct Segment {}

/// Makes segments part of the index: from here on readers see the batch.
/// `sources` resolves the keys of [`SegmentWriter::source`]; every key must be there.
/// Atomic: a reader or a crash sees all of the batch or none.
pub fn publish(
    _folder: &Path,
    _batch: u32,
    _segments: Vec<Segment>,
    _sources: &std::collections::HashMap<u64, SourceId>,
) -> Result<()> {
    todo!()
}

/// Removes segment files that no published batch names (left by a crash).
pub fn sweep(_folder: &Path) -> Result<()> {
    todo!()
}
