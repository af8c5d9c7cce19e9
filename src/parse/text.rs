//! Small steps through a text, shared by the formats.

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
        let mut from = 0;
        loop {
            let at = from + memchr::memchr2(b'"', b'\\', inner.as_bytes().get(from..)?)?;
            if inner.as_bytes()[at] == b'"' {
                self.rest = &inner[at + 1..];
                return Some(&inner[..at]);
            }
            from = at + 2;
        }
    }
}

/// Reads a whole decimal number without sign.
pub fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.bytes().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
}
