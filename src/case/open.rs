//! A case open for reading.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::evidence::{SourceAt, Store};
use crate::index::{Hit, Index};
use crate::journal::{self, Journal, Line, State, Who};
use crate::record::{Clock, Entry, EventId, Instant, Origin, SourceId};

use super::hold::committed;
use super::{About, Reading, Receipt, catch_up, evidence_folder, index_folder};

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
    folder: PathBuf,
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
    /// with a hint where it cannot.
    pub fn open(folder: &Path, who: &Who, clock: &dyn Clock) -> Result<Case> {
        let about = About::read(folder)?;
        let journal = journal::read(&journal::path(folder))?;
        let batches = committed(&journal.lines)?;
        let store = Store::open(&evidence_folder(folder), &batches)?;
        let wanted: Vec<u32> = batches.iter().map(|(number, _)| *number).collect();
        let (index, behind) = index_of(folder, &wanted, who, clock)?;
        let (state, readings) = (State::of(&journal), Mutex::default());
        let inner =
            Inner { folder: folder.to_owned(), about, journal, state, store, index, behind, readings };
        Ok(Case { inner: Arc::new(inner) })
    }

    /// Reads the journal once more: the same case with the annotations of now.
    /// Evidence that was added since is not seen until the case is opened again.
    pub fn reread(&self) -> Result<Case> {
        let journal = journal::read(&journal::path(self.folder()))?;
        let Inner { folder, about, store, index, behind, .. } = &*self.inner;
        let inner = Inner {
            folder: folder.clone(),
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

    /// Gives the case's folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
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

/// Opens the index, brought up to the committed batches where that can be done
/// now; else as it is, with the number of batches it lacks.
fn index_of(folder: &Path, wanted: &[u32], who: &Who, clock: &dyn Clock) -> Result<(Index, usize)> {
    let place = index_folder(folder);
    let open = || Index::open(&place);
    let before = open();
    if let Ok(index) = &before
        && index.batches() == wanted
    {
        return Ok((index.clone(), 0));
    }
    match (catch_up(folder, who, clock), before) {
        (Ok(()), _) => Ok((open()?, 0)),
        (Err(_), Ok(index)) if index.batches().iter().all(|number| wanted.contains(number)) => {
            let behind = wanted.len() - index.batches().len();
            Ok((index, behind))
        }
        (Err(error), _) => Err(Error::case("the index is missing or damaged, and could not be made again")
            .because(error)
            .hint("Run `vestigo reindex` where the case can be written.")),
    }
}

fn unknown(id: &EventId) -> Error {
    Error::case(format!("no event {id} in this case")).hint("Copy an id from `vestigo search`.")
}
