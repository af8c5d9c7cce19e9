//! What a verification found: which checks were passed, and what they leave open.

use serde::Serialize;

use crate::journal::History;

use super::Damage;

/// What no check of a copy can show.
pub const NEVER_PROVEN: &str =
    "That the logs were complete and true before they were imported: no check of a copy can show that.";

/// The ladder: each rung proves more than the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Levels {
    /// Every byte was read, and hashes, frames, roots and the journal's chain agree
    /// with one another.
    pub consistent: bool,
    /// Fingerprint of the key of the case that signed a checkpoint of all entries.
    pub signed: Option<String>,
    /// Time at which an outside party saw it.
    pub anchored: Option<String>,
    /// Whether it extends the checkpoint that the user brought.
    pub extends: Option<bool>,
}

/// How far each rung reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyScope {
    /// Every byte of evidence was read and hashed.
    pub whole: bool,
    /// Bytes of evidence that were read.
    pub read: u64,
    /// Bytes of evidence in all.
    pub bytes: u64,
    /// Whose signature is the newest that counts.
    pub signer: Option<String>,
    /// How many entries it covers.
    pub signed: Option<u64>,
    /// How many entries the time stamp covers.
    pub anchored: Option<u64>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// What was verified.
    pub target: String,
    /// How far up the ladder it stands.
    pub levels: Levels,
    /// Every place where something is not what it should be.
    pub damage: Vec<Damage>,
    /// What a crash left, which was never acknowledged, in sentences.
    pub notes: Vec<String>,
    /// What this verification does not show, in sentences.
    pub not_proven: Vec<String>,
    /// Journal entries whose chain holds.
    pub entries: u64,
    /// Batches and sources that were checked.
    pub sources: u64,
    /// How far each rung reaches.
    pub scope: VerifyScope,
    /// How it stands to what this machine remembers of it.
    pub history: History,
}

impl VerifyReport {
    /// Tells whether nothing speaks against it, as far as was looked.
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.levels.extends != Some(false)
    }

    /// Gives the ladder in words, each rung with whether it was reached: yes, no
    /// with something that speaks against it, or simply not.
    pub fn describe_levels(&self) -> Vec<(Option<bool>, String)> {
        let (levels, scope, sound) = (&self.levels, &self.scope, self.damage.is_empty());
        let plural = |n: u64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let sources = plural(self.sources, "source", "sources");
        let entries = plural(self.entries, "journal entry", "journal entries");
        let consistent = if !sound {
            let places = plural(self.damage.len() as u64, "place is", "places are");
            (Some(false), format!("NOT consistent: {places} damaged"))
        } else if levels.consistent {
            let said =
                format!("consistent: {sources} and {entries} agree with their hashes and with one another");
            (Some(true), said)
        } else {
            let said = format!(
                "journal and manifests agree ({entries}, {sources}); {} of {} bytes of evidence were read (--deep reads all)",
                scope.read, scope.bytes
            );
            (Some(true), said)
        };
        let part = |covered: Option<u64>| match covered.filter(|covered| *covered < self.entries) {
            Some(covered) => format!(": the first {covered} of {} entries", self.entries),
            None => String::new(),
        };
        let signed = match (&levels.signed, &scope.signer) {
            _ if !sound => (None, "not counted: a signature, since there is damage".to_owned()),
            (Some(who), _) => (Some(true), format!("signed by {who}")),
            (None, Some(who)) => {
                (None, format!("NOT signed to its end; signed by {who}{}", part(scope.signed)))
            }
            (None, None) => (None, "UNSIGNED, or by nobody you trust".to_owned()),
        };
        let anchored = match &levels.anchored {
            _ if !sound => (None, "not counted: a time stamp, since there is damage".to_owned()),
            Some(at) => (Some(true), format!("anchored at {at}{}", part(scope.anchored))),
            None => (None, "not anchored by a time stamp".to_owned()),
        };
        let extends = match (self.history.contradiction(), levels.extends) {
            (Some(how), _) => format!("does NOT extend what this machine saw of it: {how}"),
            (None, Some(true)) => "extends the checkpoint you brought".to_owned(),
            (None, Some(false)) => "does NOT extend the checkpoint you brought".to_owned(),
            (None, None) => "not shown to extend a checkpoint kept elsewhere (--anchor)".to_owned(),
        };
        vec![consistent, signed, anchored, (levels.extends, extends)]
    }
}
