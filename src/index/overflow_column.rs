//! The column that fields share for which there is no room, and that long texts share.
//!
//! Its values are entries: the length of the field's name in bytes, a colon,
//! the name, the value. The entries of one field stand together in the sorted
//! dictionary.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::segment_contents::hash_of;
use crate::error::Result;

/// Texts of more bytes than this stand here, whatever their field: tantivy's dictionaries
/// keep a node for each byte that neighbors have in common.
pub(super) const LONG: usize = 16 << 10;
/// What stands behind all entries where there are long ones: the last value of a
/// dictionary is kept whole in its index. No row has it.
pub(super) const LAST: &str = "~";
/// What stands on either side of the hash before a long value.
const MARK: char = '\0';
/// How many bytes the hash and the mark after it take.
const HASHED: usize = 17;

/// Writes the entry of a value. Before a long one stands its hash, so that the entries of
/// long values have little in common.
pub(super) fn write(name: &str, value: &str, entry: &mut String) {
    entry.clear();
    write!(entry, "{}:{name}", name.len()).expect("writing to a string does not fail");
    if value.len() > LONG || value.starts_with(MARK) {
        let [hash, _] = hash_of(value.as_bytes());
        write!(entry, "{MARK}{hash:016x}{MARK}").expect("writing to a string does not fail");
    }
    entry.push_str(value);
}

/// Splits an entry into the field's name and the value.
pub(super) fn split(entry: &str) -> (&str, &str) {
    let parts = entry.split_once(':').and_then(|(length, rest)| rest.split_at_checked(length.parse().ok()?));
    parts.map_or(("", entry), |(name, rest)| (name, unmarked(rest)))
}

/// Returns a value without the hash before it.
fn unmarked(rest: &str) -> &str {
    rest.strip_prefix(MARK).and_then(|rest| rest.get(HASHED..)).unwrap_or(rest)
}

/// Returns the value of an entry.
pub(super) fn value(entry: &str) -> &str {
    split(entry).1
}

/// Returns the column of one field; none if no row has it.
pub(super) fn carve(overflow: &IndexColumn, name: &str, rows: u32) -> Result<Option<IndexColumn>> {
    let mut prefix = String::new();
    write(name, "", &mut prefix);
    let terms = overflow.terms();
    let from = terms.first_at(&prefix)?.0;
    let mut texts = Vec::new();
    while from + (texts.len() as u32) < terms.len() {
        match terms.get(from + texts.len() as u32)?.strip_prefix(&prefix) {
            Some(rest) => texts.push(unmarked(rest).to_owned()),
            None => break,
        }
    }
    if texts.is_empty() {
        return Ok(None);
    }
    let to = from + texts.len() as u32;
    // Long values stand by their hashes.
    let mut sorted = texts.clone();
    sorted.sort_unstable();
    let place = |text: &String| sorted.partition_point(|other| other < text) as u32;
    let places: Vec<u32> = texts.iter().map(place).collect();
    let mut pairs = Vec::new();
    overflow.visit(0..rows, None, &CancelToken::new(), |row, ord| {
        if (from..to).contains(&ord) {
            pairs.push((row, places[(ord - from) as usize]));
        }
    })?;
    Ok(Some(IndexColumn::made(rows, sorted, pairs)))
}

/// Returns the names of the fields and how many distinct values each has.
pub(super) fn names(overflow: &IndexColumn) -> Result<BTreeMap<String, u64>> {
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    let terms = overflow.terms();
    for number in 0..terms.blocks() {
        let block = terms.block(number)?;
        for i in 0..block.len() {
            if block.get(i) == LAST {
                continue;
            }
            let (name, _) = split(block.get(i));
            match names.get_mut(name) {
                Some(values) => *values += 1,
                None => drop(names.insert(name.to_owned(), 1)),
            }
        }
    }
    Ok(names)
}
