//! Walking along a line: the small steps that formats are made of.

use memchr::{memchr, memchr2};

/// A place in a text. Each step reads something and moves behind it; a step
/// that does not find what it wants returns none and moves nowhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a str,
}

#[allow(dead_code, reason = "a set of steps; which are taken depends on the formats")]
impl<'a> Cursor<'a> {
    /// Stands before a text.
    pub(crate) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { rest: text }
    }

    /// Gives what has not been read yet.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Tells whether everything was read.
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// Gives the next byte without moving.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// Moves behind `word` if it comes next.
    pub(crate) fn eat(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    /// Moves behind spaces, if there are any.
    pub(crate) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// Takes the text before the next `end` (an ASCII byte) and moves behind it.
    pub(crate) fn until(&mut self, end: u8) -> Option<&'a str> {
        debug_assert!(end.is_ascii());
        let at = memchr(end, self.rest.as_bytes())?;
        let taken = &self.rest[..at];
        self.rest = &self.rest[at + 1..];
        Some(taken)
    }

    /// Takes the text before the next `end` (any word) and moves behind it.
    pub(crate) fn until_word(&mut self, end: &str) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(taken)
    }

    /// Takes a word that is not empty, up to a space or the end, and moves
    /// behind one space.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        let at = memchr(b' ', self.rest.as_bytes()).unwrap_or(self.rest.len());
        if at == 0 {
            return None;
        }
        let taken = &self.rest[..at];
        self.rest = self.rest.get(at + 1..).unwrap_or("");
        Some(taken)
    }

    /// Takes the longest stretch of ASCII bytes that fit; it may be empty.
    pub(crate) fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'a str {
        let at =
            self.rest.bytes().position(|byte| !byte.is_ascii() || !fits(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(at);
        self.rest = rest;
        taken
    }

    /// Takes at least one decimal digit.
    pub(crate) fn digits(&mut self) -> Option<&'a str> {
        let mut ahead = *self;
        let taken = ahead.take_while(|byte| byte.is_ascii_digit());
        if taken.is_empty() {
            return None;
        }
        *self = ahead;
        Some(taken)
    }

    /// Takes a whole number without sign that an `i64` can hold.
    pub(crate) fn number(&mut self) -> Option<i64> {
        let mut ahead = *self;
        let number = ahead.digits()?.parse().ok()?;
        *self = ahead;
        Some(number)
    }

    /// Takes what stands between double quotes and moves behind the second.
    /// `\"` and `\\` inside do not end it; the text is given as written.
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        let inside = self.rest.strip_prefix('"')?;
        let bytes = inside.as_bytes();
        let mut at = 0;
        loop {
            at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
            if bytes[at] == b'"' {
                break;
            }
            at += 2;
        }
        self.rest = &inside[at + 1..];
        Some(&inside[..at])
    }

    /// Takes what stands between `[` and the next `]` and moves behind it.
    pub(crate) fn bracketed(&mut self) -> Option<&'a str> {
        let inside = self.rest.strip_prefix('[')?;
        let at = memchr(b']', inside.as_bytes())?;
        self.rest = &inside[at + 1..];
        Some(&inside[..at])
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn steps_read_a_line_from_left_to_right() {
        let mut at = Cursor::new(r#"203.0.113.7 [a b] "say \"hi\" \\" 42x tail"#);
        assert_eq!(at.word(), Some("203.0.113.7"));
        assert_eq!(at.bracketed(), Some("a b"));
        assert_eq!(at.eat(" "), Some(()));
        assert_eq!(at.quoted(), Some(r#"say \"hi\" \\"#));
        at.skip_spaces();
        assert_eq!(at.number(), Some(42));
        assert_eq!(at.until(b' '), Some("x"));
        assert_eq!(at.rest(), "tail");
        assert_eq!(at.word(), Some("tail"));
        assert!(at.is_done());
    }

    #[test]
    fn a_step_that_fails_moves_nowhere() {
        let mut at = Cursor::new("\"open ] é99999999999999999999");
        assert_eq!(at.quoted(), None);
        assert_eq!(at.bracketed(), None);
        assert_eq!(at.digits(), None);
        assert_eq!(at.eat("x"), None);
        assert_eq!(at.until(b'#'), None);
        assert_eq!(at.take_while(|byte| byte != b' '), "\"open");
        assert_eq!(at.until_word("é"), Some(" ] "));
        assert_eq!(at.number(), None);
        assert_eq!(at.peek(), Some(b'9'));
    }

    #[test]
    fn a_backslash_at_the_very_end_leaves_a_quote_open() {
        assert_eq!(Cursor::new("\"a\\").quoted(), None);
        assert_eq!(Cursor::new("\"a\\\"").quoted(), None);
        assert_eq!(Cursor::new("\"\\é\"").quoted(), Some("\\é"));
    }
}
