//! Checks `query.json` against the rest of the bundle.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::visible;
use crate::journal::Entry;
use crate::record::{TimeRange, Timestamp, Zone};
use crate::verify::Damage;

use crate::export::bag::files::QUERY;
use crate::export::bag::{each_token, file_damage};
use crate::export::report::silent_ranges_among;
use crate::export::rows::{DIGEST_IS, describe_query};

use super::differences::{Differences, shown};
use super::events::EventsSummary;
use super::journal::JournalView;
use super::statements::{BundleFacts, Statements};

/// Derives `query.json` again and compares it. Returns what was not checked, in
/// sentences.
pub fn check(statements: &Statements, facts: &BundleFacts<'_>, found: &mut Vec<Damage>) -> Vec<String> {
    let mut open = Vec::new();
    let Some(says) = statements.query.as_object() else { return open };
    let mut derived = derive(statements, facts, &mut open);
    derived.insert("asked".into(), check_asked(statements, facts, found));
    // Where nothing of the bundle tells, what it says is taken as it is.
    let journal = facts.journal;
    let mut from_bundle = |name: &str, value: Option<Value>| {
        if let Some(value) = value.or_else(|| says.get(name).cloned()) {
            derived.insert(name.to_owned(), value);
        }
    };
    from_bundle("digest", facts.events.map(|events| events.digest.as_str().into()));
    from_bundle("case", journal.case.as_deref().map(Value::from));
    from_bundle("zone", journal.create.as_ref().map(|create| create.zone.as_str().into()));
    from_bundle("tool", statements.info.get("Bag-Software-Agent").map(|tool| tool.as_str().into()));
    // The first versions said neither this nor how they read their records.
    let mut receipts = journal.receipts.iter().flat_map(Entry::receipt_rows);
    let says_so = receipts.any(|row| row.get("plan").is_some()) || says.contains_key("answered_from");
    from_bundle("answered_from", says_so.then(|| "evidence".into()));
    if statements.is_whole() {
        from_bundle("silent", facts.events.map(|events| silent(statements, facts, events, &mut open)));
        derived.extend(bound_by_report(statements, journal));
    }
    let unknown: Vec<&String> = says.keys().filter(|name| !derived.contains_key(*name)).collect();
    for name in &unknown {
        derived.insert((*name).clone(), says[*name].clone());
    }
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().map(|name| visible(name)).collect();
        open.push(format!("What query.json says of {}: this version does not know it.", names.join(", ")));
    }
    open.push(
        "That the query gives these events and no others: run it again where the case is (vestigo replay)."
            .to_owned(),
    );
    let mut differences = Differences::new(QUERY, found);
    differences.compare("", &statements.query, &derived.into());
    differences.end();
    open
}

/// Derives what follows from the journal, the records and the parts of the selection.
fn derive(statements: &Statements, facts: &BundleFacts<'_>, open: &mut Vec<String>) -> Map<String, Value> {
    let journal = facts.journal;
    let mut evidence = journal.sources.clone();
    let unseen = facts.coverage.unseen(journal);
    if !unseen.is_empty() {
        open.push(format!(
            "That {} sources were imported: the journal entries that say so are withheld.",
            unseen.len()
        ));
    }
    evidence.extend(unseen);
    evidence.sort();
    let redacted = statements.asked().iter().filter_map(|part| part["query"].as_str()).any(|text| {
        let mut any = false;
        each_token(text, &mut |digits| any |= statements.tokens.contains(digits));
        any
    });
    let words = describe_query(statements.asked());
    let index = json!({ "batches": batches(statements, journal), "events": facts.coverage.events() });
    let derived = [
        ("words", words.into()),
        ("asked_redacted", redacted.into()),
        ("events", facts.records.into()),
        ("digest_is", DIGEST_IS.into()),
        ("entries", journal.entries.into()),
        ("evidence", evidence.into()),
        ("index", index),
    ];
    derived.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// Returns what nothing but the report is bound to, which is made from it: as it is
/// said, as far as it has the form that it must have.
fn bound_by_report(statements: &Statements, journal: &JournalView) -> [(String, Value); 4] {
    let query = &statements.query;
    let fields = query["redacted"].as_array().cloned().unwrap_or_default();
    let unnamed = query["unnamed"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let can_be = |seq: &u64| *seq < journal.entries && statements.is_redacted();
    [
        ("unnamed".to_owned(), unnamed.filter(can_be).collect()),
        ("redacted".to_owned(), fields.into_iter().filter(Value::is_string).collect()),
        ("orphans".to_owned(), query["orphans"].as_u64().unwrap_or_default().into()),
        ("shown_in".to_owned(), query["shown_in"].as_str().unwrap_or_default().into()),
    ]
}

/// Returns the batches that the journal shows, and those that are said and that
/// withheld entries may have committed.
fn batches(statements: &Statements, journal: &JournalView) -> Vec<u64> {
    let said = statements.query["index"]["batches"].as_array().into_iter().flatten();
    let said = said.filter_map(Value::as_u64).filter(|batch| !journal.batches.contains(batch));
    let withheld = usize::try_from(journal.withheld).unwrap_or(usize::MAX);
    let mut batches: Vec<u64> = journal.batches.iter().copied().chain(said.take(withheld)).collect();
    batches.sort_unstable();
    batches
}

/// Checks what was asked as far as the bundle tells; gives it back.
fn check_asked(statements: &Statements, facts: &BundleFacts<'_>, found: &mut Vec<Damage>) -> Value {
    let mut wrong = |why: String| found.push(file_damage(QUERY, format!("asked: {why}")));
    let alone = statements.asked().len() == 1;
    for part in statements.asked() {
        let meant: &[&str] = match part["kind"].as_str() {
            Some("all") if facts.standing != facts.coverage.events() => {
                wrong(format!(
                    "it says all, and {} of {} events are in the bundle",
                    facts.standing,
                    facts.coverage.events()
                ));
                continue;
            }
            Some("all" | "bookmarks") => &["kind"],
            Some("finding") => &["kind", "number", "uid"],
            Some("query") => &["kind", "query", "from", "to"],
            Some("event") => &["kind", "event"],
            _ => &[],
        };
        let names: BTreeSet<&str> = part.as_object().map_or_else(BTreeSet::new, names_of);
        if meant.is_empty() || names != meant.iter().copied().collect() {
            wrong(format!("a part is not one: {}", shown(part)));
        }
        let bound = |name: &str| part[name].as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let (from, to) = (bound("from"), bound("to"));
        let outside =
            |time: &Timestamp| from.is_some_and(|from| *time < from) || to.is_some_and(|to| *time >= to);
        let times = facts.events.map_or(&[][..], |said| &said.times);
        if alone && (from.is_some() || to.is_some()) && times.iter().any(outside) {
            wrong("an event lies outside of the time that was asked for".to_owned());
        }
    }
    statements.query["asked"].clone()
}

/// Returns the silent stretches: from the events where the bundle has all of
/// them, and else as far as no event of the bundle lies in what is said.
fn silent(
    statements: &Statements,
    facts: &BundleFacts<'_>,
    said: &EventsSummary,
    open: &mut Vec<String>,
) -> Value {
    let zone: Option<Zone> = statements.query["shown_in"].as_str().and_then(|zone| zone.parse().ok());
    if let Some(zone) =
        zone.filter(|_| facts.records == facts.coverage.events() && facts.standing == facts.records)
    {
        let row = |window: TimeRange| json!({ "from": window.from.to_string(), "to": window.to.to_string() });
        return silent_ranges_among(&said.times, &zone).into_iter().map(row).collect();
    }
    let says = statements.query["silent"].as_array().map_or(&[][..], Vec::as_slice);
    let moment = |value: &Value| value.as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let window = |row: &Value| Some(TimeRange { from: moment(&row["from"])?, to: moment(&row["to"])? });
    let empty = |window: TimeRange| !said.times.iter().any(|time| window.contains(*time));
    if facts.records > 0 {
        open.push("In which parts of the report's chart no source has any event: the bundle does not have all events of the case.".to_owned());
    }
    says.iter().filter(|row| window(row).is_some_and(empty)).cloned().collect()
}

fn names_of(object: &Map<String, Value>) -> BTreeSet<&str> {
    object.keys().map(String::as_str).collect()
}
