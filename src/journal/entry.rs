//! One entry of the journal: a line of `journal.jsonl`, and what it says.
//!
//! What an entry says is typed ([`Payload`]): one type for each kind. Reading is
//! lenient, so that what a newer version adds is passed over; a kind that this
//! version does not know stays as it is.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::{Timestamp, counted, thousands};

use super::Annotation;
use super::payload::{
    AnchorStamp, CaseCreate, CheckpointAdopt, EvidenceImport, Export, HistoryAccept, ImportReceipt,
    IndexRebuild, JournalMerge, KeyAdd, KeyUse, Recovery, Repair, Reveal, Transfer,
};

/// One line of the journal (DESIGN: a case on disk).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 0.
    pub seq: u64,
    /// When, RFC 3339 in UTC with nine digits. The clock's word, which may go back.
    pub at: String,
    /// Who, as `login@host`.
    pub by: String,
    /// What was done: `evidence.import`, `case.create` …
    #[serde(rename = "do")]
    pub kind: String,
    /// Its particulars; see [`Entry::payload`].
    pub what: Value,
    /// SHA-256 in hex of the line before, its line end included; 64 zeros for the first.
    pub prev: String,
}

/// What one kind of entry says.
pub trait EntryPayload: Serialize + DeserializeOwned {
    /// The kind, as `do` names it.
    const KIND: &'static str;
}

macro_rules! payloads {
    ($($variant:ident = $kind:literal),+ $(,)?) => {
        /// What an entry says, whatever its kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Payload {
            $(
                #[doc = concat!("`", $kind, "`")]
                $variant($variant),
            )+
            /// What an investigator noted.
            Annotation(Annotation),
            /// An entry of a newer version, or one that its kind's type cannot hold:
            /// the kind and the particulars as they are.
            Unknown(String, Value),
        }

        $(
            impl EntryPayload for $variant {
                const KIND: &'static str = $kind;
            }

            impl From<$variant> for Payload {
                fn from(payload: $variant) -> Payload {
                    Payload::$variant(payload)
                }
            }
        )+

        impl Payload {
            /// Reads what an entry of a kind says.
            pub fn read(kind: &str, what: &Value) -> Payload {
                let known = match kind {
                    $($kind => $variant::deserialize(what).ok().map(Payload::$variant),)+
                    _ => Annotation::read(kind, what).map(Payload::Annotation),
                };
                known.unwrap_or_else(|| Payload::Unknown(kind.to_owned(), what.clone()))
            }

            /// Returns the kind, as `do` names it.
            pub fn kind(&self) -> &str {
                match self {
                    $(Payload::$variant(_) => $kind,)+
                    Payload::Annotation(annotation) => annotation.kind(),
                    Payload::Unknown(kind, _) => kind,
                }
            }

            /// Returns the particulars, as `what` holds them.
            ///
            /// # Errors
            ///
            /// Fails where a value has no form in JSON.
            pub fn to_json(&self) -> serde_json::Result<Value> {
                match self {
                    $(Payload::$variant(payload) => serde_json::to_value(payload),)+
                    Payload::Annotation(annotation) => annotation.to_json(),
                    Payload::Unknown(_, what) => Ok(what.clone()),
                }
            }
        }
    };
}

payloads! {
    CaseCreate = "case.create",
    EvidenceImport = "evidence.import",
    ImportReceipt = "import.receipt",
    IndexRebuild = "index.rebuild",
    KeyAdd = "key.add",
    KeyUse = "key.use",
    Recovery = "recovery",
    AnchorStamp = "anchor.stamp",
    CheckpointAdopt = "checkpoint.adopt",
    HistoryAccept = "history.accept",
    JournalMerge = "journal.merge",
    Repair = "repair",
    Export = "export",
    Reveal = "reveal",
    Transfer = "transfer",
}

impl From<Annotation> for Payload {
    fn from(annotation: Annotation) -> Payload {
        Payload::Annotation(annotation)
    }
}

impl Payload {
    /// Reports whether the entry only says that something left the case.
    pub fn is_departure(&self) -> bool {
        matches!(self, Payload::Export(_) | Payload::Reveal(_) | Payload::Transfer(_))
    }
}

impl Entry {
    /// Returns the moment by which entries of several journals are put in order:
    /// the clock's word, or, where the clock had not gone on since the entry
    /// before, the `tick` that was given instead (a hybrid logical clock, Kulkarni
    /// and others 2014). Later entries of one journal always have later ticks.
    pub fn tick(&self) -> i64 {
        let clock = || self.at.parse::<Timestamp>().map_or(i64::MIN, Timestamp::nanos);
        self.what["tick"].as_i64().unwrap_or_else(clock)
    }

    /// Reports whether the entry is of a kind.
    pub fn is<T: EntryPayload>(&self) -> bool {
        self.kind == T::KIND
    }

    /// Returns what an entry of this kind says; none where it is of another kind,
    /// or where that type cannot hold it.
    pub fn read<T: EntryPayload>(&self) -> Option<T> {
        if self.is::<T>() { T::deserialize(&self.what).ok() } else { None }
    }

    /// Returns what the entry says.
    pub fn payload(&self) -> Payload {
        Payload::read(&self.kind, &self.what)
    }

    /// Returns the rows of an import's receipt (`case::Receipt` as JSON, or why there
    /// is none), which can be many; none of another kind of entry. Opaque here.
    pub fn receipt_rows(&self) -> &[Value] {
        let rows = self.what["sources"].as_array().filter(|_| self.is::<ImportReceipt>());
        rows.map_or(&[], Vec::as_slice)
    }

    /// Returns the SHA-256 in hex of the containers that an import read to their end;
    /// none of another kind of entry.
    pub fn receipt_containers(&self) -> impl Iterator<Item = &str> {
        let list = self.what["containers"].as_array().filter(|_| self.is::<ImportReceipt>());
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Returns what an investigator noted; none where the entry is no annotation.
    pub fn annotation(&self) -> Option<Annotation> {
        Annotation::read(&self.kind, &self.what)
    }
}

/// Returns what the entries of one kind say, each with its entry.
pub fn each_of<'a, T: EntryPayload>(
    entries: impl IntoIterator<Item = &'a Entry>,
) -> impl Iterator<Item = (&'a Entry, T)> {
    entries.into_iter().filter_map(|entry| Some((entry, entry.read::<T>()?)))
}

impl Payload {
    /// Returns what the entry holds in a few words (foreign text: show through `Visible`).
    pub fn summary(&self) -> String {
        match self {
            Payload::CaseCreate(case) => case.title.clone(),
            Payload::EvidenceImport(import) => {
                let sources = counted(import.sources.len() as u64, "source");
                format!("batch {}: {sources}, {}", import.batch, counted(import.content_length, "byte"))
            }
            Payload::ImportReceipt(receipt) => receipt.summary(),
            Payload::IndexRebuild(rebuild) => counted(rebuild.events, "event"),
            Payload::KeyAdd(KeyAdd { fingerprint, .. }) | Payload::KeyUse(KeyUse { fingerprint }) => {
                fingerprint.clone()
            }
            Payload::Recovery(recovery) => recovery.reason.clone(),
            Payload::AnchorStamp(stamp) => format!("{} entries, stamped at {}", stamp.entries, stamp.stamped),
            Payload::CheckpointAdopt(adopt) => {
                format!("{} that no key of the case signed", counted(adopt.count, "adopted entry"))
            }
            Payload::HistoryAccept(accept) => {
                let why = accept.why.as_deref();
                why.unwrap_or("it contradicted signed checkpoints of the case").to_owned()
            }
            Payload::JournalMerge(merge) => merge.summary(),
            Payload::Repair(repair) => repair.summary(),
            Payload::Export(export) => format!("{}: {}", counted(export.events, "event"), export.asked),
            Payload::Reveal(reveal) => reveal.token.clone(),
            Payload::Transfer(transfer) => {
                format!("{} → {}", transfer.released_by, transfer.received_by)
            }
            Payload::Annotation(annotation) => annotation.summary(),
            Payload::Unknown(_, what) => what.to_string(),
        }
    }
}

impl ImportReceipt {
    fn summary(&self) -> String {
        let count = |status: &str| self.sources.iter().filter(|row| row["status"] == status).count();
        let events: u64 = self.sources.iter().filter_map(|row| row["events"].as_u64()).sum();
        let with_content = |row: &&Value| {
            matches!(row["status"].as_str(), Some("imported" | "unread" | "partial"))
                && !row["source"].is_null()
        };
        let read = self.sources.iter().filter(with_content).count() as u64;
        let mut text = format!("{}, {}", counted(read, "source"), counted(events, "event"));
        for status in ["duplicate", "empty", "unread", "partial", "skipped", "failed"] {
            if count(status) > 0 {
                text.push_str(&format!(", {} {status}", count(status)));
            }
        }
        text
    }
}

impl JournalMerge {
    fn summary(&self) -> String {
        let merged = counted(self.lines.len() as u64, "annotation");
        match self.unsigned.len() as u64 {
            0 => merged,
            unsigned => format!("{merged}, {} of them of an unsigned copy", thousands(unsigned)),
        }
    }
}

impl Repair {
    fn summary(&self) -> String {
        let whole = counted(self.whole, "source");
        match (self.cut, self.lost.len() as u64) {
            (0, 0) => format!("{whole} saved"),
            (cut, lost) => {
                format!("{whole} saved, {cut} in part; {} could not be saved", counted(lost, "part"))
            }
        }
    }
}
