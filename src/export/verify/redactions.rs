//! Checks `redactions.jsonl` against the tokens in the bundle.

use serde_json::{Map, Value};

use crate::verify::Damage;

use crate::export::bag::files::REDACTIONS;
use crate::export::bag::{count_tokens, file_damage};

use super::differences::Differences;
use super::statements::{BundleFacts, Statements};

/// Counts the tokens of the ledger again and compares its rows.
pub fn check(statements: &Statements, facts: &BundleFacts<'_>, found: &mut Vec<Damage>) {
    let counts = match count_tokens(facts.bag, &statements.tokens) {
        Ok(counts) => counts,
        Err(why) => return found.push(file_damage(REDACTIONS, why)),
    };
    let fields: Vec<&str> =
        statements.query["redacted"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let first = statements.ledger.first();
    let mut differences = Differences::new(REDACTIONS, found);
    for (n, row) in statements.ledger.iter().enumerate().filter(|_| statements.is_whole()) {
        let mut derived = Map::new();
        for name in ["token", "field", "commitment", "why", "by"] {
            derived.insert(name.to_owned(), row[name].clone());
        }
        let digits = row["commitment"].as_str().and_then(|hash| hash.get(..16)).unwrap_or_default();
        derived.insert("occurrences".into(), counts.get(digits).copied().unwrap_or_default().into());
        // All rows give one reason, and one who gave it.
        derived.insert("why".into(), first.map_or(Value::Null, |first| first["why"].clone()));
        let by = facts.journal.last.as_ref().map(|(_, by)| by.as_str().into());
        derived
            .insert("by".into(), by.or_else(|| first.map(|first| first["by"].clone())).unwrap_or_default());
        let at = format!("line {}", n + 1);
        if !fields.contains(&row["field"].as_str().unwrap_or_default()) {
            differences.add(format!("{at}: query.json does not name its field as redacted"));
        }
        differences.compare(&at, row, &derived.into());
    }
    differences.end();
}
