//! Reads and normalizes events without a case.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crossbeam_channel::{Receiver, bounded};

use crate::case::{Receipt, RecordDecoder, each_event};
use crate::error::{Context, Error, Result, visible};
use crate::parse::{Framing, ParseOptions, Plan, Record, YearWatch};
use crate::record::{Clock, Event, EventView, Origin, ParsedTime, SourceId, Timestamp};
use crate::source::{self, Limits, MemberName, Provenance, Skipped, StreamSink, walk};

use super::collection::Collections;
use super::messages::{count_bytes, span};
use super::reader_stream::SAMPLE_BYTES;
use super::worker::UNPARSED;
use super::{ImportRow, ImportStatus};

/// How many bytes of a stream are held in memory before it goes to a temporary file.
const SPOOL_BYTES: usize = 32 << 20;

/// How much content a thread reads at once, in bytes.
const PART_BYTES: usize = 1 << 20;

/// How many parts are on their way for each thread.
const PARTS: usize = 2;

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
    let mut collections = Collections::default();
    collections.learn(&source::small_files(&found, &Collections::wants));
    for skipped in found.skipped {
        tell(ImportRow::skipped(skipped));
    }
    for input in &found.inputs {
        if !paths.contains(&input.path) && collections.passes_over(&input.provenance()) {
            continue;
        }
        let collections = &mut collections;
        let (acquired, rows) = (clock.now(), Vec::new());
        let mut taking = Taking { options, limits, collections, acquired, write, take, rows, failed: None };
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
    collections.reports().into_iter().for_each(|report| tell(ImportRow::skipped(report)));
    Ok(())
}

/// Receives the streams of one input.
struct Taking<'a> {
    options: &'a ParseOptions,
    limits: &'a Limits,
    collections: &'a mut Collections,
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

    fn kept(&mut self, file: File, _: [u8; 32], _: u64, found: &Provenance) -> Result<bool> {
        self.collections.learn(&source::small_members(&file, found, self.limits, &Collections::wants));
        Ok(true)
    }

    fn wants(&mut self, found: &Provenance) -> bool {
        !self.collections.passes_over(found)
    }

    fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
        let mut content = Content { content, broken: None };
        let outcome = self.read(found, &mut content);
        let broken = content.broken.map(|error| visible(&error.to_string()));
        let receipt = outcome.inspect_err(|error| {
            self.failed = Some(Error::new(error.kind(), error.to_string()));
        })?;
        let Some((receipt, plan)) = receipt else { return Ok(()) };
        let row = match broken {
            Some(reason) if receipt.bytes.total == 0 => {
                ImportRow::without(found.name(), ImportStatus::Failed, reason)
            }
            None if receipt.bytes.total == 0 => ImportRow::empty(found),
            broken => ImportRow::read(found, receipt, broken, "binary content, not text"),
        };
        self.rows.push(row.read_by(&plan));
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<()> {
        self.rows.push(ImportRow::skipped(skipped));
        Ok(())
    }
}

impl Taking<'_> {
    /// Reads a stream. It is read once, unless years are missing: whether they must be
    /// counted back shows only at its end. Returns what became of its bytes, and what of
    /// its reading a collection states; none where it is no log.
    fn read(&mut self, found: &Provenance, content: &mut Content<'_>) -> Result<Option<(Receipt, Plan)>> {
        let again = || format!("cannot read {} again", visible(&found.path));
        let mut head = Vec::new();
        // One byte more shows whether the sample is everything.
        content.by_ref().take(SAMPLE_BYTES as u64 + 1).read_to_end(&mut head).context(again)?;
        let sample = &head[..head.len().min(SAMPLE_BYTES)];
        let whole = sample.len() == head.len();
        let mut plan = self.collections.plan(found, self.options, sample, whole, self.acquired)?;
        let unknown = plan.format == UNPARSED && !plan.forced && !sample.is_empty();
        if unknown && self.collections.leaves_out(found, plan.framing == Framing::Binary) {
            std::io::copy(content, &mut std::io::sink()).context(again)?;
            return Ok(None);
        }
        let mut years = YearWatch::default();
        if !lacks_years(&plan, sample)? {
            plan.shifts = plan.year_shifts(&years);
            return Ok(Some((self.events(&mut head.chain(content), plan.clone())?, plan)));
        }
        let mut spool = tempfile::SpooledTempFile::new(SPOOL_BYTES);
        let copied = std::io::copy(&mut head.chain(&mut *content), &mut spool);
        content.broken = content.broken.take().or(copied.err());
        spool.rewind().context(again)?;
        let reading = RecordDecoder::new(plan.clone())?;
        each_chunk(&mut spool, &reading, |part| {
            events(&reading, part, |record, event| years.note(record, event));
            Ok(())
        })?;
        plan.shifts = plan.year_shifts(&years);
        spool.rewind().context(again)?;
        Ok(Some((self.events(&mut spool, plan.clone())?, plan)))
    }

    /// Reads the events of a content on every processor, and passes on what they give in
    /// order.
    fn events(&mut self, content: &mut dyn Read, plan: Plan) -> Result<Receipt> {
        let reading = RecordDecoder::new(plan)?;
        let receipt = Receipt { format: reading.plan.format.clone(), ..Receipt::default() };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (jobs, to_do) = bounded::<Job>(threads * PARTS);
        let (results, done) = bounded(threads * PARTS);
        let mut giver = InOrder {
            done,
            take: &mut *self.take,
            receipt,
            read: BTreeMap::new(),
            next: 0,
            texts: Vec::new(),
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (to_do, results, reading, write) = (to_do.clone(), results.clone(), &reading, self.write);
                scope.spawn(move || {
                    for Job { place, part, text } in to_do {
                        let read = catch_unwind(AssertUnwindSafe(|| part.read(reading, write, text)));
                        if results.send((place, read.ok())).is_err() {
                            return;
                        }
                    }
                });
            }
            drop((to_do, results));
            let mut sent = 0;
            each_chunk(content, &reading, |part| {
                if sent - giver.next >= (threads * PARTS) as u64 {
                    giver.give()?;
                }
                let text = giver.texts.pop().unwrap_or_default();
                jobs.send(Job { place: sent, part: part.kept(), text }).map_err(|_| panicked())?;
                sent += 1;
                Ok(())
            })?;
            drop(jobs);
            while giver.next < sent {
                giver.give()?;
            }
            Ok::<(), Error>(())
        })?;
        let mut receipt = giver.receipt;
        receipt.settle();
        Ok(receipt)
    }
}

/// A stream; if it breaks off, it ends there, and it is known why.
struct Content<'r> {
    content: &'r mut dyn Read,
    broken: Option<io::Error>,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.broken.is_some() {
            return Ok(0);
        }
        match self.content.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.broken = Some(error);
                Ok(0)
            }
            read => read,
        }
    }
}

/// A part of the content that is to be read into a text.
struct Job {
    place: u64,
    part: Part<'static>,
    text: String,
}

/// What a part gave, with its place; none if reading it failed.
type PartRead = (u64, Option<(String, Receipt)>);

/// Passes on what the parts of a content give, in their order.
struct InOrder<'a> {
    done: Receiver<PartRead>,
    take: &'a mut dyn FnMut(&str) -> Result<()>,
    receipt: Receipt,
    /// What was read before its turn.
    read: BTreeMap<u64, (String, Receipt)>,
    /// The place of the part whose turn it is.
    next: u64,
    /// Texts that were passed on, whose memory others use.
    texts: Vec<String>,
}

impl InOrder<'_> {
    /// Waits for the next part, and passes it on.
    fn give(&mut self) -> Result<()> {
        let (mut text, counted) = loop {
            match self.read.remove(&self.next) {
                Some(read) => break read,
                None => {
                    let (place, read) = self.done.recv().map_err(|_| panicked())?;
                    self.read.insert(place, read.ok_or_else(panicked)?);
                }
            }
        };
        self.next += 1;
        self.receipt.append(counted);
        (self.take)(&text)?;
        text.clear();
        self.texts.push(text);
        Ok(())
    }
}

fn panicked() -> Error {
    Error::case("reading failed: a defect in vestigo")
        .hint("Read the other files without it, and please report this.")
}

/// Returns whether the sample of a source has times without a year.
fn lacks_years(plan: &Plan, sample: &[u8]) -> Result<bool> {
    let reading = RecordDecoder::new(plan.clone())?;
    let mut yearless = false;
    each_chunk(&mut &*sample, &reading, |part| {
        events(&reading, part, |_, event| yearless |= lacks_year(event));
        Ok(())
    })?;
    Ok(yearless)
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

    /// Reads the events; returns what `write` makes of them, in the memory of a text, and
    /// what became of the bytes.
    fn read(&self, reading: &RecordDecoder, write: WriteEvent<'_>, mut text: String) -> (String, Receipt) {
        let (mut receipt, mut memory) = (Receipt::default(), Event::default());
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
    reading: &RecordDecoder,
    mut take: impl FnMut(&Part<'_>) -> Result<()>,
) -> Result<()> {
    let mut framer = reading.plan.framer(0);
    let (mut buffer, mut records) = (Vec::new(), Vec::new());
    let (mut first_record, mut first_line, mut start) = (0, 1, 0);
    loop {
        let limited = (&mut *content).take(PART_BYTES as u64).read_to_end(&mut buffer);
        let ended = limited.context(|| "cannot read a temporary file again".to_owned())? < PART_BYTES;
        records.clear();
        let covered = framer.feed(&buffer, ended, &mut records);
        reading.parser.learn(framer.take_headers());
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
