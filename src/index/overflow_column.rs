//! The fields that share one column, because there are too many of them.
//!
//! Its values are entries: the length of the field's name in bytes, a colon,
//! the name, the value. The entries of one field stand together in the sorted
//! dictionary.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cancel::CancelToken;
use super::column::IndexColumn;
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
pub(super) fn carve(overflow: &IndexColumn, name: &str, rows: u32) -> Result<Option<IndexColumn>> {
    let mut prefix = String::new();
    write(name, "", &mut prefix);
    let terms = overflow.terms();
    let from = terms.first_at(&prefix)?.0;
    let mut texts = Vec::new();
    while from + (texts.len() as u32) < terms.len() {
        match terms.get(from + texts.len() as u32)?.strip_prefix(&prefix) {
            Some(text) => texts.push(text.to_owned()),
            None => break,
        }
    }
    if texts.is_empty() {
        return Ok(None);
    }
    let to = from + texts.len() as u32;
    let mut pairs = Vec::new();
    overflow.visit(0..rows, None, &CancelToken::new(), |row, ord| {
        if (from..to).contains(&ord) {
            pairs.push((row, ord - from));
        }
    })?;
    Ok(Some(IndexColumn::made(rows, texts, pairs)))
}

/// Returns the names of the fields and how many distinct values each has.
pub(super) fn names(overflow: &IndexColumn) -> Result<BTreeMap<String, u64>> {
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    let terms = overflow.terms();
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
