//! The properties of a finding, as journal entries record and change them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::event_ref::{EventRef, SavedQuery};
use super::remediation::Remedy;
use crate::record::{Severity, keywords};

keywords! {
    /// The workflow status of a finding.
    Status, "status" {
        /// Nobody has taken it up.
        Open = "open",
        /// Somebody has seen it.
        Acknowledged = "acknowledged",
        /// It is being worked on.
        InProgress = "in-progress",
        /// Its owner says that it is fixed.
        FixClaimed = "fix-claimed",
        /// The fix was verified.
        Verified = "verified",
        /// The risk is accepted.
        Accepted = "accepted",
        /// It is closed.
        Closed = "closed",
    }
}

impl Status {
    /// Returns whether nothing more is to be done: it is verified, accepted or closed.
    pub const fn is_settled(self) -> bool {
        match self {
            Status::Verified | Status::Accepted | Status::Closed => true,
            Status::Open | Status::Acknowledged | Status::InProgress | Status::FixClaimed => false,
        }
    }
}

keywords! {
    /// What a finding turned out to be.
    FindingVerdict, "verdict" {
        /// It is what it looks like, and did harm.
        TrueWithImpact = "true-positive-with-impact" | "true-positive",
        /// It is what it looks like, and did no harm.
        TrueWithoutImpact = "true-positive-without-impact",
        /// It is not what it looks like.
        FalsePositive = "false-positive",
        /// It happened, and was meant to happen.
        Legitimate = "legitimate" | "benign",
        /// It does not concern this investigation.
        NotApplicable = "not-applicable",
        /// It was looked at, and cannot be decided.
        Unknown = "unknown",
    }
}

impl FindingVerdict {
    /// Returns whether it confirms what the finding says.
    pub const fn is_true(self) -> bool {
        match self {
            FindingVerdict::TrueWithImpact | FindingVerdict::TrueWithoutImpact => true,
            FindingVerdict::FalsePositive
            | FindingVerdict::Legitimate
            | FindingVerdict::NotApplicable
            | FindingVerdict::Unknown => false,
        }
    }

    /// Returns whether it leaves nothing to repair, so that a finding can be closed with it.
    pub const fn needs_no_fix(self) -> bool {
        match self {
            FindingVerdict::FalsePositive | FindingVerdict::Legitimate | FindingVerdict::NotApplicable => {
                true
            }
            FindingVerdict::TrueWithImpact | FindingVerdict::TrueWithoutImpact | FindingVerdict::Unknown => {
                false
            }
        }
    }
}

/// A finding as it is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFinding {
    /// Its title, one line.
    pub title: String,
    /// How serious it is.
    pub severity: Severity,
    /// The events that are evidence for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventRef>,
    /// The query whose events are evidence for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<SavedQuery>,
    /// A first note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who is responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Due date (`YYYY-MM-DD`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// What a detector said, where one raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected: Option<Box<Detected>>,
}

/// Records of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRanges {
    /// SHA-256 of the source.
    pub source: String,
    /// First and last record number of each run, ascending.
    pub ranges: Vec<(u64, u64)>,
}

/// What a detector said when it raised a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detected {
    /// SHA-256 of detector, entity and start: equal in every run.
    pub fingerprint: String,
    /// What found it: `sigma:<id>` or `behaviour:<name>`.
    pub detector: String,
    /// How sure the detector is, from 0 to 1.
    pub confidence: Number,
    /// Whom it is about: ECS fields and values.
    pub entity: Map<String, Value>,
    /// Its first moment (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Its last moment (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// How many events it is made of.
    pub count: u64,
    /// The records that it is made of, where they are too many to be listed as events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordRanges>,
    /// ATT&CK techniques.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attack: Vec<String>,
    /// ATT&CK tactics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tactics: Vec<String>,
    /// Why it was raised.
    pub why: String,
    /// The numbers behind it.
    pub numbers: Map<String, Value>,
    /// What to do: a kind of remediation, and a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<(String, String)>,
}

/// A change to a finding; an absent property stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingChange {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How serious it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Status>,
    /// What it turned out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<FindingVerdict>,
    /// Who is responsible for it; empty for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Due date (`YYYY-MM-DD`); empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// What kind of remedy it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// Where the remedy is tracked, such as the address of a ticket; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When the fix took effect (RFC 3339); the entry's own time where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_at: Option<String>,
    /// The query whose events are evidence for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<SavedQuery>,
    /// Tags to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<String>,
    /// Tags to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untag: Vec<String>,
    /// Events to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventRef>,
    /// Events to remove (`<source>:<record>`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// What its detector says now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detected: Option<Box<Detected>>,
}

impl FindingChange {
    /// Returns each property with a single value that changes, with its new value.
    pub(super) fn scalars(&self) -> impl Iterator<Item = (&'static str, String)> {
        let words = [
            ("title", self.title.clone()),
            ("owner", self.owner.clone()),
            ("due", self.due.clone()),
            ("severity", self.severity.map(|severity| severity.to_string())),
            ("state", self.state.map(|state| state.to_string())),
            ("verdict", self.verdict.map(|verdict| verdict.to_string())),
            ("remedy", self.remedy.map(|remedy| remedy.to_string())),
            ("link", self.link.clone()),
            ("fixed_at", self.fixed_at.clone()),
            ("query", self.query.as_ref().map(|saved| saved.query.clone())),
        ];
        words.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}
