//! What ends a line.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

/// What ends a line of a source: its first line end decides. A lone CR ends
/// lines only where it ended the first; elsewhere it is a byte like any other,
/// so that nobody who gets one into a log forges a line that `grep` does not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Ends {
    /// None was met.
    #[default]
    Unknown,
    /// LF, with any CR before it.
    Feeds,
    /// CR, as old Macintoshes write it; LF and CRLF too.
    Returns,
}

/// What is known of the bytes ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    /// Nothing follows the bytes at hand.
    pub(super) last: bool,
    /// Most bytes of text in one record, and of any run that is waited for.
    pub(super) limit: usize,
}

/// The line ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It has so many bytes without, and so many with its line end.
    Whole { body: usize, end: usize },
    /// It is longer than the limit.
    Overlong,
    /// Its end is not known yet.
    Open,
}

impl Ends {
    /// Takes note of the first line end in bytes that do not end amid one.
    pub(super) fn learn(&mut self, bytes: &[u8], limit: usize) {
        if *self == Ends::Unknown
            && let Some(at) = memchr2(b'\n', b'\r', bytes)
        {
            let run = returns(&bytes[at..], limit);
            let feeds = run < limit && bytes.get(at + run) == Some(&b'\n');
            *self = if feeds { Ends::Feeds } else { Ends::Returns };
        }
    }

    /// Counts line ends.
    pub(super) fn count(self, bytes: &[u8]) -> u32 {
        let ends = match self {
            Ends::Unknown => 0,
            Ends::Feeds => memchr_iter(b'\n', bytes).count(),
            Ends::Returns => memchr2_iter(b'\n', b'\r', bytes)
                .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
                .count(),
        };
        ends as u32
    }

    /// Finds the end of the line at the start of `rest`.
    pub(super) fn line(&mut self, rest: &[u8], ahead: Ahead) -> Line {
        // A line as long as the limit may have two bytes of line end.
        let window = &rest[..rest.len().min(ahead.limit + 2)];
        if *self == Ends::Unknown
            && let Some(at) = memchr2(b'\n', b'\r', window)
            && self.line_end(rest, at, ahead).is_none()
        {
            return Line::Open;
        }
        let found = match *self {
            Ends::Unknown => None,
            Ends::Feeds => memchr(b'\n', window),
            Ends::Returns => memchr2(b'\n', b'\r', window),
        };
        let (at, end) = match found.map(|at| (at, self.line_end(rest, at, ahead))) {
            Some((at, Some(end))) => (at, end),
            Some((_, None)) => return Line::Open,
            None if rest.len() > ahead.limit + 1 => return Line::Overlong,
            None if ahead.last => (rest.len(), rest.len()),
            None => return Line::Open,
        };
        let returns = rest[..at].iter().rev().take_while(|byte| **byte == b'\r').count();
        let body = if end > at { at - returns } else { at };
        if body > ahead.limit { Line::Overlong } else { Line::Whole { body, end } }
    }

    /// Gives the place behind the LF or CR at `at` and what belongs to it; none
    /// where an LF may follow.
    pub(super) fn line_end(&mut self, rest: &[u8], at: usize, ahead: Ahead) -> Option<usize> {
        if rest[at] == b'\n' {
            self.learn(&rest[at..=at], ahead.limit);
            return Some(at + 1);
        }
        let run = if *self == Ends::Returns { 1 } else { returns(&rest[at..], ahead.limit) };
        match rest.get(at + run) {
            None if !ahead.last && run < ahead.limit => None,
            Some(b'\n') if run < ahead.limit => {
                self.learn(b"\n", ahead.limit);
                Some(at + run + 1)
            }
            _ => {
                self.learn(b"\r", ahead.limit);
                Some(at + 1)
            }
        }
    }
}

/// Counts the CRs at the start, up to a limit.
fn returns(bytes: &[u8], limit: usize) -> usize {
    bytes.iter().take(limit).take_while(|byte| **byte == b'\r').count()
}
