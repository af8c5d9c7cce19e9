//! The reading thread: opens inputs, recognizes what is known, hands out chunks.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};
use sha2::Sha256;

use crate::case::CaseWriter;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::{BatchWriter, Store};
use crate::fs::Dir;
use crate::parse::Plan;
use crate::record::{Digest, SourceId, Timestamp};
use crate::source::{self, Input, MemberName, Provenance, Skipped, StreamSink, Walk};

use super::beginnings::Beginnings;
use super::collection::Collections;
use super::job::{CHUNK_BYTES, Import, interrupted};
use super::messages::{CommitMessage, CommitStep, SharedBatch, Spare, WorkItem};
use super::report::differently;
use super::{ImportRow, ImportStatus};

/// Bytes of content after which a batch is committed, at the next opportunity.
const BATCH_BYTES: u64 = 1 << 30;
/// How many bytes the first batch has about where somebody waits for it; each of the next has
/// so many times more, up to the usual number.
const FIRST_BATCH_BYTES: u64 = 8 << 20;
const BATCH_GROWTH: u64 = 4;

/// Rows of a receipt after which a batch is committed, even within an archive, so that
/// what describes a batch stays small enough to be read again.
const BATCH_ROWS: u64 = 4096;

/// The state of the reading thread.
pub struct Reader<'a> {
    pub(super) import: &'a Import<'a>,
    pub(super) known: HashSet<SourceId>,
    pub(super) acquired: Timestamp,
    pub(super) started: Instant,
    pub(super) next_key: u64,
    pub(super) batch_bytes: u64,
    /// How many bytes a batch has about.
    batch_limit: u64,
    batch_rows: u64,
    /// The hash of the content of the batch's sources; none before the first one.
    pub(super) batch_hash: Option<Sha256>,
    /// How the sources are read that were there before.
    plans: HashMap<SourceId, Plan>,
    /// The committed evidence, as far as it was looked at.
    pub(super) store: Store,
    /// The sources that a stream may continue.
    pub(super) beginnings: Beginnings,
    /// Whether the sources that were there before are among them.
    pub(super) beginnings_known: bool,
    /// What the collections state from which the sources are.
    pub(super) collections: Collections,
    /// The stream that was left out last, since it is no log.
    pub(super) left_out: Option<String>,
    lengths: HashSet<u64>,
    containers: HashSet<String>,
    case: Dir,
    number: u32,
    batch: Option<SharedBatch>,
    workers: usize,
    out: Option<Out<'a>>,
}

/// Where the reader's work goes.
struct Out<'a> {
    jobs: Sender<WorkItem>,
    results: Sender<CommitMessage>,
    spare: Receiver<Spare>,
    stopped: &'a AtomicBool,
    place: u64,
}

impl<'a> Reader<'a> {
    /// Creates the reader of an import, and learns what the case already contains.
    pub fn new(
        hold: &CaseWriter,
        store: &Store,
        import: &'a Import<'a>,
        workers: usize,
        acquired: Timestamp,
        started: Instant,
    ) -> Result<Reader<'a>> {
        let rows = || store.manifests().flat_map(|(_, manifest)| &manifest.sources);
        Ok(Reader {
            import,
            known: rows().filter_map(|row| row.source.parse().ok()).collect(),
            acquired,
            started,
            next_key: 0,
            batch_bytes: 0,
            batch_limit: if import.is_watched { FIRST_BATCH_BYTES } else { BATCH_BYTES },
            batch_rows: 0,
            batch_hash: None,
            plans: rows()
                .filter_map(|row| {
                    Some((row.source.parse().ok()?, serde_json::from_value(row.plan.clone()).ok()?))
                })
                .collect(),
            store: store.clone(),
            beginnings: Beginnings::default(),
            beginnings_known: false,
            collections: Collections::default(),
            left_out: None,
            lengths: rows().map(|row| row.whole_length()).collect(),
            containers: hold.containers(),
            case: hold.dir().clone(),
            number: hold.next_batch()?,
            batch: None,
            workers,
            out: None,
        })
    }

    /// Reads every input to its end, or until it is stopped.
    pub fn feed(
        &mut self,
        found: &Walk,
        jobs: Sender<WorkItem>,
        results: Sender<CommitMessage>,
        spare: Receiver<Spare>,
        stopped: &'a AtomicBool,
    ) {
        self.out = Some(Out { jobs, results, spare, stopped, place: 0 });
        let outcome = self.inputs(found).and_then(|()| self.commit());
        if let (Err(error), Some(out)) = (outcome, self.out.take()) {
            // If nobody listens any longer, the committer failed first and says why.
            let _ = out.results.send(CommitMessage::Failed(error));
        }
        self.out = None;
    }

    fn inputs(&mut self, found: &Walk) -> Result<()> {
        for skipped in &found.skipped {
            self.row(ImportRow::skipped(skipped.clone()))?;
        }
        self.collections.learn(&source::small_files(found, &Collections::wants));
        let mut done = 0;
        for input in &found.inputs {
            match self.input(input) {
                Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
                Err(error) if self.is_stopped() => return Err(error),
                Err(error) => {
                    let name = MemberName::from_path(&input.path);
                    self.row(ImportRow::without(name, ImportStatus::Failed, error.chain()))?;
                }
                Ok(()) => {}
            }
            done += input.length().unwrap_or(0);
            self.import.meter.at_least(done);
            if self.batch_bytes >= self.batch_limit {
                self.commit()?;
            }
            self.commit_if_crowded()?;
        }
        let reports = self.collections.reports();
        reports.into_iter().try_for_each(|report| self.row(ImportRow::skipped(report)))
    }

    fn input(&mut self, input: &Input) -> Result<()> {
        if self.is_interrupted() {
            return Err(interrupted());
        }
        let is_named = self.import.paths.contains(&input.path);
        if !is_named && self.collections.passes_over(&input.provenance()) {
            return Ok(());
        }
        self.batch()?;
        self.step(CommitStep::Input)?;
        if let Some(id) = self.known_file(input) {
            let row = self.duplicate(MemberName::from_path(&input.path), id);
            return self.row(row);
        }
        let mut taking = Taking { feeder: self, container: None, stopped: None };
        let outcome = source::open(input, &taking.feeder.import.limits, &mut taking);
        let Taking { container, stopped, .. } = taking;
        if let Some(error) = stopped {
            return Err(error);
        }
        if let Some(change) = outcome? {
            self.step(CommitStep::Changed(MemberName::from_path(&input.path), change))?;
        }
        if let Some(sha256) = container {
            self.containers.insert(sha256.clone());
            self.step(CommitStep::Container(sha256))?;
        }
        Ok(())
    }

    /// Returns the source if a large plain file is already in the case, at the cost of hashing it.
    fn known_file(&self, input: &Input) -> Option<SourceId> {
        let length = input.length().filter(|length| *length > CHUNK_BYTES as u64)?;
        if !self.lengths.contains(&length) {
            return None;
        }
        source::hash_file(input).map(SourceId).filter(|id| self.known.contains(id))
    }

    /// Remembers a source that is now complete, of which so many bytes are new; the hash
    /// is that of the batch with it.
    pub(super) fn learn(&mut self, id: SourceId, length: u64, new: u64, batch: Sha256) {
        self.batch_hash = Some(batch);
        self.known.insert(id);
        self.lengths.insert(length);
        self.batch_bytes += new;
    }

    /// Returns the folder of the case.
    pub(super) fn case(&self) -> &Dir {
        &self.case
    }

    /// Creates the row of content that is already in the case; if it is read differently
    /// than the user wants, the row says how to change that.
    pub(super) fn duplicate(&self, name: MemberName, id: SourceId) -> ImportRow {
        let mut reason = format!("the same content is in the case as source {}", id.short());
        let differs = self.plans.get(&id).map(|plan| plan.against(self.import.options)).unwrap_or_default();
        if !differs.is_empty() {
            reason.push_str(&format!(", which is read {}", differently(id, &differs)));
        }
        let otherwise = !differs.is_empty();
        ImportRow { source: Some(id), otherwise, ..ImportRow::without(name, ImportStatus::Duplicate, reason) }
    }

    /// Sends the row of something that gave no content.
    pub(super) fn row(&mut self, row: ImportRow) -> Result<()> {
        self.batch()?;
        self.step(CommitStep::Aside(Box::new(row)))
    }

    /// Returns the batch that is being written, beginning one if there is none.
    pub(super) fn batch(&mut self) -> Result<SharedBatch> {
        if let Some(batch) = &self.batch {
            return Ok(batch.clone());
        }
        let batch = Arc::new(Mutex::new(Some(BatchWriter::create(&self.case, self.number)?)));
        self.batch = Some(batch.clone());
        self.step(CommitStep::Begin(batch.clone()))?;
        Ok(batch)
    }

    /// Ends the batch, and asks the workers for their segments.
    pub(super) fn commit(&mut self) -> Result<()> {
        self.batch()?;
        let number = self.number;
        self.step(CommitStep::Commit(number))?;
        let workers = self.workers;
        // Every worker waits for the others: either all of them are told, or none.
        let jobs = self.out()?.jobs.clone();
        for _ in 0..workers {
            jobs.send(WorkItem::Flush(number)).map_err(|_| gone())?;
        }
        (self.batch, self.batch_bytes, self.batch_rows, self.number) = (None, 0, 0, number + 1);
        self.batch_limit = (self.batch_limit * BATCH_GROWTH).min(BATCH_BYTES);
        self.batch_hash = None;
        Ok(())
    }

    /// Commits a batch of many rows. Within a container, its original is committed with
    /// it, even if everything found in it so far was known: more may follow.
    fn commit_if_crowded(&mut self) -> Result<()> {
        if self.batch_rows < BATCH_ROWS {
            return Ok(());
        }
        self.commit()
    }

    /// Sends a step to the committer, with its place in the order.
    pub(super) fn step(&mut self, step: CommitStep) -> Result<()> {
        self.batch_rows += u64::from(matches!(step, CommitStep::Aside(_) | CommitStep::Ended { .. }));
        let out = self.out()?;
        out.place += 1;
        out.results.send(CommitMessage::CommitStep(out.place - 1, step)).map_err(|_| gone())
    }

    /// Sends a chunk to the workers, with its place in the order.
    pub(super) fn chunk(&mut self, chunk: super::messages::Chunk) -> Result<()> {
        let out = self.out()?;
        out.place += 1;
        out.jobs.send(WorkItem::Chunk(out.place - 1, chunk)).map_err(|_| gone())
    }

    /// Returns the memory of a chunk that was read, with room for another.
    pub(super) fn spare(&self) -> Spare {
        let (mut content, mut records) =
            self.out.as_ref().and_then(|out| out.spare.try_recv().ok()).unwrap_or_default();
        content.clear();
        records.clear();
        content.reserve(CHUNK_BYTES + CHUNK_BYTES / 64);
        (content, records)
    }

    fn out(&mut self) -> Result<&mut Out<'a>> {
        self.out.as_mut().filter(|out| !out.stopped.load(Ordering::Relaxed)).ok_or_else(gone)
    }

    /// Reports whether the committer gave up.
    pub(super) fn is_stopped(&self) -> bool {
        self.out.as_ref().is_none_or(|out| out.stopped.load(Ordering::Relaxed))
    }

    /// Reports whether the user wants to stop.
    pub(super) fn is_interrupted(&self) -> bool {
        self.import.stop.load(Ordering::Relaxed)
    }
}

/// Returns the error that ends reading when nobody listens any longer.
pub(super) fn gone() -> Error {
    Error::case("the import was given up")
}

/// Receives what one input contains.
struct Taking<'f, 'a> {
    feeder: &'f mut Reader<'a>,
    container: Option<String>,
    /// Why reading must end altogether, as opposed to a failure of this input.
    stopped: Option<Error>,
}

impl Taking<'_, '_> {
    fn or_stop(&mut self, outcome: Result<()>) -> Result<()> {
        outcome.map_err(|error| {
            let told = Error::new(error.kind(), error.to_string());
            self.stopped = Some(error);
            told
        })
    }
}

impl StreamSink for Taking<'_, '_> {
    fn keep(&mut self) -> Result<File> {
        let batch = self.feeder.batch()?;
        let batch = batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.as_ref().expect("a batch is taken out only after its commit").create_original()
    }

    fn kept(&mut self, file: File, sha256: [u8; 32], length: u64, found: &Provenance) -> Result<bool> {
        let hex = Digest(sha256).to_string();
        if self.feeder.containers.contains(&hex) {
            let reason = "the same container was imported before".to_owned();
            let outcome = self.feeder.row(ImportRow::without(found.name(), ImportStatus::Duplicate, reason));
            return self.or_stop(outcome).map(|()| false);
        }
        let limits = &self.feeder.import.limits;
        let members = source::small_members(&file, found, limits, &Collections::wants);
        self.feeder.collections.learn(&members);
        let batch = self.feeder.batch()?;
        let mut batch = batch.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = batch.as_mut().expect("a batch is taken out only after its commit");
        writer.add_original(file, sha256, length)?;
        self.container = Some(hex);
        Ok(true)
    }

    fn wants(&mut self, found: &Provenance) -> bool {
        !self.feeder.collections.passes_over(found)
    }

    fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
        let outcome = self.feeder.stream(found, content);
        let outcome = outcome.and_then(|()| self.feeder.commit_if_crowded());
        self.or_stop(outcome)
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<()> {
        if self.feeder.left_out.as_ref() == Some(&skipped.name.text) {
            return Ok(());
        }
        let outcome = self.feeder.row(ImportRow::skipped(skipped));
        self.or_stop(outcome)
    }
}
