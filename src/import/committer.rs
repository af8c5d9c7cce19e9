//! The committing thread: puts results in order, seals, journals, and publishes them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use crossbeam_channel::Receiver;
use sha2::Sha256;

use crate::case::{
    Committed, ImportClaim, Receipt, RecordDecoder, TOOL, Watch, basis, checkpoint, correct, each_event,
    rows, standing,
};
use crate::error::{Context, Error, Result};
use crate::evidence::{FinishedSource, Manifest, SourceRow};
use crate::index::{IndexBasis, Indexed, Segment, publish};
use crate::journal::{self, EvidenceImport, ImportReceipt, SealedSource, Signer};
use crate::parse::{Plan, YearWatch};
use crate::record::{Clock, Digest, SourceId};
use crate::source::{FileChange, MemberName};

use super::messages::{CommitMessage, CommitStep, EncodedChunk, SharedBatch, SourceInFlight};
use super::{ImportRow, ImportStatus, ImportTotal};

/// The state of the committing thread.
pub struct Committer<'a> {
    importing: &'a ImportClaim,
    signer: Option<&'a Signer>,
    clock: &'a dyn Clock,
    acknowledge: &'a mut dyn FnMut(&ImportRow),
    started: Instant,
    workers: usize,
    waiting: BTreeMap<u64, CommitStep>,
    next: u64,
    batch: Option<Batch>,
    flushes: BTreeMap<u32, (usize, Vec<Segment>)>,
    present: Present,
    loose: Vec<Segment>,
    unpublished: BTreeMap<u32, (IndexBasis, HashMap<u64, SourceId>, bool)>,
    total: ImportTotal,
    /// Why the last checkpoint was not written, if it was not.
    pub unsealed: Option<Error>,
}

/// The batch that is being written.
struct Batch {
    writer: SharedBatch,
    rows: Vec<ImportRow>,
    /// Where the rows of the current input begin.
    input: usize,
    containers: Vec<String>,
    keys: HashMap<u64, SourceId>,
    /// Whether the workers' segments differ from the evidence, so that it has to be indexed again.
    stale: bool,
}

/// What is known so far about the source that is being written.
#[derive(Default)]
struct Present {
    receipt: Receipt,
    formats: Vec<(&'static str, u64)>,
    years: YearWatch,
    any: bool,
}

impl<'a> Committer<'a> {
    /// Creates the committer of an import.
    pub fn new(
        importing: &'a ImportClaim,
        signer: Option<&'a Signer>,
        workers: usize,
        clock: &'a dyn Clock,
        acknowledge: &'a mut dyn FnMut(&ImportRow),
        started: Instant,
    ) -> Committer<'a> {
        Committer {
            importing,
            signer,
            clock,
            acknowledge,
            started,
            workers,
            waiting: BTreeMap::new(),
            next: 0,
            batch: None,
            flushes: BTreeMap::new(),
            present: Present::default(),
            loose: Vec::new(),
            unpublished: BTreeMap::new(),
            total: ImportTotal::default(),
            unsealed: None,
        }
    }

    /// Handles messages until every sender is gone.
    pub fn settle(&mut self, messages: &Receiver<CommitMessage>) -> Result<ImportTotal> {
        for message in messages {
            match message {
                CommitMessage::CommitStep(place, step) => {
                    self.waiting.insert(place, step);
                    while let Some(step) = self.waiting.remove(&self.next) {
                        self.next += 1;
                        self.take(step)?;
                    }
                }
                CommitMessage::Segment(segment) => self.loose.push(segment),
                CommitMessage::Flushed(batch, segment) => {
                    let (count, segments) = self.flushes.entry(batch).or_default();
                    *count += 1;
                    segments.extend(segment);
                    if *count == self.workers {
                        segments.append(&mut self.loose);
                    }
                }
                CommitMessage::Failed(error) => return Err(error),
            }
            self.publish()?;
        }
        self.total.seconds = self.started.elapsed().as_secs_f64();
        Ok(std::mem::take(&mut self.total))
    }

    fn take(&mut self, step: CommitStep) -> Result<()> {
        match step {
            CommitStep::Begin(writer) => {
                let (rows, containers, keys) = (Vec::new(), Vec::new(), HashMap::new());
                self.batch = Some(Batch { writer, rows, input: 0, containers, keys, stale: false });
            }
            CommitStep::EncodedChunk(sealed) => self.sealed(*sealed)?,
            CommitStep::Ended { source, id, content, broken } => self.ended(&source, id, content, broken)?,
            CommitStep::Abandoned(row) => {
                self.with_writer(|writer| writer.abandon_source())?;
                let any = std::mem::take(&mut self.present).any;
                let batch = self.batch()?;
                batch.stale |= any;
                batch.rows.extend(row.map(|row| *row));
            }
            CommitStep::Aside(row) => self.batch()?.rows.push(*row),
            CommitStep::Input => {
                let batch = self.batch()?;
                batch.input = batch.rows.len();
            }
            CommitStep::Changed(name, change) => self.changed(name, &change)?,
            CommitStep::Container(sha256) => self.batch()?.containers.push(sha256),
            CommitStep::Commit(number) => self.commit(number)?,
            // If nobody listens any longer, the import was given up.
            CommitStep::Reached(done) => drop(done.send(())),
        }
        Ok(())
    }

    /// Notes how the current input changed: in all rows that came from it or, if bytes of
    /// it are missing, in a row of its own.
    fn changed(&mut self, name: MemberName, change: &FileChange) -> Result<()> {
        let batch = self.batch()?;
        let at = batch.input.min(batch.rows.len());
        ImportRow::change(&mut batch.rows, at, name, change);
        Ok(())
    }

    fn sealed(&mut self, sealed: EncodedChunk) -> Result<()> {
        for frame in sealed.frames {
            self.with_writer(|writer| writer.add_frame(frame))?;
        }
        let present = &mut self.present;
        present.any = true;
        present.receipt.append(sealed.receipt);
        present.years.append(sealed.years);
        for (name, count) in sealed.formats {
            match present.formats.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += count,
                None => present.formats.push((name, count)),
            }
        }
        Ok(())
    }

    fn ended(
        &mut self,
        source: &Arc<SourceInFlight>,
        id: SourceId,
        content: Sha256,
        broken: Option<String>,
    ) -> Result<()> {
        let Present { mut receipt, formats, years: own_years, .. } = std::mem::take(&mut self.present);
        let mut years = source.years.clone();
        years.append(own_years);
        let mut plan = source.reading.plan.clone();
        plan.shifts = plan.year_shifts(&years);
        plan.headers = source.reading.parser.headers();
        let most = formats.iter().max_by_key(|(name, count)| (*count, *name != "unparsed"));
        receipt.format = most.map_or_else(|| plan.format.clone(), |(name, _)| (*name).to_owned());
        receipt.broken = broken.clone();
        receipt.settle();
        if !plan.shifts.is_empty() {
            self.batch()?.stale = true;
            self.count_again(&plan, &mut receipt)?;
        }
        let to_json = || "cannot write a receipt as JSON".to_owned();
        let finished = FinishedSource {
            id,
            content,
            found: source.found.clone(),
            secret: &source.secret,
            plan: serde_json::to_value(&plan).context(to_json)?,
            receipt: serde_json::to_value(&receipt).context(to_json)?,
            continues: source.continues.clone(),
        };
        self.with_writer(|writer| writer.finish_source(finished))?;
        let seconds = self.started.elapsed().as_secs_f64() - source.begun;
        let row = ImportRow {
            source: Some(id),
            seconds,
            ..ImportRow::read(&source.found, receipt, broken, source.binary)
        };
        let row = row.read_by(&plan);
        let row = row.extending(id, source.continues.as_ref(), &source.otherwise);
        let batch = self.batch()?;
        batch.keys.insert(source.key, id);
        batch.rows.push(row);
        Ok(())
    }

    /// Counts the times of the current source again, under its final plan.
    fn count_again(&mut self, plan: &Plan, receipt: &mut Receipt) -> Result<()> {
        let reading = RecordDecoder::new(plan.clone())?;
        let mut counted = Receipt::default();
        self.with_writer(|writer| {
            writer.read_back(&mut |frame| {
                let spans = frame.spans.iter().copied();
                each_event(&reading.parser, &frame.content, spans, frame.first_record, |_, span, event| {
                    counted.count(event, true, span.part);
                });
            })
        })?;
        (receipt.first, receipt.last, receipt.time) = (counted.first, counted.last, counted.time);
        Ok(())
    }

    /// Seals and journals the batch, then acknowledges its rows.
    fn commit(&mut self, number: u32) -> Result<()> {
        let batch = self.batch.take().ok_or_else(no_batch)?;
        let writer =
            batch.writer.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(no_batch)?;
        let Batch { rows, containers, keys, stale, .. } = batch;
        if writer.is_empty() && rows.is_empty() {
            return Ok(());
        }
        let mut hold = self.importing.hold(self.clock)?;
        let batch = (!writer.is_empty()).then_some(number);
        let mut plans = HashMap::new();
        if batch.is_some() {
            let (mut manifest, sha256) = writer.finish()?;
            hold.append(sealed_entry(number, &manifest, &sha256), self.clock)?;
            plans.extend(manifest.sources.iter().map(|row| (row.source.clone(), row.plan.clone())));
            // Merged entries may state how to read a source that was not here before.
            let rereads = standing(hold.journal());
            manifest.sources.iter_mut().for_each(|row| correct(row, &rereads));
            let stale = stale || manifest.sources.iter().any(|row| row.reread.is_some());
            self.unpublished.insert(number, (basis(number, &sha256, &manifest), keys, stale));
        }
        let row_json = |row: &ImportRow| {
            let mut said = row.json();
            let fresh = row.source.filter(|_| row.status != ImportStatus::Duplicate);
            if let Some(plan) = fresh.and_then(|id| plans.get(&id.to_string())) {
                // With it, the journal alone shows how the records were read.
                said["plan"] = plan.clone();
            }
            said
        };
        let sources = rows.iter().map(row_json).collect();
        hold.append(ImportReceipt { batch, sources, containers }, self.clock)?;
        // The next writer must not have to sign for what was imported.
        self.unsealed = checkpoint(&mut hold, self.signer, self.clock).err();
        drop(hold);
        for row in rows {
            self.total.add(&row);
            (self.acknowledge)(&row);
        }
        Ok(())
    }

    /// Publishes each committed batch of which all segments have arrived.
    fn publish(&mut self) -> Result<()> {
        while let Some((&number, _)) = self.unpublished.first_key_value() {
            let complete = self.flushes.get(&number).is_some_and(|(count, _)| *count == self.workers);
            if !complete {
                return Ok(());
            }
            let (_, segments) = self.flushes.remove(&number).ok_or_else(no_batch)?;
            let (basis, sources, stale) = self.unpublished.remove(&number).ok_or_else(no_batch)?;
            let (index, binding) = (self.importing.index(), self.importing.binding());
            let batches = if stale {
                drop(segments);
                let journal = journal::read(self.importing.dir())?;
                let evidence = Committed::open(self.importing.dir(), &journal)?;
                rows(&evidence.store, index, &[basis], Watch::silent())?
            } else {
                vec![Indexed { basis, segments, sources }]
            };
            let _alone = self.importing.hold(self.clock)?;
            batches.into_iter().try_for_each(|batch| publish(index, binding, batch))?;
        }
        Ok(())
    }

    fn batch(&mut self) -> Result<&mut Batch> {
        self.batch.as_mut().ok_or_else(no_batch)
    }

    fn with_writer(
        &mut self,
        act: impl FnOnce(&mut crate::evidence::BatchWriter) -> Result<()>,
    ) -> Result<()> {
        let batch = self.batch()?;
        let mut writer = batch.writer.lock().unwrap_or_else(PoisonError::into_inner);
        act(writer.as_mut().ok_or_else(no_batch)?)
    }
}

/// Returns the entry that commits a batch. It contains no foreign text, so that no
/// redaction ever hides it.
pub(super) fn sealed_entry(number: u32, manifest: &Manifest, sha256: &[u8; 32]) -> EvidenceImport {
    let row = |row: &SourceRow| SealedSource {
        source: row.source.clone(),
        length: row.whole_length(),
        records: Some(row.end_record()),
        root: row.root.clone(),
        continues: row.continues.clone(),
    };
    EvidenceImport {
        batch: number,
        manifest_sha256: Digest(*sha256).to_string(),
        content_sha256: manifest.sha256.clone(),
        content_length: manifest.length,
        sources: manifest.sources.iter().map(row).collect(),
        tool: TOOL.to_owned(),
    }
}

fn no_batch() -> Error {
    Error::case("the import lost track of its batch: a defect in vestigo")
}
