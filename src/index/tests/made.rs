//! Events and indexes made for tests.

use std::collections::HashMap;
use std::path::Path;

use crate::error::Result;
use crate::fs::Dir;
use crate::index::{CancelToken, Hit, Index, IndexBinding, Indexed, Request, SegmentWriter, publish};
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{
    Event, EventTime, Key, Precision, SourceId, TimeBasis as Known, TimeRange, Timestamp, Value,
};

/// An event with where it comes from.
#[derive(Debug, Clone)]
pub struct SampleEvent {
    pub source: u8,
    pub record: u64,
    pub event: Event<'static>,
}

/// The identity of a source: its number decides the last byte, so that the
/// order of ids is not the order in which segments meet their sources.
pub fn source_id(number: u8) -> SourceId {
    let mut id = [0xa7; 32];
    id[0] = number.wrapping_mul(151);
    id[31] = number;
    SourceId(id)
}

/// Creates an event of a source, at so many nanoseconds.
pub fn event(source: u8, record: u64, nanos: Option<i64>, values: &[(&str, Value<'static>)]) -> SampleEvent {
    let mut event = Event::default();
    event.format = "made.test";
    event.time = nanos.map(|nanos| EventTime {
        timestamp: Timestamp::from_nanos(nanos),
        precision: Precision::Nano,
        basis: Known::default(),
    });
    for (name, value) in values {
        event.put(Key::from((*name).to_owned()), value.clone());
    }
    SampleEvent { source, record, event }
}

impl SampleEvent {
    pub fn hit(&self) -> Hit {
        Hit {
            time: self.event.time.map(|stamp| stamp.timestamp),
            source: source_id(self.source),
            record: self.record,
        }
    }
}

/// Whose the indexes of these tests are.
pub fn binding() -> IndexBinding {
    IndexBinding { case: "a case".to_owned(), secret: [7; 32] }
}

/// Returns a digest that differs by number.
pub fn digest(number: u8) -> crate::record::Digest {
    crate::record::Digest([number; 32])
}

/// What a batch of so many events is made from.
pub fn basis(batch: u32, events: u64) -> crate::index::IndexBasis {
    crate::index::IndexBasis { batch, manifest: digest(batch as u8), readings: digest(0), events }
}

/// Opens an index whose batches have so many events.
pub fn open(folder: &Path, batches: &[(u32, u64)]) -> Result<Index> {
    let expected: Vec<_> = batches.iter().map(|(batch, events)| basis(*batch, *events)).collect();
    Index::open(&dir(folder), &binding(), &expected)
}

/// Opens a folder that is there.
pub fn dir(folder: &Path) -> Dir {
    Dir::open(folder).unwrap()
}

/// Writes one segment for each list of events and publishes them as one batch.
pub fn publish_segments(folder: &Path, batch: u32, segments: &[Vec<SampleEvent>]) {
    publish_crowded(folder, batch, segments, 10_000);
}

/// The same, where so many own fields get a column each.
pub fn publish_crowded(folder: &Path, batch: u32, segments: &[Vec<SampleEvent>], room: usize) {
    let mut ids = HashMap::new();
    let written = segments.iter().map(|events| {
        let mut writer = SegmentWriter::with_room(&dir(folder), room);
        for made in events {
            let key = 1000 + u64::from(made.source);
            ids.insert(key, source_id(made.source));
            let source = writer.source(key);
            writer.add(source, made.record, &made.event);
        }
        writer.finish().unwrap()
    });
    let written = written.collect();
    let events = segments.iter().map(|events| events.len() as u64).sum();
    let batch = Indexed { basis: basis(batch, events), segments: written, sources: ids };
    publish(&dir(folder), &binding(), batch).unwrap();
}

/// Publishes segments in two batches, cut at one of them, and opens their index. So many
/// custom fields get columns of their own.
pub fn index_of_two_batches(
    segments: &[Vec<SampleEvent>],
    split: usize,
    room: usize,
) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let batches = [(1, &segments[..split]), (2, &segments[split..])];
    batches.iter().for_each(|(batch, segments)| publish_crowded(folder.path(), *batch, segments, room));
    let events = |segments: &[Vec<SampleEvent>]| segments.iter().map(|events| events.len() as u64).sum();
    let index = open(folder.path(), &batches.map(|(batch, segments)| (batch, events(segments)))).unwrap();
    (folder, index)
}

/// An index of one segment, and its folder.
pub fn index_of(events: &[SampleEvent]) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    publish_segments(folder.path(), 1, &[events.to_vec()]);
    let index = open(folder.path(), &[(1, events.len() as u64)]).unwrap();
    (folder, index)
}

/// Creates a pattern as the query language would: `*` and `?` are wildcards.
pub fn pattern(text: &str) -> Pattern {
    let char = |c| match c {
        '*' => Pattern::ANY,
        '?' => Pattern::ONE,
        c => c,
    };
    Pattern { text: text.chars().map(char).collect(), quoted: false }
}

/// Creates the test that a field (none: any) is this.
pub fn is(field: Option<&str>, text: &str) -> Expr {
    leaf(field, Test::Is(pattern(text)))
}

/// Creates a test of a field.
pub fn leaf(field: Option<&str>, test: Test) -> Expr {
    let field = field.map(|name| match Key::from(name) {
        Key::Core(id) => FieldRef::Core(id),
        Key::Custom(name) => FieldRef::Custom(name.into_owned()),
    });
    Expr::Leaf(Leaf { field, test })
}

/// Asks for everything that matches.
pub fn all(expr: Expr) -> Request {
    Request { expr, window: TimeRange::ALL }
}

/// Counts what matches, whenever it happened.
pub fn count(index: &Index, expr: Expr) -> u64 {
    index.count(&all(expr), &CancelToken::new()).unwrap()
}
