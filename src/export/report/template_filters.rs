//! Words that the page's templates need.

use std::fmt::Display;

use askama::Values;

use crate::record::thousands;

/// Most characters of a cell.
const GLANCE: usize = 240;

/// Writes a whole number with its thousands apart: `1,234,567`.
#[askama::filter_fn]
pub fn grouped<T: Display>(number: T, _: &dyn Values) -> askama::Result<String> {
    Ok(thousands(number))
}

/// Writes a number with its noun: `1 event`, `2,000 events`.
#[askama::filter_fn]
pub fn counted<T: Display>(number: T, _: &dyn Values, one: &str, many: &str) -> askama::Result<String> {
    let number = thousands(number);
    let noun = if number == "1" { one } else { many };
    Ok(format!("{number} {noun}"))
}

/// Cuts a text that would fill a page by itself, and says how much there is:
/// a cell of a table is for a glance.
#[askama::filter_fn]
pub fn glance<T: AsRef<str>>(text: T, _: &dyn Values) -> askama::Result<String> {
    let text = text.as_ref();
    let Some((end, _)) = text.char_indices().nth(GLANCE) else { return Ok(text.to_owned()) };
    let all = thousands(text.chars().count());
    Ok(format!("{} … ({all} characters)", &text[..end]))
}

/// Cuts a text into groups of four characters, for reading aloud; what names
/// the kind of hash before a colon is a group of its own.
#[askama::filter_fn]
pub fn fours<T: AsRef<str>>(text: T, _: &dyn Values) -> askama::Result<Vec<String>> {
    let text = text.as_ref();
    let (kind, rest) = text.split_at(text.find(':').map_or(0, |colon| colon + 1));
    let characters: Vec<char> = rest.chars().collect();
    let groups = characters.chunks(4).map(String::from_iter);
    Ok(std::iter::once(kind.to_owned()).filter(|kind| !kind.is_empty()).chain(groups).collect())
}
