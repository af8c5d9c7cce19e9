//! One entry of the journal: a line of `journal.jsonl`, and its payload.
//!
//! The payload is typed ([`Payload`]): one type for each kind of entry. Reading is
//! lenient: fields that a newer version adds are ignored, and a kind that this
//! version does not know is kept as it is.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::Timestamp;

use super::annotation::Annotation;
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
    /// When (RFC 3339 in UTC with nine digits), by the system clock, which may go back.
    pub at: String,
    /// Who, as `login@host`.
    pub by: String,
    /// What was done: `evidence.import`, `case.create` …
    #[serde(rename = "do")]
    pub kind: String,
    /// Its particulars as JSON; [`Entry::payload`] returns them typed.
    pub what: Value,
    /// SHA-256 in hex of the previous line including its line end; 64 zeros for the first.
    pub prev: String,
}

/// The payload of one kind of entry.
pub trait EntryPayload: Serialize + DeserializeOwned {
    /// The kind, as `do` names it.
    const KIND: &'static str;
}

macro_rules! payloads {
    ($($variant:ident = $kind:literal),+ $(,)?) => {
        /// The payload of an entry of any kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Payload {
            $(
                #[doc = concat!("`", $kind, "`")]
                $variant($variant),
            )+
            /// An investigator's annotation.
            Annotation(Annotation),
            /// An entry of a newer version, or one that does not fit the type of its
            /// kind: the kind and the particulars as they are.
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
            /// Reads the payload of an entry of a kind.
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
            /// Fails if a value cannot be represented in JSON.
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
    /// Reports whether the entry only records that something left the case.
    pub fn is_departure(&self) -> bool {
        matches!(self, Payload::Export(_) | Payload::Reveal(_) | Payload::Transfer(_))
    }
}

impl Entry {
    /// Returns the time by which entries of several journals are ordered: the system
    /// clock, or `tick` if the clock had not advanced since the entry before (a
    /// hybrid logical clock, Kulkarni et al. 2014). In one journal, ticks always
    /// increase.
    pub fn tick(&self) -> i64 {
        let clock = || self.at.parse::<Timestamp>().map_or(i64::MIN, Timestamp::nanos);
        self.what["tick"].as_i64().unwrap_or_else(clock)
    }

    /// Reports whether the entry is of kind `T`.
    pub fn is<T: EntryPayload>(&self) -> bool {
        self.kind == T::KIND
    }

    /// Returns the payload of an entry of kind `T`; `None` if the entry is of another
    /// kind, or does not fit that type.
    pub fn read<T: EntryPayload>(&self) -> Option<T> {
        if self.is::<T>() { T::deserialize(&self.what).ok() } else { None }
    }

    /// Returns the payload.
    pub fn payload(&self) -> Payload {
        Payload::read(&self.kind, &self.what)
    }

    /// Returns the rows of an import's receipt (`case::Receipt` as JSON, or why there
    /// is none) without copying them: they can be many. Empty for other kinds of
    /// entries. Opaque here.
    pub fn receipt_rows(&self) -> &[Value] {
        let rows = self.what["sources"].as_array().filter(|_| self.is::<ImportReceipt>());
        rows.map_or(&[], Vec::as_slice)
    }

    /// Returns the SHA-256 in hex of the containers that an import read to the end.
    /// Empty for other kinds of entries.
    pub fn receipt_containers(&self) -> impl Iterator<Item = &str> {
        let list = self.what["containers"].as_array().filter(|_| self.is::<ImportReceipt>());
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Returns the annotation; `None` if the entry is not an annotation.
    pub fn annotation(&self) -> Option<Annotation> {
        Annotation::read(&self.kind, &self.what)
    }
}

/// Returns the payloads of all entries of kind `T`, each with its entry.
pub fn each_of<'a, T: EntryPayload>(
    entries: impl IntoIterator<Item = &'a Entry>,
) -> impl Iterator<Item = (&'a Entry, T)> {
    entries.into_iter().filter_map(|entry| Some((entry, entry.read::<T>()?)))
}

impl JournalMerge {
    /// Returns the merged entries, each with its line including the line end. Lines
    /// that cannot be read are left out.
    pub(super) fn entries(&self) -> impl Iterator<Item = (String, Entry)> {
        self.lines.iter().filter_map(|line| Some((format!("{line}\n"), serde_json::from_str(line).ok()?)))
    }
}
