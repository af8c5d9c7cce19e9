//! The tables of a format, and constants.

use std::collections::BTreeMap;

use super::definition::Constant;
use super::glob::Glob;
use super::ordered_map::OrderedMap;

/// The tables of a format, by name.
pub type Maps = BTreeMap<String, ValueMap>;

/// Constants, each for a target by its number.
pub type Constants = Vec<(usize, &'static [&'static str])>;

/// A table from texts to constants.
#[derive(Debug, Clone, Default)]
pub struct ValueMap {
    exact: BTreeMap<String, &'static [&'static str]>,
    globs: Vec<(Glob, &'static [&'static str])>,
}

impl ValueMap {
    /// Creates a table; keys with `*` are tried after the others, in the order of the file.
    pub fn new(rows: &OrderedMap<Constant>) -> ValueMap {
        let mut map = ValueMap::default();
        for (key, value) in rows.iter() {
            if key.contains('*') {
                map.globs.push((Glob::new(key), constants(value)));
            } else {
                map.exact.insert(key.to_owned(), constants(value));
            }
        }
        map.globs.sort_by_key(|(glob, _)| glob.length() == 0);
        map
    }

    /// Returns the rows whose keys are numbers of which all bits are set in `number`, in
    /// the order of the bits.
    pub fn flags(&self, number: u64) -> Vec<&'static str> {
        let value = |key: &str| match key.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => key.parse().ok(),
        };
        let rows = self.exact.iter().filter_map(|(key, row)| Some((value(key)?, *row)));
        let mut rows: Vec<(u64, &[&'static str])> =
            rows.filter(|(bits, _)| *bits != 0 && number & bits == *bits).collect();
        rows.sort_by_key(|(bits, _)| *bits);
        rows.into_iter().flat_map(|(_, row)| row.iter().copied()).collect()
    }

    /// Returns the row of a text.
    pub fn get(&self, key: &str) -> Option<&'static [&'static str]> {
        let exact = self.exact.get(key).copied();
        exact.or_else(|| self.globs.iter().find(|(glob, _)| glob.fits(key)).map(|(_, row)| *row))
    }
}

/// Returns the texts of a constant, for the rest of the program's life.
pub fn constants(constant: &Constant) -> &'static [&'static str] {
    let own = |text: &str| -> &'static str { String::from(text).leak() };
    let texts = match constant {
        Constant::Bool(yes) => vec![if *yes { "true" } else { "false" }],
        Constant::Int(number) => vec![own(&number.to_string())],
        Constant::Text(text) => vec![own(text)],
        Constant::Many(texts) => texts.iter().map(|text| own(text)).collect(),
    };
    texts.leak()
}
