//! That the events of a bundle say what its records say.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::record::{EventId, Hash, SourceId};

use super::rows::{Place, Rows};
use crate::export::read::{Bag, unhex};

const FILE: &str = "data/events.jsonl";

/// Checks every event against its record; gives the digest over their names, as
/// `query.json` says it. `tokens` are the digits of the ledger's tokens.
pub fn check(bag: &Bag, rows: &mut Rows, tokens: &BTreeSet<String>) -> Result<String, String> {
    let mut lines = bag.lines(FILE)?;
    let (mut digest, mut count) = (Sha256::new(), 0);
    while let Some(line) = lines.read()? {
        count += 1;
        let event: Map<String, Value> =
            serde_json::from_slice(line).map_err(|_| format!("line {count} is not JSON"))?;
        let source = event.get("vestigo.source").and_then(Value::as_str).and_then(unhex);
        let (Some(source), Some(record)) = (source, event.get("vestigo.record").and_then(Value::as_u64))
        else {
            return Err(format!("line {count} does not say of which record it is"));
        };
        let name = format!("{}:{record}", SourceId(source));
        one(bag, rows, tokens, &event, (&source, record)).map_err(|how| format!("{name}: {how}"))?;
        digest.update(format!("{name}\n"));
    }
    if count != rows.len() {
        return Err(format!("it has {count} events, records.csv {}", rows.len()));
    }
    Ok(SourceId(digest.finalize().into()).to_string())
}

fn one(
    bag: &Bag,
    rows: &mut Rows,
    tokens: &BTreeSet<String>,
    event: &Map<String, Value>,
    (source, record): (&Hash, u64),
) -> Result<(), String> {
    let row = rows.get_mut(source, record).ok_or("it is not in records.csv")?;
    if std::mem::replace(&mut row.said, true) {
        return Err("it is there twice".to_owned());
    }
    let says = |name: &str, value: &str| event.get(name).is_some_and(|found| found == value);
    let counts = |name: &str, value: u64| event.get(name).and_then(Value::as_u64) == Some(value);
    if !says("id", &EventId::of(&SourceId(*source), record).to_string()) {
        return Err("its id is not that of its record".to_owned());
    }
    let offset = match row.offset {
        Some(offset) => counts("vestigo.offset", offset),
        None => !event.contains_key("vestigo.offset"),
    };
    if !counts("vestigo.line", row.line) || !offset {
        return Err("its line and offset are not those in records.csv".to_owned());
    }
    let withheld = match event.get("vestigo.withheld") {
        None => false,
        Some(Value::Bool(true)) => true,
        Some(_) => return Err("whether it is withheld is not said plainly".to_owned()),
    };
    match row.place {
        None if withheld => hidden(event, tokens),
        None => Err("its bytes are not in the bundle, and it does not say that they are withheld".to_owned()),
        Some(_) if withheld => {
            Err("it says that its bytes are withheld, and they are in the bundle".to_owned())
        }
        Some(place) => shown(bag, &rows.files[place.file], &place, event),
    }
}

/// Checks that the original is the text of its record.
fn shown(bag: &Bag, file: &str, place: &Place, event: &Map<String, Value>) -> Result<(), String> {
    let from = place.offset.checked_add(place.lead);
    let text = from.and_then(|from| bag.stretch(file, from, place.text));
    let text = text.ok_or("its bytes are not where records.csv says")?;
    if Hash::from(Sha256::digest(&text)) != place.hash {
        return Err("its SHA-256 in records.csv is not that of its bytes".to_owned());
    }
    let said = |name: &str| event.get(name).and_then(Value::as_str);
    let original = String::from_utf8_lossy(&text);
    let exact = match &original {
        Cow::Borrowed(_) => None,
        Cow::Owned(_) => Some(STANDARD.encode(&text)),
    };
    if said("event.original") != Some(original.as_ref())
        || said("vestigo.original_base64") != exact.as_deref()
        || event.contains_key("vestigo.original_base64") != exact.is_some()
    {
        return Err("its original is not the text of its record".to_owned());
    }
    Ok(())
}

/// Checks that an event shows nothing that its record is withheld for.
fn hidden(event: &Map<String, Value>, tokens: &BTreeSet<String>) -> Result<(), String> {
    if ["event.original", "vestigo.original_base64"].iter().any(|name| event.contains_key(*name)) {
        return Err("its bytes are withheld, and it has an original".to_owned());
    }
    // A log may hold something that looks like a token, but then beside true ones.
    let mut used = BTreeSet::new();
    event.iter().for_each(|(name, value)| {
        tokens_of(name, &mut used);
        tokens_in(value, &mut used);
    });
    if !used.is_empty() && used.is_disjoint(tokens) {
        return Err("its tokens are not in redactions.jsonl".to_owned());
    }
    Ok(())
}

fn tokens_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => tokens_of(text, found),
        Value::Array(values) => values.iter().for_each(|value| tokens_in(value, found)),
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            tokens_of(name, found);
            tokens_in(value, found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Finds the digits of what looks like a token, `[user.name:0123456789abcdef]`.
fn tokens_of(text: &str, found: &mut BTreeSet<String>) {
    let parts: Vec<&str> = text.split(':').collect();
    for (before, after) in parts.iter().zip(parts.iter().skip(1)) {
        let digits = after.get(..16).filter(|_| after[16..].starts_with(']') && !before.is_empty());
        let hex = |digits: &&str| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        found.extend(digits.filter(hex).map(str::to_owned));
    }
}
