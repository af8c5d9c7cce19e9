//! What a bundle states of itself in `bag-info.txt`, `query.json` and `redactions.jsonl`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fs::{read_json, weight_of_json};
use crate::verify::Damage;

use crate::export::bag::files::{BAG_INFO, QUERY, REDACTIONS};
use crate::export::bag::{BagReader, MOST_VALUES, file_damage};
use crate::export::rows::UNSIGNED;

use super::coverage::CoverageFile;
use super::events::EventsSummary;
use super::journal::JournalView;

/// The members of `query.json` that the first bundles did not have.
const LATER_MEMBERS: [&str; 5] = ["orphans", "redacted", "shown_in", "silent", "unnamed"];

/// What `bag-info.txt`, `query.json` and `redactions.jsonl` say.
pub struct Statements {
    /// `query.json`.
    pub query: Value,
    /// What `bag-info.txt` says.
    pub info: BTreeMap<String, String>,
    /// The digits of the tokens in the ledger of redactions.
    pub tokens: BTreeSet<String>,
    /// The rows of `redactions.jsonl`.
    pub ledger: Vec<Value>,
}

/// What a bundle's statements are compared with.
pub struct BundleFacts<'a> {
    pub bag: &'a BagReader,
    pub journal: &'a JournalView,
    pub coverage: &'a CoverageFile,
    /// None where the events could not be read.
    pub events: Option<&'a EventsSummary>,
    /// How many records there are.
    pub records: u64,
    /// How many of them no other source has whole.
    pub standing: u64,
}

impl Statements {
    /// Reads what a bundle says of itself.
    pub fn read(bag: &BagReader, found: &mut Vec<Damage>) -> Statements {
        let bytes = bag.read(QUERY).unwrap_or_default();
        let query = read_json(&bytes, MOST_VALUES).unwrap_or_else(|_| {
            found.push(file_damage(QUERY, "it is not JSON, or too large"));
            Value::Null
        });
        let info = bag.info().unwrap_or_else(|reason| {
            found.push(file_damage(BAG_INFO, reason));
            BTreeMap::new()
        });
        let mut stated = Statements { query, info, tokens: BTreeSet::new(), ledger: Vec::new() };
        if let Err(reason) = stated.read_ledger(bag) {
            found.push(file_damage(REDACTIONS, reason));
        }
        stated
    }

    /// Reads `redactions.jsonl`; the digits of a token begin its commitment.
    fn read_ledger(&mut self, bag: &BagReader) -> Result<(), String> {
        let (mut lines, mut left) = (bag.lines(REDACTIONS)?, MOST_VALUES);
        while let Some(line) = lines.read()? {
            let row: Value = read_json(line, left).map_err(|_| "a line is not JSON".to_owned())?;
            left = left.saturating_sub(weight_of_json(line));
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            let digits = text("commitment").get(..16).filter(|_| text("commitment").len() == 64);
            let follows = |digits: &&str| format!("[{}:{digits}]", text("field")) == text("token");
            let digits = digits.filter(follows).ok_or("a token does not follow from its commitment")?;
            if !self.tokens.insert(digits.to_owned()) {
                return Err("a token is there twice".to_owned());
            }
            self.ledger.push(row);
        }
        Ok(())
    }

    /// Returns the case that the bundle says to be of.
    pub fn case(&self) -> Option<String> {
        self.query["case"].as_str().map(str::to_owned)
    }

    /// Returns the parts of what was asked.
    pub fn asked(&self) -> &[Value] {
        self.query["asked"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Returns whether the bundle names what its report was made with, as those of before do not.
    pub fn is_whole(&self) -> bool {
        LATER_MEMBERS.iter().any(|name| self.query.get(*name).is_some())
    }

    /// Returns whether the bundle says that values were redacted of it.
    pub fn is_redacted(&self) -> bool {
        !self.is_whole() || self.query["redacted"].as_array().is_some_and(|fields| !fields.is_empty())
    }

    /// Returns whether the bundle says that another key signed it than did.
    pub fn is_signed_by_another(&self, fingerprint: &str) -> bool {
        self.info.get("Vestigo-Key").is_some_and(|key| key != fingerprint && key != UNSIGNED)
    }
}
