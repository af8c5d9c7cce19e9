//! A case open for reading.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::evidence::{FrameBytes, SourceAt, Span, Store};
use crate::fs::Dir;
use crate::index::{Hit, Index};
use crate::journal::{self, Journal, Line, State, Who};
use crate::record::{Clock, Entry, EventId, Instant, Origin, SourceId};

use super::hold::committed;
use super::{About, Reading, Receipt, catch_up, index_folder};

/// One source as the screens and tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceInfo {
    /// Its identity.
    pub id: SourceId,
    /// Where it was found (foreign text: show through `Visible`).
    pub path: String,
    /// Length of its content in bytes.
    pub bytes: u64,
    /// RFC 9162 content root, in hex.
    pub root: String,
    /// What became of its bytes: format, events, times.
    pub receipt: Receipt,
}

impl SourceInfo {
    /// Gives the first and last time in it.
    pub fn span(&self) -> Option<(Instant, Instant)> {
        self.receipt.span()
    }
}

/// A case, open for reading at its last committed state. Cheap to clone, and
/// free to share between threads.
#[derive(Clone)]
pub struct Case {
    inner: Arc<Inner>,
}

struct Inner {
    dir: Dir,
    about: About,
    journal: Journal,
    state: State,
    store: Store,
    index: Index,
    /// Committed batches that are not in the index yet.
    behind: usize,
    readings: Mutex<HashMap<SourceId, Arc<Reading>>>,
}

impl Case {
    /// Opens a case. An index that lacks committed batches (a crash, a deleted
    /// folder) is rebuilt first where the case can be written, and is an error
    /// with a hint where it cannot. While another process rebuilds it, this waits
    /// for a moment.
    pub fn open(folder: &Path, who: &Who, clock: &dyn Clock) -> Result<Case> {
        let (dir, mut tries) = (About::folder(folder)?, 0);
        loop {
            match Inner::read(&dir, who, clock) {
                Ok(inner) => return Ok(Case { inner: Arc::new(inner) }),
                Err(Failed { error, again: true }) if tries < TRIES => {
                    tries += 1;
                    drop(error);
                    std::thread::sleep(PAUSE);
                }
                Err(Failed { error, .. }) => return Err(error),
            }
        }
    }

    /// Reads the journal once more: the same case with the annotations of now.
    /// Evidence that was added since is not seen until the case is opened again.
    pub fn reread(&self) -> Result<Case> {
        let journal = journal::read(self.dir())?;
        let Inner { dir, about, store, index, behind, .. } = &*self.inner;
        let inner = Inner {
            dir: dir.clone(),
            about: about.clone(),
            state: State::of(&journal),
            journal,
            store: store.clone(),
            index: index.clone(),
            behind: *behind,
            readings: Mutex::default(),
        };
        Ok(Case { inner: Arc::new(inner) })
    }

    /// Gives the path by which the case's folder was opened.
    pub fn folder(&self) -> &Path {
        self.inner.dir.path()
    }

    /// Returns the case's folder, through which everything in it is reached.
    pub fn dir(&self) -> &Dir {
        &self.inner.dir
    }

    /// Gives what `case.toml` says.
    pub fn about(&self) -> &About {
        &self.inner.about
    }

    /// Gives the journal's entries.
    pub fn journal(&self) -> &[Line] {
        &self.inner.journal.lines
    }

    /// Gives the journal whole, with what is wrong with it.
    pub fn whole_journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// Gives what stands at the journal's end: bookmarks and findings.
    pub fn state(&self) -> &State {
        &self.inner.state
    }

    /// Says what is wrong with the case though it could be opened, if anything.
    pub fn trouble(&self) -> Vec<String> {
        let journal = &self.inner.journal;
        let torn = (!journal.torn.is_empty())
            .then(|| "the journal's last line was cut off; the next write repairs it".to_owned());
        let broken = journal.broken.as_ref().map(|(line, how)| format!("journal line {line}: {how}"));
        let behind = (self.inner.behind > 0).then(|| {
            format!(
                "{} committed batches are not in the index yet: another process is at work",
                self.inner.behind
            )
        });
        torn.into_iter().chain(broken).chain(behind).collect()
    }

    /// Gives the index, for counting and searching.
    pub fn index(&self) -> &Index {
        &self.inner.index
    }

    /// Gives the sealed evidence.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Gives the sources in the order of their import.
    pub fn sources(&self) -> Vec<SourceInfo> {
        let rows = self.inner.store.manifests().flat_map(|(_, manifest)| &manifest.sources);
        rows.filter_map(|row| {
            Some(SourceInfo {
                id: row.source.parse().ok()?,
                path: row.found.path.clone(),
                bytes: row.length,
                root: row.root.clone(),
                receipt: serde_json::from_value(row.receipt.clone()).unwrap_or_default(),
            })
        })
        .collect()
    }

    /// Reads an event back from the evidence, its frame's hash checked, and
    /// parses it under its source's plan. Recent frames are cached.
    pub fn entry(&self, hit: &Hit) -> Result<Entry> {
        self.entry_at(&hit.source, hit.record)
    }

    /// Reads the event of a record of a source; see [`Case::entry`].
    pub fn entry_at(&self, source: &SourceId, record: u64) -> Result<Entry> {
        let at = self.locate(source)?;
        let reading = self.reading(source, at)?;
        let bytes = self.inner.store.record(at, record)?;
        let event = reading.event(record, bytes.part, &bytes.text, |event| event.clone().into_owned());
        let origin = Origin {
            source: *source,
            record,
            line: bytes.line,
            offset: bytes.offset,
            length: bytes.text.len() as u64,
        };
        Ok(Entry { origin, event, raw: bytes.text, part: bytes.part })
    }

    /// Reads some events (their numbers ascending) of a frame that was read through
    /// its hash; `take` is given each, its span, and the span's bytes.
    pub fn entries_in(
        &self,
        at: SourceAt,
        frame: &FrameBytes,
        records: &[u64],
        mut take: impl FnMut(Entry, Span, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let source: SourceId = self.inner.store.row(at).source.parse()?;
        let reading = self.reading(&source, at)?;
        let (mut from, mut line) = (0, frame.first_line);
        let mut wanted = records.iter().copied().peekable();
        for (record, span) in (frame.first_record..).zip(&frame.spans) {
            let whole = &frame.content[from..from + span.length()];
            if wanted.next_if_eq(&record).is_some() {
                let (lead, length) = (span.lead as usize, span.text as usize);
                let text = &whole[lead..lead + length];
                let event = reading.event(record, span.part, text, |event| event.clone().into_owned());
                let origin = Origin {
                    source,
                    record,
                    line: line + u64::from(span.lead_lines),
                    offset: frame.start + (from + lead) as u64,
                    length: length as u64,
                };
                take(Entry { origin, event, raw: text.to_vec(), part: span.part }, *span, whole)?;
            }
            from += span.length();
            line += u64::from(span.lines);
        }
        match wanted.next() {
            None => Ok(()),
            Some(record) => Err(Error::integrity(format!("record {record} is not in its frame"))),
        }
    }

    /// Finds an event by its id; an ambiguous prefix is refused with the choices.
    pub fn find(&self, id: &EventId) -> Result<Hit> {
        let fitting: Vec<SourceId> =
            self.sources().iter().map(|source| source.id).filter(|source| id.fits(source)).collect();
        let source = match fitting.as_slice() {
            [] => return Err(unknown(id)),
            [source] => *source,
            several => {
                let choices: Vec<String> = several.iter().map(|s| format!("{s}:{}", id.record)).collect();
                return Err(Error::usage(format!("{id} fits {} sources", several.len()))
                    .hint(format!("Write more of the id: {}.", choices.join(" or "))));
            }
        };
        if id.record >= self.inner.store.row(self.locate(&source)?).records {
            return Err(unknown(id));
        }
        let entry = self.entry_at(&source, id.record)?;
        Ok(Hit { time: entry.event.stamp.map(|stamp| stamp.instant), source, record: id.record })
    }

    /// Gives the names of all fields that have values, for hints and completion.
    pub fn field_names(&self) -> Vec<String> {
        self.inner.index.fields().into_iter().map(|field| field.name).collect()
    }

    /// Finds where a source lies.
    pub fn locate(&self, source: &SourceId) -> Result<SourceAt> {
        let unknown = || {
            Error::integrity(format!("the index names source {}, which is not in evidence", source.short()))
                .hint("Run `vestigo reindex`.")
        };
        self.inner.store.find(source).ok_or_else(unknown)
    }

    fn reading(&self, source: &SourceId, at: SourceAt) -> Result<Arc<Reading>> {
        let mut readings = self.inner.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = readings.get(source) {
            return Ok(reading.clone());
        }
        let reading = Arc::new(Reading::of(self.inner.store.row(at))?);
        readings.insert(*source, reading.clone());
        Ok(reading)
    }
}

/// How often opening is tried while another process makes the index anew …
const TRIES: u32 = 100;
/// … and how long it waits each time.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// Why a case could not be opened, and whether it may be in a moment.
struct Failed {
    error: Error,
    again: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { error, again: false }
    }
}

impl Inner {
    /// Reads the last committed state. The index comes first: what it holds was
    /// committed before, so the journal that is read after it knows of it.
    fn read(dir: &Dir, who: &Who, clock: &dyn Clock) -> Result<Inner, Failed> {
        let about = About::of(dir)?;
        let index = Index::open(&index_folder(dir)?);
        let journal = journal::read(dir)?;
        let batches = committed(&journal.lines)?;
        let wanted: Vec<u32> = batches.iter().map(|(number, _)| *number).collect();
        let whole = index.as_ref().is_ok_and(|index| index.batches() == wanted);
        if !whole {
            match (catch_up(dir, who, clock), &index) {
                (Ok(()), _) => return Inner::read_whole(dir, about),
                (Err(_), Ok(known)) if known.batches().iter().all(|number| wanted.contains(number)) => {}
                (Err(error), _) => {
                    let again = journal::is_held(dir);
                    let error = Error::case("the index is missing or damaged, and could not be made again")
                        .because(error)
                        .hint("Run `vestigo reindex` where the case can be written.");
                    return Err(Failed { error, again });
                }
            }
        }
        Ok(Inner::of(dir, about, journal, index?, &batches)?)
    }

    /// Reads the state of a case whose index was just brought up to it.
    fn read_whole(dir: &Dir, about: About) -> Result<Inner, Failed> {
        let index = Index::open(&index_folder(dir)?)?;
        let journal = journal::read(dir)?;
        let batches = committed(&journal.lines)?;
        Ok(Inner::of(dir, about, journal, index, &batches)?)
    }

    fn of(
        dir: &Dir,
        about: About,
        journal: Journal,
        index: Index,
        batches: &[(u32, [u8; 32])],
    ) -> Result<Inner> {
        let store = Store::open(dir, batches)?;
        let behind = batches.len().saturating_sub(index.batches().len());
        let (state, readings) = (State::of(&journal), Mutex::default());
        Ok(Inner { dir: dir.clone(), about, journal, state, store, index, behind, readings })
    }
}

fn unknown(id: &EventId) -> Error {
    Error::case(format!("no event {id} in this case")).hint("Copy an id from `vestigo search`.")
}
