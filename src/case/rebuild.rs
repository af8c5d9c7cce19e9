//! The index made again from the evidence.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result};
use crate::evidence::{SourceHandle, Store};
use crate::fs::Dir;
use crate::index::{Index, IndexBasis, Indexed, Segment, SegmentWriter, agreeing, publish, publish_all};
use crate::journal::{Actor, IndexRebuild};
use crate::record::{Clock, SourceId};

use super::index_binding::bases;
use super::progress::Done;
use super::reread::Committed;
use super::snapshot::forget;
use super::{CaseWriter, RecordDecoder, Watch, each_event};

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Batches read.
    pub batches: u64,
    /// Events indexed.
    pub events: u64,
}

/// Makes a case's own index again from the evidence, on every processor. The old
/// one answers until then. Takes the case's lock; the journal gets an
/// `index.rebuild` entry.
pub fn rebuild(
    folder: &std::path::Path,
    who: &Actor,
    clock: &dyn Clock,
    watch: Watch<'_>,
) -> Result<Rebuilt> {
    let mut hold = CaseWriter::open(folder, who, clock)?;
    let (store, bases) = evidence(&hold)?;
    anew(&mut hold, &store, &bases, clock, watch)
}

fn evidence(hold: &CaseWriter) -> Result<(Store, Vec<IndexBasis>)> {
    let Committed { batches, store, .. } = Committed::open(hold.dir(), hold.journal())?;
    let bases = bases(&store, &batches);
    Ok((store, bases))
}

fn anew(
    hold: &mut CaseWriter,
    store: &Store,
    bases: &[IndexBasis],
    clock: &dyn Clock,
    watch: Watch<'_>,
) -> Result<Rebuilt> {
    let (dir, binding) = (hold.index().clone(), hold.binding()?);
    let made = rows(store, &dir, bases, watch).and_then(|rows| publish_all(&dir, &binding, rows));
    // Of the old index, or of this one where it was stopped.
    hold.sweep_index()?;
    made?;
    forget(hold.home(), &binding.case);
    told(hold, bases.iter(), clock)
}

/// Notes in the journal which batches were indexed again.
fn told<'a>(
    hold: &mut CaseWriter,
    bases: impl Iterator<Item = &'a IndexBasis>,
    clock: &dyn Clock,
) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt { batches: 0, events: 0 };
    for basis in bases {
        rebuilt.batches += 1;
        rebuilt.events += basis.events;
    }
    let Rebuilt { batches, events, .. } = rebuilt;
    hold.append(IndexRebuild { batches, events, tool: super::TOOL.to_owned() }, clock)?;
    Ok(rebuilt)
}

/// Brings the index of a case that is held up to its evidence, where batches
/// are missing from it or it does not agree.
pub(crate) fn complete(hold: &mut CaseWriter, clock: &dyn Clock, watch: Watch<'_>) -> Result<()> {
    let (store, bases) = evidence(hold)?;
    let (dir, binding) = (hold.index().clone(), hold.binding()?);
    let known = match Index::open(&dir, &binding, &bases) {
        Ok(index) => index.batches().to_vec(),
        Err(_) if bases.is_empty() => return publish_all(&dir, &binding, Vec::new()),
        // Some sources may be read otherwise than they were: the rest can stay.
        Err(_) => match agreeing(&dir, &binding, &bases) {
            Ok(known) if (1..bases.len()).contains(&known.len()) => known,
            _ => return anew(hold, &store, &bases, clock, watch).map(drop),
        },
    };
    let missing: Vec<IndexBasis> = bases.into_iter().filter(|basis| !known.contains(&basis.batch)).collect();
    if missing.is_empty() {
        return hold.sweep_index();
    }
    for batch in rows(&store, &dir, &missing, watch)? {
        publish(&dir, &binding, batch)?;
    }
    // Of batches that are read otherwise now.
    hold.sweep_index()?;
    forget(hold.home(), &binding.case);
    told(hold, missing.iter(), clock).map(drop)
}

/// Reads batches through their hashes and writes their rows into a folder; they
/// are not published yet.
pub(crate) fn rows(store: &Store, dir: &Dir, bases: &[IndexBasis], watch: Watch<'_>) -> Result<Vec<Indexed>> {
    let manifests =
        || store.manifests().filter(|(number, _)| bases.iter().any(|basis| basis.batch == *number));
    let done = Done::new(watch, manifests().map(|(_, manifest)| manifest.length).sum());
    watch.check()?;
    bases.iter().map(|basis| batch_rows(store, dir, basis, &done)).collect()
}

fn batch_rows(store: &Store, dir: &Dir, basis: &IndexBasis, done: &Done<'_>) -> Result<Indexed> {
    let frames = Frames::of(store, basis.batch)?;
    let results = frames.each(
        || Worker { writer: None, segments: Vec::new(), dir },
        |worker, frame| {
            worker.frame(store, frame)?;
            done.add(frame.length)
        },
    )?;
    let segments = results.into_iter().map(Worker::finish).collect::<Result<Vec<_>>>()?;
    let sources = frames.sources.iter().map(|(at, _)| store.row(*at).source.parse());
    let sources: Vec<SourceId> = sources.collect::<Result<_>>()?;
    Ok(Indexed {
        basis: basis.clone(),
        segments: segments.into_iter().flatten().collect(),
        sources: (0..).zip(sources).collect::<HashMap<_, _>>(),
    })
}

/// The frames of a batch, each a piece of work for any processor.
pub(super) struct Frames {
    sources: Vec<(SourceHandle, RecordDecoder)>,
    frames: Vec<(usize, usize, u64)>,
}

/// A frame, and how its source is read.
pub(super) struct FrameOf<'a> {
    /// The source's place in its batch.
    pub key: u64,
    /// The source.
    pub at: SourceHandle,
    /// How it is read.
    pub reading: &'a RecordDecoder,
    /// The frame's number in the source.
    pub frame: usize,
    /// The length of its content.
    pub length: u64,
}

impl Frames {
    /// Lists the frames of a batch.
    pub fn of(store: &Store, number: u32) -> Result<Frames> {
        let manifest = store.manifests().find(|(batch, _)| *batch == number).map(|(_, manifest)| manifest);
        let found = manifest.map_or(&[][..], |manifest| &manifest.sources);
        let sources = found.iter().enumerate();
        let sources =
            sources.map(|(row, found)| Ok((SourceHandle { batch: number, row }, RecordDecoder::of(found)?)));
        let frames = found.iter().enumerate().flat_map(|(source, found)| {
            found.frames.iter().enumerate().map(move |(n, frame)| (source, n, frame.raw_length))
        });
        Ok(Frames { sources: sources.collect::<Result<_>>()?, frames: frames.collect() })
    }

    /// Lists the frames of one source, to be read in a way of its own.
    pub fn of_source(store: &Store, at: SourceHandle, reading: RecordDecoder) -> Frames {
        let frames = store.row(at).frames.iter().enumerate();
        let frames = frames.map(|(n, frame)| (0, n, frame.raw_length)).collect();
        Frames { sources: vec![(at, reading)], frames }
    }

    /// Does work on each frame, on every processor; each has a `T` of its own.
    pub fn each<T: Send>(
        &self,
        begin: impl Fn() -> T + Sync,
        work: impl Fn(&mut T, &FrameOf<'_>) -> Result<()> + Sync,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let run = || {
            let mut own = begin();
            while let Some(&(source, frame, length)) = self.frames.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (at, reading) = &self.sources[source];
                let frame = FrameOf { key: source as u64, at: *at, reading, frame, length };
                if let Err(error) = work(&mut own, &frame) {
                    // The others need not go on.
                    next.store(self.frames.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            Ok(own)
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let threads = threads.min(self.frames.len().max(1));
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            let broken = || Error::case("a thread that was reading the evidence failed");
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| Err(broken()))).collect()
        })
    }
}

/// One thread's open segment.
struct Worker<'a> {
    writer: Option<SegmentWriter>,
    segments: Vec<Segment>,
    dir: &'a Dir,
}

impl Worker<'_> {
    fn frame(&mut self, store: &Store, frame: &FrameOf<'_>) -> Result<()> {
        let bytes = store.frame(frame.at, frame.frame)?;
        let writer = self.writer.get_or_insert_with(|| SegmentWriter::create(self.dir));
        let source = writer.source(frame.key);
        let (content, spans) = (&bytes.content, bytes.spans.iter().copied());
        each_event(&frame.reading.parser, content, spans, bytes.first_record, |record, _, event| {
            writer.add(source, record, event);
        });
        if writer.is_full() { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(writer) = self.writer.take().filter(|writer| !writer.is_empty()) {
            self.segments.push(writer.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Segment>> {
        self.flush()?;
        Ok(self.segments)
    }
}
