//! Reads one stream of content: hashes it, cuts it into records, hands out chunks.

use std::io::Read;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::case::RecordDecoder;
use crate::error::{Result, visible};
use crate::evidence::SourceSecret;
use crate::parse::{Framer, Plan, Record, describe_binary};
use crate::record::{Digest, SourceId, Timestamp};
use crate::source::Provenance;

use super::job::{CHUNK_BYTES, interrupted};
use super::messages::{Chunk, CommitStep, SourceInFlight};
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
        let mut reading = Bytes { content, hash: Sha256::new(), ended: false, broken: None, length: 0 };
        let mut buffer = Vec::new();
        reading.fill(&mut buffer, CHUNK_BYTES);
        self.import.meter.bytes(buffer.len() as u64);
        if reading.ended
            && let Some(outcome) = self.recognise(found, &reading, &buffer)
        {
            return outcome;
        }
        let modified = found.mtime.map(Timestamp::from_nanos);
        let sample = &buffer[..buffer.len().min(SAMPLE_BYTES)];
        let whole = reading.ended && sample.len() == buffer.len();
        let plan = Plan::decide(sample, whole, self.import.options, modified, self.acquired)?;
        let key = self.next_key;
        self.next_key += 1;
        let source = Arc::new(SourceInFlight {
            key,
            found: found.clone(),
            secret: SourceSecret::random()?,
            reading: RecordDecoder::new(plan)?,
            binary: describe_binary(sample),
            begun,
        });
        self.batch()?;
        self.chunks(&source, reading, buffer)
    }

    /// Handles a short stream that is already known, or that gave nothing; `None` for any other.
    fn recognise(&mut self, found: &Provenance, reading: &Bytes<'_>, buffer: &[u8]) -> Option<Result<()>> {
        if let (true, Some(reason)) = (buffer.is_empty(), &reading.broken) {
            return Some(self.row(ImportRow::without(found.name(), ImportStatus::Failed, reason.clone())));
        }
        if buffer.is_empty() {
            return Some(self.row(ImportRow::empty(found)));
        }
        let id = reading.id();
        if !self.known.contains(&id) {
            return None;
        }
        let row = ImportRow { link: found.link.clone(), ..self.duplicate(found.name(), id) };
        Some(self.row(broken_off(row, &reading.broken)))
    }

    fn chunks(
        &mut self,
        source: &Arc<SourceInFlight>,
        mut reading: Bytes<'_>,
        mut buffer: Vec<u8>,
    ) -> Result<()> {
        let mut framer = Framer::new(source.reading.plan.framing);
        let (mut first_record, mut first_line, mut start) = (0, 1, 0);
        loop {
            if self.is_interrupted() {
                self.step(CommitStep::Abandoned(None))?;
                return Err(interrupted());
            }
            let mut records: Vec<Record> = Vec::new();
            let covered = framer.feed(&buffer, reading.ended, &mut records);
            let rest = buffer.split_off(covered);
            let content = std::mem::replace(&mut buffer, rest);
            if covered > 0 {
                let (count, lines) =
                    (records.len() as u64, records.iter().map(|r| u64::from(r.lines)).sum::<u64>());
                self.chunk(Chunk {
                    source: source.clone(),
                    content,
                    records,
                    first_record,
                    first_line,
                    start,
                })?;
                (first_record, first_line, start) =
                    (first_record + count, first_line + lines, start + covered as u64);
            }
            if reading.ended {
                debug_assert!(buffer.is_empty(), "the last records cover the rest");
                break;
            }
            let before = reading.length;
            reading.fill(&mut buffer, CHUNK_BYTES);
            self.import.meter.bytes(reading.length - before);
        }
        let id = reading.id();
        if self.known.contains(&id) {
            let row = self.duplicate(source.found.name(), id);
            let row = ImportRow { link: source.found.link.clone(), ..broken_off(row, &reading.broken) };
            return self.step(CommitStep::Abandoned(Some(Box::new(row))));
        }
        self.learn(id, reading.length);
        self.step(CommitStep::Ended { source: source.clone(), id, broken: reading.broken })
    }
}

/// Notes in the row of a duplicate that there would have been more of it.
fn broken_off(row: ImportRow, broken: &Option<String>) -> ImportRow {
    let Some(why) = broken else { return row };
    let reason = row.reason.map(|reason| format!("{reason}; it was read only in part: {why}"));
    ImportRow { reason, incomplete: true, ..row }
}

/// A stream that is hashed while it is read.
struct Bytes<'r> {
    content: &'r mut dyn Read,
    hash: Sha256,
    ended: bool,
    broken: Option<String>,
    length: u64,
}

impl Bytes<'_> {
    /// Reads up to `more` bytes, and appends them to the buffer.
    fn fill(&mut self, buffer: &mut Vec<u8>, more: usize) {
        let before = buffer.len();
        let mut limited = (&mut *self.content).take(more as u64);
        match limited.read_to_end(buffer) {
            Ok(count) => self.ended = count < more,
            Err(error) => {
                self.ended = true;
                self.broken = Some(visible(&error.to_string()));
            }
        }
        self.hash.update(&buffer[before..]);
        self.length += (buffer.len() - before) as u64;
    }

    fn id(&self) -> SourceId {
        SourceId::from(Digest::from(self.hash.clone()))
    }
}
