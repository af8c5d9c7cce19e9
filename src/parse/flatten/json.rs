//! Flattens JSON (RFC 8259) into leaves, in one pass and without building a tree.
//!
//! Written by hand, because the input may come from somebody who does not want it to be
//! read: nesting of any depth must not cost stack, half a surrogate pair or a `\x22`
//! must not make a record unreadable, and a number keeps its digits. So broken escapes
//! and control characters inside a string are kept as is; anything else that is not
//! JSON is refused, but for a bare `-` in the place of a number.

use std::borrow::Cow;

use memchr::memchr2;

use super::leaves::{LeafValue, Leaves, MAX_DEPTH};
use crate::parse::cursor::closing_quote;

/// Flattens a text that is exactly one JSON object; `None` if it is not.
///
/// Nulls and empty containers produce nothing; the elements of an array share its name;
/// a member that occurs twice keeps both values.
pub fn json_object(text: &str) -> Option<Leaves<'_>> {
    let mut scan = JsonFlattener { text, at: 0, depth: 0, name: String::new(), leaves: Leaves::default() };
    scan.skip_space();
    if scan.peek() != Some(b'{') {
        return None;
    }
    scan.value()?;
    scan.skip_space();
    (scan.at == text.len()).then_some(scan.leaves)
}

/// Flattens a text that is exactly one JSON value, under a name.
pub fn json_value<'t>(name: &str, text: &'t str) -> Option<Leaves<'t>> {
    let mut scan = JsonFlattener { text, at: 0, depth: 0, name: name.to_owned(), leaves: Leaves::default() };
    scan.skip_space();
    scan.value()?;
    scan.skip_space();
    (scan.at == text.len()).then_some(scan.leaves)
}

struct JsonFlattener<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    name: String,
    leaves: Leaves<'a>,
}

impl<'a> JsonFlattener<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads the next value, under the current name.
    fn value(&mut self) -> Option<()> {
        if self.leaves.is_full(&self.name) {
            let start = self.at;
            self.skip()?;
            self.leaves.push_rest(&self.name, &self.text[start..self.at]);
            return Some(());
        }
        let leaf = match self.peek()? {
            b'{' | b'[' if self.depth >= MAX_DEPTH => {
                let start = self.at;
                self.skip()?;
                LeafValue::Json(&self.text[start..self.at])
            }
            b'{' => return self.members(),
            b'[' => return self.elements(),
            b'"' => LeafValue::Text(self.string()?),
            b'n' => return self.word("null"),
            b'-' if self.is_bare_dash() => return self.eat(b'-'),
            b't' => self.word("true").map(|()| LeafValue::Bool(true))?,
            b'f' => self.word("false").map(|()| LeafValue::Bool(false))?,
            _ => self.number()?,
        };
        self.leaves.push(&self.name, leaf);
        Some(())
    }

    /// Returns whether a `-` stands for a missing number, as nginx writes it.
    fn is_bare_dash(&self) -> bool {
        matches!(self.text.as_bytes().get(self.at + 1), Some(b',' | b'}' | b']' | b' '))
    }

    fn members(&mut self) -> Option<()> {
        self.open(b'}', |scan| {
            let outer = scan.name.len();
            let name = scan.string()?;
            if outer > 0 {
                scan.name.push('.');
            }
            scan.name.push_str(&name);
            scan.skip_space();
            scan.eat(b':')?;
            scan.skip_space();
            scan.value()?;
            scan.name.truncate(outer);
            Some(())
        })
    }

    fn elements(&mut self) -> Option<()> {
        self.open(b']', |scan| {
            let (first, is_object) = (scan.leaves.len(), scan.peek() == Some(b'{'));
            scan.value()?;
            if is_object {
                scan.leaves.push_element(&scan.name, first..scan.leaves.len());
            }
            Some(())
        })
    }

    /// Reads the items between brackets.
    fn open(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        self.skip_space();
        if self.eat(close).is_none() {
            loop {
                self.skip_space();
                item(self)?;
                self.skip_space();
                if self.eat(b',').is_none() {
                    break;
                }
            }
            self.eat(close)?;
        }
        self.depth -= 1;
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    fn number(&mut self) -> Option<LeafValue<'a>> {
        let rest = &self.text[self.at..];
        let in_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let written = &rest[..rest.bytes().take_while(in_number).count()];
        let leading_zero = written.trim_start_matches('-').as_bytes();
        if written.starts_with('+') || matches!(leading_zero, [b'0', b'0'..=b'9', ..]) {
            return None;
        }
        self.at += written.len();
        if let Ok(number) = written.parse() {
            return Some(LeafValue::Int(number));
        }
        let number: f64 = written.parse().ok()?;
        let whole = !written.contains(['.', 'e', 'E']);
        if whole || !number.is_finite() {
            return Some(LeafValue::Text(Cow::Borrowed(written)));
        }
        Some(LeafValue::Float(number, written))
    }

    /// Reads a string in quotes.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.eat(b'"')?;
        let inside = &self.text[self.at..];
        let end = memchr2(b'"', b'\\', inside.as_bytes())?;
        if inside.as_bytes()[end] == b'"' {
            self.at += end + 1;
            return Some(Cow::Borrowed(&inside[..end]));
        }
        let end = end + closing_quote(&inside.as_bytes()[end..])?;
        self.at += end + 1;
        Some(Cow::Owned(unescape(&inside[..end])))
    }

    /// Skips a value without recursion, however deep it is.
    fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' | b'[' => {}
            b'"' => return self.string().map(drop),
            b'n' => return self.word("null"),
            b't' => return self.word("true"),
            b'f' => return self.word("false"),
            _ => return self.number().map(drop),
        }
        let bytes = self.text.as_bytes();
        let mut open = Vec::new();
        loop {
            match bytes.get(self.at)? {
                b'{' => open.push(b'}'),
                b'[' => open.push(b']'),
                close @ (b'}' | b']') if open.pop()? != *close => return None,
                b'"' => self.at += 1 + closing_quote(&bytes[self.at + 1..])?,
                _ => {}
            }
            self.at += 1;
            if open.is_empty() {
                return Some(());
            }
        }
    }
}

/// Resolves the escapes of a string; half a surrogate pair becomes U+FFFD, and what is
/// not an escape stays as written.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        plain.push_str(before);
        let (escaped, length) = match behind.as_bytes().first() {
            Some(b'"') => ('"', 1),
            Some(b'\\') => ('\\', 1),
            Some(b'/') => ('/', 1),
            Some(b'b') => ('\u{8}', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(b'n') => ('\n', 1),
            Some(b'r') => ('\r', 1),
            Some(b't') => ('\t', 1),
            Some(b'u') => code_point(behind).unwrap_or(('\\', 0)),
            _ => ('\\', 0),
        };
        plain.push(escaped);
        rest = &behind[length..];
    }
    plain.push_str(rest);
    plain
}

/// Reads `uXXXX`, or a surrogate pair of two, with its length.
fn code_point(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits =
            text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let high = unit(1)?;
    if let Some(c) = char::from_u32(high) {
        return Some((c, 5));
    }
    let low = if text.get(5..7) == Some("\\u") { unit(7) } else { None };
    match low {
        Some(low @ 0xdc00..=0xdfff) if high < 0xdc00 => {
            let c = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            Some((c.expect("a surrogate pair is a character"), 11))
        }
        _ => Some(('\u{fffd}', 5)),
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
