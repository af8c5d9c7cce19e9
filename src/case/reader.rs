//! A case, open for reading.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::evidence::{FrameBytes, SourceHandle, Span, Store};
use crate::fs::{Dir, FileKind};
use crate::index::{Hit, Index};
use crate::journal::{Actor, CaseMemory, Entry, FILE, History, Journal, Reread, State};
use crate::parse::Plan;
use crate::record::{EventId, EventRecord, Origin, SourceId, Timestamp};

use super::import_receipt::remarks;
use super::snapshot::{Answers, Snapshot};
use super::{CaseMetadata, CaseWriter, Receipt, RecordDecoder, Watch};

/// One source, as screens and tables show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceInfo {
    /// Its identity.
    pub id: SourceId,
    /// Where it was found (foreign text: show through `Visible`).
    pub path: String,
    /// The exact bytes of the path in hex, if they are not UTF-8.
    pub path_bytes: Option<String>,
    /// Length of its content in bytes.
    pub bytes: u64,
    /// RFC 9162 content root, in hex.
    pub root: String,
    /// What became of its bytes: format, events, times.
    pub receipt: Receipt,
    /// What was remarked when it was read: that it broke off or changed.
    pub remarks: Vec<String>,
    /// How it is read; `None` if that is not understood.
    pub plan: Option<Plan>,
    /// The correction by which it is read differently than at import, if any.
    pub reread: Option<Reread>,
}

impl SourceInfo {
    /// Returns the first and last time in it.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.receipt.span()
    }
}

/// A case, open for reading at its last committed state. Cheap to clone, and safe to
/// share between threads.
#[derive(Clone)]
pub struct Case {
    inner: Arc<Inner>,
}

/// The answers last derived from the evidence, and the state that they are derived from.
type Derived = Option<(String, Arc<Answers>)>;

struct Inner {
    about: CaseMetadata,
    state: State,
    /// What was read together, at one moment.
    moment: Snapshot,
    answers: Arc<Answers>,
    readings: Mutex<HashMap<SourceId, Arc<RecordDecoder>>>,
    /// What was last derived from the evidence, shared by all rereadings of this case.
    derived: Arc<Mutex<Derived>>,
    /// How the journal compares with what this machine remembers.
    history: History,
}

impl Snapshot {
    /// Opens the case, building an index first if it lacks one.
    pub fn finish(mut self, watch: Watch<'_>) -> Result<Case> {
        let answers = self.answers(watch)?;
        Ok(Case::of(self, Arc::new(answers), Arc::default()))
    }
}

impl Case {
    /// Opens a case as it is now. Nothing in it is written: if its index is missing or
    /// does not agree with the evidence, one is built in the user's cache, which takes as
    /// long as reading all of the evidence.
    pub fn open(folder: &Path, who: &Actor) -> Result<Case> {
        Case::opening(folder, who)?.finish(Watch::silent())
    }

    /// Reads a case as it is now, and checks whether its index can be used.
    pub fn opening(folder: &Path, who: &Actor) -> Result<Snapshot> {
        Snapshot::of(folder, who)
    }

    fn of(moment: Snapshot, answers: Arc<Answers>, derived: Arc<Mutex<Derived>>) -> Case {
        let state = State::from_journal(&moment.journal);
        Case::with_state(moment, answers, derived, state)
    }

    fn with_state(
        moment: Snapshot,
        answers: Arc<Answers>,
        derived: Arc<Mutex<Derived>>,
        state: State,
    ) -> Case {
        let (about, history, readings) = (moment.about.clone(), moment.history(), Mutex::default());
        Case { inner: Arc::new(Inner { about, state, moment, answers, readings, derived, history }) }
    }

    /// Returns how the journal compares with what this machine remembers of the case.
    pub fn history(&self) -> &History {
        &self.inner.history
    }

    /// Makes this machine remember the journal as it is, if it extends what was seen before.
    pub fn remember(&self, who: &Actor, now: Timestamp) {
        if let Some(known) = CaseMemory::new(&who.home, &self.about().id, self.folder()) {
            // A failure to remember makes no difference until the next time.
            let _ = known.remember(self.whole_journal(), now);
        }
    }

    /// Reads the journal again, and returns the case as it is now. If evidence was added
    /// since, it and the index are opened again, too.
    pub fn reread(&self) -> Result<Case> {
        self.moved_to(self.inner.moment.again()?)
    }

    /// Returns the case with what a writer appended to its journal, which is not read
    /// again, since the writer holds it.
    pub fn after(&self, writer: CaseWriter) -> Result<Case> {
        self.moved_to(self.inner.moment.at(writer.into_journal())?)
    }

    fn moved_to(&self, (mut moment, is_same): (Snapshot, bool)) -> Result<Case> {
        let Inner { answers, derived, .. } = &*self.inner;
        let answers = if is_same && self.is_whole() {
            answers.clone()
        } else {
            moment.look();
            Arc::new(moment.answers(Watch::silent())?)
        };
        let state = self.inner.state.after(self.whole_journal(), &moment.journal);
        Ok(Case::with_state(moment, answers, derived.clone(), state))
    }

    /// Reports whether the case may have changed since it was read. Cheap: a journal only
    /// grows, so comparing its length is enough.
    pub fn has_moved(&self) -> bool {
        let Journal { length, torn, .. } = self.whole_journal();
        let known = *length + torn.len() as u64;
        !self.is_whole() || !matches!(self.dir().kind(FILE), Ok(Some(FileKind::File(now))) if now == known)
    }

    /// Reports whether two readings of a case answer from the same evidence.
    pub fn answers_as(&self, other: &Case) -> bool {
        Arc::ptr_eq(&self.inner.answers, &other.inner.answers)
            || (self.inner.moment.state(), self.index().len())
                == (other.inner.moment.state(), other.index().len())
    }

    /// Returns the case with answers that are derived from its evidence, whatever its
    /// index says: what is stated about a case to others, above all that something is
    /// absent, is based on these. What this process has already derived from the same
    /// evidence is used again.
    ///
    /// # Errors
    ///
    /// Fails if the evidence does not match its hashes, and with
    /// [`crate::error::ErrorKind::Interrupted`] if `watch` is stopped.
    pub fn derived(&self, watch: Watch<'_>) -> Result<Case> {
        let Inner { moment, answers, derived, .. } = &*self.inner;
        let state = moment.state();
        // A caller that asks at the same time waits, and gets the same answers.
        let mut kept = derived.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = match &*kept {
            Some((known, answers)) if *known == state => answers.clone(),
            _ if answers.derived => answers.clone(),
            _ => Arc::new(moment.derive(watch)?),
        };
        *kept = Some((state, answers.clone()));
        Ok(Case::of(moment.clone(), answers, derived.clone()))
    }

    /// Reports whether this process derived the answers from the evidence.
    pub fn is_derived(&self) -> bool {
        self.inner.answers.derived
    }

    /// Reports whether every committed batch is in the index.
    pub fn is_whole(&self) -> bool {
        self.inner.answers.behind == 0
    }

    /// Returns the path by which the case's folder was opened.
    pub fn folder(&self) -> &Path {
        self.inner.moment.dir.path()
    }

    /// Returns what was read together, at one moment.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.inner.moment
    }

    /// Returns the case's folder, through which everything in it is reached.
    pub fn dir(&self) -> &Dir {
        &self.inner.moment.dir
    }

    /// Returns the contents of `case.toml`.
    pub fn about(&self) -> &CaseMetadata {
        &self.inner.about
    }

    /// Returns the journal's entries.
    pub fn journal(&self) -> &[Entry] {
        &self.inner.moment.journal.entries
    }

    /// Returns the whole journal, with what is wrong with it.
    pub fn whole_journal(&self) -> &Journal {
        &self.inner.moment.journal
    }

    /// Returns the state at the journal's end: bookmarks and findings.
    pub fn state(&self) -> &State {
        &self.inner.state
    }

    /// Lists what is wrong with the case although it could be opened.
    pub fn trouble(&self) -> Vec<String> {
        let journal = &self.inner.moment.journal;
        let torn = (!journal.torn.is_empty())
            .then(|| "the journal's last line was cut off; the next write repairs it".to_owned());
        let broken = journal.broken.as_ref().map(|(line, how)| format!("journal line {line}: {how}"));
        let behind = self.inner.answers.behind;
        let behind = (behind > 0).then(|| {
            format!("{behind} committed batches are not in the index yet: another process is at work")
        });
        let history = self.inner.history.contradiction();
        let history =
            history.map(|how| format!("{how}; it is not written to (`vestigo checkpoint --accept-history`)"));
        torn.into_iter().chain(broken).chain(behind).chain(history).chain(self.not_reread()).collect()
    }

    /// Describes each entry that is not followed because it reads a source in an unknown way.
    fn not_reread(&self) -> impl Iterator<Item = String> {
        let Snapshot { store, rereads, .. } = &self.inner.moment;
        let rows = store.manifests().flat_map(|(_, manifest)| &manifest.sources);
        let left = rows.filter(|row| row.reread.is_none());
        left.filter_map(|row| rereads.get(&row.source)).map(|reread| {
            let entry = reread.entry;
            format!(
                "entry {entry} reads a source in a way that this vestigo does not know: it is read as before"
            )
        })
    }

    /// Returns the index, for counting and searching.
    pub fn index(&self) -> &Index {
        &self.inner.answers.index
    }

    /// Returns the sealed evidence.
    pub fn store(&self) -> &Store {
        &self.inner.moment.store
    }

    /// Returns the sources in the order of their import.
    pub fn sources(&self) -> Vec<SourceInfo> {
        let rows = self.inner.moment.store.manifests().flat_map(|(_, manifest)| &manifest.sources);
        let mut remarks = remarks(self.journal());
        rows.filter_map(|row| {
            Some(SourceInfo {
                remarks: remarks.remove(&row.source).unwrap_or_default(),
                id: row.source.parse().ok()?,
                path: row.found.path.clone(),
                path_bytes: row.found.path_bytes.clone(),
                bytes: row.length,
                root: row.root.clone(),
                receipt: serde_json::from_value(row.receipt.clone()).unwrap_or_default(),
                plan: serde_json::from_value(row.plan.clone()).ok(),
                reread: row.reread.and_then(|_| self.inner.moment.rereads.get(&row.source).cloned()),
            })
        })
        .collect()
    }

    /// Reads an event back from the evidence, checks the hash of its frame, and parses it
    /// under its source's plan. Recent frames are cached.
    pub fn entry(&self, hit: &Hit) -> Result<EventRecord> {
        self.entry_at(&hit.source, hit.record)
    }

    /// Reads the event of a record of a source; see [`Case::entry`].
    pub fn entry_at(&self, source: &SourceId, record: u64) -> Result<EventRecord> {
        let at = self.locate(source)?;
        let reading = self.reading(source, at)?;
        let bytes = self.inner.moment.store.record(at, record)?;
        let event = reading.event(record, bytes.part, &bytes.text, |event| event.clone().into_owned());
        let origin = Origin {
            source: *source,
            record,
            line: bytes.line,
            offset: bytes.offset,
            length: bytes.text.len() as u64,
        };
        Ok(EventRecord { origin, event, raw: bytes.text, part: bytes.part, reread: reading.entry })
    }

    /// Reads the events with these record numbers (ascending) from a frame whose hash was
    /// checked; `take` is called with each event, its span, and the span's bytes.
    pub fn entries_in(
        &self,
        at: SourceHandle,
        frame: &FrameBytes,
        records: &[u64],
        mut take: impl FnMut(EventRecord, Span, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let source: SourceId = self.inner.moment.store.row(at).source.parse()?;
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
                let (raw, part) = (text.to_vec(), span.part);
                take(EventRecord { origin, event, raw, part, reread: reading.entry }, *span, whole)?;
            }
            from += span.length();
            line += u64::from(span.lines);
        }
        match wanted.next() {
            None => Ok(()),
            Some(record) => Err(Error::integrity(format!("record {record} is not in its frame"))),
        }
    }

    /// Finds an event by its id; an ambiguous prefix is an error that lists the choices.
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
        if id.record >= self.inner.moment.store.row(self.locate(&source)?).end_record() {
            return Err(unknown(id));
        }
        let source = self.holder(&source, id.record)?;
        let entry = self.entry_at(&source, id.record)?;
        Ok(Hit { time: entry.event.time.map(|stamp| stamp.timestamp), source, record: id.record })
    }

    /// Returns the names of all fields that have values, for hints and completion.
    pub fn field_names(&self) -> Vec<String> {
        self.inner.answers.index.fields().into_iter().map(|field| field.name).collect()
    }

    /// Finds a source in the evidence.
    pub fn locate(&self, source: &SourceId) -> Result<SourceHandle> {
        let unknown = || {
            Error::integrity(format!("the index names source {}, which is not in evidence", source.short()))
                .hint("Run `vestigo reindex`.")
        };
        self.inner.moment.store.find(source).ok_or_else(unknown)
    }

    fn reading(&self, source: &SourceId, at: SourceHandle) -> Result<Arc<RecordDecoder>> {
        let mut readings = self.inner.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = readings.get(source) {
            return Ok(reading.clone());
        }
        let reading = Arc::new(RecordDecoder::of(self.inner.moment.store.row(at))?);
        readings.insert(*source, reading.clone());
        Ok(reading)
    }
}

fn unknown(id: &EventId) -> Error {
    Error::case(format!("no event {id} in this case")).hint("Copy an id from `vestigo search`.")
}
