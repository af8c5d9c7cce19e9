//! The line endings of a source.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

/// What ends a line of a source. A lone CR ends lines only where no LF follows the
/// first CR for as long as a line may be; elsewhere it is an ordinary byte, so that a
/// CR in a log cannot forge a line that `grep` does not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineEndings {
    /// No line has ended.
    #[default]
    Unknown,
    /// LF, with any CR before it.
    Feeds,
    /// CR, as classic Mac OS wrote it; LF and CRLF too.
    Returns,
}

/// What is known about the bytes ahead.
#[derive(Debug, Clone, Copy)]
pub struct Lookahead {
    /// Nothing follows the available bytes.
    pub last: bool,
    /// The most bytes of text in one record, and of any run that is awaited.
    pub limit: usize,
}

/// The line ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineAhead {
    /// Its length without and with its line end.
    Whole { body: usize, end: usize },
    /// It is longer than the limit.
    Overlong,
    /// Its end is not known yet.
    Open,
}

impl LineEndings {
    /// Decides from the first bytes that have a CR or LF; returns false where
    /// more are needed.
    pub fn decide(&mut self, content: &[u8], ahead: Lookahead) -> bool {
        if *self != LineEndings::Unknown {
            return true;
        }
        let Some(first) = memchr2(b'\n', b'\r', content) else {
            return true;
        };
        let behind = &content[first..content.len().min(first + ahead.limit)];
        if memchr(b'\n', behind).is_some() {
            *self = LineEndings::Feeds;
        } else if ahead.last || behind.len() == ahead.limit {
            *self = LineEndings::Returns;
        }
        *self != LineEndings::Unknown
    }

    /// Counts line ends.
    pub fn count(self, bytes: &[u8]) -> u32 {
        let ends = match self {
            LineEndings::Unknown => 0,
            LineEndings::Feeds => memchr_iter(b'\n', bytes).count(),
            LineEndings::Returns => memchr2_iter(b'\n', b'\r', bytes)
                .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
                .count(),
        };
        ends as u32
    }

    /// Finds the end of the line at the start of `rest`.
    pub fn line(self, rest: &[u8], ahead: Lookahead) -> LineAhead {
        // A line as long as the limit may have two bytes of line end.
        let window = &rest[..rest.len().min(ahead.limit + 2)];
        let found = match self {
            LineEndings::Unknown => None,
            LineEndings::Feeds => memchr(b'\n', window),
            LineEndings::Returns => memchr2(b'\n', b'\r', window),
        };
        let (at, end) = match found.map(|at| (at, self.line_end(rest, at, ahead))) {
            Some((at, Some(end))) => (at, end),
            Some((_, None)) => return LineAhead::Open,
            None if rest.len() > ahead.limit + 1 => return LineAhead::Overlong,
            None if ahead.last => (rest.len(), rest.len()),
            None => return LineAhead::Open,
        };
        let returns = rest[..at].iter().rev().take_while(|byte| **byte == b'\r').count();
        let body = if end > at { at - returns } else { at };
        if body > ahead.limit { LineAhead::Overlong } else { LineAhead::Whole { body, end } }
    }

    /// Returns the offset after the LF or CR at `at` and what belongs to it; `None` if
    /// an LF may follow.
    pub fn line_end(self, rest: &[u8], at: usize, ahead: Lookahead) -> Option<usize> {
        if rest[at] == b'\n' {
            return Some(at + 1);
        }
        let run = match self {
            LineEndings::Returns => 1,
            LineEndings::Unknown | LineEndings::Feeds => {
                rest[at..].iter().take(ahead.limit).take_while(|byte| **byte == b'\r').count()
            }
        };
        match rest.get(at + run) {
            None if !ahead.last && run < ahead.limit => None,
            Some(b'\n') => Some(at + run + 1),
            _ => Some(at + 1),
        }
    }
}
