//! Reads a bundle's journal and verifies its hash chain, including withheld entries.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::visible;
use crate::fs::{read_json, weight_of_json};
use crate::journal::{
    CaseCreate, Checkpoint, Entry, EntryPayload, EvidenceImport, ImportReceipt, Payload, Reread,
    SealedSource, affects_rereads, entry_hash, leaf, rereads,
};
use crate::record::{Continuation, Hash, Replaced, parse_canonical_hex, root};
use crate::verify::Damage;

use crate::export::bag::files::JOURNAL;
use crate::export::bag::{BagReader, MOST_VALUES, file_damage};

/// An entry that is left out, but for its hashes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithheldEntry {
    withheld: bool,
    seq: u64,
    sha256: String,
    leaf: String,
}

/// What an import recorded about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedImport {
    /// The root over its frames, in hex.
    pub root: String,
    /// How many records it has; none where the entry does not say.
    pub records: Option<u64>,
    /// The source that it continues.
    pub continues: Option<Continuation>,
}

impl SealedImport {
    /// Returns the number of its own first record.
    pub fn first_record(&self) -> u64 {
        self.continues.as_ref().map_or(0, |continues| continues.record)
    }
}

/// What the journal of a bundle says.
pub struct JournalView {
    /// What was imported, by source.
    pub imports: BTreeMap<String, SealedImport>,
    /// The case's id, where the entry that made it is shown.
    pub case: Option<String>,
    /// How many entries there are.
    pub entries: u64,
    /// How many of them are withheld.
    pub withheld: u64,
    /// When the last entry was made and by whom, where it is shown.
    pub last: Option<(String, String)>,
    /// The entry that made the case, where it is shown.
    pub create: Option<CaseCreate>,
    /// The fingerprints of the keys that shown entries name as the case's.
    pub keys: Vec<String>,
    /// The sources in the order of their import.
    pub sources: Vec<String>,
    /// The numbers of the batches.
    pub batches: Vec<u64>,
    /// The receipts of imports that are shown.
    pub receipts: Vec<Entry>,
    /// Whether there may be receipts besides these, withheld or too many.
    pub receipts_withheld: bool,
    /// The entries that are shown of which some may say how a source is read, each with its text.
    readings: Vec<(Entry, Vec<u8>)>,
    /// How many values the receipts are, about.
    kept: u64,
    /// The leaves of the journal's tree.
    leaves: Vec<Hash>,
    /// SHA-256 of the last line, in hex.
    head: String,
}

impl JournalView {
    /// Reads a bundle's journal and checks its chain.
    pub fn read(bag: &BagReader, found: &mut Vec<Damage>) -> JournalView {
        let mut told = JournalView {
            imports: BTreeMap::new(),
            case: None,
            entries: 0,
            withheld: 0,
            last: None,
            create: None,
            keys: Vec::new(),
            sources: Vec::new(),
            batches: Vec::new(),
            receipts: Vec::new(),
            receipts_withheld: false,
            readings: Vec::new(),
            kept: 0,
            leaves: Vec::new(),
            head: "0".repeat(64),
        };
        if let Err(reason) = told.read_lines(bag) {
            found.push(file_damage(JOURNAL, reason));
        }
        told
    }

    fn read_lines(&mut self, bag: &BagReader) -> Result<(), String> {
        let mut lines = bag.lines(JOURNAL)?;
        while let Some(text) = lines.read()? {
            self.line(text).map_err(|how| format!("line {}: {how}", self.entries + 1))?;
            self.entries += 1;
        }
        Ok(())
    }

    fn line(&mut self, text: &[u8]) -> Result<(), String> {
        if let Ok(line) = serde_json::from_slice::<WithheldEntry>(text) {
            let leaf = parse_canonical_hex::<32>(&line.leaf)
                .filter(|_| line.withheld && parse_canonical_hex::<32>(&line.sha256).is_some());
            self.leaves.push(leaf.ok_or("a withheld entry has no hashes")?);
            self.head = line.sha256;
            self.withheld += 1;
            self.last = None;
            self.receipts_withheld = true;
            return in_turn(line.seq, self.entries);
        }
        let line: Entry = read_json(text, MOST_VALUES).map_err(|_| "it is not an entry".to_owned())?;
        in_turn(line.seq, self.entries)?;
        if line.prev != self.head {
            return Err("it does not follow the line before".to_owned());
        }
        if line.is::<CaseCreate>() != (self.entries == 0) {
            return Err("the first entry, and no other, creates the case".to_owned());
        }
        self.head = entry_hash(text);
        self.leaves.push(leaf(text));
        match line.payload() {
            Payload::CaseCreate(create) => {
                self.case = Some(create.id.clone());
                self.keys.extend(create.key.clone());
                self.create = Some(create);
            }
            Payload::KeyAdd(key) => self.keys.push(key.fingerprint),
            Payload::EvidenceImport(import) => {
                self.batches.push(import.batch.into());
                import.sources.into_iter().try_for_each(|row| self.import(row))?;
            }
            Payload::Unknown(kind, _) if kind == CaseCreate::KIND || kind == EvidenceImport::KIND => {
                return Err(format!("its particulars are not those of `{kind}`"));
            }
            _ => {}
        }
        self.last = Some((line.at.clone(), line.by.clone()));
        let reads = affects_rereads(&line.kind);
        if reads || line.is::<ImportReceipt>() {
            self.kept += weight_of_json(text);
            if self.kept > MOST_VALUES {
                self.receipts_withheld = true;
            } else if reads {
                self.readings.push((line, text.to_vec()));
            } else {
                self.receipts.push(line);
            }
        }
        Ok(())
    }

    /// Returns how sources are read, by their SHA-256 in hex, where entries that are
    /// shown say otherwise than their import.
    pub fn rereads(&self) -> BTreeMap<String, Reread> {
        rereads(self.readings.iter().map(|(line, text)| (line, &text[..])))
    }

    /// Returns which records of a source another one has whole, as the evidence store
    /// determines it.
    pub fn replaced(&self, source: &str) -> Option<Replaced> {
        let end = self.imports.get(source)?.records?;
        let mut most: Option<Replaced> = None;
        for name in self.sources.iter().skip_while(|name| *name != source).skip(1) {
            let continues = self.imports.get(name).and_then(|import| import.continues.as_ref());
            let Some(continues) = continues.filter(|continues| continues.source == source) else { continue };
            if most.is_none_or(|most| most.from < continues.record) {
                let (from, events) = (continues.record, continues.replaced);
                most = name.parse().ok().map(|by| Replaced { from, events, by });
            }
        }
        most.filter(|most| most.from < end)
    }

    /// Returns the name (`<source>:<record>`) of the event that an event is when it is
    /// whole.
    pub fn whole(&self, event: &str) -> String {
        let mut name = event.to_owned();
        while let Some((source, record)) = name.split_once(':') {
            let replaced = self.replaced(source);
            let by =
                replaced.filter(|replaced| record.parse().is_ok_and(|record: u64| record >= replaced.from));
            match by {
                Some(Replaced { by, .. }) => name = format!("{by}:{record}"),
                None => break,
            }
        }
        name
    }

    fn import(&mut self, row: SealedSource) -> Result<(), String> {
        let SealedSource { source, root, records, continues, .. } = row;
        let import = SealedImport { root, records, continues };
        match self.imports.insert(source.clone(), import.clone()) {
            // A source has one root: a second one would let other records be proved.
            Some(before) if before != import => {
                Err("it imports a source again, with other values".to_owned())
            }
            Some(_) => Ok(()),
            None => {
                self.sources.push(source);
                Ok(())
            }
        }
    }

    /// Describes of a key that the journal does not name as the case's that it does not.
    pub fn stranger(&self, fingerprint: &str) -> Option<String> {
        if self.keys.iter().any(|key| key == fingerprint) {
            return None;
        }
        let named = match &self.keys[..] {
            [] => "none".to_owned(),
            keys => keys.iter().map(|key| visible(key)).collect::<Vec<_>>().join(", "),
        };
        let hidden = if self.withheld > 0 { " in the entries that are shown" } else { "" };
        Some(format!(
            "{fingerprint}, which its journal does not name as a key of the case{hidden}: it names {named}."
        ))
    }

    /// Returns whether a checkpoint is of this case, as far as the case is known.
    pub fn is_of_case(&self, checkpoint: &Checkpoint) -> bool {
        self.case.as_ref().is_none_or(|case| checkpoint.origin == Checkpoint::origin_of(case))
    }

    /// Returns in what the journal does not extend a checkpoint.
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

fn in_turn(seq: u64, expected: u64) -> Result<(), String> {
    match seq == expected {
        true => Ok(()),
        false => Err(format!("it has number {seq}, expected {expected}")),
    }
}
