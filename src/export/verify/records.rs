//! `records.csv` of a bundle: which records it has, and where their bytes lie.

use std::collections::BTreeMap;

use crate::case::RecordDecoder;
use crate::record::{Hash, SourceId, csv_row, parse_canonical_hex};
use crate::verify::Damage;

use crate::export::bag::files::{EVENTS, RAW, RECORDS};
use crate::export::bag::{BagReader, file_damage};
use crate::export::rows::{RECORD_COLUMNS, parse_record_row};

use super::journal::JournalView;

/// Where a record's bytes lie.
#[derive(Debug, Clone, Copy)]
pub struct RecordPlace {
    /// Which of [`RecordTable::files`].
    pub file: usize,
    pub offset: u64,
    pub length: u64,
    /// Bytes before its text.
    pub lead: u64,
    /// Length of its text.
    pub text: u64,
    /// SHA-256 of its text.
    pub hash: Hash,
}

/// A record of the bundle.
#[derive(Debug)]
pub struct RecordRow {
    /// None where its bytes are withheld.
    pub place: Option<RecordPlace>,
    /// Its first line in the source.
    pub line: u64,
    /// Where its text begins in the source; a redacted bundle does not say it.
    pub offset: Option<u64>,
    /// Whether a proof has led from it to its source's root.
    pub proved: bool,
    /// Which event speaks of it, from 0, in the order of `events.jsonl`.
    pub said: Option<u64>,
    /// Which part of an overlong line its event says that it is; 0 for a whole record.
    pub part: u32,
}

impl RecordRow {
    /// Returns where its bytes end in the source.
    fn end(&self) -> Option<u64> {
        let place = self.place?;
        self.offset?.checked_add(place.length.checked_sub(place.lead)?)
    }
}

/// The records of a bundle, by source and number.
#[derive(Default)]
pub struct RecordTable {
    /// The raw files.
    pub files: Vec<String>,
    ends: Vec<u64>,
    rows: BTreeMap<(Hash, u64), RecordRow>,
}

impl RecordTable {
    /// Reads them; none where the file cannot be understood.
    pub fn read(bag: &BagReader, found: &mut Vec<Damage>) -> Option<RecordTable> {
        let mut rows = RecordTable::default();
        if let Err(reason) = rows.read_lines(bag) {
            found.push(file_damage(RECORDS, reason));
            return None;
        }
        for name in bag.names(RAW) {
            let at = rows.files.iter().position(|file| *file == name);
            let end = at.map_or(0, |at| rows.ends[at]);
            if bag.length(&name) != Some(end) {
                found.push(file_damage(&name, format!("records.csv names the first {end} bytes of it")));
            }
        }
        Some(rows)
    }

    fn read_lines(&mut self, bag: &BagReader) -> Result<(), String> {
        let mut lines = bag.lines(RECORDS)?;
        if lines.read()? != Some(csv_row(RECORD_COLUMNS).as_bytes()) {
            return Err("its first line does not name the columns".to_owned());
        }
        let mut number = 1;
        while let Some(line) = lines.read()? {
            number += 1;
            self.line(line).map_err(|how| format!("line {number}: {how}"))?;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let [event, file, offset, length, lead, text, line, start, hash, record] =
            parse_record_row(line).ok_or("it has not ten cells in quotes")?;
        let key = key_of(event).ok_or("its event is not a source and a record")?;
        if record != key.1.to_string() {
            return Err("its record is not that of its event".to_owned());
        }
        let place = if file.is_empty() {
            if [offset, length, lead, text, hash].iter().any(|cell| !cell.is_empty()) {
                return Err("it names no file, and a place in it".to_owned());
            }
            None
        } else {
            let hash = parse_canonical_hex::<32>(hash).ok_or("its SHA-256 is not one")?;
            let [offset, length, lead, text] =
                [number(offset)?, number(length)?, number(lead)?, number(text)?];
            Some(self.place(file, RecordPlace { file: 0, offset, length, lead, text, hash })?)
        };
        // A redacted bundle does not tell it: the lengths of what is withheld would follow.
        let offset = if start.is_empty() { None } else { Some(number(start)?) };
        let row = RecordRow { place, line: number(line)?, offset, proved: false, said: None, part: 0 };
        match self.rows.insert(key, row) {
            Some(_) => Err("its event is listed twice".to_owned()),
            None => Ok(()),
        }
    }

    /// Finds the file of a record, which must follow the one before it: no byte
    /// of a raw file belongs to none or to two.
    fn place(&mut self, file: &str, place: RecordPlace) -> Result<RecordPlace, String> {
        if self.files.last().is_none_or(|last| last != file) {
            if !file.starts_with(RAW) || self.files.iter().any(|known| known == file) {
                return Err("its file is not the next of data/raw".to_owned());
            }
            self.files.push(file.to_owned());
            self.ends.push(0);
        }
        let at = self.files.len() - 1;
        if place.offset != self.ends[at] {
            return Err("its bytes do not follow those of the record before".to_owned());
        }
        if place.lead.saturating_add(place.text) > place.length {
            return Err("its text is not inside of its bytes".to_owned());
        }
        self.ends[at] = place.offset.checked_add(place.length).ok_or("its length is too large")?;
        Ok(RecordPlace { file: at, ..place })
    }

    /// Returns a record.
    pub fn get_mut(&mut self, source: &Hash, record: u64) -> Option<&mut RecordRow> {
        self.rows.get_mut(&(*source, record))
    }

    /// Returns a record by its name, `<source>:<record>`.
    pub fn named(&self, name: &str) -> Option<&RecordRow> {
        self.rows.get(&key_of(name)?)
    }

    /// Goes through them all, by source and number.
    pub fn iter(&self) -> impl Iterator<Item = (&(Hash, u64), &RecordRow)> {
        self.rows.iter()
    }

    /// Checks that records which follow each other in their source lie one behind
    /// the other in it, and that parts of an overlong line do. Returns how many
    /// parts nothing in the bundle shows to be parts.
    pub fn in_order(&self, found: &mut Vec<Damage>) -> u64 {
        let (mut before, mut open) = (None::<(&(Hash, u64), &RecordRow)>, 0);
        for (key, row) in &self.rows {
            let same = before.filter(|(other, _)| other.0 == key.0);
            let next = same.filter(|(other, _)| other.1 + 1 == key.1);
            let name = || format!("{}:{}", SourceId(key.0), key.1);
            if let (Some(RecordPlace { lead, .. }), Some(offset)) = (row.place, row.offset) {
                let begins = offset.checked_sub(lead);
                let fits = match (begins, same.and_then(|(_, other)| other.end())) {
                    (None, _) => false,
                    (Some(begins), _) if key.1 == 0 => begins == 0,
                    (Some(begins), Some(end)) if next.is_some() => begins == end,
                    (Some(begins), Some(end)) => begins >= end,
                    (Some(_), None) => true,
                };
                if !fits {
                    found.push(file_damage(
                        RECORDS,
                        format!("{}: its source_offset cannot be where it lies", name()),
                    ));
                }
            }
            if same.is_some_and(|(_, other)| other.line > row.line) || row.line == 0 {
                found.push(file_damage(
                    RECORDS,
                    format!("{}: its line is before that of a record before it", name()),
                ));
            }
            let behind = self.rows.get(&(key.0, key.1 + 1));
            match (row.part, next, behind) {
                (0, ..) => {}
                (1, ..) if row.place.is_some_and(|place| RecordDecoder::fills_a_part(place.text)) => {}
                (1, _, Some(other)) if other.part == 2 => {}
                (1, _, None) => open += 1,
                (part, Some((_, other)), _) if part > 1 && other.part == part - 1 => {}
                (part, None, _) if part > 1 => open += 1,
                _ if row.place.is_none() => open += 1,
                (part, ..) => {
                    let reason = format!("{}: vestigo.part says {part}, derived is nothing", name());
                    found.push(file_damage(EVENTS, reason));
                }
            }
            before = Some((key, row));
        }
        open
    }

    /// Returns how many of them no other source has whole.
    pub fn standing(&self, told: &JournalView) -> u64 {
        let (mut standing, mut source) = (0, None::<(Hash, u64)>);
        for (hash, record) in self.rows.keys() {
            if source.is_none_or(|(known, _)| known != *hash) {
                let replaced = told.replaced(&SourceId(*hash).to_string());
                source = Some((*hash, replaced.map_or(u64::MAX, |replaced| replaced.from)));
            }
            standing += u64::from(source.is_some_and(|(_, end)| *record < end));
        }
        standing
    }

    /// Returns how many there are.
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }
}

/// Reads `<source>:<record>`, written as vestigo writes it.
fn key_of(event: &str) -> Option<(Hash, u64)> {
    let (source, record) = event.split_once(':')?;
    let key = (parse_canonical_hex::<32>(source)?, record.parse().ok()?);
    (format!("{}:{}", SourceId(key.0), key.1) == event).then_some(key)
}

fn number(cell: &str) -> Result<u64, String> {
    let number: Option<u64> = cell.parse().ok();
    number.filter(|number| number.to_string() == cell).ok_or_else(|| "a cell is not a number".to_owned())
}
