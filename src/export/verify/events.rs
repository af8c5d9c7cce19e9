//! Verifies that each exported event equals the one parsed from its exported record, in
//! every format.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::case::{Receipt, RecordDecoder};
use crate::export::bag::files::{COVERAGE, EVENTS};
use crate::export::bag::{BagReader, MOST_VALUES, each_token};
use crate::export::rows::{MOST_EVENTS_OF_FINDING, event_forms};
use crate::fs::read_json;
use crate::parse::UNPARSED;
use crate::record::{
    Digest, EventId, EventRecord, Hash, Origin, SourceId, Timestamp, json_object, parse_canonical_hex,
};
use crate::verify::Damage;

use super::differences::Differences;
use super::records::{RecordPlace, RecordRow, RecordTable};
use super::tables::EventTables;

/// Longest line of an event: a record has 1 MiB at most, and may be in it escaped and twice.
const LONGEST: usize = 32 << 20;

const HOUR: i64 = 3_600_000_000_000;

/// What events are compared with.
pub struct EventContext<'a> {
    pub bag: &'a BagReader,
    /// The digits of the ledger's tokens.
    pub tokens: &'a BTreeSet<String>,
    /// Whether the bundle says that values were redacted of it.
    pub redacted: bool,
    /// How each source's records are read, or why that is not known.
    pub readings: &'a BTreeMap<Hash, Result<RecordDecoder, String>>,
    /// The tags of each event, by `<source>:<record>`.
    pub tags: &'a BTreeMap<String, Vec<String>>,
}

/// What the records of one source say, all together.
#[derive(Default)]
pub struct DerivedShare {
    /// Events.
    pub events: u64,
    /// What was derived from the bytes of those that are shown.
    pub receipt: Receipt,
    /// The hours (since the epoch) in which there are events.
    pub hours: BTreeSet<i64>,
}

/// What reading the events gave.
#[derive(Default)]
pub struct EventsSummary {
    /// The digest over their names, as `query.json` says it.
    pub digest: String,
    /// The first names, in order.
    pub first: Vec<String>,
    /// Events that were derived from their bytes.
    pub derived: u64,
    /// Why others were not, with how many.
    pub open: BTreeMap<String, u64>,
    /// By source.
    pub shares: BTreeMap<Hash, DerivedShare>,
    /// The times of all events that tell one.
    pub times: Vec<Timestamp>,
}

/// Checks every event against its record, and each of its forms.
pub fn check(
    known: &EventContext<'_>,
    rows: &mut RecordTable,
    found: &mut Vec<Damage>,
) -> Result<EventsSummary, String> {
    let mut events =
        EventChecker { known, said: EventsSummary::default(), hash: Sha256::new(), before: None };
    let mut lines = known.bag.lines(EVENTS)?;
    let mut tables = EventTables::open(known.bag, found);
    let (mut differ, mut count) = (Vec::new(), 0);
    let mut differences = Differences::new(EVENTS, &mut differ);
    let checked = loop {
        let line = match lines.read() {
            Ok(Some(line)) if line.len() > LONGEST => break Err(format!("line {} is too long", count + 1)),
            Ok(Some(line)) => line,
            Ok(None) => break Ok(()),
            Err(why) => break Err(why),
        };
        count += 1;
        if let Err(why) = events.line(count, line, rows, &mut differences, &mut tables) {
            break Err(why);
        }
    };
    differences.end();
    found.append(&mut differ);
    tables.end(found);
    checked?;
    if count != rows.len() {
        return Err(format!("it has {count} events, records.csv {}", rows.len()));
    }
    let EventChecker { mut said, hash, .. } = events;
    said.digest = Digest::from(hash).to_string();
    Ok(said)
}

/// The order of events: by time, those without one last.
type EventOrder = (bool, Option<Timestamp>, Hash, u64);

/// Going through the events.
struct EventChecker<'a> {
    known: &'a EventContext<'a>,
    said: EventsSummary,
    hash: Sha256,
    before: Option<EventOrder>,
}

impl EventChecker<'_> {
    fn line(
        &mut self,
        count: u64,
        line: &[u8],
        rows: &mut RecordTable,
        differences: &mut Differences<'_>,
        tables: &mut EventTables,
    ) -> Result<(), String> {
        let event: Map<String, Value> =
            read_json(line, MOST_VALUES).map_err(|_| format!("line {count} is not JSON"))?;
        let source = event.get("vestigo.source").and_then(Value::as_str).and_then(parse_canonical_hex::<32>);
        let (Some(source), Some(record)) = (source, event.get("vestigo.record").and_then(Value::as_u64))
        else {
            return Err(format!("line {count} does not say of which record it is"));
        };
        let name = format!("{}:{record}", SourceId(source));
        let derived =
            self.one(rows, &event, (&source, record), count - 1).map_err(|how| format!("{name}: {how}"))?;
        self.hash.update(format!("{name}\n"));
        if self.said.first.len() < MOST_EVENTS_OF_FINDING {
            self.said.first.push(name.clone());
        }
        let at = format!("line {count}, {}", EventId::new(&SourceId(source), record));
        let time = event.get("@timestamp").and_then(Value::as_str).and_then(|time| time.parse().ok());
        let turn: EventOrder = (time.is_none(), time, source, record);
        if self.before.as_ref().is_some_and(|before| *before >= turn) {
            differences.add(format!("{at} is not in its turn"));
        }
        self.before = Some(turn);
        let share = self.said.shares.entry(source).or_default();
        share.events += 1;
        if let Some(time) = time {
            share.hours.insert(time.nanos().div_euclid(HOUR));
            self.said.times.push(time);
        }
        let tags = self.known.tags.get(&name).map_or(&[][..], Vec::as_slice);
        let object = derived.as_ref().unwrap_or(&event);
        let wanted = event_forms(object.clone(), tags).map_err(|error| error.to_string())?;
        if wanted.json.as_bytes() != line {
            if event == *object {
                differences.add(format!("{at} is not written as it must be"));
            }
            differences.objects(&at, &event, object);
        }
        tables.compare(&at, &wanted.csv, &wanted.sketch);
        Ok(())
    }

    /// Checks an event against its record; gives what was derived from its bytes.
    fn one(
        &mut self,
        rows: &mut RecordTable,
        event: &Map<String, Value>,
        (source, record): (&Hash, u64),
        place: u64,
    ) -> Result<Option<Map<String, Value>>, String> {
        let part = event.get("vestigo.part").map_or(Some(0), Value::as_u64);
        let part = part.and_then(|part| u32::try_from(part).ok()).ok_or("its part is not a number")?;
        let row = rows.get_mut(source, record).ok_or("it is not in records.csv")?;
        if row.said.replace(place).is_some() {
            return Err("it is there twice".to_owned());
        }
        row.part = part;
        let says = |name: &str, value: &str| event.get(name).is_some_and(|found| found == value);
        let counts = |name: &str, value: u64| event.get(name).and_then(Value::as_u64) == Some(value);
        if !says("id", &EventId::new(&SourceId(*source), record).to_string()) {
            return Err("its id is not that of its record".to_owned());
        }
        let offset = match row.offset {
            Some(offset) => counts("vestigo.offset", offset),
            None => self.known.redacted && !event.contains_key("vestigo.offset"),
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
            None if withheld && !self.known.redacted => {
                Err("its bytes are withheld, and the bundle does not say that anything is redacted"
                    .to_owned())
            }
            None if withheld => hidden(event, self.known.tokens).map(|()| None),
            None => {
                Err("its bytes are not in the bundle, and it does not say that they are withheld".to_owned())
            }
            Some(_) if withheld => {
                Err("it says that its bytes are withheld, and they are in the bundle".to_owned())
            }
            Some(place) => {
                let text = shown(self.known.bag, &rows.files[place.file], &place, event)?;
                let row = rows.get_mut(source, record).ok_or("it is not in records.csv")?;
                Ok(self.derive((source, record), row, text))
            }
        }
    }

    /// Reads a record's text again under its source's plan.
    fn derive(
        &mut self,
        (source, record): (&Hash, u64),
        row: &RecordRow,
        text: Vec<u8>,
    ) -> Option<Map<String, Value>> {
        let reading = match self.known.readings.get(source) {
            Some(Ok(reading)) => reading,
            why => {
                let why = match why {
                    Some(Err(why)) => why.clone(),
                    _ => format!("{COVERAGE} does not name their source"),
                };
                *self.said.open.entry(why).or_default() += 1;
                return None;
            }
        };
        let event = reading.event(record, row.part, &text, |event| event.clone().into_owned());
        let share = self.said.shares.entry(*source).or_default();
        share.receipt.count(&event, event.format != UNPARSED, row.part);
        self.said.derived += 1;
        let length = text.len() as u64;
        let (source, line, offset) = (SourceId(*source), row.line, row.offset.unwrap_or_default());
        let origin = Origin { source, record, line, offset, length };
        let mut object = json_object(
            &EventRecord { origin, event, raw: text, part: row.part, reread: reading.entry },
            true,
        );
        if row.offset.is_none() {
            object.remove("vestigo.offset");
        }
        Some(object)
    }
}

/// Checks that the original is the text of its record; gives that.
fn shown(
    bag: &BagReader,
    file: &str,
    place: &RecordPlace,
    event: &Map<String, Value>,
) -> Result<Vec<u8>, String> {
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
    Ok(text)
}

/// Checks that an event shows nothing that its record is withheld for.
fn hidden(event: &Map<String, Value>, tokens: &BTreeSet<String>) -> Result<(), String> {
    if ["event.original", "vestigo.original_base64"].iter().any(|name| event.contains_key(*name)) {
        return Err("its bytes are withheld, and it has an original".to_owned());
    }
    // A log may hold something that looks like a token, but then beside true ones.
    let mut used = BTreeSet::new();
    event.iter().for_each(|(name, value)| {
        each_token(name, &mut |digits| used.extend([digits.to_owned()]));
        tokens_in(value, &mut used);
    });
    if !used.is_empty() && used.is_disjoint(tokens) {
        return Err("its tokens are not in redactions.jsonl".to_owned());
    }
    Ok(())
}

fn tokens_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => each_token(text, &mut |digits| found.extend([digits.to_owned()])),
        Value::Array(values) => values.iter().for_each(|value| tokens_in(value, found)),
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            each_token(name, &mut |digits| found.extend([digits.to_owned()]));
            tokens_in(value, found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
