//! What an investigator notes: one kind of entry for each thing that can be done.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::record::{EventId, SourceId, Timestamp};

/// An event as an annotation names it: bound to the record's bytes, so that it
/// is found again after a re-import and noticed when it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    /// `<SHA-256 of the source>:<record number>`.
    pub event: String,
    /// SHA-256 of the record's text, in hex.
    pub hash: String,
    /// The event's time, RFC 3339 with nine digits, where it tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl EventRef {
    /// Names a record.
    pub fn new(source: &SourceId, record: u64, hash: &SourceId, time: Option<Timestamp>) -> EventRef {
        let time = time.map(|time| time.to_string());
        EventRef { event: format!("{source}:{record}"), hash: hash.to_string(), time }
    }

    /// Gives the id as people write it, `a1b2c3d4:17` (foreign text where it was tampered with).
    pub fn short(&self) -> String {
        match self.place() {
            Some((source, record)) => EventId::of(&source, record).to_string(),
            None => self.event.clone(),
        }
    }

    /// Gives the source and the record; none where they were tampered with.
    pub fn place(&self) -> Option<(SourceId, u64)> {
        let (source, record) = self.event.split_once(':')?;
        Some((source.parse().ok()?, record.parse().ok()?))
    }
}

/// A query that stands in a finding, with what it gave when it was put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedQuery {
    /// The query, as typed.
    pub query: String,
    /// First moment, where there was a bound (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First moment after, where there was a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How many events it gave.
    pub count: u64,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$each])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every one of them, in order.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// Gives its word.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> Result<$name, crate::error::Error> {
                let choices: Vec<&str> = $name::ALL.iter().map(|each| each.word()).collect();
                $name::ALL.iter().copied().find(|each| each.word() == text).ok_or_else(|| {
                    crate::error::Error::usage(format!("`{}` is not one of them", crate::error::Visible(text)))
                        .hint(format!("Choose among {}.", choices.join(", ")))
                })
            }
        }
    };
}

words! {
    /// How bad a finding is.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// A weakness without harm.
        Low = "low",
        /// To be looked into.
        Medium = "medium",
        /// Harm is likely.
        High = "high",
        /// Harm is done or imminent.
        Critical = "critical",
    }
}

words! {
    /// Where a finding stands on the way to its end.
    Status {
        /// Nobody has taken it up.
        Open = "open",
        /// Somebody has seen it.
        Acknowledged = "acknowledged",
        /// It is being worked on.
        InProgress = "in-progress",
        /// Its owner says that it is mended.
        FixClaimed = "fix-claimed",
        /// It was shown to be mended.
        Verified = "verified",
        /// The risk is taken, knowingly.
        Accepted = "accepted",
        /// It is done with.
        Closed = "closed",
    }
}

words! {
    /// What a finding turned out to be.
    FindingVerdict {
        /// It is what it looks like.
        True = "true-positive",
        /// It is not.
        False = "false-positive",
        /// It happened, and was meant to.
        Benign = "benign",
    }
}

/// A finding as it is first written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFinding {
    /// What it says, in one line.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The events that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventRef>,
    /// The query whose events show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<SavedQuery>,
    /// A first note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who is to see to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// By which day (`YYYY-MM-DD`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// What of a finding changes; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingChange {
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Status>,
    /// What it turned out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<FindingVerdict>,
    /// Who is to see to it; empty for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// By which day (`YYYY-MM-DD`); empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Tags to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<String>,
    /// Tags to take away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untag: Vec<String>,
    /// Events to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventRef>,
    /// Events to take away (`<source>:<record>`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// The kind of entry that reads a source otherwise.
pub(super) const REREAD: &str = "source.reread";

/// The kind of entry that creates a finding.
pub(super) const FIND: &str = "finding.add";

/// The kind of entry that takes another one back.
pub(super) const UNDO: &str = "undo";

/// Something an investigator notes. Findings are named by the SHA-256 of the
/// line that made them, which no other copy of the case gives to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", content = "what")]
pub enum Annotation {
    /// Marks an event, or changes the note of a mark; tags are added.
    #[serde(rename = "bookmark.add")]
    Mark {
        /// The event.
        #[serde(flatten)]
        event: EventRef,
        /// What is to be said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Tags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
    },
    /// Takes a mark away.
    #[serde(rename = "bookmark.remove")]
    Unmark {
        /// `<source>:<record>`.
        event: String,
    },
    /// Writes a finding down.
    #[serde(rename = "finding.add")]
    Find(NewFinding),
    /// Changes a finding.
    #[serde(rename = "finding.set")]
    Set {
        /// Which.
        finding: String,
        /// What of it.
        change: FindingChange,
    },
    /// Says something about a finding.
    #[serde(rename = "finding.note")]
    Note {
        /// Which.
        finding: String,
        /// What is said.
        text: String,
    },
    /// Ends a finding.
    #[serde(rename = "finding.close")]
    Close {
        /// Which.
        finding: String,
        /// Why.
        reason: String,
        /// What it turned out to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<FindingVerdict>,
    },
    /// Takes a finding up again.
    #[serde(rename = "finding.reopen")]
    Reopen {
        /// Which.
        finding: String,
        /// Why.
        reason: String,
    },
    /// Reads a source otherwise than before: its bytes and record numbers stay.
    #[serde(rename = "source.reread")]
    Reread {
        /// SHA-256 of the source, in hex.
        source: String,
        /// What is read otherwise, for whoever reads the journal.
        change: Vec<Correction>,
        /// How its records are read (`parse::Plan` as JSON). Opaque here.
        plan: Value,
        /// What that makes of them (`case::Understood` as JSON). Opaque here.
        gives: Value,
    },
    /// Takes an earlier entry back (an undo too).
    #[serde(rename = "undo")]
    Undo {
        /// SHA-256 of the line that is taken back.
        line: String,
        /// What that line is, for whoever reads the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<UndoneEntry>,
    },
}

/// A part of how a source is read, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Which part: `zone`, `year`, `host`, `format`, `clock`.
    pub what: String,
    /// What it was; none where nothing was said.
    pub before: Option<String>,
    /// What it is.
    pub now: Option<String>,
}

impl std::fmt::Display for Correction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        write!(f, "{} {} (before: {})", self.what, word(&self.now), word(&self.before))
    }
}

/// The entry that another one takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoneEntry {
    /// Its number.
    pub seq: u64,
    /// Its kind.
    #[serde(rename = "do")]
    pub kind: String,
    /// Who wrote it (foreign text).
    pub by: String,
}

impl Annotation {
    /// Reads an entry; none where it is of another kind, or where that kind's
    /// type cannot hold it.
    pub fn read(kind: &str, what: &Value) -> Option<Annotation> {
        if !Annotation::KINDS.contains(&kind) {
            return None;
        }
        serde_json::from_value(json!({ "do": kind, "what": what })).ok()
    }

    /// The kinds of annotations, as `do` names them.
    const KINDS: [&str; 9] = [
        "bookmark.add",
        "bookmark.remove",
        FIND,
        "finding.set",
        "finding.note",
        "finding.close",
        "finding.reopen",
        REREAD,
        UNDO,
    ];

    /// Returns the kind, as `do` names it.
    pub const fn kind(&self) -> &'static str {
        let place = match self {
            Annotation::Mark { .. } => 0,
            Annotation::Unmark { .. } => 1,
            Annotation::Find(_) => 2,
            Annotation::Set { .. } => 3,
            Annotation::Note { .. } => 4,
            Annotation::Close { .. } => 5,
            Annotation::Reopen { .. } => 6,
            Annotation::Reread { .. } => 7,
            Annotation::Undo { .. } => 8,
        };
        Annotation::KINDS[place]
    }

    /// Returns the particulars, as `what` holds them.
    ///
    /// # Errors
    ///
    /// Fails where a value has no form in JSON.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self).map(|mut whole| whole["what"].take())
    }
}
