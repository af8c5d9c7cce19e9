//! The fields that share one column, because there are too many of them.
//!
//! Its values are entries: the length of the field's name in bytes, a colon,
//! the name, the value. The entries of one field stand together in the sorted
//! dictionary.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cancel::CancelToken;
use super::column::IndexColumn;
use super::column_builder::outline;
use super::dictionary::Dictionary;
use super::dictionary_block::DictionaryBlock;
use crate::error::Result;

/// Writes the entry of a value.
pub(super) fn write(name: &str, value: &str, entry: &mut String) {
    entry.clear();
    write!(entry, "{}:{name}{value}", name.len()).expect("writing to a string does not fail");
}

/// Splits an entry into the field's name and the value.
pub(super) fn split(entry: &str) -> (&str, &str) {
    let parts = entry.split_once(':').and_then(|(length, rest)| rest.split_at_checked(length.parse().ok()?));
    parts.unwrap_or(("", entry))
}

/// Returns the value of an entry.
pub(super) fn value(entry: &str) -> &str {
    split(entry).1
}

/// Returns the column of one field; none if no row has it.
pub(super) fn carve(crowd: &IndexColumn, name: &str, rows: u32) -> Result<Option<IndexColumn>> {
    let mut prefix = String::new();
    write(name, "", &mut prefix);
    let terms = crowd.terms();
    let from = terms.partition(|entry| entry < prefix.as_str())?;
    let to = terms.partition(|entry| entry < prefix.as_str() || entry.starts_with(&prefix))?;
    if from == to {
        return Ok(None);
    }
    let mut pairs = Vec::new();
    crowd.visit(0..rows, None, &CancelToken::new(), |row, ord| {
        if (from..to).contains(&ord) {
            pairs.push(u64::from(row) << 32 | u64::from(ord - from));
        }
    })?;
    let values: Vec<String> =
        (from..to).map(|ord| Ok(value(&terms.get(ord)?).to_owned())).collect::<Result<_>>()?;
    let (present, starts) = outline(&pairs);
    let ords = pairs.iter().map(|pair| pair & u64::from(u32::MAX)).collect();
    Ok(Some(IndexColumn::made(rows, &present, starts, ords, Dictionary::made(DictionaryBlock::of(values)))))
}

/// Returns the names of the fields and how many distinct values each has.
pub(super) fn names(crowd: &IndexColumn) -> Result<BTreeMap<String, u64>> {
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    let terms = crowd.terms();
    for number in 0..terms.blocks() {
        let block = terms.block(number)?;
        for i in 0..block.len() {
            let (name, _) = split(block.get(i));
            match names.get_mut(name) {
                Some(values) => *values += 1,
                None => drop(names.insert(name.to_owned(), 1)),
            }
        }
    }
    Ok(names)
}
