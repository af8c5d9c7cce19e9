//! A cursor over a text, and other small string helpers that the formats share.

use std::borrow::Cow;
use std::ops::Range;

/// Reads from the front of a text.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Begins at the front.
    pub fn new(text: &'a str) -> Cursor<'a> {
        Cursor { rest: text }
    }

    /// Gives what is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Passes over a text that must stand here.
    pub fn eat(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Passes over spaces.
    pub fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// Takes what stands before a byte (ASCII), and passes over the byte.
    pub fn until(&mut self, end: u8) -> Option<&'a str> {
        let at = memchr::memchr(end, self.rest.as_bytes())?;
        let (taken, rest) = (&self.rest[..at], &self.rest[at + 1..]);
        self.rest = rest;
        Some(taken)
    }

    /// Takes what stands before the next space, or all that is left.
    pub fn word(&mut self) -> &'a str {
        match self.until(b' ') {
            Some(word) => word,
            None => std::mem::take(&mut self.rest),
        }
    }

    /// Takes a text in double quotes, in which a backslash keeps the byte behind
    /// it from ending the text; escapes are left as they are.
    pub fn quoted(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix('"')?;
        let end = closing_quote(inner.as_bytes())?;
        self.rest = &inner[end + 1..];
        Some(&inner[..end])
    }
}

/// Reads a whole decimal number without sign.
pub fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.bytes().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
}

/// Returns where the first double quote is that no backslash escapes.
pub fn closing_quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Returns a part of a text, borrowed where the text is.
pub fn slice<'a>(text: &Cow<'a, str>, range: Range<usize>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}
