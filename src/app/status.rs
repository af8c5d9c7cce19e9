//! What a case holds.

use serde::Serialize;

use crate::case::{Case, SourceInfo, trust_in};
use crate::error::{Result, visible};
use crate::journal::{History, Trust};
use crate::record::Timestamp;

use super::count_overdue;

/// What a case holds, in numbers.
#[derive(Debug, Serialize)]
pub struct CaseStatus {
    /// Its folder.
    pub case: String,
    /// Its UUID.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its examiner; may be empty.
    pub examiner: String,
    /// When it was created.
    pub created: String,
    /// The zone in which it is shown.
    pub zone: String,
    /// Its sources.
    pub sources: Vec<SourceStatus>,
    /// Events in it.
    pub events: u64,
    /// Bytes of content in it.
    pub bytes: u64,
    /// Events in the index.
    pub indexed: u64,
    /// Entries of its journal.
    pub journal: usize,
    /// Bookmarks.
    pub bookmarks: usize,
    /// Findings.
    pub findings: usize,
    /// Findings that are overdue.
    pub overdue: usize,
    /// Annotations whose records are not what they were.
    pub orphaned: usize,
    /// Fingerprint of the key with which it began.
    pub key: Option<String>,
    /// Fingerprints of the keys of the case.
    pub keys: Vec<String>,
    /// Sources of which no event could be read.
    pub unread: usize,
    /// Events without a time.
    pub undated: u64,
    /// Entries that a key of the case signed.
    pub signed_entries: u64,
    /// How the journal compares to what this machine remembers.
    pub history: History,
    /// The first time among its events.
    pub first: Option<String>,
    /// The last time among its events.
    pub last: Option<String>,
    /// The first and last time among its events.
    #[serde(skip)]
    pub range: Option<(Timestamp, Timestamp)>,
    /// The annotations whose records are not what they were, each with why.
    #[serde(skip)]
    pub orphans: Vec<(String, String)>,
    /// Who signed.
    #[serde(skip)]
    pub trust: Trust,
    /// Its sources whole.
    #[serde(skip)]
    pub source_infos: Vec<SourceInfo>,
}

/// A source in numbers.
#[derive(Debug, Serialize)]
pub struct SourceStatus {
    source: String,
    path: String,
    format: String,
    bytes: u64,
    events: u64,
    unparsed: u64,
    root: String,
    first: Option<String>,
    last: Option<String>,
}

impl SourceStatus {
    fn new(case: &Case, source: &SourceInfo) -> SourceStatus {
        let range = source.span();
        SourceStatus {
            source: source.id.to_string(),
            path: source.path.clone(),
            format: source.receipt.format.clone(),
            bytes: source.bytes,
            events: case.searched_events(source),
            unparsed: source.receipt.unparsed,
            root: source.root.clone(),
            first: range.map(|range| range.0.to_string()),
            last: range.map(|range| range.1.to_string()),
        }
    }
}

impl CaseStatus {
    /// Counts what a case holds, and reads every annotated record again. `day` is today
    /// (`YYYY-MM-DD`).
    pub fn new(case: &Case, day: &str) -> Result<CaseStatus> {
        let (about, sources, state, orphans) = (case.about(), case.sources(), case.state(), case.orphans());
        let trust = trust_in(case.dir(), about, case.whole_journal(), false)?;
        let ranges = || sources.iter().filter_map(SourceInfo::span);
        let first = ranges().map(|range| range.0).min();
        let range = first.zip(ranges().map(|range| range.1).max());
        Ok(CaseStatus {
            case: visible(&case.folder().to_string_lossy()),
            id: about.id.clone(),
            title: about.title.clone(),
            examiner: about.examiner.clone(),
            created: about.created.to_string(),
            zone: about.zone.to_string(),
            sources: sources.iter().map(|source| SourceStatus::new(case, source)).collect(),
            events: sources.iter().map(|source| case.searched_events(source)).sum(),
            bytes: sources.iter().map(|source| source.bytes).sum(),
            indexed: case.index().len(),
            journal: case.journal().len(),
            bookmarks: state.bookmarks.len(),
            findings: state.findings.len(),
            overdue: count_overdue(case, day),
            orphaned: orphans.len(),
            key: about.key.as_ref().map(|key| key.fingerprint.clone()),
            keys: trust.keys.clone(),
            unread: sources.iter().filter(|source| source.receipt.is_unread()).count(),
            undated: sources.iter().map(|source| source.receipt.time.none).sum(),
            signed_entries: trust.covered,
            history: case.history().clone(),
            first: range.map(|range| range.0.to_string()),
            last: range.map(|range| range.1.to_string()),
            range,
            orphans,
            trust,
            source_infos: sources,
        })
    }
}
