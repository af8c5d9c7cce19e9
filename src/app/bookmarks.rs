//! Bookmarks: making, removing and showing them.

use serde::Serialize;

use crate::case::{Case, EvidenceStatus};
use crate::error::{Error, Result};
use crate::index::Hit;
use crate::journal::{Annotation, Bookmark, HistoryItem};
use crate::record::{EventId, EventRecord};

/// A bookmark as it is shown and printed, with what its record is now.
#[derive(Debug, Serialize)]
pub struct BookmarkView {
    /// The event's short id.
    pub id: String,
    /// `<source>:<record>`.
    pub event: String,
    /// SHA-256 of the record's text.
    pub sha256: String,
    /// When it happened.
    #[serde(rename = "@timestamp")]
    pub time: Option<String>,
    /// What is said of it; may be empty.
    pub note: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Why its record is not what was bookmarked, if that is so.
    pub orphaned: Option<String>,
    /// Where the very record was found instead, if it was.
    pub relocated: Option<String>,
    /// What was done to it, in order.
    pub history: Vec<HistoryItem>,
    /// The event, where there is one.
    #[serde(skip)]
    pub hit: Option<Hit>,
}

impl BookmarkView {
    /// Reads and hashes the bookmarked record again.
    pub fn new(case: &Case, bookmark: &Bookmark) -> BookmarkView {
        let status = case.standing(&bookmark.event);
        let relocated = match &status {
            EvidenceStatus::Moved(hit) => Some(format!("{}:{}", hit.source, hit.record)),
            EvidenceStatus::Sound(_) | EvidenceStatus::Orphaned(_) => None,
        };
        BookmarkView {
            id: bookmark.event.short(),
            event: bookmark.event.event.clone(),
            sha256: bookmark.event.hash.clone(),
            time: bookmark.event.time.clone(),
            note: bookmark.note.clone(),
            tags: bookmark.tags.iter().cloned().collect(),
            orphaned: status.orphaned().map(str::to_owned),
            relocated,
            history: bookmark.history.clone(),
            hit: status.hit(),
        }
    }

    /// Reads the event, where there is one.
    pub fn record(&self, case: &Case) -> Option<EventRecord> {
        case.entry(&self.hit?).ok()
    }
}

/// Returns the annotation that bookmarks an event, or changes the note of its bookmark.
pub fn bookmark(case: &Case, hit: &Hit, note: Option<&str>, tags: &[String]) -> Result<Annotation> {
    let event = case.event_ref(hit)?;
    Ok(Annotation::AddBookmark { event, note: note.map(str::to_owned), tags: tags.to_vec() })
}

/// Returns the annotation that removes the bookmark of an event, sound or orphaned.
pub fn remove_bookmark(case: &Case, id: &EventId) -> Result<Annotation> {
    let is_meant = |bookmark: &&Bookmark| {
        bookmark.event.place().is_some_and(|(source, record)| id.fits(&source) && id.record == record)
    };
    let found = case.state().bookmarks.values().find(is_meant);
    let event = found.map(|bookmark| bookmark.event.event.clone()).ok_or_else(|| {
        Error::usage(format!("{id} is not bookmarked")).hint("See `vestigo bookmark list`.")
    })?;
    Ok(Annotation::RemoveBookmark { event })
}
