//! What a report says, as words and numbers that are ready to print.

/// Everything on the page. Any string may be hostile: none is trusted.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Who made what about which case.
    pub cover: Cover,
    /// What was found, in a sentence or two.
    pub statement: String,
    /// The figures that the statement rests on.
    pub facts: Vec<Fact>,
    /// The query in its own words; empty for all events.
    pub asked: String,
    /// The findings, in the order of their numbers.
    pub findings: Vec<FindingSection>,
    /// The bookmarked events, in the order of time.
    pub bookmarks: Vec<BookmarkedEvent>,
    /// The first events, in the order of time.
    pub events: Vec<EventLine>,
    /// How many events the bundle holds.
    pub events_total: u64,
    /// The events over time; none where they span no time.
    pub chart: Option<ReportChart>,
    /// What each source holds.
    pub coverage: Vec<CoverageRow>,
    /// What was found at import and not read.
    pub not_read: Vec<UnreadRow>,
    /// The journal of the case, oldest entry first.
    pub custody: Vec<CustodyRow>,
    /// What was replaced by tokens; empty where nothing was.
    pub redactions: Vec<RedactionRow>,
    /// What must not be concluded, one sentence each.
    pub not_proven: Vec<String>,
    /// The zone that times are shown in: `UTC`, `Europe/Berlin`.
    pub zone: String,
}

/// Who made what about which case.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    /// What the report is about, in a few words.
    pub title: String,
    /// The case's identity.
    pub case_id: String,
    /// Who answers for the report.
    pub examiner: String,
    /// Of which moment the bundle shows the case: its newest entry of the journal.
    pub as_of: String,
    /// The program and its version.
    pub tool: String,
    /// The bundle's name.
    pub bundle: String,
    /// The signing key's fingerprint (`SHA256:…`); none where nothing is signed.
    pub key_fingerprint: Option<String>,
    /// The state of the journal that the bundle was made from.
    pub checkpoint: Option<ReportCheckpoint>,
}

/// A state of the journal, as a C2SP checkpoint names it.
#[derive(Debug, Clone, Default)]
pub struct ReportCheckpoint {
    /// Which journal.
    pub origin: String,
    /// How many entries it holds.
    pub size: u64,
    /// The root of the tree over them, in base64.
    pub root_base64: String,
}

/// A figure with its name.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// What is counted or measured.
    pub label: String,
    /// The figure with its unit.
    pub value: String,
}

/// A finding with what it rests on.
#[derive(Debug, Clone, Default)]
pub struct FindingSection {
    /// The number people call it by.
    pub number: u64,
    /// Its identity for machines.
    pub uid: String,
    /// What it claims, in a few words.
    pub title: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// The state of the work on it.
    pub state: String,
    /// What was concluded, once it was.
    pub verdict: Option<String>,
    /// Who works on it; may be empty.
    pub owner: String,
    /// By when; may be empty.
    pub due: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was created.
    pub created: String,
    /// Who created it.
    pub created_by: String,
    /// What was noted, oldest first.
    pub notes: Vec<ReportNote>,
    /// What was changed, oldest first.
    pub history: Vec<ReportNote>,
    /// The first events that it rests on, in the order of time.
    pub events: Vec<EventLine>,
    /// How many events it rests on.
    pub events_total: u64,
    /// The query that it rests on.
    pub query: Option<String>,
    /// How many of its events no longer match the evidence they were marked on.
    pub orphaned: u64,
}

/// Something somebody wrote at some time.
#[derive(Debug, Clone, Default)]
pub struct ReportNote {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// What; may have several lines.
    pub text: String,
}

/// An event that was bookmarked.
#[derive(Debug, Clone, Default)]
pub struct BookmarkedEvent {
    /// The event.
    pub event: EventLine,
    /// Why it matters; may be empty.
    pub note: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// An event with the record it was read from.
#[derive(Debug, Clone, Default)]
pub struct EventLine {
    /// The event's id.
    pub id: String,
    /// When, in the report's zone.
    pub time: String,
    /// What of the time is inferred or in doubt; empty where the record states it.
    pub doubt: String,
    /// `success`, `failure`, or empty where the record says neither.
    pub outcome: String,
    /// Who; may be empty.
    pub actor: String,
    /// From where; may be empty.
    pub from: String,
    /// What happened, as a sentence.
    pub what: String,
    /// The record as it was collected; empty where it was redacted.
    pub raw: String,
    /// The source that it is in.
    pub source_path: String,
    /// The line in that source, from 1; 0 where it has none.
    pub line: u64,
    /// The SHA-256 of the record, in hexadecimal digits; empty where it was redacted.
    pub sha256: String,
    /// A value of it was replaced, and its bytes were left out.
    pub redacted: bool,
}

/// The events over time.
#[derive(Debug, Clone, Default)]
pub struct ReportChart {
    /// The intervals, in the order of time, without holes.
    pub buckets: Vec<ChartBucket>,
    /// How long an interval is: `45 min`.
    pub width_text: String,
    /// When the first interval begins.
    pub from: String,
    /// When the last interval ends.
    pub to: String,
}

/// An interval of the chart.
#[derive(Debug, Clone, Default)]
pub struct ChartBucket {
    /// When it begins, in full.
    pub label: String,
    /// When it begins, as short as it can be said below its bar.
    pub mark: String,
    /// Events that succeeded.
    pub success: u64,
    /// Events that failed.
    pub failure: u64,
    /// Events that say neither.
    pub other: u64,
    /// It is part of a gap: an hour or more of which no source holds a record.
    pub gap: bool,
}

/// What a source holds and lacks.
#[derive(Debug, Clone, Default)]
pub struct CoverageRow {
    /// Where it was collected.
    pub source_path: String,
    /// What it was read as.
    pub format: String,
    /// The SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes its content has.
    pub bytes: u64,
    /// How many events it holds.
    pub events: u64,
    /// How many of its events are in the bundle.
    pub exported: u64,
    /// How many of its records were kept but not understood.
    pub unparsed: u64,
    /// How many of its bytes are no text of a log.
    pub rejected_bytes: u64,
    /// The time of its first event; empty where it has none.
    pub first: String,
    /// The time of its last event; empty where it has none.
    pub last: String,
    /// Spans without records, one sentence each.
    pub gaps: Vec<String>,
    /// How its times are known, in a sentence.
    pub basis: String,
    /// What was remarked when it was read: that it broke off or changed.
    pub remarks: Vec<String>,
}

/// Something that was found at import and not read.
#[derive(Debug, Clone, Default)]
pub struct UnreadRow {
    /// Where it was found.
    pub path: String,
    /// `skipped`, `failed` or `partial`.
    pub status: String,
    /// Why it was not read.
    pub reason: String,
}

/// An entry of the journal.
#[derive(Debug, Clone, Default)]
pub struct CustodyRow {
    /// Its number, from 0.
    pub seq: u64,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// The verb: `import`, `export`.
    pub act: String,
    /// What was done, in a sentence.
    pub summary: String,
}

/// A field whose values were replaced.
#[derive(Debug, Clone, Default)]
pub struct RedactionRow {
    /// The field's name.
    pub field: String,
    /// How many different values were replaced.
    pub values: u64,
    /// Why.
    pub why: String,
}
