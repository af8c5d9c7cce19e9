//! Reads and normalizes events without a case.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use crate::case::{Receipt, RecordDecoder, each_event};
use crate::error::{Context, Error, Result, visible};
use crate::parse::{HeaderLines, ParseOptions, Plan, Record, YearShift, YearWatch};
use crate::record::{Clock, Event, EventView, Origin, ParsedTime, SourceId, Timestamp};
use crate::source::{self, Limits, MemberName, Provenance, Skipped, StreamSink, walk};

use super::messages::{count_bytes, span};
use super::reader_stream::SAMPLE_BYTES;
use super::worker::UNPARSED;
use super::{ImportRow, ImportStatus};

/// How many bytes of a stream are held in memory before it goes to a temporary file.
const SPOOL_BYTES: usize = 32 << 20;

/// How much content a thread reads at once, in bytes.
const PART_BYTES: usize = 1 << 20;

/// Writes an event to the end of a text; several threads call it at once.
pub type WriteEvent<'a> = &'a (dyn Fn(&EventView<'_>, &mut String) + Sync);

/// Reads the named paths, on every processor. `write` turns each event into text, and
/// `take` gets the texts in the order of sources and records, many events at once.
/// `tell` gets a row for each source, as an import would report it (but without
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
    write: WriteEvent<'_>,
    take: &mut dyn FnMut(&str) -> Result<()>,
    tell: &mut dyn FnMut(ImportRow),
) -> Result<()> {
    let found = walk(paths)?;
    for skipped in found.skipped {
        tell(ImportRow::skipped(skipped));
    }
    for input in &found.inputs {
        let mut taking =
            Taking { options, acquired: clock.now(), write, take, rows: Vec::new(), failed: None };
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
    write: WriteEvent<'a>,
    take: &'a mut dyn FnMut(&str) -> Result<()>,
    rows: Vec<ImportRow>,
    /// A failure that ends everything, as opposed to one of this input.
    failed: Option<Error>,
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
            self.failed = Some(Error::new(error.kind(), error.to_string()));
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
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut waiting = Vec::with_capacity(threads * 2);
        each_chunk(
            spool,
            &reading.plan,
            |headers| reading.parser.learn(headers),
            |part| {
                waiting.push(part.kept());
                if waiting.len() < threads * 2 {
                    Ok(())
                } else {
                    self.give(&reading, &mut waiting, &mut receipt)
                }
            },
        )?;
        self.give(&reading, &mut waiting, &mut receipt)?;
        receipt.settle();
        Ok(receipt)
    }

    /// Reads parts of the content side by side, and passes on what they give in order.
    fn give(
        &mut self,
        reading: &RecordDecoder,
        parts: &mut Vec<Part<'static>>,
        receipt: &mut Receipt,
    ) -> Result<()> {
        let write = self.write;
        let read = std::thread::scope(|scope| {
            let threads: Vec<_> =
                parts.drain(..).map(|part| scope.spawn(move || part.read(reading, write))).collect();
            threads.into_iter().map(|thread| thread.join().map_err(|_| panicked())).collect::<Vec<_>>()
        });
        for part in read {
            let (text, counted) = part?;
            receipt.append(counted);
            (self.take)(&text)?;
        }
        Ok(())
    }
}

fn panicked() -> Error {
    Error::case("reading failed: a defect in vestigo")
        .hint("Read the other files without it, and please report this.")
}

/// Finds where years must be counted back, which requires reading all of a source; a
/// source whose sample states every year is not read twice.
fn shifts(plan: &Plan, sample: &[u8], spool: &mut tempfile::SpooledTempFile) -> Result<Vec<YearShift>> {
    let again = || "cannot read a temporary file again".to_owned();
    let reading = RecordDecoder::new(plan.clone())?;
    let mut yearless = false;
    each_chunk(
        &mut &*sample,
        plan,
        |headers| reading.parser.learn(headers),
        |part| {
            events(&reading, part, |_, event| yearless |= lacks_year(event));
            Ok(())
        },
    )?;
    let mut years = YearWatch::default();
    if yearless {
        spool.rewind().context(again)?;
        each_chunk(spool, plan, drop, |part| {
            events(&reading, part, |record, event| years.note(record, event));
            Ok(())
        })?;
    }
    Ok(plan.year_shifts(&years))
}

fn events(reading: &RecordDecoder, part: &Part<'_>, mut take: impl FnMut(u64, &Event<'_>)) {
    let spans = part.records.iter().map(span);
    each_event(&reading.parser, &part.content, spans, part.first_record, |record, _, event| {
        take(record, event)
    });
}

fn lacks_year(event: &Event<'_>) -> bool {
    matches!(event.parsed_time, Some(ParsedTime::Civil(civil, _)) if civil.year.is_none())
}

/// A part of the content with its records.
struct Part<'a> {
    content: Cow<'a, [u8]>,
    records: Cow<'a, [Record]>,
    first_record: u64,
    first_line: u64,
    start: u64,
}

impl Part<'_> {
    /// Copies what is borrowed.
    fn kept(&self) -> Part<'static> {
        Part {
            content: Cow::Owned(self.content.to_vec()),
            records: Cow::Owned(self.records.to_vec()),
            ..*self
        }
    }

    /// Reads the events; returns what `write` makes of them, and what became of the bytes.
    fn read(&self, reading: &RecordDecoder, write: WriteEvent<'_>) -> (String, Receipt) {
        let (mut text, mut receipt, mut memory) = (String::new(), Receipt::default(), Event::default());
        count_bytes(&self.records, self.start, self.content.len() as u64, &mut receipt);
        let (mut at, mut line) = (0, self.first_line);
        for (record, one) in (self.first_record..).zip(self.records.iter()) {
            let from = at + one.lead as usize;
            let raw = &self.content[from..from + one.text as usize];
            let origin = Origin {
                source: SourceId([0; 32]),
                record,
                line: line + u64::from(one.lead_lines),
                offset: self.start + from as u64,
                length: raw.len() as u64,
            };
            at += one.length();
            line += u64::from(one.lines);
            if !one.rejected {
                reading.next_event(record, one.part, raw, &mut memory, |event| {
                    receipt.count(event, event.format != UNPARSED, one.part);
                    write(&EventView { origin, event, raw, part: one.part, reread: None }, &mut text);
                });
            }
        }
        (text, receipt)
    }
}

/// Cuts a stream into parts that end at record boundaries.
fn each_chunk(
    content: &mut dyn Read,
    plan: &Plan,
    learn: impl Fn(Vec<HeaderLines>),
    mut take: impl FnMut(&Part<'_>) -> Result<()>,
) -> Result<()> {
    let mut framer = plan.framer(0);
    let (mut buffer, mut records) = (Vec::new(), Vec::new());
    let (mut first_record, mut first_line, mut start) = (0, 1, 0);
    loop {
        let limited = (&mut *content).take(PART_BYTES as u64).read_to_end(&mut buffer);
        let ended = limited.context(|| "cannot read a temporary file again".to_owned())? < PART_BYTES;
        records.clear();
        let covered = framer.feed(&buffer, ended, &mut records);
        learn(framer.take_headers());
        let (content, found) = (Cow::Borrowed(&buffer[..covered]), Cow::Borrowed(&records[..]));
        take(&Part { content, records: found, first_record, first_line, start })?;
        first_record += records.len() as u64;
        first_line += records.iter().map(|record| u64::from(record.lines)).sum::<u64>();
        start += covered as u64;
        buffer.drain(..covered);
        if ended {
            return Ok(());
        }
    }
}
