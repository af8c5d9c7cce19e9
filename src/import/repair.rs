//! Saves what is still intact in a damaged case into a new case.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::io::{Seek, SeekFrom};
use std::path::Path;

use crate::case::{CaseMetadata, CaseOptions, CaseWriter, Receipt, RecordDecoder, TOOL, committed, trust_in};
use crate::error::{Context, Result, visible};
use crate::evidence::{
    BatchWriter, FinishedSource, FrameBytes, FrameEncoder, SourceHandle, SourceRow, SourceSecret, Span,
    Store, hash_reader,
};
use crate::fs::Dir;
use crate::journal::{
    self, Actor, DamagedCase, ImportReceipt, Journal, JournalEnd, Keyring, Lost, Merge, MergeChoice, Repair,
};
use crate::parse::{Plan, UNPARSED};
use crate::record::{Clock, Continuation, Digest, SourceId};

use super::ImportRow;

/// What a repair did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Sources that were saved completely.
    pub whole: u64,
    /// Sources of which a part was saved, as new sources.
    pub cut: u64,
    /// Annotations that were carried over.
    pub annotations: u64,
    /// What could not be saved.
    pub lost: Vec<Lost>,
}

/// Saves what is still intact in the case at `from` into a new case at `to`, and records
/// in its journal what was lost. Writes nothing at `from`.
///
/// A source that lost frames becomes a new source with what is left, since its content
/// differs; annotations find their records in it by content.
pub fn repair(
    from: &Path,
    to: &Path,
    who: &Actor,
    keyring: Option<Keyring>,
    clock: &dyn Clock,
) -> Result<Repaired> {
    let source = Dir::open(from).context(|| format!("cannot open {}", visible(&from.to_string_lossy())))?;
    let journal = journal::read(&source)?;
    let about = CaseMetadata::of(&source).ok();
    let new = CaseOptions {
        title: about.as_ref().map(|about| about.title.clone()),
        examiner: about.as_ref().map(|about| about.examiner.clone()),
        zone: about.as_ref().map(|about| about.zone),
        signer: None,
        keyring,
    };
    let mut repaired = Repaired::default();
    if about.is_none() {
        repaired.lose("case.toml", "it cannot be read; title and examiner are lost");
    }
    repaired.lose_of_journal(&journal);
    let mut hold = CaseWriter::create(to, &new, who, clock)?;
    let mut writer = BatchWriter::create(hold.dir(), hold.next_batch()?)?;
    let mut saver = Saver {
        writer: &mut writer,
        sealer: FrameEncoder::new()?,
        content: Sha256::new(),
        known: HashSet::new(),
        whole: HashSet::new(),
        rows: Vec::new(),
        repaired: &mut repaired,
    };
    for (number, sha256) in committed(&journal.entries)? {
        match Store::open(&source, &[(number, sha256)]) {
            Ok(store) => saver.batch(number, &store)?,
            Err(error) => saver.repaired.lose(&format!("evidence/{number:04}"), &error.to_string()),
        }
    }
    let rows = saver.rows;
    let JournalEnd { entries, head } = journal.end();
    let from = DamagedCase { id: about.as_ref().map(|about| about.id.clone()), entries, head };
    let Repaired { whole, cut, ref lost, .. } = repaired;
    hold.append(Repair { from, whole, cut, lost: lost.clone(), tool: TOOL.to_owned() }, clock)?;
    commit(&mut hold, writer, rows, clock)?;
    // Everything is saved; what no key of the damaged case had signed is marked.
    let covered = about.as_ref().map(|about| trust_in(&source, about, &journal, false)).transpose();
    let covered = covered.ok().flatten().map_or(0, |trust| trust.covered);
    let merge = Merge::new(hold.journal(), &journal, covered, MergeChoice::All);
    if !merge.lines.is_empty() {
        repaired.annotations = merge.lines.len() as u64;
        hold.append(merge.entry(&journal), clock)?;
    }
    drop(hold);
    crate::case::rebuild(to, who, clock, crate::case::Watch::silent())?;
    Ok(repaired)
}

/// Seals what was saved, as an import does.
fn commit(hold: &mut CaseWriter, writer: BatchWriter, rows: Vec<Value>, clock: &dyn Clock) -> Result<()> {
    let batch = (!writer.is_empty()).then(|| hold.next_batch()).transpose()?;
    if batch.is_some() {
        let (manifest, sha256) = writer.finish()?;
        let sealed = super::committer::sealed_entry(batch.unwrap_or_default(), &manifest, &sha256);
        hold.append(sealed, clock)?;
    }
    let receipt = ImportReceipt { batch, sources: rows, containers: Vec::new() };
    hold.append(receipt, clock).map(drop)
}

impl Repaired {
    fn lose_of_journal(&mut self, journal: &Journal) {
        if let Some((line, how)) = &journal.broken {
            self.lose("journal.jsonl", &format!("from line {line} on: {how}"));
        }
        if !journal.torn.is_empty() {
            self.lose("journal.jsonl", "its last entry was cut off");
        }
    }

    fn lose(&mut self, file: &str, reason: &str) {
        let (file, reason) = (file.to_owned(), reason.to_owned());
        self.lost.push(Lost { file, source: None, records: None, bytes: None, reason });
    }
}

struct Saver<'a> {
    writer: &'a mut BatchWriter,
    sealer: FrameEncoder,
    /// The hash of the content that was written.
    content: Sha256,
    known: HashSet<SourceId>,
    /// Sources that were saved completely.
    whole: HashSet<SourceId>,
    rows: Vec<Value>,
    repaired: &'a mut Repaired,
}

impl Saver<'_> {
    fn batch(&mut self, number: u32, store: &Store) -> Result<()> {
        let Some((_, manifest)) = store.manifests().next() else { return Ok(()) };
        for row in 0..manifest.sources.len() {
            self.source(store, SourceHandle { batch: number, row })?;
        }
        for (name, length) in &manifest.originals {
            if let Err(reason) = self.original(store, name, *length) {
                let file = format!("evidence/{number:04}/originals/{name}");
                self.repaired.lose(&file, &reason);
            }
        }
        Ok(())
    }

    fn original(&mut self, store: &Store, name: &str, length: u64) -> Result<(), String> {
        let mut copy = || -> Result<bool> {
            let why = || "an original cannot be copied".to_owned();
            let (mut file, mut kept) = (store.open_original(name)?, self.writer.create_original()?);
            let copied = std::io::copy(&mut file, &mut kept).context(why)?;
            kept.seek(SeekFrom::Start(0)).context(why)?;
            let found = SourceId(hash_reader(&mut kept).context(why)?);
            let sound = copied == length && found.to_string() == name;
            if sound {
                self.writer.add_original(kept, found.0, length)?;
            }
            Ok(sound)
        };
        match copy() {
            Ok(true) => Ok(()),
            Ok(false) => Err("its bytes are not those that were sealed".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Returns the intact frames of a source, and the first record and number of records
    /// of each lost frame, which is also reported.
    fn intact_frames(&mut self, store: &Store, at: SourceHandle) -> (Vec<usize>, Vec<(u64, u64)>) {
        let row = store.row(at);
        let (mut frames, mut gaps) = (Vec::new(), Vec::new());
        for (number, frame) in row.frames.iter().enumerate() {
            match store.frame(at, number) {
                Ok(_) => frames.push(number),
                Err(error) => {
                    let last = frame.first_record + frame.records.saturating_sub(1);
                    gaps.push((frame.first_record, frame.records));
                    self.repaired.lost.push(Lost {
                        file: format!("evidence/{:04}/content.zst", at.batch),
                        source: Some(row.found.path.clone()),
                        records: Some((frame.first_record, last)),
                        bytes: Some(frame.raw_length),
                        reason: error.to_string(),
                    });
                }
            }
        }
        (frames, gaps)
    }

    fn source(&mut self, store: &Store, at: SourceHandle) -> Result<()> {
        let row = store.row(at);
        let (frames, gaps) = self.intact_frames(store, at);
        if frames.is_empty() && !row.frames.is_empty() {
            return Ok(());
        }
        let continues = row.continues.clone().filter(|before| {
            gaps.is_empty() && before.source.parse().is_ok_and(|before| self.whole.contains(&before))
        });
        // Without what precedes it, it is a source of its own.
        let alone = row.continues.is_some() && continues.is_none();
        let cut = alone || !gaps.is_empty();
        let before = alone.then(|| (0, row.first_record()));
        let plan = plan_without(row, &before.into_iter().chain(gaps.iter().copied()).collect::<Vec<_>>())?;
        let secret = if cut { SourceSecret::random()? } else { secret_of(row)? };
        let (mut hash, mut record, mut line) = (Sha256::new(), 0, 1);
        if let (Some(continues), Some(first)) = (&continues, row.frames.first()) {
            (record, line) = (continues.record, first.first_line);
        }
        let (mut receipt, mut batch) = (Receipt::default(), self.content.clone());
        let reading = RecordDecoder::new(plan.clone())?;
        for number in frames {
            let bytes = store.frame(at, number)?;
            hash.update(&bytes.content);
            batch.update(&bytes.content);
            let frame = self.sealer.encode(&bytes.content, &bytes.spans, record, line, &secret)?;
            count(&reading, &bytes, record, &mut receipt);
            record += bytes.spans.len() as u64;
            line += bytes.spans.iter().map(|span| u64::from(span.lines)).sum::<u64>();
            self.writer.add_frame(frame)?;
        }
        // The hash of a source that continues another is over both.
        let id = if continues.is_some() { row.source.parse()? } else { SourceId::from(Digest::from(hash)) };
        if !cut {
            self.whole.insert(id);
        }
        if !self.known.insert(id) {
            return self.writer.abandon_source();
        }
        let why = || "cannot write a receipt as JSON".to_owned();
        let kept = if cut { receipt_without(row, receipt, gaps.len())? } else { row.receipt.clone() };
        let plan = serde_json::to_value(&plan).context(why)?;
        self.content = batch.clone();
        self.writer.finish_source(FinishedSource {
            id,
            content: batch,
            found: row.found.clone(),
            secret: &secret,
            plan: plan.clone(),
            receipt: kept.clone(),
            continues: continues.clone(),
        })?;
        self.repaired.whole += u64::from(!cut);
        self.repaired.cut += u64::from(cut);
        let receipt: Receipt = serde_json::from_value(kept).context(why)?;
        self.rows.push(told(id, row, receipt, plan, continues.as_ref()));
        Ok(())
    }
}

/// Returns the row of a receipt for a source that was kept.
fn told(
    id: SourceId,
    row: &SourceRow,
    receipt: Receipt,
    plan: Value,
    continues: Option<&Continuation>,
) -> Value {
    let broken = receipt.broken.clone();
    let read = ImportRow::read(&row.found, receipt, broken, "it is no text").extending(id, continues, &[]);
    let mut said = ImportRow { source: Some(id), ..read }.json();
    said["plan"] = plan;
    said
}

fn secret_of(row: &SourceRow) -> Result<SourceSecret> {
    row.secret.parse::<Digest>().map(|secret| SourceSecret(secret.0))
}

/// Returns the receipt of what is left of a source.
fn receipt_without(row: &SourceRow, counted: Receipt, gaps: usize) -> Result<Value> {
    let before: Receipt = serde_json::from_value(row.receipt.clone()).unwrap_or_default();
    let mut receipt = Receipt { format: before.format, broken: Some(lost_of(row, gaps)), ..counted };
    receipt.settle();
    serde_json::to_value(&receipt).context(|| "cannot write a receipt as JSON".to_owned())
}

/// Describes what of a source was lost.
fn lost_of(row: &SourceRow, gaps: usize) -> String {
    match &row.continues {
        Some(before) if gaps == 0 => {
            format!("source {}, which source {} continues, was damaged", before.source, row.source)
        }
        _ => format!("{gaps} stretches of source {} were damaged and are lost", row.source),
    }
}

/// Returns a source's plan with its record numbers as they are without the gaps (first
/// record, number of records).
fn plan_without(row: &SourceRow, gaps: &[(u64, u64)]) -> Result<Plan> {
    let mut plan: Plan = serde_json::from_value(row.plan.clone())
        .context(|| format!("cannot understand how source {} was read", row.source))?;
    for shift in &mut plan.shifts {
        let before = |(first, records): &(u64, u64)| shift.from_record.saturating_sub(*first).min(*records);
        shift.from_record -= gaps.iter().map(before).sum::<u64>();
    }
    for header in &mut plan.headers {
        let before = |(first, records): &(u64, u64)| header.from_record.saturating_sub(*first).min(*records);
        header.from_record -= gaps.iter().map(before).sum::<u64>();
    }
    Ok(plan)
}

/// Counts what became of a frame's bytes.
fn count(reading: &RecordDecoder, bytes: &FrameBytes, first_record: u64, receipt: &mut Receipt) {
    let spans = || bytes.spans.iter().copied();
    crate::case::each_event(&reading.parser, &bytes.content, spans(), first_record, |_, span, event| {
        receipt.count(event, event.format != UNPARSED, span.part);
    });
    let mut at = 0;
    for span in spans() {
        let whole = &bytes.content[at..at + span.length()];
        count_span(span, whole, bytes.start + at as u64, receipt);
        at += span.length();
    }
}

/// Counts one record's bytes: its first line, continuation lines, and blank lines.
fn count_span(span: Span, whole: &[u8], offset: u64, receipt: &mut Receipt) {
    receipt.bytes.total += whole.len() as u64;
    if span.rejected {
        return receipt.reject(offset, whole.len() as u64, "binary content, not text");
    }
    let mut first = true;
    for line in whole.split_inclusive(|byte| *byte == b'\n') {
        let length = line.len() as u64;
        if line.iter().all(u8::is_ascii_whitespace) {
            receipt.bytes.blank += length;
            receipt.blank += 1;
        } else if std::mem::take(&mut first) {
            receipt.bytes.events += length;
        } else {
            receipt.bytes.continuations += length;
            receipt.continuations += 1;
        }
    }
}
