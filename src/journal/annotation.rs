//! What an investigator records: one kind of entry for each action.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};

use super::event_ref::EventRef;
use super::finding::{FindingChange, FindingVerdict, NewFinding};
use super::remediation::{Acceptance, FixProof, Sla};

/// The kind of entry that changes how a source is read.
pub(super) const REREAD: &str = "source.reread";

/// The kind of entry that creates a finding.
pub(super) const FIND: &str = "finding.add";

/// The kind of entry that takes another one back.
pub(super) const UNDO: &str = "undo";

/// An investigator's annotation. A finding is named by the SHA-256 of the line that
/// created it, which is the same in every copy of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", content = "what")]
pub enum Annotation {
    /// Bookmarks an event, or changes the note of a bookmark; tags are added.
    #[serde(rename = "bookmark.add")]
    AddBookmark {
        /// The event.
        #[serde(flatten)]
        event: EventRef,
        /// A note on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Tags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
    },
    /// Removes a bookmark.
    #[serde(rename = "bookmark.remove")]
    RemoveBookmark {
        /// `<source>:<record>`.
        event: String,
    },
    /// Creates a finding.
    #[serde(rename = "finding.add")]
    AddFinding(NewFinding),
    /// Changes a finding.
    #[serde(rename = "finding.set")]
    ChangeFinding {
        /// The finding's uid.
        finding: String,
        /// The properties that change.
        change: FindingChange,
    },
    /// Adds a note to a finding.
    #[serde(rename = "finding.note")]
    AddNote {
        /// The finding's uid.
        finding: String,
        /// The note.
        text: String,
    },
    /// Closes a finding.
    #[serde(rename = "finding.close")]
    CloseFinding {
        /// The finding's uid.
        finding: String,
        /// Why.
        reason: String,
        /// What it turned out to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<FindingVerdict>,
    },
    /// Reopens a finding.
    #[serde(rename = "finding.reopen")]
    ReopenFinding {
        /// The finding's uid.
        finding: String,
        /// Why.
        reason: String,
    },
    /// Settles a finding whose fix is proved. Without the four proofs it changes nothing.
    #[serde(rename = "finding.verify")]
    VerifyFix {
        /// The finding's uid.
        finding: String,
        /// What proves it.
        proof: Box<FixProof>,
    },
    /// Settles a finding whose risk somebody answers for, until a day.
    #[serde(rename = "finding.accept")]
    AcceptRisk {
        /// The finding's uid.
        finding: String,
        /// Who, until when, and why.
        #[serde(flatten)]
        acceptance: Acceptance,
    },
    /// Closes a finding that its detector raises no longer, and that nobody has taken up.
    #[serde(rename = "finding.retract")]
    RetractFinding {
        /// The finding's uid.
        finding: String,
        /// Why.
        reason: String,
    },
    /// Sets how long findings may stay open; none takes the terms away.
    #[serde(rename = "finding.sla")]
    SetSla {
        /// The days, by severity.
        sla: Option<Sla>,
    },
    /// Adds a list of indicators, in place of one of the same name.
    #[serde(rename = "indicators.add")]
    AddIndicators {
        /// Its name.
        name: String,
        /// SHA-256 of the file that it was read from, in hex.
        sha256: String,
        /// The indicators, one a line: kind and value.
        indicators: String,
    },
    /// Removes a list of indicators.
    #[serde(rename = "indicators.remove")]
    RemoveIndicators {
        /// Its name.
        name: String,
    },
    /// Sets a number of a detector.
    #[serde(rename = "detector.set")]
    SetParameter {
        /// Which: `<detector>.<parameter>`.
        parameter: String,
        /// The number; none for the default.
        value: Option<Number>,
    },
    /// Keeps what a detector finds out of the findings where a query matches all of it.
    #[serde(rename = "filter.add")]
    AddFilter {
        /// The detector: `sigma:<id>` or `behaviour:<name>`.
        detector: String,
        /// The query.
        query: String,
        /// Why.
        reason: String,
        /// The finding that it was made from, by its uid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<String>,
    },
    /// Removes a filter.
    #[serde(rename = "filter.remove")]
    RemoveFilter {
        /// SHA-256 of the line that added it.
        filter: String,
        /// Why.
        reason: String,
    },
    /// Changes how a source is read; its bytes and record numbers stay.
    #[serde(rename = "source.reread")]
    Reread {
        /// SHA-256 of the source, in hex.
        source: String,
        /// The settings that change, for readers of the journal.
        change: Vec<RereadChange>,
        /// How its records are read (`parse::Plan` as JSON). Opaque here.
        plan: Value,
        /// What that plan yields (`case::Understood` as JSON). Opaque here.
        gives: Value,
    },
    /// Undoes an earlier annotation; if that is an undo, this is a redo.
    #[serde(rename = "undo")]
    Undo {
        /// SHA-256 of the line that is undone.
        line: String,
        /// What that line is, for readers of the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<UndoneEntry>,
    },
}

/// A changed setting of how a source is read. Its text is a format: a merge records
/// it where two copies read a source differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RereadChange {
    /// The setting: `zone`, `year`, `host`, `format`, `clock`.
    pub what: String,
    /// The value before; `None` if there was none.
    pub before: Option<String>,
    /// The new value.
    pub now: Option<String>,
}

impl std::fmt::Display for RereadChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        write!(f, "{} {} (before: {})", self.what, word(&self.now), word(&self.before))
    }
}

/// The entry that an undo refers to.
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
    /// The kinds of annotations, as `do` names them.
    const KINDS: [&str; 18] = [
        "bookmark.add",
        "bookmark.remove",
        FIND,
        "finding.set",
        "finding.note",
        "finding.close",
        "finding.reopen",
        REREAD,
        UNDO,
        "finding.verify",
        "finding.accept",
        "finding.retract",
        "finding.sla",
        "filter.add",
        "filter.remove",
        "detector.set",
        "indicators.add",
        "indicators.remove",
    ];

    /// Reads an entry; `None` if it is of another kind, or if it does not fit the
    /// type of its kind.
    pub fn read(kind: &str, what: &Value) -> Option<Annotation> {
        if !Annotation::KINDS.contains(&kind) {
            return None;
        }
        serde_json::from_value(json!({ "do": kind, "what": what })).ok()
    }

    /// Returns the kind, as `do` names it.
    pub const fn kind(&self) -> &'static str {
        let index = match self {
            Annotation::AddBookmark { .. } => 0,
            Annotation::RemoveBookmark { .. } => 1,
            Annotation::AddFinding(_) => 2,
            Annotation::ChangeFinding { .. } => 3,
            Annotation::AddNote { .. } => 4,
            Annotation::CloseFinding { .. } => 5,
            Annotation::ReopenFinding { .. } => 6,
            Annotation::Reread { .. } => 7,
            Annotation::Undo { .. } => 8,
            Annotation::VerifyFix { .. } => 9,
            Annotation::AcceptRisk { .. } => 10,
            Annotation::RetractFinding { .. } => 11,
            Annotation::SetSla { .. } => 12,
            Annotation::AddFilter { .. } => 13,
            Annotation::RemoveFilter { .. } => 14,
            Annotation::SetParameter { .. } => 15,
            Annotation::AddIndicators { .. } => 16,
            Annotation::RemoveIndicators { .. } => 17,
        };
        Annotation::KINDS[index]
    }

    /// Returns the particulars, as `what` holds them.
    ///
    /// # Errors
    ///
    /// Fails if a value cannot be represented in JSON.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self).map(|mut whole| whole["what"].take())
    }

    /// Returns the uid of the finding that an annotation changes; `None` if it changes
    /// none, or creates one.
    pub fn finding(&self) -> Option<&str> {
        match self {
            Annotation::ChangeFinding { finding, .. }
            | Annotation::AddNote { finding, .. }
            | Annotation::CloseFinding { finding, .. }
            | Annotation::ReopenFinding { finding, .. }
            | Annotation::VerifyFix { finding, .. }
            | Annotation::AcceptRisk { finding, .. }
            | Annotation::RetractFinding { finding, .. } => Some(finding),
            Annotation::AddBookmark { .. }
            | Annotation::RemoveBookmark { .. }
            | Annotation::AddFinding(_)
            | Annotation::SetSla { .. }
            | Annotation::SetParameter { .. }
            | Annotation::AddIndicators { .. }
            | Annotation::RemoveIndicators { .. }
            | Annotation::AddFilter { .. }
            | Annotation::RemoveFilter { .. }
            | Annotation::Reread { .. }
            | Annotation::Undo { .. } => None,
        }
    }
}
