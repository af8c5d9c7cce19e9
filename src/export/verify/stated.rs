//! What a bundle says of itself, held against what is in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::evidence::Damage;

use super::told::Told;
use crate::export::read::{Bag, damage};

/// What `bag-info.txt` and `query.json` say.
pub struct Stated {
    query: Value,
    info: BTreeMap<String, String>,
    /// The digits of the tokens in the ledger of redactions.
    pub tokens: BTreeSet<String>,
}

impl Stated {
    /// Reads what a bundle says of itself.
    pub fn read(bag: &Bag, found: &mut Vec<Damage>) -> Stated {
        let query = bag.read("data/query.json").ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let info = bag.info().unwrap_or_else(|reason| {
            found.push(damage("bag-info.txt", reason));
            BTreeMap::new()
        });
        let tokens = ledger(bag).unwrap_or_else(|reason| {
            found.push(damage("data/redactions.jsonl", reason));
            BTreeSet::new()
        });
        Stated { query: query.unwrap_or_default(), info, tokens }
    }

    /// Gives the case that the bundle says to be of.
    pub fn case(&self) -> Option<String> {
        self.query["case"].as_str().map(str::to_owned)
    }

    /// Checks case, counts, digest, and state. `digest` is none where the events
    /// could not be read.
    pub fn check(&self, told: &Told, events: u64, digest: Option<&str>, found: &mut Vec<Damage>) {
        let mut wrong = |file: &str, what: &str, says: &str, is: &str| {
            found.push(damage(file, format!("{what}: it says {says}, the bundle {is}")));
        };
        let mut wanted = vec![("events", Value::from(events)), ("entries", told.entries.into())];
        wanted.extend(told.case.as_ref().map(|case| ("case", Value::from(case.as_str()))));
        wanted.extend(digest.map(|digest| ("digest", digest.into())));
        for (name, is) in wanted {
            if self.query[name] != is {
                wrong("data/query.json", name, &self.query[name].to_string(), &is.to_string());
            }
        }
        let state = told.last.as_deref();
        let wanted = [
            ("Vestigo-Case", told.case.clone()),
            ("Vestigo-Events", Some(events.to_string())),
            ("Vestigo-State", state.map(str::to_owned)),
            ("Bagging-Date", state.and_then(|state| state.get(..10)).map(str::to_owned)),
        ];
        for (name, is) in wanted {
            let says = self.info.get(name).map_or("nothing", String::as_str);
            if let Some(is) = is.filter(|is| says != is) {
                wrong("bag-info.txt", name, says, &is);
            }
        }
        let name = self.info.get("External-Identifier").map_or("nothing", String::as_str);
        if !name.ends_with(&format!("-x{}", told.entries)) {
            wrong("bag-info.txt", "External-Identifier", name, &format!("has {} entries", told.entries));
        }
    }

    /// Tells whether the bundle says that another key signed it than did.
    pub fn is_signed_by_another(&self, fingerprint: &str) -> bool {
        let key = self.info.get("Vestigo-Key");
        key.is_some_and(|key| key.starts_with("SHA256:") && key != fingerprint)
    }
}

/// Reads the digits of the tokens of `redactions.jsonl`, which begin their commitments.
fn ledger(bag: &Bag) -> Result<BTreeSet<String>, String> {
    let mut lines = bag.lines("data/redactions.jsonl")?;
    let mut tokens = BTreeSet::new();
    while let Some(line) = lines.read()? {
        let row: Value = serde_json::from_slice(line).map_err(|_| "a line is not JSON".to_owned())?;
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let digits = text("commitment").get(..16).filter(|_| text("commitment").len() == 64);
        let follows = |digits: &&str| format!("[{}:{digits}]", text("field")) == text("token");
        let digits = digits.filter(follows).ok_or("a token does not follow from its commitment")?;
        if !tokens.insert(digits.to_owned()) {
            return Err("a token is there twice".to_owned());
        }
    }
    Ok(tokens)
}
