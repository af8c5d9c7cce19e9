//! Checks `coverage.json` against the journal and the events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::case::{RecordDecoder, Understood, remarks};
use crate::export::bag::files::{COVERAGE, ORIGINALS, original_path};
use crate::export::bag::{BagReader, MOST_VALUES, file_damage};
use crate::export::rows::coverage::{
    GAP_MEANS, MOST_SOURCES_WITH_GAPS, NOT_SHOWN, add_continuation, gaps_between, searched_events,
    unread_rows,
};
use crate::fs::read_json;
use crate::journal::{Entry, Reread};
use crate::record::{Hash, Timestamp, parse_canonical_hex};
use crate::verify::Damage;

use super::differences::Differences;
use super::events::{DerivedShare, EventsSummary};
use super::journal::JournalView;
use super::proofs::ProofResult;
use super::underived_coverage::UnderivedCoverage;

/// The members that have the same name in an import's receipt.
const OF_RECEIPT: [&str; 12] = [
    "path",
    "path_bytes",
    "format",
    "bytes",
    "events",
    "unparsed",
    "rejected",
    "first",
    "last",
    "time",
    "plan",
    "reread",
];

/// What `coverage.json` says.
pub struct CoverageFile {
    whole: Value,
    /// How each source's records are read, or why that is not known.
    pub readings: BTreeMap<Hash, Result<RecordDecoder, String>>,
}

impl CoverageFile {
    /// Reads it.
    pub fn read(bag: &BagReader, found: &mut Vec<Damage>) -> CoverageFile {
        let bytes = bag.read(COVERAGE).ok().unwrap_or_default();
        let whole: Value = read_json(&bytes, MOST_VALUES).unwrap_or_else(|_| {
            found.push(file_damage(COVERAGE, "it is not JSON"));
            Value::Null
        });
        let mut readings = BTreeMap::new();
        for row in whole["sources"].as_array().into_iter().flatten() {
            let reading = match row.get("plan") {
                None => Err("this bundle does not record how its records were parsed".to_owned()),
                Some(plan) => RecordDecoder::named(plan)
                    .map(|reading| RecordDecoder { entry: row["reread"].as_u64(), ..reading }),
            };
            readings.extend(
                row["source"].as_str().and_then(parse_canonical_hex::<32>).map(|source| (source, reading)),
            );
        }
        CoverageFile { whole, readings }
    }

    /// Returns how many events of the sources are searched.
    pub fn events(&self) -> u64 {
        self.rows().map(searched_events).sum()
    }

    /// Returns the sources that it names and the journal does not, where entries of
    /// that are withheld which may have imported them.
    pub fn unseen(&self, told: &JournalView) -> Vec<String> {
        let named = self.rows().filter_map(|row| row["source"].as_str());
        let unseen = named.filter(|source| told.withheld > 0 && !told.imports.contains_key(*source));
        unseen.filter(|source| parse_canonical_hex::<32>(source).is_some()).map(str::to_owned).collect()
    }

    /// Returns the sources in the order in which they were imported: those that the
    /// journal shows, and between them, where the file has them, those that are unseen.
    fn order(&self, told: &JournalView) -> Vec<String> {
        let unseen: BTreeSet<String> = self.unseen(told).into_iter().collect();
        let mut seen = told.sources.iter().cloned();
        let mut order = Vec::new();
        for source in self.rows().filter_map(|row| row["source"].as_str()) {
            if unseen.contains(source) {
                order.push(source.to_owned());
            } else {
                order.extend(seen.next());
            }
        }
        order.extend(seen);
        order
    }

    fn rows(&self) -> impl Iterator<Item = &Value> {
        self.whole["sources"].as_array().into_iter().flatten()
    }

    /// Derives it again. Returns what is open, in sentences.
    pub fn check(
        &self,
        bag: &BagReader,
        told: &JournalView,
        proved: &ProofResult,
        said: &EventsSummary,
        found: &mut Vec<Damage>,
    ) -> Vec<String> {
        let known: BTreeMap<&str, &Value> =
            self.rows().filter_map(|row| Some((row["source"].as_str()?, row))).collect();
        let (receipts, remarks) = (receipts(told, &known), remarks(&told.receipts));
        let (mut open, mut rows) = (UnderivedCoverage::default(), Vec::new());
        for (n, source) in self.order(told).iter().enumerate() {
            let none = Value::Null;
            let says = known.get(source.as_str()).copied().unwrap_or(&none);
            let share = parse_canonical_hex::<32>(source).and_then(|hash| said.shares.get(&hash));
            let looked_at = n < MOST_SOURCES_WITH_GAPS;
            let one = CoverageDeriver {
                bag,
                told,
                looked_at,
                raw: proved.raws.get(source),
                receipt: receipts.get(source.as_str()),
                remarks: remarks.get(source).map_or(&[], Vec::as_slice),
            };
            rows.push(one.derive(source, says, share, &mut open));
        }
        let not_read = match told.receipts_withheld {
            true => self.whole["not_read"].clone(),
            false => unread_rows(&told.receipts).into(),
        };
        let mut derived =
            json!({ "sources": rows, "not_read": not_read, "gap": GAP_MEANS, "not_shown": NOT_SHOWN });
        if let (Some(says), Some(derived)) = (self.whole.as_object(), derived.as_object_mut()) {
            open.keep_unknown(says, derived);
        }
        let mut differences = Differences::new(COVERAGE, found);
        differences.compare("", &self.whole, &derived);
        differences.end();
        open.sentences(told)
    }
}

/// Returns the receipts of imports that are shown, by source, as later entries have it
/// read. Where entries are withheld, or too many, which may have it read as the bundle
/// says, there is none.
fn receipts<'a>(told: &'a JournalView, says: &BTreeMap<&str, &Value>) -> BTreeMap<&'a str, Value> {
    let rereads = told.rereads();
    let rows = told.receipts.iter().flat_map(Entry::receipt_rows);
    let rows = rows.filter(|row| row["status"] != "duplicate");
    let receipt = |row: &'a Value| {
        let source = row["source"].as_str()?;
        let (reread, said) = (rereads.get(source), says.get(source).and_then(|row| row["reread"].as_u64()));
        if told.receipts_withheld && reread.map(|reread| reread.entry) != said {
            return None;
        }
        let reread = reread.and_then(|reread| read_as(row, reread, said));
        Some((source, reread.unwrap_or_else(|| row.clone())))
    };
    rows.filter_map(receipt).collect()
}

/// Returns the receipt of a source that an entry reads otherwise; none where that
/// entry cannot be followed, and the bundle does not say that it was.
fn read_as(row: &Value, reread: &Reread, said: Option<u64>) -> Option<Value> {
    let gives: Understood = serde_json::from_value(reread.gives.clone()).ok()?;
    let can =
        || RecordDecoder::named(&reread.plan).is_ok() && reread.plan["framing"] == row["plan"]["framing"];
    if said != Some(reread.entry) && !can() {
        return None;
    }
    let shown = |nanos: Option<i64>| nanos.map(|nanos| Timestamp::from_nanos(nanos).to_string());
    let mut row = row.clone();
    row["format"] = gives.format.into();
    row["unparsed"] = gives.unparsed.into();
    row["first"] = shown(gives.first).into();
    row["last"] = shown(gives.last).into();
    row["time"] = json!(gives.time);
    row["plan"] = reread.plan.clone();
    row["reread"] = reread.entry.into();
    Some(row)
}

/// Deriving one source's row.
struct CoverageDeriver<'a> {
    bag: &'a BagReader,
    told: &'a JournalView,
    /// Whether its gaps were looked for.
    looked_at: bool,
    raw: Option<&'a String>,
    receipt: Option<&'a Value>,
    /// What its receipts remark.
    remarks: &'a [String],
}

impl CoverageDeriver<'_> {
    fn derive(
        &self,
        source: &str,
        says: &Value,
        share: Option<&DerivedShare>,
        open: &mut UnderivedCoverage,
    ) -> Value {
        let mut row = Map::new();
        let exported = share.map_or(0, |share| share.events);
        row.insert("source".into(), source.into());
        let root = self.told.imports.get(source).map(|import| import.root.clone());
        // Of a source that the journal does not show nobody can tell; no record of it is proved.
        row.insert("root".into(), root.map_or_else(|| says["root"].clone(), Value::from));
        row.insert("exported".into(), exported.into());
        row.insert("raw".into(), self.raw.cloned().into());
        row.insert("original".into(), self.original(source, says));
        self.derive_continuation(source, says, &mut row);
        match self.receipt {
            Some(receipt) => self.derive_from_receipt(receipt, says, share, &mut row, open),
            None => {
                open.receipts += 1;
                for name in OF_RECEIPT.iter().chain(&["broken", "remarks", "gaps"]) {
                    row.extend(says.get(*name).map(|value| ((*name).to_owned(), value.clone())));
                }
            }
        }
        if let Some(says) = says.as_object() {
            open.keep_unknown(says, &mut row);
        }
        row.into()
    }

    /// Derives which source it continues, and what of it another source has whole.
    fn derive_continuation(&self, source: &str, says: &Value, row: &mut Map<String, Value>) {
        let mut derived = Value::Object(std::mem::take(row));
        match self.told.imports.get(source) {
            Some(import) => {
                let replaced = self.told.replaced(source);
                add_continuation(&mut derived, import.continues.as_ref(), replaced.as_ref());
            }
            None => ["continues", "replaced"]
                .into_iter()
                .filter(|name| says.get(*name).is_some())
                .for_each(|name| derived[name] = says[name].clone()),
        }
        if let Value::Object(derived) = derived {
            *row = derived;
        }
    }

    /// Derives what a source's receipt says of it.
    fn derive_from_receipt(
        &self,
        receipt: &Value,
        says: &Value,
        share: Option<&DerivedShare>,
        row: &mut Map<String, Value>,
        open: &mut UnderivedCoverage,
    ) {
        for name in OF_RECEIPT {
            row.extend(receipt.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        if receipt.get("plan").is_none() {
            open.plans += 1;
            row.extend(says.get("plan").map(|plan| ("plan".to_owned(), plan.clone())));
        }
        row.insert("broken".into(), broken(receipt, says));
        // The first versions said neither this nor how they read their records.
        if says.get("remarks").is_some() || receipt.get("plan").is_some() {
            row.insert("remarks".into(), self.remarks.into());
        }
        // The bundle has all of its events: then more follows from them.
        let whole =
            share.filter(|share| receipt["events"] == share.events && share.receipt.events == share.events);
        match whole {
            Some(share) => self.derive_from_events(share, row),
            None if receipt["first"].is_null() => drop(row.insert("gaps".into(), Value::Null)),
            None => {
                open.gaps += 1;
                row.insert("gaps".into(), plausible(share, says));
            }
        }
        for (name, value) in receipt.as_object().into_iter().flatten() {
            if says.get(name).is_some() && !row.contains_key(name) {
                row.insert(name.clone(), value.clone());
            }
        }
    }

    /// Derives what follows from all events of a source.
    fn derive_from_events(&self, share: &DerivedShare, row: &mut Map<String, Value>) {
        let shown = |nanos: Option<i64>| nanos.map(|nanos| Timestamp::from_nanos(nanos).to_string());
        let counted = &share.receipt;
        row.insert("first".into(), shown(counted.first).into());
        row.insert("last".into(), shown(counted.last).into());
        row.insert("time".into(), json!(counted.time));
        row.insert("unparsed".into(), counted.unparsed.into());
        row.insert("gaps".into(), gaps_between(&share.hours).filter(|_| self.looked_at).into());
    }

    /// Returns where the whole original lies: where it says, if that can be.
    fn original(&self, source: &str, says: &Value) -> Value {
        let named = says["original"].as_str().unwrap_or_default();
        let hash = named.strip_prefix(ORIGINALS).unwrap_or_default();
        let mut containers = self.told.receipts.iter().flat_map(Entry::receipt_containers);
        let mut kept = || self.told.receipts_withheld || containers.any(|one| one == hash);
        if self.bag.has(named) && (hash == source || parse_canonical_hex::<32>(hash).is_some() && kept()) {
            return named.into();
        }
        let own = original_path(source);
        if self.bag.has(&own) { own.into() } else { Value::Null }
    }
}

/// Returns why a source broke off: the receipt's reason begins with it.
fn broken(receipt: &Value, says: &Value) -> Value {
    let reason = receipt["reason"].as_str().unwrap_or_default();
    match says["broken"].as_str() {
        _ if receipt["status"] != "partial" => Value::Null,
        Some(broken) if !broken.is_empty() && reason.starts_with(broken) => broken.into(),
        _ => receipt["reason"].clone(),
    }
}

/// Returns the stated gaps in which no event of the bundle lies.
fn plausible(share: Option<&DerivedShare>, says: &Value) -> Value {
    const HOUR: i64 = 3_600_000_000_000;
    let hour = |value: &Value| {
        let at: Timestamp = value.as_str()?.parse().ok()?;
        (at.nanos() % HOUR == 0).then_some(at.nanos() / HOUR)
    };
    let moment = |value: &Value| value.as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let (first, last) = (moment(&says["first"]), moment(&says["last"]));
    let stands = |gap: &&Value| {
        let (Some(from), Some(to)) = (hour(&gap["from"]), hour(&gap["to"])) else { return false };
        let inside = first.zip(last).is_some_and(|(first, last)| {
            first.nanos() < from * HOUR && to.saturating_mul(HOUR) <= last.nanos()
        });
        let empty = share.is_none_or(|share| share.hours.range(from..to.max(from)).next().is_none());
        from < to && gap["hours"] == to - from && inside && empty
    };
    match says["gaps"].as_array() {
        None => Value::Null,
        Some(gaps) => gaps.iter().filter(stands).cloned().collect(),
    }
}
