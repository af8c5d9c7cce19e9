//! Annotations, and the evidence that they refer to.

use std::path::Path;

use crate::error::{Error, Result};
use crate::index::{CancelToken, Hit, Order, Request};
use crate::journal::{Actor, Annotation, EventRef, Payload, Signer};
use crate::query::Expr;
use crate::record::{Clock, Digest, EventRecord, TimeRange, Timestamp};

use super::{Case, CaseWriter, Watch, checkpoint, complete, standing};

/// Whether an annotation still matches its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceStatus {
    /// Its record is where it was, and every byte is the same.
    Sound(Hit),
    /// Its source is not in this case, or its record differs; the same record was found elsewhere.
    Moved(Hit),
    /// Its record cannot be read, or is not the one that was annotated.
    Orphaned(String),
}

impl EvidenceStatus {
    /// Returns the event, if its record was found.
    pub fn hit(&self) -> Option<Hit> {
        match self {
            EvidenceStatus::Sound(hit) | EvidenceStatus::Moved(hit) => Some(*hit),
            EvidenceStatus::Orphaned(_) => None,
        }
    }

    /// Returns why the annotation is orphaned, if it is.
    pub fn orphaned(&self) -> Option<&str> {
        match self {
            EvidenceStatus::Orphaned(why) => Some(why),
            EvidenceStatus::Sound(_) | EvidenceStatus::Moved(_) => None,
        }
    }
}

/// Returns the SHA-256 of an event's text, to which annotations are bound.
pub fn record_hash(entry: &EventRecord) -> Digest {
    Digest::of(&entry.raw)
}

/// The result of appending entries.
#[derive(Debug)]
pub struct Appended {
    /// SHA-256 of each entry's line in hex, by which an undo refers to it.
    pub ids: Vec<String>,
    /// Why the checkpoint was not written, if it was not; it can be written at any time.
    pub unsealed: Option<Error>,
    /// Why the index was not updated after a change in how a source is read, if it was
    /// not; searches work without it.
    pub unindexed: Option<Error>,
}

/// Appends annotations, one entry each, and the checkpoint after them; see [`append_all`].
pub fn annotate(
    folder: &Path,
    acts: &[Annotation],
    signer: Option<&Signer>,
    who: &Actor,
    clock: &dyn Clock,
    watch: Watch<'_>,
) -> Result<Appended> {
    let mut hold = CaseWriter::open(folder, who, clock)?;
    let entries: Vec<Payload> = acts.iter().cloned().map(Payload::from).collect();
    append_all(&mut hold, &entries, signer, clock, watch)
}

/// Appends entries, and the checkpoint after them. All of them are committed when this
/// returns. If they change how a source is read, the index is updated, which takes as
/// long as reading the batch; if that is stopped, it is left to the next search.
pub fn append_all(
    hold: &mut CaseWriter,
    entries: &[Payload],
    signer: Option<&Signer>,
    clock: &dyn Clock,
    watch: Watch<'_>,
) -> Result<Appended> {
    let (before, mut ids) = (standing(hold.journal()), Vec::new());
    for entry in entries {
        hold.append(entry.clone(), clock)?;
        ids.push(hold.journal().head.clone());
    }
    let mut written = Appended { ids, unsealed: checkpoint(hold, signer, clock).err(), unindexed: None };
    if standing(hold.journal()) != before {
        written.unindexed = complete(hold, clock, watch).err();
        written.unsealed = checkpoint(hold, signer, clock).err();
    }
    Ok(written)
}

impl Case {
    /// Returns the reference that binds an annotation to an event as it is now.
    pub fn event_ref(&self, hit: &Hit) -> Result<EventRef> {
        let entry = self.entry(hit)?;
        Ok(EventRef::new(
            &hit.source,
            hit.record,
            &record_hash(&entry),
            entry.event.time.map(|s| s.timestamp),
        ))
    }

    /// Checks an annotation against the evidence: its record is read and hashed again.
    pub fn standing(&self, event: &EventRef) -> EvidenceStatus {
        let Some((source, record)) = event.place() else {
            return EvidenceStatus::Orphaned("the entry names no event".to_owned());
        };
        if self.store().find(&source).is_none() {
            return match self.same_record(event) {
                Some(hit) => EvidenceStatus::Moved(hit),
                None => EvidenceStatus::Orphaned(format!("source {} is not in this case", source.short())),
            };
        }
        match self.entry_at(&source, record) {
            Err(error) => EvidenceStatus::Orphaned(format!("its record cannot be read: {error}")),
            Ok(entry) => {
                let found = record_hash(&entry).to_string();
                let time = entry.event.time.map(|stamp| stamp.timestamp);
                if found == event.hash {
                    return EvidenceStatus::Sound(Hit { time, source, record });
                }
                match self.same_record(event) {
                    Some(hit) => EvidenceStatus::Moved(hit),
                    None => EvidenceStatus::Orphaned(format!(
                        "its record has SHA-256 {found}, the annotation says {}",
                        crate::error::Visible(&event.hash)
                    )),
                }
            }
        }
    }

    /// Finds the same record elsewhere, among the events of the same moment: its log may
    /// have been imported again under another hash (it had grown, or was cut).
    fn same_record(&self, event: &EventRef) -> Option<Hit> {
        let time: Timestamp = event.time.as_deref()?.parse().ok()?;
        let window = TimeRange { from: time, to: time.plus(1) };
        let request = Request { expr: Expr::All, window };
        let (mut after, page) = (None, 500);
        loop {
            let hits =
                self.index().page(&request, Order::Oldest, after.as_ref(), page, &CancelToken::new()).ok()?;
            let same =
                |hit: &&Hit| self.entry(hit).is_ok_and(|entry| record_hash(&entry).to_string() == event.hash);
            if let Some(hit) = hits.iter().find(same) {
                return Some(*hit);
            }
            after = hits.last().copied();
            if hits.len() < page {
                return None;
            }
        }
    }

    /// Lists the annotations whose record is not what it was, each with the reason.
    pub fn orphans(&self) -> Vec<(String, String)> {
        let state = self.state();
        let marked = state.bookmarks.values().map(|mark| ("bookmark".to_owned(), &mark.event));
        let found = state.findings.iter().flat_map(|finding| {
            finding.events.values().map(move |event| (format!("finding {}", finding.number), event))
        });
        let orphan = |(what, event): (String, &EventRef)| {
            let why = self.standing(event).orphaned()?.to_owned();
            Some((format!("{what} on {}", event.short()), why))
        };
        marked.chain(found).filter_map(orphan).collect()
    }
}
