//! The events of a bundle: normalised, their very bytes, and their proofs.
//!
//! A frame of evidence is a piece of work: pieces are made on every processor and
//! put into the bundle's files in the order of sources and records, so that the
//! files do not depend on how many processors there are.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use serde_json::json;

use crate::case::Case;
use crate::error::{Error, Result};
use crate::evidence::SourceHandle;
use crate::index::Hit;
use crate::record::{Hash, SourceId};

use crate::export::redact::Redactor;
use crate::export::write::bag::{BagFile, BagWriter, stopped};
use crate::export::write::frame::{Piece, piece};
use crate::export::write::spool::Spool;
use crate::record::csv_row;

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
    /// Records whose bytes were left out.
    pub withheld: u64,
}

/// What every piece is made from.
pub(in crate::export) struct Matter<'a> {
    pub case: &'a Case,
    /// The events, in the order of time.
    pub hits: &'a [Hit],
    /// The tags of each event, by `<source>:<record>`.
    pub tags: &'a BTreeMap<String, Vec<String>>,
    pub redactor: &'a Redactor,
    /// Set when the bundle is not wanted any more.
    pub stop: &'a AtomicBool,
}

/// The events of one frame: one piece of work.
pub(in crate::export) struct Job<'a> {
    /// Which share it is of.
    pub share: usize,
    pub at: SourceHandle,
    /// Which frame of its source.
    pub frame: usize,
    /// Its events, as places among all of them, in the order of their records.
    pub members: &'a [usize],
}

/// Writes the events into a bag; `progress` is told events done, and in all.
pub(in crate::export) fn write(
    matter: &Matter<'_>,
    bag: &mut BagWriter,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written> {
    let (case, hits) = (matter.case, matter.hits);
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
        jobs.extend(jobs_of(matter, at, shares.len(), members)?);
        shares.push(Share { source, number, records: members.len() as u64 });
    }
    let mut turn = Turn {
        matter,
        shares: &shares,
        spool: Spool::new(hits.len(), bag)?,
        records: csv_row(COLUMNS),
        open: None,
        withheld: 0,
        done: 0,
        progress,
        bag,
    };
    in_turn(matter, &shares, &jobs, &mut turn)?;
    turn.end_source()?;
    let Turn { spool, records, withheld, bag, .. } = turn;
    bag.add("data/records.csv", records.as_bytes())?;
    spool.write_out(bag)?;
    Ok(Written { shares, withheld })
}

/// Splits a source's events by frame.
fn jobs_of<'a>(
    matter: &Matter<'_>,
    at: SourceHandle,
    share: usize,
    members: &'a [usize],
) -> Result<Vec<Job<'a>>> {
    let rows = &matter.case.store().row(at).frames;
    let (mut rest, mut jobs) = (members, Vec::new());
    while let Some(first) = rest.first() {
        let behind = rows.partition_point(|frame| frame.first_record <= matter.hits[*first].record);
        let missing = || Error::integrity("a record has no frame");
        let frame = behind.checked_sub(1).ok_or_else(missing)?;
        let end = rows[frame].first_record + rows[frame].records;
        let (members, later) = rest.split_at(rest.partition_point(|n| matter.hits[*n].record < end));
        if members.is_empty() {
            return Err(missing());
        }
        jobs.push(Job { share, at, frame, members });
        rest = later;
    }
    Ok(jobs)
}

/// Makes pieces on every processor and lets `turn` take them, one after another.
fn in_turn(matter: &Matter<'_>, shares: &[Share], jobs: &[Job<'_>], turn: &mut Turn<'_>) -> Result<()> {
    let (next, stop, moved) = (AtomicUsize::new(0), AtomicBool::new(false), Condvar::new());
    let state = Mutex::new((0, turn, None::<Error>));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return };
            // A piece that never came would be waited for.
            let made = if matter.stop.load(Ordering::Relaxed) {
                Ok(Err(stopped()))
            } else {
                catch_unwind(AssertUnwindSafe(|| piece(matter, &shares[job.share], job)))
            };
            let made =
                made.unwrap_or_else(|_| Err(Error::case("a mistake of vestigo's own stopped the export")));
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            while state.0 != number {
                state = moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let (at, turn, failed) = &mut *state;
            if failed.is_none() {
                *failed = made.and_then(|piece| turn.take(job, piece)).err();
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
struct Turn<'a> {
    matter: &'a Matter<'a>,
    shares: &'a [Share],
    spool: Spool,
    records: String,
    /// The files of the source whose turn it is.
    open: Option<Open>,
    withheld: u64,
    done: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
    bag: &'a mut BagWriter,
}

/// The files of one source: `data/raw/NNNN.log` and `data/proofs/NNNN.jsonl`.
struct Open {
    share: usize,
    at: SourceHandle,
    raw: BagFile,
    proofs: BagFile,
    /// The frames that are in them.
    frames: Vec<u64>,
}

impl Turn<'_> {
    fn take(&mut self, job: &Job<'_>, piece: Piece) -> Result<()> {
        if self.open.as_ref().is_none_or(|open| open.share != job.share) {
            self.end_source()?;
            let number = &self.shares[job.share].number;
            self.open = Some(Open {
                share: job.share,
                at: job.at,
                raw: self.bag.begin(&format!("data/raw/{number}.log"))?,
                proofs: self.bag.begin(&format!("data/proofs/{number}.jsonl"))?,
                frames: Vec::new(),
            });
        }
        let open = self.open.as_mut().expect("it was just opened");
        for (n, part) in job.members.iter().zip(piece.parts) {
            self.records.push_str(&part.row(&self.shares[job.share], open.raw.length()));
            self.withheld += u64::from(part.place.is_none());
            self.spool.push(*n, &part.forms)?;
        }
        open.raw.write(&piece.raw)?;
        open.proofs.write(piece.proof.as_bytes())?;
        open.frames.push(job.frame as u64);
        self.done += job.members.len() as u64;
        (self.progress)(self.done, self.matter.hits.len() as u64);
        Ok(())
    }

    /// Leads from the frames of the source whose turn it was to its root.
    fn end_source(&mut self) -> Result<()> {
        let Some(Open { share, at, raw, mut proofs, frames }) = self.open.take() else { return Ok(()) };
        let store = self.matter.case.store();
        let (nodes, row) = (store.prove_frames(at, &frames)?, store.row(at));
        let line = json!({ "source": self.shares[share].source.to_string(), "frames": row.frames.len(),
            "known": frames, "nodes": hex_all(&nodes), "root": row.root });
        proofs.write(format!("{line}\n").as_bytes())?;
        self.bag.end(raw)?;
        self.bag.end(proofs)
    }
}

/// Writes bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Writes hashes in hexadecimal.
pub fn hex_all(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

/// Takes a line of `records.csv` apart that is written as we write it.
pub fn cells(line: &[u8]) -> Option<[&str; 10]> {
    let line = std::str::from_utf8(line).ok()?;
    let inside = line.strip_suffix("\"\n")?.strip_prefix('"')?;
    let cells: Vec<&str> = inside.split("\",\"").collect();
    <[&str; 10]>::try_from(cells).ok().filter(|cells| cells.iter().all(|cell| !cell.contains('"')))
}
