//! `redactions.jsonl`: which token replaced which value, and how often.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{COVERAGE, EVENTS, FINDINGS, QUERY};
use super::reader::BagReader;

/// The files in which tokens are counted: those that others are made from.
const COUNTED: [&str; 4] = [COVERAGE, EVENTS, FINDINGS, QUERY];

/// Counts how often each of these tokens (by its digits) occurs in the bundle's
/// events, coverage, findings and query.
pub fn count_tokens(bag: &BagReader, tokens: &BTreeSet<String>) -> Result<BTreeMap<String, u64>, String> {
    let mut counts = BTreeMap::new();
    if tokens.is_empty() {
        return Ok(counts);
    }
    for name in COUNTED {
        let mut lines = bag.lines(name)?;
        while let Some(line) = lines.read()? {
            each_token(&String::from_utf8_lossy(line), &mut |digits| {
                if tokens.contains(digits) {
                    *counts.entry(digits.to_owned()).or_default() += 1;
                }
            });
        }
    }
    Ok(counts)
}

/// Finds the digits of what looks like a token, `[user.name:0123456789abcdef]`.
pub fn each_token(text: &str, take: &mut dyn FnMut(&str)) {
    let mut before = "";
    for after in text.split(':') {
        let digits = after.get(..16).filter(|_| after[16..].starts_with(']') && !before.is_empty());
        let hex = |digits: &&str| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if let Some(digits) = digits.filter(hex) {
            take(digits);
        }
        before = after;
    }
}
