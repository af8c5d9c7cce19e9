//! Checking that the records of a bundle are parts of the sealed originals.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::evidence::Damage;
use crate::journal::{Checkpoint, hash_of, leaf};
use crate::record::{Hash, SourceId, root, root_from};

use super::read::{Bag, damage};

/// A line of a proof file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Frame {
        source: String,
        frame: u64,
        first_record: u64,
        records: u64,
        known: Vec<Known>,
        nodes: Vec<String>,
        root: String,
    },
    Source {
        source: String,
        frames: u64,
        known: Vec<u64>,
        nodes: Vec<String>,
        root: String,
    },
}

#[derive(Deserialize)]
struct Known {
    record: u64,
    salt: Option<String>,
    leaf: Option<String>,
}

/// Where a record's bytes lie.
struct Place {
    file: String,
    offset: u64,
    length: u64,
    lead: u64,
    text: u64,
    hash: String,
}

/// What the journal of a bundle says.
#[derive(Default)]
pub struct Told {
    /// The roots that imports named, by source.
    roots: BTreeMap<String, String>,
    /// The case's id, where the entry that made it is shown.
    pub case: Option<String>,
    /// How many entries there are.
    pub entries: u64,
    /// The leaves of the journal's tree.
    leaves: Vec<Hash>,
}

impl Told {
    /// Tells in what the journal does not extend a checkpoint.
    pub fn against(&self, checkpoint: &Checkpoint) -> Option<String> {
        let size = usize::try_from(checkpoint.size).ok().filter(|size| *size <= self.leaves.len());
        match size.map(|size| root(&self.leaves[..size])) {
            None => Some(format!("the journal has {} entries, it says {}", self.entries, checkpoint.size)),
            Some(found) if found != checkpoint.root => Some(format!(
                "the first {} entries have root {}, it says {}: the history differs",
                checkpoint.size,
                STANDARD.encode(found),
                STANDARD.encode(checkpoint.root)
            )),
            Some(_) => None,
        }
    }
}

/// Reads a bundle's journal and checks its chain, over withheld entries too.
pub fn journal(bag: &Bag, found: &mut Vec<Damage>) -> Told {
    const FILE: &str = "data/journal.jsonl";
    let mut told = Told::default();
    let Ok(bytes) = bag.read(FILE) else { return told };
    let mut head = "0".repeat(64);
    for text in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line: Value = serde_json::from_slice(text).unwrap_or_default();
        told.entries += 1;
        if line["withheld"] == true {
            let parsed = line["leaf"].as_str().and_then(unhex);
            match (parsed, line["sha256"].as_str()) {
                (Some(leaf), Some(sha256)) => {
                    told.leaves.push(leaf);
                    head = sha256.to_owned();
                }
                _ => return fail(told, found, FILE, "a withheld entry has no hashes"),
            }
            continue;
        }
        if line["prev"] != head.as_str() || line["seq"] != told.entries - 1 {
            let reason = format!("line {} does not follow the line before", told.entries);
            return fail(told, found, FILE, &reason);
        }
        head = hash_of(text);
        told.leaves.push(leaf(text));
        if line["do"] == "case.create" {
            told.case = line["what"]["id"].as_str().map(str::to_owned);
        }
        if line["do"] == "evidence.import" {
            let rows = line["what"]["sources"].as_array().cloned().unwrap_or_default();
            let pair =
                |row: &Value| Some((row["source"].as_str()?.to_owned(), row["root"].as_str()?.to_owned()));
            told.roots.extend(rows.iter().filter_map(pair));
        }
    }
    told
}

fn fail(told: Told, found: &mut Vec<Damage>, file: &str, reason: &str) -> Told {
    found.push(damage(file, reason));
    told
}

/// Checks every proof, and that the normalised events say what the records say.
/// Gives how many records are proved, and how many were withheld.
pub fn check(bag: &Bag, told: &Told, found: &mut Vec<Damage>) -> (u64, u64) {
    let places = match places(bag) {
        Ok(places) => places,
        Err(reason) => {
            found.push(damage("data/records.csv", reason));
            return (0, 0);
        }
    };
    let mut proved = 0;
    for name in bag.names("data/proofs/") {
        match source(bag, &name, told, &places) {
            Ok(count) => proved += count,
            Err(reason) => found.push(damage(&name, reason)),
        }
    }
    let shown = places.values().filter(|place| place.is_some()).count() as u64;
    if shown != proved {
        found.push(damage("data/records.csv", format!("{shown} records are shown, {proved} are proved")));
    }
    if let Err(reason) = events(bag, &places) {
        found.push(damage("data/events.jsonl", reason));
    }
    (proved, places.len() as u64 - shown)
}

/// Reads `records.csv`: where each record lies; none where its bytes are withheld.
fn places(bag: &Bag) -> Result<BTreeMap<String, Option<Place>>, String> {
    let bytes = bag.read("data/records.csv").map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut places = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let [event, file, offset, length, lead, text, _, _, hash, _] = cells[..] else {
            return Err("a row has not ten cells".to_owned());
        };
        let number = |cell: &str| cell.parse::<u64>().map_err(|_| format!("`{cell}` is not a number"));
        let place = if file.is_empty() {
            None
        } else {
            let (offset, length) = (number(offset)?, number(length)?);
            let (lead, text) = (number(lead)?, number(text)?);
            Some(Place { file: file.to_owned(), offset, length, lead, text, hash: hash.to_owned() })
        };
        places.insert(event.to_owned(), place);
    }
    Ok(places)
}

/// Checks one source's proofs.
fn source(
    bag: &Bag,
    name: &str,
    told: &Told,
    places: &BTreeMap<String, Option<Place>>,
) -> Result<u64, String> {
    let bytes = bag.read(name).map_err(|error| error.to_string())?;
    let (mut frames, mut count, mut end) = (BTreeMap::new(), 0, None);
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line).map_err(|_| "a line is not a proof".to_owned())? {
            Row::Frame { source, frame, first_record, records, known, nodes, root } => {
                let mut leaves = BTreeMap::new();
                for row in &known {
                    count += u64::from(row.salt.is_some());
                    let place = row.record.checked_sub(first_record).filter(|place| *place < records);
                    leaves.insert(
                        place.ok_or("a record outside its frame")?,
                        leaf_of(bag, &source, row, places)?,
                    );
                }
                let found = root_from(records, &leaves, &unhex_all(&nodes)?);
                if found.map(|hash| SourceId(hash).to_string()) != Some(root) {
                    return Err(format!("frame {frame} does not lead to its root"));
                }
                frames.insert(frame, found.expect("it was just compared"));
            }
            Row::Source { source, frames, known, nodes, root } => {
                end = Some((source, frames, known, nodes, root))
            }
        }
    }
    let (source, size, known, nodes, root) = end.ok_or("it has no end")?;
    if !frames.keys().eq(known.iter()) || known.last().is_some_and(|last| *last >= size) {
        return Err("its frames are not those that lead to its root".to_owned());
    }
    let found = root_from(size, &frames, &unhex_all(&nodes)?).map(|hash| SourceId(hash).to_string());
    if found.as_ref() != Some(&root) {
        return Err("its frames do not lead to its root".to_owned());
    }
    if told.roots.get(&source) != Some(&root) {
        return Err("no import in the journal names this root".to_owned());
    }
    Ok(count)
}

fn leaf_of(
    bag: &Bag,
    source: &str,
    row: &Known,
    places: &BTreeMap<String, Option<Place>>,
) -> Result<Hash, String> {
    if let Some(leaf) = &row.leaf {
        return unhex(leaf).ok_or_else(|| "a leaf is not a hash".to_owned());
    }
    let missing = || format!("record {} is not in the bundle", row.record);
    let place = places.get(&format!("{source}:{}", row.record)).and_then(Option::as_ref);
    let place = place.ok_or_else(missing)?;
    let bytes = bag.stretch(&place.file, place.offset, place.length).ok_or_else(missing)?;
    let salt = row.salt.as_deref().and_then(unhex_bytes).ok_or("a record has neither salt nor leaf")?;
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(salt);
    hash.update(bytes);
    Ok(hash.finalize().into())
}

/// Checks that each event's original is the text of its record.
fn events(bag: &Bag, places: &BTreeMap<String, Option<Place>>) -> Result<(), String> {
    let mut reader =
        std::io::BufReader::new(bag.reader("data/events.jsonl").map_err(|error| error.to_string())?);
    let (mut line, mut count) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = std::io::BufRead::read_until(&mut reader, b'\n', &mut line);
        if read.map_err(|error| error.to_string())? == 0 {
            break;
        }
        count += 1;
        let event: Value = serde_json::from_slice(&line).map_err(|_| format!("line {count} is not JSON"))?;
        let source = event["vestigo.source"].as_str().unwrap_or_default();
        let name = format!("{source}:{}", event["vestigo.record"]);
        let Some(place) = places.get(&name) else { return Err(format!("{name} is not in records.csv")) };
        let Some(place) = place else { continue };
        let text = place
            .offset
            .checked_add(place.lead)
            .filter(|_| place.lead.saturating_add(place.text) <= place.length)
            .and_then(|from| bag.stretch(&place.file, from, place.text));
        let text = text.ok_or_else(|| format!("the bytes of {name} are not where records.csv says"))?;
        if super::bag::hash_of(&text) != place.hash {
            return Err(format!("the SHA-256 of {name} in records.csv is not that of its bytes"));
        }
        let said = match event["vestigo.original_base64"].as_str() {
            Some(base64) => STANDARD.decode(base64).unwrap_or_default(),
            None => event["event.original"].as_str().unwrap_or_default().as_bytes().to_vec(),
        };
        if said != text {
            return Err(format!("the original of {name} is not the text of its record"));
        }
    }
    if count != places.len() {
        return Err(format!("it has {count} events, records.csv {}", places.len()));
    }
    Ok(())
}

fn unhex(text: &str) -> Option<Hash> {
    text.parse::<SourceId>().ok().map(|id| id.0)
}

fn unhex_all(texts: &[String]) -> Result<Vec<Hash>, String> {
    texts.iter().map(|text| unhex(text).ok_or_else(|| "a node is not a hash".to_owned())).collect()
}

fn unhex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (digits.len() == 32).then(|| digits.chunks(2).map(pair).collect())?
}
