//! What an import says of each source, and in all.

use serde_json::{Map, Value, json};

use crate::case::Receipt;
use crate::error::Error;
use crate::record::{SourceId, Timestamp};
use crate::source::{ByteRange, FileChange, MemberName, Provenance, Skipped, Weight};

/// What became of something that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStatus {
    /// All of it is in the case now.
    Imported,
    /// The very content was in the case already.
    Duplicate,
    /// It holds no bytes.
    Empty,
    /// It is in the case, and no event could be read of it.
    Unread,
    /// What could be read is in the case; something is missing.
    Partial,
    /// It is nothing that is read: a link, a device, a folder entry.
    Skipped,
    /// Nothing of it could be read.
    Failed,
}

impl ImportStatus {
    /// Every status, in the order of reports.
    pub const ALL: [ImportStatus; 7] = [
        ImportStatus::Imported,
        ImportStatus::Duplicate,
        ImportStatus::Empty,
        ImportStatus::Unread,
        ImportStatus::Partial,
        ImportStatus::Skipped,
        ImportStatus::Failed,
    ];

    /// Gives the word that receipts use.
    pub const fn word(self) -> &'static str {
        match self {
            ImportStatus::Imported => "imported",
            ImportStatus::Duplicate => "duplicate",
            ImportStatus::Empty => "empty",
            ImportStatus::Unread => "unread",
            ImportStatus::Partial => "partial",
            ImportStatus::Skipped => "skipped",
            ImportStatus::Failed => "failed",
        }
    }
}

/// One row of an import's report.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    /// Where it was found (foreign text: show through `Visible`).
    pub path: String,
    /// The exact bytes of the path in hex, where they are not UTF-8.
    pub path_bytes: Option<String>,
    /// The link that the user named, where one led there.
    pub link: Option<String>,
    /// What became of it.
    pub status: ImportStatus,
    /// Why, where it is not simply imported; or how it changed while it was read.
    pub reason: Option<String>,
    /// Which bytes of the container were not read, where that is known.
    pub unread: Option<ByteRange>,
    /// Bytes may have been left unread or may have changed meanwhile: the
    /// import as a whole did not get everything.
    pub incomplete: bool,
    /// The source, where there is one.
    pub source: Option<SourceId>,
    /// What became of its bytes.
    pub receipt: Receipt,
    /// It is in the case already, and read otherwise than the user wants it.
    pub otherwise: bool,
    /// Seconds from its first byte read to its commit.
    pub seconds: f64,
}

impl ImportRow {
    /// Makes the row of something that gave no content.
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
            receipt: Receipt::default(),
            otherwise: false,
            seconds: 0.0,
        }
    }

    /// Makes the row of something that was met and not read.
    pub fn skipped(skipped: Skipped) -> ImportRow {
        let Skipped { name, reason, unread, weight } = skipped;
        let status = if weight == Weight::Partial { ImportStatus::Partial } else { ImportStatus::Skipped };
        let incomplete = weight != Weight::Listed;
        ImportRow { unread, incomplete, ..ImportRow::without(name, status, reason) }
    }

    /// Makes the row of content that was read, to its end or until it broke off;
    /// `binary` says what it is where it is no text.
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

    /// Makes the row of an input that holds no bytes.
    pub fn empty(found: &Provenance) -> ImportRow {
        let since = found.mtime.map(|nanos| format!(", last changed {}", Timestamp::from_nanos(nanos)));
        let reason = format!("it holds no bytes{}", since.unwrap_or_default());
        ImportRow {
            link: found.link.clone(),
            ..ImportRow::without(found.name(), ImportStatus::Empty, reason)
        }
    }

    /// Notes in the rows from `at` on, which came of one input, how that changed
    /// meanwhile; missing bytes get a row of their own.
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

    /// Gives the row as JSON (DESIGN: `import --json`).
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
        counts(&self.receipt, true, &mut object);
        object.insert("seconds".into(), json!(rounded(self.seconds)));
        Value::Object(object)
    }
}

/// An import in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportTotal {
    /// Rows by what became of them, in the order of [`ImportStatus`].
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
        if matches!(row.status, ImportStatus::Imported | ImportStatus::Unread | ImportStatus::Partial) {
            self.sources += u64::from(row.receipt.bytes.total > 0);
            self.receipt.append(row.receipt.clone());
        }
    }

    /// Gives how many rows ended so.
    pub fn with(&self, status: ImportStatus) -> u64 {
        self.statuses[status as usize]
    }

    /// Gives the last line of `import --json`.
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
    /// In all.
    pub total: ImportTotal,
    /// The user stopped it; what was finished is in the case.
    pub interrupted: bool,
    /// What kept the last checkpoint from being written; it can be made at any time.
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
