//! The workers: each seals chunks, reads their records, and fills a segment.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;

use crossbeam_channel::{Receiver, Sender};

use crate::case::{DecodedEvent, Receipt, each_group};
use crate::error::{Error, Result};
use crate::evidence::{FRAME_BYTES, Frame, FrameEncoder};
use crate::fs::Dir;
use crate::index::{Segment, SegmentWriter};
use crate::parse::YearWatch;
use crate::record::Event;

use super::job::{CHUNK_BYTES, Progress};
use super::messages::{Chunk, CommitMessage, CommitStep, EncodedChunk, Spare, WorkItem, count_bytes, span};

/// The name of the format of records that no format understood.
pub(super) const UNPARSED: &str = "unparsed";

/// Runs one worker, which takes jobs until there are no more.
///
/// It never returns before the jobs end, even after a failure: the others wait for it at
/// the barrier.
pub fn work(
    jobs: &Receiver<WorkItem>,
    results: &Sender<CommitMessage>,
    read: &Sender<Spare>,
    index: &Dir,
    all: &Barrier,
    meter: &Progress,
) {
    let mut worker = Worker { writer: None, sealer: None, index };
    let mut failed = false;
    for job in jobs {
        match job {
            WorkItem::Chunk(place, chunk) if !failed => {
                let outcome = catch_unwind(AssertUnwindSafe(|| worker.chunk(&chunk)));
                let outcome = outcome.unwrap_or_else(|_| Err(panicked(&chunk)));
                failed = outcome.is_err();
                // What is too long, or not wanted, is given back to the system.
                if chunk.content.capacity() <= 2 * CHUNK_BYTES {
                    let _ = read.try_send((chunk.content, chunk.records));
                }
                let messages = match outcome {
                    Ok((sealed, segment)) => {
                        meter.events(sealed.receipt.events);
                        let step =
                            CommitMessage::CommitStep(place, CommitStep::EncodedChunk(Box::new(sealed)));
                        [Some(step), segment.map(CommitMessage::Segment)]
                    }
                    Err(error) => [Some(CommitMessage::Failed(error)), None],
                };
                failed |= messages.into_iter().flatten().any(|message| results.send(message).is_err());
            }
            WorkItem::Chunk(..) => {}
            WorkItem::Flush(batch) => {
                let flushed = catch_unwind(AssertUnwindSafe(|| worker.flush()));
                let message = match flushed.unwrap_or_else(|_| Err(unfinished())) {
                    Ok(segment) => CommitMessage::Flushed(batch, segment),
                    Err(error) => CommitMessage::Failed(error),
                };
                failed |= results.send(message).is_err();
                all.wait();
            }
        }
    }
}

fn panicked(chunk: &Chunk) -> Error {
    let path = crate::error::visible(&chunk.source.found.path);
    Error::case(format!("reading {path} failed near byte {}: a defect in vestigo", chunk.start))
        .hint("Import the other files without it, and please report this.")
}

fn unfinished() -> Error {
    Error::case("writing the index failed: a defect in vestigo")
        .hint("Run `vestigo reindex`, and please report this.")
}

struct Worker<'a> {
    writer: Option<SegmentWriter>,
    sealer: Option<FrameEncoder>,
    index: &'a Dir,
}

impl Worker<'_> {
    fn chunk(&mut self, chunk: &Chunk) -> Result<(EncodedChunk, Option<Segment>)> {
        let sealer = match &mut self.sealer {
            Some(sealer) => sealer,
            none => none.insert(FrameEncoder::new()?),
        };
        let frames = frames(chunk, sealer)?;
        let (mut receipt, mut formats, mut years) = (Receipt::default(), Vec::new(), YearWatch::default());
        count_bytes(&chunk.records, chunk.start, chunk.content.len() as u64, &mut receipt);
        let writer = self.writer.get_or_insert_with(|| SegmentWriter::create(self.index));
        let source = writer.source(chunk.source.key);
        let parser = &chunk.source.reading.parser;
        let spans = chunk.records.iter().map(span);
        each_group(parser, &chunk.content, spans, chunk.first_record, |events| {
            for DecodedEvent { record, span, event } in events {
                receipt.count(event, event.format != UNPARSED, span.part);
                tally(&mut formats, event);
                years.note(*record, event);
            }
            writer.add_all(source, events.iter().map(|decoded| (decoded.record, &decoded.event)));
        });
        let full = writer.is_full();
        let segment = if full { self.flush()? } else { None };
        Ok((EncodedChunk { frames, receipt, formats, years }, segment))
    }

    fn flush(&mut self) -> Result<Option<Segment>> {
        self.writer.take().filter(|writer| !writer.is_empty()).map(SegmentWriter::finish).transpose()
    }
}

fn tally(formats: &mut Vec<(&'static str, u64)>, event: &Event<'_>) {
    match formats.iter_mut().find(|(name, _)| *name == event.format) {
        Some((_, count)) => *count += 1,
        None => formats.push((event.format, 1)),
    }
}

/// Cuts a chunk into frames at record boundaries, and seals them.
fn frames(chunk: &Chunk, sealer: &mut FrameEncoder) -> Result<Vec<Frame>> {
    let (mut frames, mut spans) = (Vec::new(), Vec::new());
    let (mut from, mut to) = (0, 0);
    let (mut record, mut line) = (chunk.first_record, chunk.first_line);
    for (n, one) in chunk.records.iter().enumerate() {
        spans.push(span(one));
        to += one.length();
        let next = chunk.records.get(n + 1).map_or(usize::MAX / 2, |next| next.length());
        if to - from + next > FRAME_BYTES {
            let lines: u64 = spans.iter().map(|span| u64::from(span.lines)).sum();
            frames.push(sealer.encode(
                &chunk.content[from..to],
                &spans,
                record,
                line,
                &chunk.source.secret,
            )?);
            record += spans.len() as u64;
            line += lines;
            from = to;
            spans.clear();
        }
    }
    Ok(frames)
}
