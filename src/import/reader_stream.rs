//! Reads one stream of content: hashes it, cuts it into records, hands out chunks.

use std::io::Read;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::case::RecordDecoder;
use crate::error::{Result, visible};
use crate::evidence::SourceSecret;
use crate::parse::{Framer, Framing, Plan, Record, UNPARSED, YearWatch, describe_binary};
use crate::record::{Continuation, Digest, SourceId};
use crate::source::Provenance;

use super::beginnings::HEAD_BYTES;
use super::job::{CHUNK_BYTES, interrupted};
use super::messages::{Chunk, CommitStep, SourceInFlight, Spare};
use super::reader::Reader;
use super::{ImportRow, ImportStatus};

/// How many bytes at the start of a source decide how it is read.
pub const SAMPLE_BYTES: usize = 256 * 1024;

impl Reader<'_> {
    /// Reads one stream to its end.
    ///
    /// A duplicate that fits in one chunk is recognized before anything is written; a
    /// longer one at its end, and is then abandoned.
    pub(super) fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
        let begun = self.started.elapsed().as_secs_f64();
        let (mut bytes, mut buffer) = (Bytes::new(content), Vec::new());
        bytes.fill(&mut buffer, CHUNK_BYTES);
        self.import.meter.bytes(buffer.len() as u64);
        if bytes.ended
            && let Some(outcome) = self.recognise(found, &bytes, &buffer)
        {
            return outcome;
        }
        let known = self.known_beginnings(found, &buffer, bytes.ended)?;
        let stream = Incoming::new(bytes, buffer, begun);
        if known.is_empty() { self.read_anew(found, stream) } else { self.read_among(found, stream, known) }
    }

    /// Reads a stream of which the evidence has nothing.
    pub(super) fn read_anew(&mut self, found: &Provenance, stream: Incoming<'_>) -> Result<()> {
        let sample = &stream.buffer[..stream.buffer.len().min(SAMPLE_BYTES)];
        let whole = stream.bytes.ended && sample.len() == stream.buffer.len();
        let plan = self.collections.plan(found, self.import.options, sample, whole, self.acquired)?;
        let unknown = plan.format == UNPARSED && !plan.forced;
        if unknown && self.collections.leaves_out(found, plan.framing == Framing::Binary) {
            return self.leave_out(found, stream);
        }
        let cut = Cut::new(&plan);
        let binary = describe_binary(sample);
        let (continues, years, otherwise) = (None, YearWatch::default(), Vec::new());
        self.read_on(found, stream, Reading { plan, binary, continues, years, otherwise }, cut)
    }

    /// Reads a stream that is no log to its end, and drops it.
    fn leave_out(&mut self, found: &Provenance, mut stream: Incoming<'_>) -> Result<()> {
        self.left_out = Some(found.path.clone());
        while !stream.bytes.ended {
            let before = stream.bytes.length;
            stream.buffer.clear();
            stream.bytes.fill(&mut stream.buffer, CHUNK_BYTES);
            self.import.meter.bytes(stream.bytes.length - before);
        }
        match stream.bytes.broken {
            Some(why) => self.row(ImportRow::without(found.name(), ImportStatus::Partial, why)),
            None => Ok(()),
        }
    }

    /// Reads a stream from a record on.
    pub(super) fn read_on(
        &mut self,
        found: &Provenance,
        stream: Incoming<'_>,
        reading: Reading,
        cut: Cut,
    ) -> Result<()> {
        let key = self.next_key;
        self.next_key += 1;
        let Reading { plan, binary, continues, years, otherwise } = reading;
        let source = Arc::new(SourceInFlight {
            key,
            found: found.clone(),
            secret: SourceSecret::random()?,
            reading: RecordDecoder::new(plan)?,
            binary,
            begun: stream.begun,
            continues,
            years,
            otherwise,
        });
        self.batch()?;
        self.chunks(&source, stream, cut)
    }

    /// Handles a short stream that is already known, or that gave nothing; `None` for any other.
    fn recognise(&mut self, found: &Provenance, bytes: &Bytes<'_>, buffer: &[u8]) -> Option<Result<()>> {
        if let (true, Some(reason)) = (buffer.is_empty(), &bytes.broken) {
            return Some(self.row(ImportRow::without(found.name(), ImportStatus::Failed, reason.clone())));
        }
        if buffer.is_empty() {
            return Some(self.row(ImportRow::empty(found)));
        }
        let id = bytes.id();
        if !self.known.contains(&id) {
            return None;
        }
        let row = ImportRow { link: found.link.clone(), ..self.duplicate(found.name(), id) };
        Some(self.row(bytes.broken_off(row)))
    }

    fn chunks(&mut self, source: &Arc<SourceInFlight>, stream: Incoming<'_>, mut cut: Cut) -> Result<()> {
        let Incoming { mut bytes, mut buffer, head, .. } = stream;
        let own = cut.start;
        // The content of a batch that begins with this source has the source's own hash.
        let is_first = own == 0 && self.batch_hash.is_none();
        let mut apart = (!is_first).then(|| self.batch_hash.clone().unwrap_or_default());
        loop {
            if self.is_interrupted() {
                self.step(CommitStep::Abandoned(None))?;
                return Err(interrupted());
            }
            let (content, records) = cut.next(&mut buffer, bytes.ended, || self.spare());
            if !content.is_empty() {
                let Cut { first_record, first_line, start, .. } = cut;
                cut.advance(&records, content.len());
                source.reading.parser.learn(cut.framer.take_headers());
                apart.iter_mut().for_each(|hash| hash.update(&content));
                let source = source.clone();
                self.chunk(Chunk { source, content, records, first_record, first_line, start })?;
            }
            if bytes.ended {
                debug_assert!(buffer.is_empty(), "the last records cover the rest");
                break;
            }
            let before = bytes.length;
            bytes.fill(&mut buffer, CHUNK_BYTES);
            self.import.meter.bytes(bytes.length - before);
        }
        let id = bytes.id();
        if self.known.contains(&id) {
            let row = self.duplicate(source.found.name(), id);
            let row = ImportRow { link: source.found.link.clone(), ..bytes.broken_off(row) };
            return self.step(CommitStep::Abandoned(Some(Box::new(row))));
        }
        let hash = apart.unwrap_or(bytes.hash);
        self.learn(id, bytes.length, bytes.length - own, hash.clone());
        self.beginnings.add(id, bytes.length, &source.found.path, &head);
        self.step(CommitStep::Ended { source: source.clone(), id, content: hash, broken: bytes.broken })
    }
}

/// How a source is read.
pub(super) struct Reading {
    pub plan: Plan,
    /// What it is if it is not text, judging by its first bytes.
    pub binary: &'static str,
    /// The source that it continues.
    pub continues: Option<Continuation>,
    /// What was noted about missing years in the source that it continues.
    pub years: YearWatch,
    /// In what that differs from what the user wants: the setting, its value, and the
    /// value that the user wants.
    pub otherwise: Vec<(&'static str, String, String)>,
}

/// A stream, and the bytes of it that were read and not handed on.
pub(super) struct Incoming<'r> {
    pub bytes: Bytes<'r>,
    pub buffer: Vec<u8>,
    /// The first bytes of the stream.
    head: Vec<u8>,
    /// Seconds into the import at which its first byte was read.
    pub begun: f64,
}

impl<'r> Incoming<'r> {
    /// Goes on with a stream of which the first bytes are in a buffer.
    pub fn new(bytes: Bytes<'r>, buffer: Vec<u8>, begun: f64) -> Incoming<'r> {
        let head = buffer[..buffer.len().min(HEAD_BYTES)].to_vec();
        Incoming { bytes, buffer, head, begun }
    }

    /// Reads until the buffer has so many bytes, or the stream ends; `progress` is called
    /// with the bytes read.
    pub fn await_bytes(&mut self, count: usize, progress: &mut dyn FnMut(u64) -> Result<()>) -> Result<()> {
        while self.buffer.len() < count && !self.bytes.ended {
            let before = self.bytes.length;
            self.bytes.fill(&mut self.buffer, CHUNK_BYTES);
            progress(self.bytes.length - before)?;
        }
        Ok(())
    }
}

/// Cuts a stream into records, and knows how far it is.
pub(super) struct Cut {
    pub framer: Framer,
    /// The number of the next record, from 0.
    pub first_record: u64,
    /// The number of the next line, from 1.
    pub first_line: u64,
    /// The offset of the next record.
    pub start: u64,
    /// Records that were cut and not handed on, with their bytes.
    pub ready: Option<(Vec<u8>, Vec<Record>)>,
}

impl Cut {
    /// Begins at the start of a stream.
    pub fn new(plan: &Plan) -> Cut {
        Cut { framer: plan.framer(0), first_record: 0, first_line: 1, start: 0, ready: None }
    }

    /// Stands in the place of one that was handed on.
    pub fn ended() -> Cut {
        Cut { framer: Framer::new(Framing::Lines), first_record: 0, first_line: 1, start: 0, ready: None }
    }

    /// Takes the next records off a buffer; `spare` gives memory for them and for what
    /// follows, all of it empty.
    fn next(
        &mut self,
        buffer: &mut Vec<u8>,
        last: bool,
        spare: impl FnOnce() -> Spare,
    ) -> (Vec<u8>, Vec<Record>) {
        self.ready.take().unwrap_or_else(|| {
            let (mut rest, mut records) = if last { Spare::default() } else { spare() };
            let covered = self.framer.feed(buffer, last, &mut records);
            rest.extend_from_slice(&buffer[covered..]);
            buffer.truncate(covered);
            (std::mem::replace(buffer, rest), records)
        })
    }

    /// Counts records that cover so many bytes.
    pub fn advance(&mut self, records: &[Record], covered: usize) {
        self.first_record += records.len() as u64;
        self.first_line += records.iter().map(|record| u64::from(record.lines)).sum::<u64>();
        self.start += covered as u64;
    }
}

/// A stream that is hashed while it is read.
pub(super) struct Bytes<'r> {
    pub content: &'r mut dyn Read,
    pub hash: Sha256,
    /// Whether what is read is hashed, or somebody else does that.
    pub hashes: bool,
    pub ended: bool,
    pub broken: Option<String>,
    pub length: u64,
}

impl<'r> Bytes<'r> {
    /// Begins to read a stream.
    pub fn new(content: &'r mut dyn Read) -> Bytes<'r> {
        Bytes { content, hash: Sha256::new(), hashes: true, ended: false, broken: None, length: 0 }
    }

    /// Reads up to `more` bytes, and appends them to the buffer.
    pub fn fill(&mut self, buffer: &mut Vec<u8>, more: usize) {
        let before = buffer.len();
        let mut limited = (&mut *self.content).take(more as u64);
        match limited.read_to_end(buffer) {
            Ok(count) => self.ended = count < more,
            Err(error) => {
                self.ended = true;
                self.broken = Some(visible(&error.to_string()));
            }
        }
        if self.hashes {
            self.hash.update(&buffer[before..]);
        }
        self.length += (buffer.len() - before) as u64;
    }

    /// Returns the identity of what was hashed.
    pub fn id(&self) -> SourceId {
        SourceId::from(Digest::from(self.hash.clone()))
    }

    /// Notes in the row of a duplicate that there would have been more of it.
    pub fn broken_off(&self, row: ImportRow) -> ImportRow {
        let Some(why) = &self.broken else { return row };
        let reason = row.reason.map(|reason| format!("{reason}; it was read only in part: {why}"));
        ImportRow { reason, incomplete: true, ..row }
    }
}
