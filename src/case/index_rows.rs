//! Builds the rows of an index from the evidence, checking its hashes.

use std::collections::HashMap;

use crate::error::Result;

use crate::evidence::Store;

use crate::fs::Dir;

use crate::index::{IndexBasis, Indexed, Segment, SegmentWriter};

use crate::record::SourceId;

use super::frames::{FrameOf, Frames};

use super::progress::Done;

use super::{Watch, each_group, standing_spans};

/// Reads batches, checking their hashes, and writes their rows into a folder; they are
/// not published yet.
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
        || RowWriter { writer: None, segments: Vec::new(), dir },
        |worker, frame| {
            worker.frame(store, frame)?;
            done.add(frame.length)
        },
    )?;
    let segments = results.into_iter().map(RowWriter::finish).collect::<Result<Vec<_>>>()?;
    let sources = frames.sources.iter().map(|(at, _)| store.row(*at).source.parse());
    let sources: Vec<SourceId> = sources.collect::<Result<_>>()?;
    Ok(Indexed {
        basis: basis.clone(),
        segments: segments.into_iter().flatten().collect(),
        sources: (0..).zip(sources).collect::<HashMap<_, _>>(),
    })
}

/// One thread's open segment.
struct RowWriter<'a> {
    writer: Option<SegmentWriter>,
    segments: Vec<Segment>,
    dir: &'a Dir,
}

impl RowWriter<'_> {
    fn frame(&mut self, store: &Store, frame: &FrameOf<'_>) -> Result<()> {
        let bytes = store.frame(frame.at, frame.frame)?;
        let writer = self.writer.get_or_insert_with(|| SegmentWriter::create(self.dir));
        let source = writer.source(frame.key);
        let (content, spans) = (&bytes.content, standing_spans(store.row(frame.at), &bytes));
        each_group(&frame.reading.parser, content, spans, bytes.first_record, |events| {
            writer.add_all(source, events.iter().map(|decoded| (decoded.record, &decoded.event)));
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
