//! Writes the events of a bundle, the bytes of their records, and their proofs.
//!
//! A frame of evidence is a unit of work: frames are rendered on all processors and
//! written in the order of sources and records, so that the files do not depend on
//! how many processors there are.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::evidence::SourceHandle;
use crate::record::csv_row;

use crate::export::bag::files::{RECORDS, proofs_path, raw_path};
use crate::export::rows::{RECORD_COLUMNS, source_proof_line};

use super::bag::{BagFile, BagWriter, stopped};
use super::context::{RecordsSummary, RenderContext, SourceShare};
use super::frame::{FrameOutput, render_frame};
use super::job::{FrameJob, jobs_of};
use super::spool::EventSpool;

/// Writes the events into a bag; `progress` is called with the events done, and in all.
pub fn write(
    context: &RenderContext<'_>,
    bag: &mut BagWriter,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RecordsSummary> {
    let (case, hits) = (context.case, context.hits);
    let mut by_source: BTreeMap<(u32, usize), Vec<usize>> = BTreeMap::new();
    for (n, hit) in hits.iter().enumerate() {
        let at = case.locate(&hit.source)?;
        by_source.entry((at.batch, at.row)).or_default().push(n);
    }
    let (mut shares, mut jobs) = (Vec::new(), Vec::new());
    for ((batch, row), members) in &mut by_source {
        members.sort_unstable_by_key(|n| hits[*n].record);
        let (source, number) = (hits[members[0]].source, format!("{:04}", shares.len() + 1));
        let at = SourceHandle { batch: *batch, row: *row };
        jobs.extend(jobs_of(context, at, shares.len(), members)?);
        shares.push(SourceShare { source, number, records: members.len() as u64 });
    }
    let mut writer = OrderedWriter {
        context,
        shares: &shares,
        spool: EventSpool::new(hits.len(), bag)?,
        records: csv_row(RECORD_COLUMNS),
        open: None,
        withheld: 0,
        done: 0,
        progress,
        bag,
    };
    render_in_order(context, &shares, &jobs, &mut writer)?;
    writer.end_source()?;
    let OrderedWriter { spool, records, withheld, bag, .. } = writer;
    bag.add(RECORDS, records.as_bytes())?;
    spool.write_out(bag)?;
    Ok(RecordsSummary { shares, withheld })
}

/// Creates pieces on every processor and lets `writer` take them, one after another.
fn render_in_order(
    context: &RenderContext<'_>,
    shares: &[SourceShare],
    jobs: &[FrameJob<'_>],
    writer: &mut OrderedWriter<'_>,
) -> Result<()> {
    let (next, stop, moved) = (AtomicUsize::new(0), AtomicBool::new(false), Condvar::new());
    let state = Mutex::new((0, writer, None::<Error>));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return };
            // A piece that never came would be waited for.
            let made = if context.stop.load(Ordering::Relaxed) {
                Ok(Err(stopped()))
            } else {
                catch_unwind(AssertUnwindSafe(|| render_frame(context, &shares[job.share], job)))
            };
            let made = made.unwrap_or_else(|_| Err(Error::case("a bug in vestigo stopped the export")));
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            while state.0 != number {
                state = moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let (at, writer, failed) = &mut *state;
            if failed.is_none() {
                *failed = made.and_then(|output| writer.write_frame(job, output)).err();
                stop.fetch_or(failed.is_some(), Ordering::Relaxed);
            }
            *at += 1;
            moved.notify_all();
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let (_, _, failed) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.map_or(Ok(()), Err)
}

/// Puts pieces into the bundle's files, in their order.
struct OrderedWriter<'a> {
    context: &'a RenderContext<'a>,
    shares: &'a [SourceShare],
    spool: EventSpool,
    records: String,
    /// The files of the source whose writer it is.
    open: Option<OpenSource>,
    withheld: u64,
    done: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
    bag: &'a mut BagWriter,
}

/// The files of one source: `data/raw/NNNN.log` and `data/proofs/NNNN.jsonl`.
struct OpenSource {
    share: usize,
    at: SourceHandle,
    raw: BagFile,
    proofs: BagFile,
    /// The frames that are in them.
    frames: Vec<u64>,
}

impl OrderedWriter<'_> {
    fn write_frame(&mut self, job: &FrameJob<'_>, output: FrameOutput) -> Result<()> {
        if self.open.as_ref().is_none_or(|open| open.share != job.share) {
            self.end_source()?;
            let number = &self.shares[job.share].number;
            self.open = Some(OpenSource {
                share: job.share,
                at: job.at,
                raw: self.bag.begin(&raw_path(number))?,
                proofs: self.bag.begin(&proofs_path(number))?,
                frames: Vec::new(),
            });
        }
        let open = self.open.as_mut().expect("it was just opened");
        for (n, part) in job.members.iter().zip(output.events) {
            self.records.push_str(&part.row(&self.shares[job.share], open.raw.length()));
            self.withheld += u64::from(part.place.is_none());
            self.spool.push(*n, &part.forms)?;
        }
        open.raw.write(&output.raw)?;
        open.proofs.write(output.proof.as_bytes())?;
        open.frames.push(job.frame as u64);
        self.done += job.members.len() as u64;
        (self.progress)(self.done, self.context.hits.len() as u64);
        Ok(())
    }

    /// Leads from the frames of the source whose writer it was to its root.
    fn end_source(&mut self) -> Result<()> {
        let Some(OpenSource { share, at, raw, mut proofs, frames }) = self.open.take() else { return Ok(()) };
        let store = self.context.case.store();
        let (nodes, row) = (store.prove_frames(at, &frames)?, store.row(at));
        let source = self.shares[share].source;
        let line = source_proof_line(source, row.frames.len(), &frames, &nodes, &row.root);
        proofs.write(format!("{line}\n").as_bytes())?;
        self.bag.end(raw)?;
        self.bag.end(proofs)
    }
}
