//! The events of a bundle: normalised, their very bytes, and their proofs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use serde_json::{Map, Value, json};

use crate::case::{Case, record_hash};
use crate::error::{Attempt, Error, Result};
use crate::evidence::{FrameProof, SourceAt};
use crate::index::Hit;
use crate::record::{Entry, Hash, SourceId, write_json};

use super::bag::{BagFile, BagWriter};
use super::forms::{CSV_FIELDS, cell, csv_row, sketch};
use super::redact::Redactor;

/// The columns of `data/records.csv`.
pub const COLUMNS: [&str; 10] =
    ["event", "file", "offset", "length", "lead", "text_length", "line", "source_offset", "sha256", "record"];

/// One source's share of the bundle.
#[derive(Debug, Clone)]
pub struct Share {
    /// The source.
    pub source: SourceId,
    /// Its number in the bundle, which names its files: `0001`.
    pub number: String,
    /// How many of its records are in the bundle.
    pub records: u64,
}

/// What was written.
pub struct Written {
    /// The sources that have records in the bundle.
    pub shares: Vec<Share>,
    /// How each event came out: `s`uccess, `f`ailure, or neither, in the order of time.
    pub outcomes: Vec<u8>,
    /// Records whose bytes were left out.
    pub withheld: u64,
}

/// Writes the events into a bag. `tags` gives an event's tags by
/// `<source>:<record>`.
pub fn write(
    case: &Case,
    hits: &[Hit],
    tags: &BTreeMap<String, Vec<String>>,
    redactor: &mut Redactor,
    bag: &mut BagWriter,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written> {
    let mut by_source: BTreeMap<(u32, usize), Vec<usize>> = BTreeMap::new();
    for (n, hit) in hits.iter().enumerate() {
        let at = case.locate(&hit.source)?;
        by_source.entry((at.batch, at.row)).or_default().push(n);
    }
    let mut pass = Pass {
        case,
        hits,
        spool: Spool::new(hits.len())?,
        records: csv_row(COLUMNS),
        outcomes: vec![0; hits.len()],
        redactor,
        withheld: 0,
        done: 0,
        progress,
    };
    let mut shares = Vec::new();
    for (number, ((batch, row), mut members)) in (1..).zip(by_source) {
        members.sort_unstable_by_key(|n| hits[*n].record);
        let share = Share {
            source: hits[members[0]].source,
            number: format!("{number:04}"),
            records: members.len() as u64,
        };
        pass.source(SourceAt { batch, row }, &share, &members, bag)?;
        shares.push(share);
    }
    let Pass { mut spool, records, withheld, outcomes, redactor, .. } = pass;
    bag.add("data/records.csv", records.as_bytes())?;
    spool.write_out(hits, tags, redactor, bag)?;
    Ok(Written { shares, outcomes, withheld })
}

/// Going through the sources in their own order.
struct Pass<'a> {
    case: &'a Case,
    hits: &'a [Hit],
    spool: Spool,
    records: String,
    outcomes: Vec<u8>,
    redactor: &'a mut Redactor,
    withheld: u64,
    done: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl Pass<'_> {
    /// Writes one source's records: `data/raw/NNNN.log` and `data/proofs/NNNN.jsonl`.
    fn source(&mut self, at: SourceAt, share: &Share, members: &[usize], bag: &mut BagWriter) -> Result<()> {
        let store = self.case.store();
        let mut raw = bag.begin(&format!("data/raw/{}.log", share.number))?;
        let mut proofs = bag.begin(&format!("data/proofs/{}.jsonl", share.number))?;
        let (mut rest, mut frames) = (members, Vec::new());
        while let Some(first) = rest.first() {
            let rows = &store.row(at).frames;
            let number = rows.partition_point(|frame| frame.first_record <= self.hits[*first].record) - 1;
            let end = rows[number].first_record + rows[number].records;
            let (here, later) = rest.split_at(rest.partition_point(|n| self.hits[*n].record < end));
            if here.is_empty() {
                return Err(Error::integrity("a record has no frame"));
            }
            let bytes = store.frame(at, number)?;
            let records: Vec<u64> = here.iter().map(|n| self.hits[*n].record).collect();
            let proof = store.prove_records(at, &bytes, &records)?;
            if hex(&proof.root) != rows[number].root {
                return Err(Error::integrity(format!(
                    "evidence/{:04}/manifest.json: the root of frame {number} does not follow from its records",
                    at.batch
                )));
            }
            let mut withheld = Vec::with_capacity(here.len());
            let mut from = 0;
            let mut next = here.iter().peekable();
            for (record, span) in (bytes.first_record..).zip(&bytes.spans) {
                if next.peek().is_some_and(|n| self.hits[**n].record == record) {
                    let n = *next.next().expect("it was just looked at");
                    let whole = &bytes.content[from..from + span.length()];
                    withheld.push(self.record(n, share, whole, span.lead, span.text, &mut raw)?);
                }
                from += span.length();
            }
            let line = frame_line(share, number, &rows[number], &proof, &withheld);
            proofs.write(format!("{line}\n").as_bytes())?;
            frames.push(number as u64);
            rest = later;
        }
        let nodes = store.prove_frames(at, &frames)?;
        let row = store.row(at);
        let line = json!({ "source": share.source.to_string(), "frames": row.frames.len(), "known": frames,
            "nodes": hex_all(&nodes), "root": row.root });
        proofs.write(format!("{line}\n").as_bytes())?;
        bag.end(raw)?;
        bag.end(proofs)
    }

    /// Writes one record; tells whether its bytes were left out.
    fn record(
        &mut self,
        n: usize,
        share: &Share,
        whole: &[u8],
        lead: u32,
        text: u32,
        raw: &mut BagFile,
    ) -> Result<bool> {
        let hit = &self.hits[n];
        let entry = self.case.entry(hit)?;
        let event = format!("{}:{}", hit.source, hit.record);
        let (mut object, withheld) = shown(&entry, whole, self.redactor)?;
        let outcome = object.get("event.outcome").and_then(Value::as_str).unwrap_or_default();
        self.outcomes[n] = outcome.bytes().next().unwrap_or_default();
        let origin = &entry.origin;
        let mut cells = vec![event];
        if withheld {
            self.withheld += 1;
            object.insert("vestigo.withheld".into(), true.into());
            cells.extend(vec![String::new(); 5]);
        } else {
            let place = [raw.length(), whole.len() as u64, u64::from(lead), u64::from(text)];
            raw.write(whole)?;
            cells.push(format!("data/raw/{}.log", share.number));
            cells.extend(place.map(|number| number.to_string()));
        }
        let hash = if withheld { String::new() } else { record_hash(&entry).to_string() };
        cells.extend([origin.line.to_string(), origin.offset.to_string(), hash, origin.record.to_string()]);
        self.records.push_str(&csv_row(cells));
        self.spool.push(n, &object)?;
        self.done += 1;
        if self.done.is_multiple_of(512) {
            (self.progress)(self.done, self.hits.len() as u64);
        }
        Ok(withheld)
    }
}

/// Gives an event as it is shown, and whether its record (`whole`) is withheld:
/// where anything in it had to be taken out, its original is left out.
pub fn shown(entry: &Entry, whole: &[u8], redactor: &mut Redactor) -> Result<(Map<String, Value>, bool)> {
    let why = || "cannot read an event's JSON".to_owned();
    let mut object: Map<String, Value> = serde_json::from_str(&write_json(entry, true)).attempt(why)?;
    if !redactor.is_active() {
        return Ok((object, false));
    }
    let before = object.clone();
    // What JSON escapes, and what is not UTF-8, may hide a value as well.
    let hidden = redactor.touches(&String::from_utf8_lossy(whole));
    redactor.event(&mut object);
    let withheld = hidden || object != before;
    if withheld {
        object.remove("event.original");
        object.remove("vestigo.original_base64");
    }
    Ok((object, withheld))
}

/// Writes a frame's line of a proof file: of a record that is shown, its salt;
/// of one whose bytes were left out, its leaf.
pub fn frame_line(
    share: &Share,
    number: usize,
    row: &crate::evidence::FrameRow,
    proof: &FrameProof,
    withheld: &[bool],
) -> Value {
    let known = proof.known.iter().zip(withheld).map(|((record, salt, leaf), withheld)| {
        if *withheld {
            json!({ "record": record, "leaf": hex(leaf) })
        } else {
            json!({ "record": record, "salt": hex(salt) })
        }
    });
    json!({ "source": share.source.to_string(), "frame": number, "first_record": row.first_record,
        "records": row.records, "known": known.collect::<Vec<Value>>(), "nodes": hex_all(&proof.nodes),
        "root": hex(&proof.root) })
}

/// Writes bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes hashes in hexadecimal.
pub fn hex_all(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

/// Events as they come, kept on disk until they are written in the order of time.
struct Spool {
    file: BufWriter<File>,
    places: Vec<(u64, u64)>,
    length: u64,
}

impl Spool {
    fn new(events: usize) -> Result<Spool> {
        let file = tempfile::tempfile().attempt(|| "cannot make a temporary file".to_owned())?;
        let file = BufWriter::with_capacity(1 << 18, file);
        Ok(Spool { file, places: vec![(0, 0); events], length: 0 })
    }

    fn push(&mut self, n: usize, object: &Map<String, Value>) -> Result<()> {
        let why = || "cannot write to a temporary file".to_owned();
        let text = crate::error::harmless_json(serde_json::to_string(object).attempt(why)?);
        self.file.write_all(text.as_bytes()).attempt(why)?;
        self.places[n] = (self.length, text.len() as u64);
        self.length += text.len() as u64;
        Ok(())
    }

    /// Writes `events.jsonl`, `events.csv` and `timesketch.jsonl` in the order of time.
    fn write_out(
        &mut self,
        hits: &[Hit],
        tags: &BTreeMap<String, Vec<String>>,
        redactor: &mut Redactor,
        bag: &mut BagWriter,
    ) -> Result<()> {
        let why = || "cannot read a temporary file".to_owned();
        self.file.flush().attempt(why)?;
        let mut jsonl = bag.begin("data/events.jsonl")?;
        let mut csv = bag.begin("data/events.csv")?;
        let mut sketches = bag.begin("data/timesketch.jsonl")?;
        csv.write(csv_row(CSV_FIELDS).as_bytes())?;
        for (hit, (offset, length)) in hits.iter().zip(&self.places) {
            let mut text = vec![0; *length as usize];
            let file = self.file.get_mut();
            file.seek(SeekFrom::Start(*offset)).attempt(why)?;
            file.read_exact(&mut text).attempt(why)?;
            let object: Map<String, Value> = serde_json::from_slice(&text).attempt(why)?;
            text.push(b'\n');
            jsonl.write(&text)?;
            csv.write(csv_row(CSV_FIELDS.iter().map(|name| cell(&object, name))).as_bytes())?;
            let marks = tags.get(&format!("{}:{}", hit.source, hit.record)).into_iter().flatten();
            let marks: Vec<String> = marks.map(|tag| redactor.text(tag)).collect();
            let sketch = sketch(&object, &marks);
            let sketch = serde_json::to_string(&sketch).attempt(why)?;
            sketches.write(format!("{}\n", crate::error::harmless_json(sketch)).as_bytes())?;
        }
        [jsonl, csv, sketches].into_iter().try_for_each(|file| bag.end(file))
    }
}
