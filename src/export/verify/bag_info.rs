//! What a bundle says of itself, held against what is in it.

use crate::journal::{CaseCreate, Entry};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::error::visible;
use crate::export::bag::reader::{Bag, MOST_VALUES, damage};
use crate::export::bag::redaction_tokens::{each, occurrences};
use crate::export::report::timeline;
use crate::export::rows::query_words;
use crate::export::write::bag::{UNSIGNED, one_line};
use crate::fs::read_json;
use crate::record::{TimeRange, Timestamp, Zone};
use crate::verify::Damage;

use crate::export::verify::coverage::Covered;
use crate::export::verify::differences::Differences;
use crate::export::verify::events::Said;
use crate::export::verify::journal::Told;

const QUERY: &str = "data/query.json";
const LEDGER: &str = "data/redactions.jsonl";
const INFO: &str = "bag-info.txt";

/// What `bag-info.txt` may say.
const FIELDS: [&str; 10] = [
    "Bag-Software-Agent",
    "Bagging-Date",
    "Contact-Name",
    "External-Description",
    "External-Identifier",
    "Payload-Oxum",
    "Vestigo-Case",
    "Vestigo-Events",
    "Vestigo-Key",
    "Vestigo-State",
];

/// What the first bundles did not say in `query.json`.
const NEW: [&str; 5] = ["orphans", "redacted", "shown_in", "silent", "unnamed"];

/// What `bag-info.txt`, `query.json` and `redactions.jsonl` say.
pub struct Stated {
    query: Value,
    /// What `bag-info.txt` says.
    pub info: BTreeMap<String, String>,
    /// The digits of the tokens in the ledger of redactions.
    pub tokens: BTreeSet<String>,
    ledger: Vec<Value>,
}

/// What a bundle's statements are held against.
pub struct Facts<'a> {
    pub bag: &'a Bag,
    pub told: &'a Told,
    pub covered: &'a Covered,
    /// None where the events could not be read.
    pub said: Option<&'a Said>,
    /// How many records there are.
    pub events: u64,
}

impl Stated {
    /// Reads what a bundle says of itself.
    pub fn read(bag: &Bag, found: &mut Vec<Damage>) -> Stated {
        let bytes = bag.read(QUERY).unwrap_or_default();
        let query = read_json(&bytes, MOST_VALUES).unwrap_or_else(|_| {
            found.push(damage(QUERY, "it is not JSON, or too large"));
            Value::Null
        });
        let info = bag.info().unwrap_or_else(|reason| {
            found.push(damage(INFO, reason));
            BTreeMap::new()
        });
        let mut stated = Stated { query, info, tokens: BTreeSet::new(), ledger: Vec::new() };
        if let Err(reason) = stated.read_ledger(bag) {
            found.push(damage(LEDGER, reason));
        }
        stated
    }

    /// Reads `redactions.jsonl`; the digits of a token begin its commitment.
    fn read_ledger(&mut self, bag: &Bag) -> Result<(), String> {
        let (mut lines, mut left) = (bag.lines(LEDGER)?, MOST_VALUES);
        while let Some(line) = lines.read()? {
            let row: Value = read_json(line, left).map_err(|_| "a line is not JSON".to_owned())?;
            left = left.saturating_sub(crate::fs::weight_of_json(line));
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

    /// Gives the case that the bundle says to be of.
    pub fn case(&self) -> Option<String> {
        self.query["case"].as_str().map(str::to_owned)
    }

    /// Gives the parts of what was asked.
    pub fn asked(&self) -> &[Value] {
        self.query["asked"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Tells whether the bundle names what its report was made with, as those of before do not.
    pub fn is_whole(&self) -> bool {
        NEW.iter().any(|name| self.query.get(*name).is_some())
    }

    /// Tells whether the bundle says that values were taken out of it.
    pub fn is_redacted(&self) -> bool {
        !self.is_whole() || self.query["redacted"].as_array().is_some_and(|fields| !fields.is_empty())
    }

    /// Tells whether the bundle says that another key signed it than did.
    pub fn is_signed_by_another(&self, fingerprint: &str) -> bool {
        self.info.get("Vestigo-Key").is_some_and(|key| key != fingerprint && key != UNSIGNED)
    }

    /// Derives what they say. Returns what is open, in sentences.
    pub fn check(&self, of: &Facts<'_>, found: &mut Vec<Damage>) -> Vec<String> {
        let mut open = Vec::new();
        self.query(of, &mut open, found);
        self.info_of(of, &mut open, found);
        if let Err(why) = self.ledger_of(of, found) {
            found.push(damage(LEDGER, why));
        }
        open
    }

    fn query(&self, of: &Facts<'_>, open: &mut Vec<String>, found: &mut Vec<Damage>) {
        let Some(says) = self.query.as_object() else { return };
        let told = of.told;
        let mut evidence = told.sources.clone();
        let unseen = of.covered.unseen(told);
        if !unseen.is_empty() {
            open.push(format!(
                "That {} sources were imported: the entries of the journal that say so are withheld.",
                unseen.len()
            ));
        }
        evidence.extend(unseen);
        evidence.sort();
        let redacted = self.asked().iter().filter_map(|part| part["query"].as_str()).any(|text| {
            let mut any = false;
            each(text, &mut |digits| any |= self.tokens.contains(digits));
            any
        });
        let mut derived = json!({ "words": query_words::words(self.asked()), "asked_redacted": redacted,
            "events": of.events, "digest_is": query_words::DIGEST_IS, "entries": told.entries, "evidence": evidence,
            "index": { "batches": self.batches(told), "events": of.covered.events() } });
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value.or_else(|| says.get(name).cloned()) {
                derived[name] = value;
            }
        };
        // The version before said neither this nor how it read its records.
        let names_plans =
            told.receipts.iter().flat_map(Entry::receipt_rows).any(|row| row.get("plan").is_some());
        let says_so = names_plans || says.get("answered_from").is_some();
        set("answered_from", says_so.then(|| "evidence".into()));
        set("asked", Some(self.asked_of(of, found)));
        set("digest", of.said.map(|said| said.digest.as_str().into()));
        set("case", told.case.as_deref().map(Value::from));
        set("zone", told.create.as_ref().map(|create| create.zone.as_str().into()));
        set("tool", self.info.get("Bag-Software-Agent").map(|tool| tool.as_str().into()));
        if self.is_whole() {
            set("silent", of.said.map(|said| self.silent(of, said, open)));
        }
        if self.is_whole() {
            // What binds these is the report, which is made from them.
            let fields = self.query["redacted"].as_array().cloned().unwrap_or_default();
            let unnamed = self.query["unnamed"].as_array().into_iter().flatten();
            let unnamed: Vec<u64> = unnamed.filter_map(Value::as_u64).collect();
            let can_be = |seq: &u64| *seq < told.entries && self.is_redacted();
            set("unnamed", Some(unnamed.into_iter().filter(can_be).collect()));
            set("redacted", Some(fields.into_iter().filter(Value::is_string).collect()));
            set("orphans", Some(self.query["orphans"].as_u64().unwrap_or_default().into()));
            set("shown_in", Some(self.query["shown_in"].as_str().unwrap_or_default().into()));
        }
        let unknown = says.keys().filter(|name| derived.get(name.as_str()).is_none());
        let unknown: Vec<String> = unknown.cloned().collect();
        for name in &unknown {
            derived[name.as_str()] = says[name].clone();
        }
        if !unknown.is_empty() {
            let names: Vec<String> = unknown.iter().map(|name| visible(name)).collect();
            open.push(format!(
                "What query.json says of {}: this vestigo does not know it.",
                names.join(", ")
            ));
        }
        open.push("That what was asked gives these events and no others: ask again where the case is (vestigo replay).".to_owned());
        let mut differences = Differences::of(QUERY, found);
        differences.compare("", &self.query, &derived);
        differences.end();
    }

    /// Returns the batches that the journal shows, and those that are said and that
    /// withheld entries may have committed.
    fn batches(&self, told: &Told) -> Vec<u64> {
        let said = self.query["index"]["batches"].as_array().into_iter().flatten();
        let said = said.filter_map(Value::as_u64).filter(|batch| !told.batches.contains(batch));
        let withheld = usize::try_from(told.withheld).unwrap_or(usize::MAX);
        let mut batches: Vec<u64> = told.batches.iter().copied().chain(said.take(withheld)).collect();
        batches.sort_unstable();
        batches
    }

    /// Checks what was asked as far as the bundle tells; gives it back.
    fn asked_of(&self, of: &Facts<'_>, found: &mut Vec<Damage>) -> Value {
        let mut wrong = |why: String| found.push(damage(QUERY, format!("asked: {why}")));
        let alone = self.asked().len() == 1;
        for part in self.asked() {
            let meant: &[&str] = match part["kind"].as_str() {
                Some("all") if of.events != of.covered.events() => {
                    wrong(format!(
                        "it says all, and {} of {} events are in the bundle",
                        of.events,
                        of.covered.events()
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
                wrong(format!("a part is not one: {}", crate::export::verify::differences::shown(part)));
            }
            let bound = |name: &str| part[name].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            let (from, to) = (bound("from"), bound("to"));
            let outside =
                |time: &Timestamp| from.is_some_and(|from| *time < from) || to.is_some_and(|to| *time >= to);
            let times = of.said.map_or(&[][..], |said| &said.times);
            if alone && (from.is_some() || to.is_some()) && times.iter().any(outside) {
                wrong("an event lies outside of the time that was asked for".to_owned());
            }
        }
        self.query["asked"].clone()
    }

    /// Gives the silent stretches: from the events where the bundle has all of
    /// them, and else as far as no event of the bundle lies in what is said.
    fn silent(&self, of: &Facts<'_>, said: &Said, open: &mut Vec<String>) -> Value {
        let zone: Option<Zone> = self.query["shown_in"].as_str().and_then(|zone| zone.parse().ok());
        if let Some(zone) = zone.filter(|_| of.events == of.covered.events()) {
            let row =
                |window: TimeRange| json!({ "from": window.from.to_string(), "to": window.to.to_string() });
            return timeline::silent_among(&said.times, &zone).into_iter().map(row).collect();
        }
        let says = self.query["silent"].as_array().map_or(&[][..], Vec::as_slice);
        let moment = |value: &Value| value.as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let window = |row: &Value| Some(TimeRange { from: moment(&row["from"])?, to: moment(&row["to"])? });
        let empty = |window: TimeRange| !said.times.iter().any(|time| window.contains(*time));
        if of.events > 0 {
            open.push("Which stretches of the report's chart no source has any event in: the bundle has not all events of the case.".to_owned());
        }
        says.iter().filter(|row| window(row).is_some_and(empty)).cloned().collect()
    }

    fn info_of(&self, of: &Facts<'_>, open: &mut Vec<String>, found: &mut Vec<Damage>) {
        let told = of.told;
        let state = told.last.as_ref().map(|(at, _)| at.as_str());
        let create = told.create.as_ref();
        // An empty value has no line.
        let own = |text: fn(&CaseCreate) -> &str| create.map(|create| one_line(text(create)));
        let wanted = [
            ("Vestigo-Case", told.case.clone().or_else(|| self.case())),
            ("Vestigo-Events", Some(of.events.to_string())),
            ("Vestigo-State", state.map(str::to_owned)),
            ("Bagging-Date", state.and_then(|state| state.get(..10)).map(str::to_owned)),
            ("External-Description", own(|create| &create.title)),
            ("Contact-Name", own(|create| &create.examiner)),
            ("Bag-Software-Agent", self.query["tool"].as_str().map(str::to_owned)),
        ];
        let mut wrong = |name: &str, says: &str, is: &str| {
            let reason = format!("{}: it says {}, the bundle {}", visible(name), visible(says), visible(is));
            found.push(damage(INFO, reason));
        };
        for (name, is) in wanted {
            let says = self.info.get(name).map_or("", String::as_str);
            if let Some(is) = is.filter(|is| says != is) {
                wrong(name, says, &is);
            }
        }
        let name = self.info.get("External-Identifier").map_or("nothing", String::as_str);
        if !name.ends_with(&format!("-x{}", told.entries)) {
            wrong("External-Identifier", name, &format!("has {} entries", told.entries));
        }
        for name in self.info.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
            wrong(name, "it", "has no such field");
        }
        if create.is_none() {
            open.push(
                "The title and the examiner in bag-info.txt: the entry that made the case is withheld."
                    .to_owned(),
            );
        }
        if told.last.is_none() {
            open.push("The state in bag-info.txt: the newest entry of the journal is withheld.".to_owned());
        }
    }

    fn ledger_of(&self, of: &Facts<'_>, found: &mut Vec<Damage>) -> Result<(), String> {
        let counts = occurrences(of.bag, &self.tokens)?;
        let fields: Vec<&str> =
            self.query["redacted"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let first = self.ledger.first();
        let mut differences = Differences::of(LEDGER, found);
        for (n, row) in self.ledger.iter().enumerate().filter(|_| self.is_whole()) {
            let mut derived = Map::new();
            for name in ["token", "field", "commitment", "why", "by"] {
                derived.insert(name.to_owned(), row[name].clone());
            }
            let digits = row["commitment"].as_str().and_then(|hash| hash.get(..16)).unwrap_or_default();
            derived.insert("occurrences".into(), counts.get(digits).copied().unwrap_or_default().into());
            // All rows give one reason, and one who gave it.
            derived.insert("why".into(), first.map_or(Value::Null, |first| first["why"].clone()));
            let by = of.told.last.as_ref().map(|(_, by)| by.as_str().into());
            derived.insert(
                "by".into(),
                by.or_else(|| first.map(|first| first["by"].clone())).unwrap_or_default(),
            );
            let at = format!("line {}", n + 1);
            if !fields.contains(&row["field"].as_str().unwrap_or_default()) {
                differences.add(format!("{at}: query.json does not name its field as redacted"));
            }
            differences.compare(&at, row, &derived.into());
        }
        differences.end();
        Ok(())
    }
}

fn names_of(object: &Map<String, Value>) -> BTreeSet<&str> {
    object.keys().map(String::as_str).collect()
}
