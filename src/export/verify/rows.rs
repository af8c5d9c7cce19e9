//! `records.csv` of a bundle: which records it has, and where their bytes lie.

use std::collections::BTreeMap;

use crate::evidence::Damage;
use crate::record::{Hash, SourceId};

use crate::export::forms::csv_row;
use crate::export::read::{Bag, damage, unhex};
use crate::export::records::{COLUMNS, cells};

const FILE: &str = "data/records.csv";

/// Where a record's bytes lie.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Which of [`Rows::files`].
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
pub struct Row {
    /// None where its bytes are withheld.
    pub place: Option<Place>,
    /// Its first line in the source.
    pub line: u64,
    /// Where its text begins in the source; a redacted bundle does not say it.
    pub offset: Option<u64>,
    /// Whether a proof has led from it to its source's root.
    pub proved: bool,
    /// Whether an event was read that speaks of it.
    pub said: bool,
}

/// The records of a bundle, by source and number.
#[derive(Default)]
pub struct Rows {
    /// The raw files.
    pub files: Vec<String>,
    ends: Vec<u64>,
    rows: BTreeMap<(Hash, u64), Row>,
}

impl Rows {
    /// Reads them; none where the file cannot be understood.
    pub fn read(bag: &Bag, found: &mut Vec<Damage>) -> Option<Rows> {
        let mut rows = Rows::default();
        if let Err(reason) = rows.read_lines(bag) {
            found.push(damage(FILE, reason));
            return None;
        }
        for name in bag.names("data/raw/") {
            let at = rows.files.iter().position(|file| *file == name);
            let end = at.map_or(0, |at| rows.ends[at]);
            if bag.length(&name) != Some(end) {
                found.push(damage(&name, format!("records.csv names the first {end} bytes of it")));
            }
        }
        Some(rows)
    }

    fn read_lines(&mut self, bag: &Bag) -> Result<(), String> {
        let mut lines = bag.lines(FILE)?;
        if lines.read()? != Some(csv_row(COLUMNS).as_bytes()) {
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
            cells(line).ok_or("it has not ten cells in quotes")?;
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
            let hash = unhex(hash).ok_or("its SHA-256 is not one")?;
            let [offset, length, lead, text] =
                [number(offset)?, number(length)?, number(lead)?, number(text)?];
            Some(self.place(file, Place { file: 0, offset, length, lead, text, hash })?)
        };
        // A redacted bundle does not tell it: the lengths of what is withheld would follow.
        let offset = if start.is_empty() { None } else { Some(number(start)?) };
        let row = Row { place, line: number(line)?, offset, proved: false, said: false };
        match self.rows.insert(key, row) {
            Some(_) => Err("its event is listed twice".to_owned()),
            None => Ok(()),
        }
    }

    /// Finds the file of a record, which must follow the one before it: no byte
    /// of a raw file belongs to none or to two.
    fn place(&mut self, file: &str, place: Place) -> Result<Place, String> {
        if self.files.last().is_none_or(|last| last != file) {
            if !file.starts_with("data/raw/") || self.files.iter().any(|known| known == file) {
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
        Ok(Place { file: at, ..place })
    }

    /// Gives a record.
    pub fn get_mut(&mut self, source: &Hash, record: u64) -> Option<&mut Row> {
        self.rows.get_mut(&(*source, record))
    }

    /// Goes through them all.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Gives how many there are.
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }
}

/// Reads `<source>:<record>`, written as we write it.
fn key_of(event: &str) -> Option<(Hash, u64)> {
    let (source, record) = event.split_once(':')?;
    let key = (unhex(source)?, record.parse().ok()?);
    (format!("{}:{}", SourceId(key.0), key.1) == event).then_some(key)
}

fn number(cell: &str) -> Result<u64, String> {
    let number: Option<u64> = cell.parse().ok();
    number.filter(|number| number.to_string() == cell).ok_or_else(|| "a cell is not a number".to_owned())
}
