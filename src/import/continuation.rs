//! Recognizes content that begins with that of a known source, and continues it.
//!
//! A stream is compared with the longest known source that begins with the same bytes,
//! frame by frame, by hash. What was found equal is not kept: if the stream goes another
//! way, these bytes are read again from the evidence. All of it is framed, so that the
//! records, lines and offsets are those of the whole content; records that the known
//! source does not have, or has otherwise, are handed on.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::evidence::{ContentReader, Piece, SourceHandle, Store};
use crate::parse::{ParseOptions, Plan, Record, describe_binary};
use crate::record::{Continuation, Digest};
use crate::source::Provenance;

use super::beginnings::Beginning;
use super::job::{CHUNK_BYTES, interrupted};
use super::messages::span;
use super::reader::Reader;
use super::reader_stream::{Bytes, Cut, Incoming, Reading, SAMPLE_BYTES};
use super::{ImportRow, ImportStatus};

/// How many known sources a stream is compared with.
const TRIES: usize = 16;

/// How a stream compares with a known source.
enum Agreement {
    /// It differs, or the records at its end cannot be told apart.
    Apart,
    /// It ends within the known source, or with it.
    Within,
    /// It goes on behind the end of the known source.
    Beyond,
}

/// A stream that is compared with a known source.
struct Follower<'s> {
    store: &'s Store,
    at: SourceHandle,
    pieces: Vec<Piece>,
    /// How many pieces are known to be equal.
    equal: usize,
    /// Where the first byte that no record covers is in the buffer, …
    from: usize,
    /// … and the first byte that was not compared.
    compared: usize,
    cut: Cut,
}

impl Reader<'_> {
    /// Reads a stream that may continue a known source: one of `known`, the best first.
    pub(super) fn read_among(
        &mut self,
        found: &Provenance,
        mut stream: Incoming<'_>,
        mut known: Vec<Beginning>,
    ) -> Result<()> {
        known.truncate(TRIES);
        let sample = stream.buffer[..stream.buffer.len().min(SAMPLE_BYTES)].to_vec();
        let whole = stream.bytes.ended && sample.len() == stream.buffer.len();
        while !known.is_empty() {
            let best = known.remove(0);
            let Some(reading) = self.reading_after(&best, found, &sample, whole)? else { continue };
            let store = self.store.clone();
            let mut follower = Follower::new(&store, &best, &reading.plan)?;
            stream.bytes.hash = Sha256::new();
            stream.bytes.hashes = false;
            let agreement = follower.follow(&mut stream, &best, &mut |read| self.progress(read))?;
            let left = follower.compared.min(stream.buffer.len());
            let mut instead = None;
            match agreement {
                Agreement::Within => {
                    stream.bytes.hash.update(&stream.buffer[left..]);
                    return self.within(found, &stream.bytes, &best);
                }
                Agreement::Beyond => {
                    stream.bytes.hash.update(&stream.buffer[left..]);
                    stream.bytes.hashes = true;
                    let continued = follower.seam(&mut stream, &mut |read| self.progress(read))?;
                    if let Some((continues, cut)) = continued {
                        let reading = Reading { continues: Some(continues), ..reading };
                        return self.read_on(found, stream, reading, cut);
                    }
                    instead =
                        follower.replaced_whole()?.map(|all| Reading { continues: Some(all), ..reading });
                    known.clear();
                }
                Agreement::Apart => {}
            }
            if follower.equal > 0 || matches!(agreement, Agreement::Beyond) {
                let apart = follower.pieces.get(follower.equal).copied();
                known.retain(|other| !shares(&store, other, follower.equal, apart));
                let equal = follower.pieces[..follower.equal].to_vec();
                let equal = ContentReader::new(store.clone(), equal);
                return self.read_again(found, stream, left, equal, known, instead);
            }
            stream.bytes.hashes = true;
        }
        stream.bytes.hash = Sha256::new();
        stream.bytes.hash.update(&stream.buffer);
        stream.bytes.hashes = true;
        self.read_anew(found, stream)
    }

    /// Reads a stream from its start again, of which the first bytes are in the evidence:
    /// as `reading` says, or after comparing it with other known sources.
    fn read_again(
        &mut self,
        found: &Provenance,
        stream: Incoming<'_>,
        left: usize,
        equal: ContentReader,
        known: Vec<Beginning>,
        reading: Option<Reading>,
    ) -> Result<()> {
        let Incoming { bytes, buffer, begun, .. } = stream;
        let Bytes { content, ended, broken, .. } = bytes;
        let mut end = Broken(broken);
        let rest: &mut dyn Read = if ended { &mut end } else { content };
        let mut again = equal.chain(&buffer[left..]).chain(rest);
        let mut bytes = Bytes::new(&mut again);
        let mut buffer = Vec::new();
        bytes.fill(&mut buffer, CHUNK_BYTES);
        let stream = Incoming::new(bytes, buffer, begun);
        match reading {
            Some(reading) => {
                let cut = Cut::new(&reading.plan);
                self.read_on(found, stream, reading, cut)
            }
            None => self.read_among(found, stream, known),
        }
    }

    /// Counts bytes that were read; fails if the user wants to stop.
    fn progress(&self, read: u64) -> Result<()> {
        self.import.meter.bytes(read);
        if self.is_interrupted() { Err(interrupted()) } else { Ok(()) }
    }

    /// Sends the row of a stream that a known source begins with.
    fn within(&mut self, found: &Provenance, bytes: &Bytes<'_>, known: &Beginning) -> Result<()> {
        let row = if self.known.contains(&bytes.id()) {
            self.duplicate(found.name(), bytes.id())
        } else {
            let (length, of, id) = (bytes.length, known.length, known.id.short());
            let reason = format!("its {length} bytes are the first of source {id}, which has {of}");
            let row = ImportRow::without(found.name(), ImportStatus::Duplicate, reason);
            ImportRow { source: Some(known.id), ..row }
        };
        let row = ImportRow { link: found.link.clone(), ..bytes.broken_off(row) };
        self.row(row)
    }

    /// Decides how a stream is read if it continues a known source: like that, as far as
    /// the user decided how. `None` if the user says that it is from another host.
    fn reading_after(
        &self,
        known: &Beginning,
        found: &Provenance,
        sample: &[u8],
        whole: bool,
    ) -> Result<Option<Reading>> {
        let Some(at) = known.at else { return Ok(None) };
        let Ok(before) = serde_json::from_value::<Plan>(self.store.row(at).plan.clone()) else {
            return Ok(None);
        };
        let said = self.import.options;
        if said.host.is_some() && said.host != before.host {
            return Ok(None);
        }
        let reading = self.collections.reading(found, said);
        if before.host.is_some() && reading.options.host.is_some() && before.host != reading.options.host {
            return Ok(None);
        }
        let (year, years) = super::years::continued(&self.store, at, &before)?;
        let options = ParseOptions {
            format: before.forced.then(|| before.format.clone()),
            definition: before.definition.clone().filter(|_| before.forced),
            zone: before.zone.parse().ok(),
            year,
            host: before.host.clone(),
            labels: if said.labels.is_empty() { before.labels.clone() } else { said.labels.clone() },
        };
        let mut plan = Plan::decide(sample, whole, &options, reading.modified, self.acquired)?;
        (plan.clock, plan.stated) = (before.clock, before.stated.clone());
        if before.forced {
            plan.framing = before.framing;
        }
        let mut otherwise = before.against(said);
        // The year of the first line of the whole is not that of the part.
        otherwise.retain(|(what, ..)| *what != "year" || self.store.row(at).continues.is_none());
        Ok(Some(Reading { plan, binary: describe_binary(sample), continues: None, years, otherwise }))
    }
}

/// Reports whether a known source differs from a stream, too, since it has the piece at
/// which another one does.
fn shares(store: &Store, other: &Beginning, place: usize, apart: Option<Piece>) -> bool {
    let pieces = other.at.and_then(|at| store.pieces(at).ok()).unwrap_or_default();
    apart.is_some() && pieces.get(place).copied() == apart
}

impl<'s> Follower<'s> {
    fn new(store: &'s Store, known: &Beginning, plan: &Plan) -> Result<Follower<'s>> {
        let at = known.at.expect("how it is read was decided by its row");
        let (pieces, cut) = (store.pieces(at)?, Cut::new(plan));
        Ok(Follower { store, at, pieces, equal: 0, from: 0, compared: 0, cut })
    }

    /// Compares a stream with the known source, to the end of either.
    fn follow(
        &mut self,
        stream: &mut Incoming<'_>,
        known: &Beginning,
        progress: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Agreement> {
        while let Some(piece) = self.pieces.get(self.equal).copied() {
            let length = piece.length as usize;
            self.make_room(stream);
            stream.await_bytes(self.compared + length, progress)?;
            let have = &stream.buffer[self.compared..stream.buffer.len().min(self.compared + length)];
            if have.len() < length {
                let sealed = self.store.piece(&piece);
                let same = sealed.is_ok_and(|sealed| sealed.starts_with(have));
                return Ok(if same { Agreement::Within } else { Agreement::Apart });
            }
            if !self.is_equal(&piece, have) {
                return Ok(Agreement::Apart);
            }
            stream.bytes.hash.update(have);
            self.compared += length;
            self.equal += 1;
            self.pass(&stream.buffer, self.compared, false);
        }
        if stream.bytes.id() != known.id {
            return Ok(Agreement::Apart);
        }
        stream.await_bytes(self.compared + 1, progress)?;
        Ok(if stream.buffer.len() > self.compared { Agreement::Beyond } else { Agreement::Within })
    }

    fn is_equal(&self, piece: &Piece, content: &[u8]) -> bool {
        match self.store.hash_of_piece(piece) {
            Some(hash) => Digest::of(content).to_string() == hash,
            None => self.store.piece(piece).is_ok_and(|sealed| sealed == content),
        }
    }

    /// Drops what records cover from a buffer, once it is a lot.
    fn make_room(&mut self, stream: &mut Incoming<'_>) {
        if self.from >= CHUNK_BYTES {
            stream.buffer.drain(..self.from);
            self.compared -= self.from;
            self.from = 0;
        }
    }

    /// Frames the buffer up to a place, and passes over the records.
    fn pass(&mut self, buffer: &[u8], to: usize, last: bool) {
        let mut records = Vec::new();
        let covered = self.cut.framer.feed(&buffer[self.from..to], last, &mut records);
        self.cut.advance(&records, covered);
        self.from += covered;
    }

    /// Finds the first record that the known source does not have, or has otherwise, and
    /// returns how the stream continues from there. `None` if that is before the known
    /// source's own records, or if their boundaries do not agree.
    fn seam(
        &mut self,
        stream: &mut Incoming<'_>,
        progress: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Option<(Continuation, Cut)>> {
        let row = self.store.row(self.at);
        let end = row.end_record();
        let start = match self.cut.first_record {
            record if record < end => self.store.span_of(self.at, record)?.start,
            _ => row.whole_length(),
        };
        if start != self.cut.start || self.cut.first_record > end {
            return Ok(None);
        }
        loop {
            let mut records = Vec::new();
            let last = stream.bytes.ended;
            let covered = self.cut.framer.feed(&stream.buffer[self.from..], last, &mut records);
            let differs = self.first_difference(&records, end)?;
            let same = differs.unwrap_or(records.len());
            let passed: usize = records[..same].iter().map(Record::length).sum();
            self.cut.advance(&records[..same], passed);
            if differs.is_some() {
                if self.cut.first_record < row.first_record() {
                    return Ok(None);
                }
                let content = stream.buffer[self.from + passed..self.from + covered].to_vec();
                stream.buffer.drain(..self.from + covered);
                let (record, offset) = (self.cut.first_record, self.cut.start);
                let replaced = self.store.events_from(self.at, record)?;
                let continues = Continuation { source: row.source.clone(), offset, record, replaced };
                let cut = std::mem::replace(&mut self.cut, Cut::ended());
                return Ok(Some((continues, Cut { ready: Some((content, records.split_off(same))), ..cut })));
            }
            self.from += covered;
            if last {
                return Ok(None);
            }
            stream.await_bytes(stream.buffer.len() + CHUNK_BYTES, progress)?;
        }
    }

    /// Returns how a stream whose records are cut otherwise from the start on has all
    /// events of the known source; `None` if that itself continues another one.
    fn replaced_whole(&self) -> Result<Option<Continuation>> {
        let row = self.store.row(self.at);
        if row.continues.is_some() {
            return Ok(None);
        }
        let replaced = self.store.events_from(self.at, 0)?;
        Ok(Some(Continuation { source: row.source.clone(), offset: 0, record: 0, replaced }))
    }

    /// Returns the place of the first of some records that the known source does not have.
    fn first_difference(&self, records: &[Record], end: u64) -> Result<Option<usize>> {
        for (place, record) in records.iter().enumerate() {
            let number = self.cut.first_record + place as u64;
            if number >= end || self.store.span_of(self.at, number)?.span != span(record) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

/// Fails once, as a stream did that broke off.
struct Broken(Option<String>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), |why| Err(io::Error::other(why)))
    }
}
