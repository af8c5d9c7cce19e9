//! Records of `key=value` pairs.

use std::borrow::Cow;

use super::definition::{InnerPairs, PairsShape};
use super::filter_text::unhex;
use super::values::{Datum, Values};
use crate::parse::cursor::closing_quote;
use crate::parse::flatten::{LeafValue, unescape};

/// The longest value in angle brackets that is looked for, in bytes.
const LONGEST_BRACKETS: usize = 4096;

/// How pairs are written.
#[derive(Debug, Default)]
pub struct PairSyntax {
    /// What stands between a key and its value.
    pub pair: String,
    /// What stands between two pairs.
    pub between: String,
    /// A value without quotes runs up to the next ` key=`.
    pub spaced: bool,
    /// Marks of absent values.
    pub absent: Vec<String>,
    /// Keys whose values are hexadecimal bytes where they have no quotes.
    pub hex: Vec<String>,
    /// Words without a value are dropped.
    pub drops_words: bool,
}

impl From<&PairsShape> for PairSyntax {
    fn from(shape: &PairsShape) -> PairSyntax {
        PairSyntax {
            pair: shape.pair.clone(),
            between: shape.between.clone(),
            spaced: shape.spaced,
            absent: shape.absent.clone(),
            hex: shape.hex.clone(),
            drops_words: false,
        }
    }
}

impl From<&InnerPairs> for PairSyntax {
    fn from(shape: &InnerPairs) -> PairSyntax {
        PairSyntax {
            pair: shape.pair.clone(),
            between: shape.between.clone(),
            spaced: shape.spaced,
            absent: shape.absent.clone(),
            hex: shape.hex.clone(),
            drops_words: !shape.flags,
        }
    }
}

impl PairSyntax {
    /// Adds the pairs of a text; words without a value are flags. Returns how many pairs
    /// there were.
    pub fn read<'a>(&self, text: &'a str, prefix: &str, values: &mut Values<'_, 'a>) -> usize {
        let (mut rest, mut count) = (text, 0);
        loop {
            rest = self.skip(rest);
            if rest.is_empty() {
                return count;
            }
            match self.key_end(rest) {
                Some(end) => {
                    let key = rest[..end].trim();
                    let (value, behind) = self.value(key, &rest[end + self.pair.len()..]);
                    if !self.absent.iter().any(|mark| value.is_text(mark)) {
                        values.put_named(format!("{prefix}{key}"), value);
                    }
                    (rest, count) = (behind, count + 1);
                }
                None => {
                    let word_end = rest.find(self.between.as_str()).unwrap_or(rest.len());
                    let flag = rest[..word_end].trim();
                    if !flag.is_empty() && !self.drops_words {
                        values.put_named(format!("{prefix}{flag}"), Datum::Leaf(LeafValue::Bool(true)));
                    }
                    rest = &rest[word_end..];
                }
            }
        }
    }

    /// Returns where the key at the start of a text ends, if a value follows.
    fn key_end(&self, text: &str) -> Option<usize> {
        let (bytes, pair, between) = (text.as_bytes(), self.pair.as_bytes(), self.between.as_bytes());
        let ends = |at: &usize| bytes[*at..].starts_with(between) || bytes[*at..].starts_with(pair);
        let end = (0..bytes.len()).find(ends)?;
        (end > 0 && !bytes[end..].starts_with(between)).then_some(end)
    }

    /// Removes what stands between pairs.
    fn skip<'t>(&self, text: &'t str) -> &'t str {
        let mut rest = text.trim_start();
        while let Some(behind) = rest.strip_prefix(self.between.as_str()).filter(|_| !self.between.is_empty())
        {
            rest = behind.trim_start();
        }
        rest
    }

    /// Reads a value, in quotes or up to the next pair.
    fn value<'t>(&self, key: &str, text: &'t str) -> (Datum<'t>, &'t str) {
        if let Some(inside) = text.strip_prefix('"')
            && let Some(end) = closing_quote(inside.as_bytes())
        {
            let plain = &inside[..end];
            let plain = if plain.contains('\\') { Cow::Owned(unescape(plain)) } else { Cow::Borrowed(plain) };
            return (Datum::text(plain), &inside[end + 1..]);
        }
        if let Some(inside) = text.strip_prefix('\'')
            && let Some(end) = inside.find('\'')
        {
            return (Datum::text(&inside[..end]), &inside[end + 1..]);
        }
        if let Some(inside) = text.strip_prefix('<')
            && let Some(end) = inside.bytes().take(LONGEST_BRACKETS).position(|byte| byte == b'>')
            && (inside[end + 1..].is_empty() || inside[end + 1..].starts_with(self.between.as_str()))
        {
            return (Datum::text(&inside[..end]), &inside[end + 1..]);
        }
        let end = match self.spaced {
            true => self.next_key(text),
            false => text.find(self.between.as_str()).unwrap_or(text.len()),
        };
        let value = text[..end].trim_end();
        let datum = match self.hex.iter().any(|own| own == key) {
            true => unhex(value).map_or(Datum::text(value), Datum::text),
            false if self.spaced && value.contains('\\') => Datum::text(unescaped(value)),
            false => Datum::text(value),
        };
        (datum, &text[end..])
    }

    /// Returns where the next ` key=` begins; all of the text where there is none.
    fn next_key(&self, text: &str) -> usize {
        let (mut from, mut start) = (0, 0);
        while let Some(at) = text[from..].find(self.pair.as_str()) {
            let at = from + at;
            if let Some(space) = text[from..at].rfind([' ', '\t']) {
                start = from + space + 1;
            }
            let key = text.get(start..at).unwrap_or_default();
            let is_key = start > 0
                && start >= from
                && !key.is_empty()
                && key.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']')
                });
            if is_key {
                return start - 1;
            }
            from = at + self.pair.len();
        }
        text.len()
    }
}

/// Resolves the escapes of CEF: `\=`, `\\`, `\|`, `\n`, `\r`.
fn unescaped(text: &str) -> String {
    let (mut plain, mut chars) = (String::with_capacity(text.len()), text.chars().peekable());
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('=' | '\\' | '|')) => plain.extend(chars.next()),
            ('\\', Some('n')) => {
                chars.next();
                plain.push('\n');
            }
            ('\\', Some('r')) => {
                chars.next();
                plain.push('\r');
            }
            (c, _) => plain.push(c),
        }
    }
    plain
}
