//! The result of a verification: which checks were passed, and what they leave unproven.

use serde::Serialize;

use crate::journal::History;

use super::damage::Damage;

/// What no check of a copy can prove.
pub const NEVER_PROVEN: &str =
    "That the logs were complete and true before they were imported: no check of a copy can show that.";

/// The levels of verification; each proves more than the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Levels {
    /// Every byte was read, and hashes, frames, roots and the journal's chain are
    /// consistent.
    pub consistent: bool,
    /// Fingerprint of the key of the case that signed a checkpoint of all entries.
    pub signed: Option<String>,
    /// Time at which an outside authority saw it.
    pub anchored: Option<String>,
    /// Whether it extends the checkpoint that the user supplied.
    pub extends: Option<bool>,
}

/// How much each level covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyScope {
    /// Whether every byte of evidence was read and hashed.
    pub whole: bool,
    /// Bytes of evidence that were read.
    pub read: u64,
    /// Bytes of evidence in total.
    pub bytes: u64,
    /// The signer of the newest signature that counts.
    pub signer: Option<String>,
    /// How many entries that signature covers.
    pub signed: Option<u64>,
    /// How many entries the time stamp covers.
    pub anchored: Option<u64>,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// What was verified.
    pub target: String,
    /// The levels that were reached.
    pub levels: Levels,
    /// All damage.
    pub damage: Vec<Damage>,
    /// What a crash left behind, which was never acknowledged, in sentences.
    pub notes: Vec<String>,
    /// What this verification does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// Number of journal entries whose chain is valid.
    pub entries: u64,
    /// Number of sources that were checked.
    pub sources: u64,
    /// How much each level covers.
    pub scope: VerifyScope,
    /// How it compares with what this machine remembers of it.
    pub history: History,
}

/// A level in words: whether it was reached (`None` if nothing speaks against it), and how.
type LevelLine = (Option<bool>, String);

impl VerifyReport {
    /// Reports whether nothing speaks against it, as far as it was checked.
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.levels.extends != Some(false)
    }

    /// Describes each level, with whether it was reached: yes, no because something speaks
    /// against it, or just not.
    pub fn describe_levels(&self) -> Vec<LevelLine> {
        let mut lines = vec![self.describe_consistency()];
        if self.damage.is_empty() {
            lines.extend([self.describe_signature(), self.describe_time_stamp()]);
        } else {
            for what in ["signature", "time stamp"] {
                lines.push((None, format!("{what} not counted, since there is damage")));
            }
        }
        lines.push(self.describe_extension());
        lines
    }

    fn describe_consistency(&self) -> LevelLine {
        let plural = |n: u64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let sources = plural(self.sources, "source", "sources");
        let entries = plural(self.entries, "journal entry", "journal entries");
        if !self.damage.is_empty() {
            let places = plural(self.damage.len() as u64, "place is", "places are");
            return (Some(false), format!("NOT consistent: {places} damaged"));
        }
        let text = if self.levels.consistent {
            format!("consistent: {sources} and {entries} agree with their hashes and with one another")
        } else {
            format!(
                "journal and manifests agree ({entries}, {sources}); {} of {} bytes of evidence were read (--deep reads all)",
                self.scope.read, self.scope.bytes
            )
        };
        (Some(true), text)
    }

    fn describe_signature(&self) -> LevelLine {
        match (&self.levels.signed, &self.scope.signer) {
            (Some(who), _) => (Some(true), format!("signed by {who}")),
            (None, Some(who)) => {
                let part = self.covered_part(self.scope.signed);
                (None, format!("NOT signed completely; signed by {who}{part}"))
            }
            (None, None) => (None, "UNSIGNED, or signed by nobody you trust".to_owned()),
        }
    }

    fn describe_time_stamp(&self) -> LevelLine {
        match &self.levels.anchored {
            Some(at) => (Some(true), format!("anchored at {at}{}", self.covered_part(self.scope.anchored))),
            None => (None, "not anchored by a time stamp".to_owned()),
        }
    }

    fn describe_extension(&self) -> LevelLine {
        let extends = self.levels.extends;
        let text = match (self.history.contradiction(), extends) {
            (Some(how), _) => format!("does NOT extend what this machine saw before: {how}"),
            (None, Some(true)) => "extends the checkpoint you supplied".to_owned(),
            (None, Some(false)) => "does NOT extend the checkpoint you supplied".to_owned(),
            (None, None) => "not shown to extend a checkpoint kept elsewhere (--anchor)".to_owned(),
        };
        (extends, text)
    }

    /// Describes how many entries are covered, if not all.
    fn covered_part(&self, covered: Option<u64>) -> String {
        match covered.filter(|covered| *covered < self.entries) {
            Some(covered) => format!(": the first {covered} of {} entries", self.entries),
            None => String::new(),
        }
    }
}
