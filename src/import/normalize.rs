//! Reads and normalizes events without a case.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use crate::case::{Receipt, RecordDecoder, each_event};
use crate::error::{Context, Result, visible};
use crate::parse::{Framer, ParseOptions, Plan, Record, YearShift, YearWatch};
use crate::record::{Clock, Event, EventRecord, Origin, ParsedTime, SourceId, Timestamp};
use crate::source::{self, Limits, MemberName, Provenance, Skipped, StreamSink, walk};

use super::job::CHUNK_BYTES;
use super::messages::{count_bytes, span};
use super::reader_stream::SAMPLE_BYTES;
use super::worker::UNPARSED;
use super::{ImportRow, ImportStatus};

/// How many bytes of a stream are held in memory before it goes to a temporary file.
const SPOOL_BYTES: usize = 32 << 20;

/// Reads the named paths, and passes each event to `take`, in the order of sources and
/// records. `tell` gets a row for each source, as an import would report it (but without
/// its identity), and for whatever gave no content.
///
/// # Errors
///
/// Fails if a named path cannot be read, or if `take` fails.
pub fn normalize(
    paths: &[PathBuf],
    options: &ParseOptions,
    limits: &Limits,
    clock: &dyn Clock,
    take: &mut dyn FnMut(&EventRecord) -> Result<()>,
    tell: &mut dyn FnMut(ImportRow),
) -> Result<()> {
    let found = walk(paths)?;
    for skipped in found.skipped {
        tell(ImportRow::skipped(skipped));
    }
    for input in &found.inputs {
        let mut taking = Taking { options, acquired: clock.now(), take, rows: Vec::new(), failed: None };
        let outcome = source::open(input, limits, &mut taking);
        let Taking { mut rows, failed, .. } = taking;
        if let Some(error) = failed {
            return Err(error);
        }
        let name = || MemberName::from_path(&input.path);
        match outcome {
            Err(error) => rows.push(ImportRow::without(name(), ImportStatus::Failed, error.chain())),
            Ok(None) => {}
            Ok(Some(change)) => ImportRow::change(&mut rows, 0, name(), &change),
        }
        rows.into_iter().for_each(&mut *tell);
    }
    Ok(())
}

/// Receives the streams of one input.
struct Taking<'a> {
    options: &'a ParseOptions,
    acquired: Timestamp,
    take: &'a mut dyn FnMut(&EventRecord) -> Result<()>,
    rows: Vec<ImportRow>,
    /// A failure that ends everything, as opposed to one of this input.
    failed: Option<crate::error::Error>,
}

impl StreamSink for Taking<'_> {
    fn keep(&mut self) -> Result<File> {
        tempfile::tempfile().context(|| "cannot make a temporary file".to_owned())
    }

    fn kept(&mut self, _: File, _: [u8; 32], _: u64, _: &Provenance) -> Result<bool> {
        Ok(true)
    }

    fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
        let mut spool = tempfile::SpooledTempFile::new(SPOOL_BYTES);
        let copied = std::io::copy(content, &mut spool);
        let outcome = self.spooled(found, &mut spool);
        let broken = copied.err().map(|error| visible(&error.to_string()));
        let receipt = outcome.inspect_err(|error| {
            self.failed = Some(crate::error::Error::new(error.kind(), error.to_string()));
        })?;
        self.rows.push(match broken {
            Some(reason) if receipt.bytes.total == 0 => {
                ImportRow::without(found.name(), ImportStatus::Failed, reason)
            }
            None if receipt.bytes.total == 0 => ImportRow::empty(found),
            broken => ImportRow::read(found, receipt, broken, "binary content, not text"),
        });
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<()> {
        self.rows.push(ImportRow::skipped(skipped));
        Ok(())
    }
}

impl Taking<'_> {
    fn spooled(&mut self, found: &Provenance, spool: &mut tempfile::SpooledTempFile) -> Result<Receipt> {
        let again = || format!("cannot read {} again", visible(&found.path));
        let length = spool.seek(SeekFrom::End(0)).context(again)?;
        spool.rewind().context(again)?;
        let mut sample = Vec::new();
        spool.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut sample).context(again)?;
        let modified = found.mtime.map(Timestamp::from_nanos);
        let whole = sample.len() as u64 == length;
        let mut plan = Plan::decide(&sample, whole, self.options, modified, self.acquired)?;
        plan.shifts = shifts(&plan, &sample, spool)?;
        let reading = RecordDecoder::new(plan)?;
        spool.rewind().context(again)?;
        let mut receipt = Receipt { format: reading.plan.format.clone(), ..Receipt::default() };
        each_chunk(spool, &reading.plan, |cut| {
            count_bytes(cut.records, cut.start, cut.content.len() as u64, &mut receipt);
            self.give(&reading, cut, &mut receipt)
        })?;
        receipt.settle();
        Ok(receipt)
    }

    fn give(&mut self, reading: &RecordDecoder, cut: &Cut<'_>, receipt: &mut Receipt) -> Result<()> {
        let (mut at, mut line) = (0, cut.first_line);
        for (record, one) in (cut.first_record..).zip(cut.records) {
            let from = at + one.lead as usize;
            let raw = &cut.content[from..from + one.text as usize];
            let origin = Origin {
                source: SourceId([0; 32]),
                record,
                line: line + u64::from(one.lead_lines),
                offset: cut.start + from as u64,
                length: raw.len() as u64,
            };
            at += one.length();
            line += u64::from(one.lines);
            if !one.rejected {
                let event = reading.event(record, one.part, raw, |event| event.clone().into_owned());
                receipt.count(&event, event.format != UNPARSED, one.part);
                (self.take)(&EventRecord { origin, event, raw: raw.to_vec(), part: one.part, reread: None })?;
            }
        }
        Ok(())
    }
}

/// Finds where years must be counted back, which requires reading all of a source; a
/// source whose sample states every year is not read twice.
fn shifts(plan: &Plan, sample: &[u8], spool: &mut tempfile::SpooledTempFile) -> Result<Vec<YearShift>> {
    let again = || "cannot read a temporary file again".to_owned();
    let reading = RecordDecoder::new(plan.clone())?;
    let mut yearless = false;
    each_chunk(&mut &*sample, plan, |cut| {
        events(&reading, cut, |_, event| yearless |= lacks_year(event));
        Ok(())
    })?;
    let mut years = YearWatch::default();
    if yearless {
        spool.rewind().context(again)?;
        each_chunk(spool, plan, |cut| {
            events(&reading, cut, |record, event| years.note(record, event));
            Ok(())
        })?;
    }
    Ok(plan.year_shifts(&years))
}

fn events(reading: &RecordDecoder, cut: &Cut<'_>, mut take: impl FnMut(u64, &Event<'_>)) {
    let spans = cut.records.iter().map(span);
    each_event(&reading.parser, cut.content, spans, cut.first_record, |record, _, event| take(record, event));
}

fn lacks_year(event: &Event<'_>) -> bool {
    matches!(event.parsed_time, Some(ParsedTime::Civil(civil, _)) if civil.year.is_none())
}

/// A part of the content with its records.
struct Cut<'a> {
    content: &'a [u8],
    records: &'a [Record],
    first_record: u64,
    first_line: u64,
    start: u64,
}

/// Cuts a stream into parts that end at record boundaries.
fn each_chunk(
    content: &mut dyn Read,
    plan: &Plan,
    mut take: impl FnMut(&Cut<'_>) -> Result<()>,
) -> Result<()> {
    let mut framer = Framer::new(plan.framing);
    let (mut buffer, mut records) = (Vec::new(), Vec::new());
    let (mut first_record, mut first_line, mut start) = (0, 1, 0);
    loop {
        let limited = (&mut *content).take(CHUNK_BYTES as u64).read_to_end(&mut buffer);
        let ended = limited.context(|| "cannot read a temporary file again".to_owned())? < CHUNK_BYTES;
        records.clear();
        let covered = framer.feed(&buffer, ended, &mut records);
        take(&Cut { content: &buffer[..covered], records: &records, first_record, first_line, start })?;
        first_record += records.len() as u64;
        first_line += records.iter().map(|record| u64::from(record.lines)).sum::<u64>();
        start += covered as u64;
        buffer.drain(..covered);
        if ended {
            return Ok(());
        }
    }
}
