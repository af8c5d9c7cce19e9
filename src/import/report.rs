//! What an import reports for each source, and in total.

use serde_json::{Map, Value, json};

use crate::case::{Receipt, describe_extension};
use crate::error::Error;
use crate::parse::{Plan, Stated, UNPARSED};
use crate::record::{Continuation, SourceId, Timestamp, counted, thousands};
use crate::source::{ByteRange, FileChange, MemberName, Provenance, Skipped, Weight};

/// What became of something that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStatus {
    /// All of it is in the case now.
    Imported,
    /// It continues a source that was already in the case; the new part is in it now.
    Extended,
    /// The same content was already in the case.
    Duplicate,
    /// It contains no bytes.
    Empty,
    /// It is in the case, but no event could be read from it.
    Unread,
    /// What could be read is in the case; something is missing.
    Partial,
    /// It is not something that is read: a link, a device, a folder entry.
    Skipped,
    /// None of it could be read.
    Failed,
}

impl ImportStatus {
    /// Every status, in the order of reports.
    pub const ALL: [ImportStatus; 8] = [
        ImportStatus::Imported,
        ImportStatus::Extended,
        ImportStatus::Duplicate,
        ImportStatus::Empty,
        ImportStatus::Unread,
        ImportStatus::Partial,
        ImportStatus::Skipped,
        ImportStatus::Failed,
    ];

    /// Reports whether content with this status is in the case now, and was not before.
    pub const fn has_content(self) -> bool {
        match self {
            ImportStatus::Imported
            | ImportStatus::Extended
            | ImportStatus::Unread
            | ImportStatus::Partial => true,
            ImportStatus::Duplicate | ImportStatus::Empty | ImportStatus::Skipped | ImportStatus::Failed => {
                false
            }
        }
    }

    /// Returns the word that receipts use.
    pub const fn word(self) -> &'static str {
        match self {
            ImportStatus::Imported => "imported",
            ImportStatus::Extended => "extended",
            ImportStatus::Duplicate => "duplicate",
            ImportStatus::Empty => "empty",
            ImportStatus::Unread => "unread",
            ImportStatus::Partial => "partial",
            ImportStatus::Skipped => "skipped",
            ImportStatus::Failed => "failed",
        }
    }
}

/// Describes how a source is read otherwise than the user wants (the setting, its value,
/// the value wanted), and how to change that.
pub(super) fn differently(id: SourceId, differs: &[(&'static str, String, String)]) -> String {
    let is: Vec<String> = differs.iter().map(|(what, is, _)| format!("{what} {is}")).collect();
    let wanted: Vec<String> = differs.iter().map(|(what, _, to)| format!("--{what} {to}")).collect();
    format!(
        "with {}; to read it as you say: vestigo source reread {} {}",
        is.join(", "),
        id.short(),
        wanted.join(" ")
    )
}

/// One row of an import's report.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    /// Where it was found (foreign text: show through `Visible`).
    pub path: String,
    /// The exact bytes of the path in hex, if they are not UTF-8.
    pub path_bytes: Option<String>,
    /// The link that the user named, if one led there.
    pub link: Option<String>,
    /// What became of it.
    pub status: ImportStatus,
    /// Why it was not simply imported; or how it changed while it was read.
    pub reason: Option<String>,
    /// Which bytes of the container were not read, if that is known.
    pub unread: Option<ByteRange>,
    /// Whether bytes may have been left unread or may have changed meanwhile: the import
    /// as a whole did not get everything.
    pub incomplete: bool,
    /// The source, if there is one.
    pub source: Option<SourceId>,
    /// The source that it continues.
    pub extends: Option<Continuation>,
    /// What of its reading the collection states from which it is.
    pub stated: Vec<Stated>,
    /// What became of its own bytes.
    pub receipt: Receipt,
    /// Whether it is already in the case, but read differently than the user wants.
    pub otherwise: bool,
    /// Seconds from its first byte read to its commit.
    pub seconds: f64,
}

impl ImportRow {
    /// Creates the row of something that gave no content.
    pub fn without(name: MemberName, status: ImportStatus, reason: String) -> ImportRow {
        ImportRow {
            path: name.text,
            path_bytes: name.bytes,
            link: None,
            status,
            reason: Some(reason),
            unread: None,
            incomplete: matches!(status, ImportStatus::Partial | ImportStatus::Failed),
            source: None,
            extends: None,
            stated: Vec::new(),
            receipt: Receipt::default(),
            otherwise: false,
            seconds: 0.0,
        }
    }

    /// Creates the row of something that was found but not read.
    pub fn skipped(skipped: Skipped) -> ImportRow {
        let Skipped { name, reason, unread, weight } = skipped;
        let status = if weight == Weight::Partial { ImportStatus::Partial } else { ImportStatus::Skipped };
        let incomplete = weight != Weight::Listed;
        ImportRow { unread, incomplete, ..ImportRow::without(name, status, reason) }
    }

    /// Creates the row of content that was read, to its end or until it broke off;
    /// `binary` says what it is if it is not text.
    pub fn read(found: &Provenance, mut receipt: Receipt, broken: Option<String>, binary: &str) -> ImportRow {
        receipt.broken.clone_from(&broken);
        let (status, reason) = match broken {
            Some(broken) => (ImportStatus::Partial, Some(broken)),
            None if receipt.is_unread() => {
                (ImportStatus::Unread, Some(format!("no event could be read: {binary}")))
            }
            None => (ImportStatus::Imported, None),
        };
        let row = ImportRow::without(found.name(), status, String::new());
        ImportRow { link: found.link.clone(), reason, receipt, ..row }
    }

    /// Notes how it was read: what the collection states, and that a format which was
    /// named reads less than half of it.
    pub fn read_by(self, plan: &Plan) -> ImportRow {
        let Receipt { events, unparsed, .. } = self.receipt;
        let poor = (plan.forced && plan.format != UNPARSED && unparsed * 2 > events).then(|| {
            let read = thousands(events - unparsed);
            format!(
                "the format {}, which was named, reads {read} of {}",
                plan.format,
                counted(events, "event")
            )
        });
        let reason = self.reason.into_iter().chain(poor).reduce(|reason, poor| format!("{reason}; {poor}"));
        ImportRow { reason, stated: plan.stated.clone(), ..self }
    }

    /// Notes which source it continues, and how to have it read as the user wants, if it
    /// is read like that one instead.
    pub fn extending(
        self,
        id: SourceId,
        continues: Option<&Continuation>,
        otherwise: &[(&'static str, String, String)],
    ) -> ImportRow {
        let Some(continues) = continues else { return self };
        let status = if self.status == ImportStatus::Imported { ImportStatus::Extended } else { self.status };
        let like = (!otherwise.is_empty()).then(|| {
            let told = differently(id, otherwise);
            format!("it is read like the source that it extends, {told}")
        });
        let reason = self.reason.into_iter().chain(like).reduce(|reason, like| format!("{reason}; {like}"));
        let (extends, otherwise) = (Some(continues.clone()), !otherwise.is_empty());
        ImportRow { status, reason, extends, otherwise, ..self }
    }

    /// Describes which source it extends, and from where.
    pub fn extends_words(&self) -> Option<String> {
        self.extends.as_ref().map(describe_extension)
    }

    /// Creates the row of an input that contains no bytes.
    pub fn empty(found: &Provenance) -> ImportRow {
        let since = found.mtime.map(|nanos| format!(", last changed {}", Timestamp::from_nanos(nanos)));
        let reason = format!("it holds no bytes{}", since.unwrap_or_default());
        ImportRow {
            link: found.link.clone(),
            ..ImportRow::without(found.name(), ImportStatus::Empty, reason)
        }
    }

    /// Notes in the rows from `at` on, which came from one input, how that changed
    /// meanwhile; missing bytes get a row of their own instead.
    pub fn change(rows: &mut Vec<ImportRow>, at: usize, name: MemberName, change: &FileChange) {
        if change.missing || rows.len() == at {
            rows.push(ImportRow::without(name, ImportStatus::Partial, change.how.clone()));
            return;
        }
        for row in &mut rows[at..] {
            row.incomplete = true;
            let before = row.reason.take().map(|reason| format!("{reason}; ")).unwrap_or_default();
            row.reason = Some(format!("{before}{}", change.how));
        }
    }

    /// Returns the row as JSON, as in `import --json`.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("path".into(), self.path.as_str().into());
        if let Some(bytes) = &self.path_bytes {
            object.insert("path_bytes".into(), bytes.as_str().into());
        }
        if let Some(link) = &self.link {
            object.insert("link".into(), link.as_str().into());
        }
        object.insert("status".into(), self.status.word().into());
        object.insert("reason".into(), json!(self.reason));
        if let Some(unread) = &self.unread {
            object.insert("unread".into(), json!(unread));
        }
        object.insert("source".into(), json!(self.source.map(|id| id.to_string())));
        if let Some(Continuation { source, offset, record, replaced }) = &self.extends {
            object.insert("extends".into(), source.as_str().into());
            let from = json!({ "offset": offset, "record": record, "replaced": replaced });
            object.insert("extends_from".into(), from);
        }
        if !self.stated.is_empty() {
            object.insert("stated".into(), json!(self.stated));
        }
        counts(&self.receipt, true, &mut object);
        object.insert("seconds".into(), json!(rounded(self.seconds)));
        Value::Object(object)
    }
}

/// The totals of an import.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportTotal {
    /// Rows by status, in the order of [`ImportStatus::ALL`].
    pub statuses: [u64; ImportStatus::ALL.len()],
    /// Sources that gave content.
    pub sources: u64,
    /// Rows of which bytes may have been left unread or may have changed.
    pub incomplete: u64,
    /// Bytes, events and times of all that was imported.
    pub receipt: Receipt,
    /// Seconds from start to end.
    pub seconds: f64,
}

impl ImportTotal {
    /// Adds a row.
    pub fn add(&mut self, row: &ImportRow) {
        self.statuses[row.status as usize] += 1;
        self.incomplete += u64::from(row.incomplete);
        if row.status.has_content() {
            self.sources += u64::from(row.receipt.bytes.total > 0);
            self.receipt.append(row.receipt.clone());
        }
    }

    /// Returns how many rows have this status.
    pub fn with(&self, status: ImportStatus) -> u64 {
        self.statuses[status as usize]
    }

    /// Returns the last line of `import --json`.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        for status in ImportStatus::ALL {
            object.insert(status.word().into(), self.with(status).into());
        }
        object.insert("complete".into(), (self.incomplete == 0).into());
        counts(&self.receipt, false, &mut object);
        object.insert("seconds".into(), json!(rounded(self.seconds)));
        json!({ "total": object })
    }
}

/// What an import did.
#[derive(Debug)]
pub struct ImportReport {
    /// The totals.
    pub total: ImportTotal,
    /// Whether the user stopped it; what was finished is in the case.
    pub interrupted: bool,
    /// Why the last checkpoint was not written, if it was not; it can be written at any time.
    pub unsealed: Option<Error>,
}

fn counts(receipt: &Receipt, of_one: bool, object: &mut Map<String, Value>) {
    if of_one {
        object.insert("format".into(), receipt.format.as_str().into());
        object.insert("share".into(), json!((receipt.share * 10_000.0).round() / 10_000.0));
    }
    let bytes = &receipt.bytes;
    let rejected = bytes.rejected;
    object.insert(
        "bytes".into(),
        json!({ "total": bytes.total, "events": bytes.events, "continuations": bytes.continuations,
            "blank": bytes.blank, "rejected": rejected }),
    );
    object.insert("events".into(), receipt.events.into());
    object.insert("unparsed".into(), receipt.unparsed.into());
    object.insert("continuations".into(), receipt.continuations.into());
    object.insert("blank".into(), receipt.blank.into());
    object.insert("rejected".into(), json!(receipt.rejected));
    let shown = |nanos: Option<i64>| nanos.map(|nanos| Timestamp::from_nanos(nanos).to_string());
    object.insert("first".into(), json!(shown(receipt.first)));
    object.insert("last".into(), json!(shown(receipt.last)));
    object.insert("time".into(), json!(receipt.time));
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
