//! What an import says of each source, and in all.

use serde_json::{Map, Value, json};

use crate::case::Receipt;
use crate::record::{Instant, SourceId};

/// What became of something that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All of it is in the case now.
    Imported,
    /// The very content was in the case already.
    Duplicate,
    /// What could be read is in the case; the stream broke off.
    Partial,
    /// It is nothing that is read: a link, a device, a folder entry.
    Skipped,
    /// Nothing of it could be read.
    Failed,
}

impl Status {
    /// Gives the word that receipts use.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Imported => "imported",
            Status::Duplicate => "duplicate",
            Status::Partial => "partial",
            Status::Skipped => "skipped",
            Status::Failed => "failed",
        }
    }
}

/// One row of an import's report.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it was found (foreign text: show through `Visible`).
    pub path: String,
    /// What became of it.
    pub status: Status,
    /// Why, where it is not simply imported.
    pub reason: Option<String>,
    /// The source, where there is one.
    pub source: Option<SourceId>,
    /// What became of its bytes.
    pub receipt: Receipt,
    /// Seconds from its first byte read to its commit.
    pub seconds: f64,
}

impl Row {
    /// Makes the row of something that gave no content.
    pub fn without(path: String, status: Status, reason: String) -> Row {
        let receipt = Receipt::default();
        Row { path, status, reason: Some(reason), source: None, receipt, seconds: 0.0 }
    }

    /// Gives the row as JSON (DESIGN: `import --json`).
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("path".into(), self.path.as_str().into());
        object.insert("status".into(), self.status.word().into());
        object.insert("reason".into(), json!(self.reason));
        object.insert("source".into(), json!(self.source.map(|id| id.to_string())));
        counts(&self.receipt, true, &mut object);
        object.insert("seconds".into(), json!(rounded(self.seconds)));
        Value::Object(object)
    }
}

/// An import in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Total {
    /// Rows by what became of them, in the order of [`Status`].
    pub statuses: [u64; 5],
    /// Bytes, events and times of all that was imported.
    pub receipt: Receipt,
    /// Seconds from start to end.
    pub seconds: f64,
}

impl Total {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        self.statuses[row.status as usize] += 1;
        if matches!(row.status, Status::Imported | Status::Partial) {
            self.receipt.append(row.receipt.clone());
        }
    }

    /// Gives how many rows ended so.
    pub fn with(&self, status: Status) -> u64 {
        self.statuses[status as usize]
    }

    /// Gives the last line of `import --json`.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        for status in [Status::Imported, Status::Duplicate, Status::Partial, Status::Skipped, Status::Failed]
        {
            object.insert(status.word().into(), self.with(status).into());
        }
        counts(&self.receipt, false, &mut object);
        object.insert("seconds".into(), json!(rounded(self.seconds)));
        json!({ "total": object })
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// In all.
    pub total: Total,
    /// The user stopped it; what was finished is in the case.
    pub interrupted: bool,
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
    let shown = |nanos: Option<i64>| nanos.map(|nanos| Instant::from_nanos(nanos).to_string());
    object.insert("first".into(), json!(shown(receipt.first)));
    object.insert("last".into(), json!(shown(receipt.last)));
    object.insert("time".into(), json!(receipt.time));
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
