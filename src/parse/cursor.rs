//! A cursor over a text, and other small string helpers that the formats share.

use std::borrow::Cow;
use std::ops::Range;

/// Reads from the front of a text.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Creates a cursor at the start of a text.
    pub fn new(text: &'a str) -> Cursor<'a> {
        Cursor { rest: text }
    }

    /// Returns the rest of the text.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Skips an expected text; `None` if it is not here.
    pub fn eat(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Skips spaces.
    pub fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// Returns the text up to an ASCII byte, and skips the byte.
    pub fn until(&mut self, end: u8) -> Option<&'a str> {
        let at = memchr::memchr(end, self.rest.as_bytes())?;
        let (taken, rest) = (&self.rest[..at], &self.rest[at + 1..]);
        self.rest = rest;
        Some(taken)
    }

    /// Returns the text up to the next space, or all of the rest.
    pub fn word(&mut self) -> &'a str {
        match self.until(b' ') {
            Some(word) => word,
            None => std::mem::take(&mut self.rest),
        }
    }

    /// Reads a text in double quotes, in which a backslash escapes the next byte;
    /// escapes are kept as written.
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
