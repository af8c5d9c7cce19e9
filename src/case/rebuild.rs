//! The index made again from the evidence.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde_json::json;

use crate::error::{Attempt, Error, Result};
use crate::evidence::{SourceAt, Store};
use crate::fs::Dir;
use crate::index::{Index, Segment, SegmentWriter, publish};
use crate::journal::Who;
use crate::record::{Clock, SourceId};

use super::{Hold, INDEX, Reading, each_event, index_folder};

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Batches read.
    pub batches: u64,
    /// Events indexed.
    pub events: u64,
}

/// Deletes the index and makes it again from the evidence, on every processor.
/// `progress` is told bytes of content done, and in all. Takes the case's lock;
/// the journal gets an `index.rebuild` entry.
pub fn rebuild(
    folder: &Path,
    who: &Who,
    clock: &dyn Clock,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Rebuilt> {
    rebuild_held(Hold::open(folder, who, clock)?, clock, progress)
}

fn rebuild_held(mut hold: Hold, clock: &dyn Clock, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Rebuilt> {
    let case = hold.dir().clone();
    case.remove_all(INDEX).attempt(|| "cannot remove the old index".to_owned())?;
    case.make_dir(INDEX).attempt(|| "cannot make the index folder".to_owned())?;
    let index = index_folder(&case)?;
    let store = Store::open(&case, &hold.committed()?)?;
    let total = store.manifests().map(|(_, manifest)| manifest.length).sum();
    let done = AtomicU64::new(0);
    let mut rebuilt = Rebuilt { batches: 0, events: 0 };
    for (number, _) in hold.committed()? {
        rebuilt.events += index_batch(&store, &index, number, &|bytes| {
            progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, total);
        })?;
        rebuilt.batches += 1;
    }
    let what = json!({ "batches": rebuilt.batches, "events": rebuilt.events, "tool": super::TOOL });
    hold.note("index.rebuild", what, clock)?;
    Ok(rebuilt)
}

/// Indexes the committed batches that the index lacks (a crash between commit
/// and publication); where the index cannot be used, all of them.
pub(crate) fn catch_up(case: &Dir, who: &Who, clock: &dyn Clock) -> Result<()> {
    let mut hold = Hold::of(case, who, clock)?;
    let (place, committed) = (index_folder(case)?, hold.committed()?);
    let known: Vec<u32> = match Index::open(&place) {
        Ok(index) => index.batches().to_vec(),
        Err(_) => Vec::new(),
    };
    let sound = known.iter().all(|number| committed.iter().any(|(batch, _)| batch == number));
    if !sound || known.is_empty() {
        return rebuild_held(hold, clock, &|_, _| {}).map(drop);
    }
    let store = Store::open(case, &committed)?;
    let missing: Vec<u32> =
        committed.iter().map(|(batch, _)| *batch).filter(|batch| !known.contains(batch)).collect();
    let mut events = 0;
    for number in &missing {
        events += index_batch(&store, &place, *number, &|_| {})?;
    }
    let what = json!({ "batches": missing.len(), "events": events, "tool": super::TOOL });
    hold.note("index.rebuild", what, clock).map(drop)
}

/// Indexes one committed batch from its frames and publishes it. `done` is told
/// the bytes of each frame. Returns how many events it holds.
pub(crate) fn index_batch(
    store: &Store,
    index: &Path,
    number: u32,
    done: &(dyn Fn(u64) + Sync),
) -> Result<u64> {
    let sources = batch_sources(store, number)?;
    let frames: Vec<(usize, usize)> = sources
        .iter()
        .enumerate()
        .flat_map(|(source, (at, _))| (0..store.row(*at).frames.len()).map(move |frame| (source, frame)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || -> Result<(Vec<Segment>, u64)> {
        let mut worker = Worker { writer: None, segments: Vec::new(), events: 0, index };
        while let Some(&(source, frame)) = frames.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (at, reading) = &sources[source];
            worker.frame(store, *at, frame, source as u64, reading)?;
            done(store.row(*at).frames[frame].raw_length);
        }
        worker.finish()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(frames.len().max(1));
    let results: Vec<Result<(Vec<Segment>, u64)>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let broken = || Error::case("a thread that was building the index failed");
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| Err(broken()))).collect()
    });
    let (mut segments, mut events) = (Vec::new(), 0);
    for result in results {
        let (mut some, count) = result?;
        segments.append(&mut some);
        events += count;
    }
    let mut keys = HashMap::new();
    for (key, (at, _)) in (0u64..).zip(&sources) {
        keys.insert(key, source_id(store, *at)?);
    }
    publish(index, number, segments, &keys)?;
    Ok(events)
}

fn batch_sources(store: &Store, number: u32) -> Result<Vec<(SourceAt, Reading)>> {
    let manifest = store.manifests().find(|(batch, _)| *batch == number).map(|(_, manifest)| manifest);
    let rows = manifest.map_or(&[][..], |manifest| &manifest.sources);
    rows.iter()
        .enumerate()
        .map(|(row, found)| Ok((SourceAt { batch: number, row }, Reading::of(found)?)))
        .collect()
}

fn source_id(store: &Store, at: SourceAt) -> Result<SourceId> {
    store.row(at).source.parse()
}

/// One thread's open segment.
struct Worker<'a> {
    writer: Option<SegmentWriter>,
    segments: Vec<Segment>,
    events: u64,
    index: &'a Path,
}

impl Worker<'_> {
    fn frame(
        &mut self,
        store: &Store,
        at: SourceAt,
        frame: usize,
        key: u64,
        reading: &Reading,
    ) -> Result<()> {
        let bytes = store.frame(at, frame)?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(SegmentWriter::create(self.index)?),
        };
        let source = writer.source(key);
        let (content, spans) = (&bytes.content, bytes.spans.iter().copied());
        let mut events = 0;
        each_event(&reading.parser, content, spans, bytes.first_record, |record, _, event| {
            writer.add(source, record, event);
            events += 1;
        });
        self.events += events;
        if writer.is_full() {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(writer) = self.writer.take().filter(|writer| !writer.is_empty()) {
            self.segments.push(writer.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Vec<Segment>, u64)> {
        self.flush()?;
        Ok((self.segments, self.events))
    }
}
