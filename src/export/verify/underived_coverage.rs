//! What of `coverage.json` could not be derived again.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::visible;

use super::journal::JournalView;

/// What could not be derived.
#[derive(Default)]
pub struct UnderivedCoverage {
    /// Sources of which no receipt is shown.
    pub receipts: u64,
    /// Sources whose plan no receipt names.
    pub plans: u64,
    /// Sources that are in the bundle in part only, so that their gaps follow from nothing.
    pub gaps: u64,
    /// Names of things that this version does not know.
    pub unknown: BTreeSet<String>,
}

impl UnderivedCoverage {
    /// Takes over what this version does not write, and notes that it did.
    pub fn keep_unknown(&mut self, says: &Map<String, Value>, derived: &mut Map<String, Value>) {
        for (name, value) in says.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
            if derived.get(name) != Some(value) {
                self.unknown.insert(name.clone());
                derived.insert(name.clone(), value.clone());
            }
        }
    }

    pub fn sentences(&self, told: &JournalView) -> Vec<String> {
        let all = told.sources.len().max(usize::try_from(self.receipts).unwrap_or(usize::MAX));
        let mut open = Vec::new();
        let mut say = |number: u64, what: &str| {
            if number > 0 {
                open.push(format!("{what} {number} of {all} sources."));
            }
        };
        say(
            self.receipts,
            "What coverage.json says of what was read and not read: the journal has no receipt of",
        );
        say(
            self.plans,
            "That records are parsed as the case parsed them: the journal does not say how it parsed",
        );
        say(self.gaps, "The gaps in coverage.json: the bundle does not have all events of");
        if !self.unknown.is_empty() {
            let names: Vec<String> = self.unknown.iter().map(|name| visible(name)).collect();
            open.push(format!(
                "What coverage.json says of {}: this version does not know it.",
                names.join(", ")
            ));
        }
        open
    }
}

/// The names in `coverage.json` and in its rows.
const KNOWN: [&str; 26] = [
    "broken",
    "bytes",
    "continues",
    "events",
    "exported",
    "first",
    "format",
    "gap",
    "gaps",
    "last",
    "not_read",
    "not_shown",
    "original",
    "path",
    "path_bytes",
    "plan",
    "raw",
    "rejected",
    "remarks",
    "replaced",
    "reread",
    "root",
    "source",
    "sources",
    "time",
    "unparsed",
];
