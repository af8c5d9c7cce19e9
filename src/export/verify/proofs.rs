//! Checking that the records of a bundle are parts of the sealed originals.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::export::node_list::parse_nodes;
use crate::fs::read_json;
use crate::record::{Digest, Hash, SourceId, parse_canonical_hex, root_from};
use crate::verify::Damage;

use crate::export::bag::files::{PROOFS, RAW, RECORDS, proofs_of_raw, raw_of_proofs};
use crate::export::bag::{BagReader, MOST_VALUES, file_damage};

use super::journal::JournalView;
use super::records::RecordTable;

/// A frame's line of a proof file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameProofLine {
    pub source: String,
    pub frame: u64,
    pub first_record: u64,
    pub records: u64,
    pub known: Vec<KnownLeaf>,
    pub nodes: Vec<String>,
    pub root: String,
}

/// The last line of a proof file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceProofLine {
    pub source: String,
    pub frames: u64,
    pub known: Vec<u64>,
    pub nodes: Vec<String>,
    pub root: String,
}

/// A record of a frame: its salt where it is shown, its leaf where it is withheld.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownLeaf {
    pub record: u64,
    pub salt: Option<String>,
    pub leaf: Option<String>,
}

/// What proofs have shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProofResult {
    /// Records whose bytes lead to their source's root.
    pub shown: u64,
    /// Records of which the leaf only does.
    pub withheld: u64,
    /// Sources.
    pub sources: u64,
    /// The raw file of each source, by its hex.
    pub raws: BTreeMap<String, String>,
    /// Whether a source has several frames, so that its records' numbers are not bound.
    pub loose: bool,
}

/// Checks every proof, and that there is exactly one for each record.
pub fn check(
    bag: &BagReader,
    told: &JournalView,
    rows: &mut RecordTable,
    found: &mut Vec<Damage>,
) -> ProofResult {
    let mut proved = ProofResult::default();
    let mut sources = BTreeSet::new();
    for name in bag.names(PROOFS) {
        let raw = raw_of_proofs(&name);
        let mut one =
            SourceProofChecker { bag, told, rows, raw: &raw, source: None, frames: BTreeMap::new(), end: 0 };
        match one.read(&name) {
            Ok((source, _)) if !sources.insert(source) => {
                found.push(file_damage(&name, "another file proves the same source"));
            }
            Ok((source, frames)) => {
                proved.loose |= frames > 1;
                proved.raws.insert(SourceId(source).to_string(), raw);
            }
            Err(reason) => found.push(file_damage(&name, reason)),
        }
    }
    for raw in bag.names(RAW) {
        if !bag.has(&proofs_of_raw(&raw)) {
            found.push(file_damage(&raw, "there is no proof of it"));
        }
    }
    let bare = rows.iter().filter(|(_, row)| !row.proved).count();
    if bare > 0 {
        found.push(file_damage(RECORDS, format!("{bare} of its records have no proof")));
    }
    proved.shown = rows.iter().filter(|(_, row)| row.proved && row.place.is_some()).count() as u64;
    proved.withheld = rows.iter().filter(|(_, row)| row.proved && row.place.is_none()).count() as u64;
    proved.sources = sources.len() as u64;
    proved
}

/// Reading one source's proof.
struct SourceProofChecker<'a> {
    bag: &'a BagReader,
    told: &'a JournalView,
    rows: &'a mut RecordTable,
    /// Where its records' bytes must lie.
    raw: &'a str,
    /// The source, in hex and not, and how many records it has.
    source: Option<(String, Hash, u64)>,
    /// The frames' roots.
    frames: BTreeMap<u64, Hash>,
    /// The record after the last frame.
    end: u64,
}

impl SourceProofChecker<'_> {
    /// Returns the source that is proved, and how many frames it has.
    fn read(&mut self, name: &str) -> Result<(Hash, u64), String> {
        if !self.bag.has(self.raw) {
            return Err(format!("there is no {}", self.raw));
        }
        let mut lines = self.bag.lines(name)?;
        let mut ended = None;
        while let Some(line) = lines.read()? {
            if ended.is_some() {
                return Err("something follows its end".to_owned());
            }
            let bad = |_| "a line is not a proof".to_owned();
            let value: Value = read_json(line, MOST_VALUES).map_err(bad)?;
            if value.get("frame").is_some() {
                self.frame(serde_json::from_slice(line).map_err(bad)?)?;
            } else {
                ended = Some(self.end(&serde_json::from_slice(line).map_err(bad)?)?);
            }
        }
        ended.ok_or_else(|| "it has no end".to_owned())
    }

    /// Takes the source from the first line; the others must be of the same.
    fn source(&mut self, source: &str) -> Result<(Hash, u64), String> {
        if let Some((known, hash, records)) = &self.source {
            return if known == source {
                Ok((*hash, *records))
            } else {
                Err("it is of two sources".to_owned())
            };
        }
        let hash = parse_canonical_hex::<32>(source).ok_or("its source is not a hash")?;
        let import = self.told.imports.get(source).ok_or("no import in the journal names its source")?;
        let records = import.records.ok_or("the journal does not say how many records its source has")?;
        self.end = import.first_record();
        self.source = Some((source.to_owned(), hash, records));
        Ok((hash, records))
    }

    fn frame(&mut self, frame: FrameProofLine) -> Result<(), String> {
        let (source, total) = self.source(&frame.source)?;
        let number = frame.frame;
        let last = self.frames.last_key_value().map(|(last, _)| *last);
        if last.is_some_and(|last| last >= number) {
            return Err(format!("frame {number} does not follow the frame before"));
        }
        // Between frames that are not neighbors lie others, of one record at least.
        let next = last.map_or(0, |last| last + 1);
        let first = self.end.checked_add(number - next);
        let fits = |first: u64| {
            if number == next { frame.first_record == first } else { frame.first_record >= first }
        };
        let end = frame.first_record.checked_add(frame.records).filter(|end| *end <= total);
        let (true, Some(end)) = (first.is_some_and(fits), end) else {
            return Err(format!("the records of frame {number} are not where they can be"));
        };
        let mut leaves = BTreeMap::new();
        let mut before = None;
        for row in &frame.known {
            let place = row.record.checked_sub(frame.first_record).filter(|place| *place < frame.records);
            let place = place.ok_or("a record outside its frame")?;
            if before.is_some_and(|before| before >= row.record) {
                return Err(format!("record {} is not in its turn, or there twice", row.record));
            }
            before = Some(row.record);
            leaves.insert(place, self.leaf(&source, row)?);
        }
        if leaves.is_empty() {
            return Err(format!("frame {number} proves nothing"));
        }
        let found = root_from(frame.records, &leaves, &parse_nodes(&frame.nodes)?);
        let found = found.filter(|found| Digest(*found).to_string() == frame.root);
        self.frames.insert(number, found.ok_or_else(|| format!("frame {number} does not lead to its root"))?);
        self.end = end;
        Ok(())
    }

    /// Returns a record's leaf: from its bytes where they are shown, and as it is
    /// said to be only where they are withheld.
    fn leaf(&mut self, source: &Hash, known: &KnownLeaf) -> Result<Hash, String> {
        let missing = || format!("record {} is not in the bundle", known.record);
        let row = self.rows.get_mut(source, known.record).ok_or_else(missing)?;
        if std::mem::replace(&mut row.proved, true) {
            return Err(format!("record {} is proved twice", known.record));
        }
        let place = row.place;
        match (&known.salt, &known.leaf, place) {
            (None, Some(leaf), None) => {
                parse_canonical_hex::<32>(leaf).ok_or_else(|| "a leaf is not a hash".to_owned())
            }
            (Some(salt), None, Some(place)) => {
                if self.rows.files[place.file] != self.raw {
                    return Err(format!("record {} lies in another file than {}", known.record, self.raw));
                }
                let bytes = self.bag.stretch(self.raw, place.offset, place.length).ok_or_else(missing)?;
                let mut hash = Sha256::new();
                hash.update([0]);
                hash.update(parse_canonical_hex::<16>(salt).ok_or("a salt is not sixteen bytes")?);
                hash.update(bytes);
                Ok(hash.finalize().into())
            }
            (_, _, Some(_)) => {
                Err(format!("record {} is shown, so its proof has a salt and no leaf", known.record))
            }
            (_, _, None) => {
                Err(format!("record {} is withheld, so its proof has a leaf and no salt", known.record))
            }
        }
    }

    fn end(&mut self, line: &SourceProofLine) -> Result<(Hash, u64), String> {
        let (source, total) = self.source(&line.source)?;
        let last = self.frames.last_key_value().map(|(last, _)| *last).ok_or("it proves nothing")?;
        if !self.frames.keys().eq(line.known.iter()) || last >= line.frames {
            return Err("its frames are not those that lead to its root".to_owned());
        }
        let behind = total - self.end;
        let left = line.frames - 1 - last;
        if behind < left || left == 0 && behind > 0 {
            return Err(format!("its frames do not hold the {total} records that were imported"));
        }
        let found = root_from(line.frames, &self.frames, &parse_nodes(&line.nodes)?);
        if found.map(|hash| Digest(hash).to_string()).as_ref() != Some(&line.root) {
            return Err("its frames do not lead to its root".to_owned());
        }
        if self.told.imports.get(&line.source).is_none_or(|import| import.root != line.root) {
            return Err("no import in the journal names this root".to_owned());
        }
        Ok((source, line.frames))
    }
}
