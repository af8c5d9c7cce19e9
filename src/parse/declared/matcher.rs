//! Matches patterns.

use super::capture::CaptureKind;
use super::pattern::{LinePattern, Part};
use super::values::{Datum, Values};

/// The longest address with its zone and brackets, in bytes.
const LONGEST_ADDRESS: usize = 80;

/// Where a match stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miss {
    /// How many bytes of the text had been matched.
    pub at: usize,
    /// How many parts of the pattern had.
    pub parts: usize,
}

/// Gets what a pattern captures.
pub trait Sink<'a> {
    /// Takes a captured value.
    fn put(&mut self, slot: u32, datum: Datum<'a>);
    /// Returns how many were taken.
    fn len(&self) -> usize;
    /// Forgets those from a number on.
    fn truncate(&mut self, length: usize);
}

impl<'a> Sink<'a> for Values<'_, 'a> {
    fn put(&mut self, slot: u32, datum: Datum<'a>) {
        Values::put(self, slot, datum);
    }

    fn len(&self) -> usize {
        Values::len(self)
    }

    fn truncate(&mut self, length: usize) {
        Values::truncate(self, length);
    }
}

impl<'a> Sink<'a> for Vec<(u32, Datum<'a>)> {
    fn put(&mut self, slot: u32, datum: Datum<'a>) {
        self.push((slot, datum));
    }

    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn truncate(&mut self, length: usize) {
        Vec::truncate(self, length);
    }
}

impl LinePattern {
    /// Matches a whole text, and gives what it captures to `sink`.
    pub fn matches<'a>(&self, text: &'a str, sink: &mut impl Sink<'a>) -> Result<(), Miss> {
        let before = sink.len();
        let rest = sequence(&self.parts, text, text.len(), sink);
        let rest = rest.and_then(|rest| {
            let miss = Miss { at: text.len() - rest.len(), parts: self.parts.len() };
            if rest.trim_ascii_end().is_empty() { Ok(()) } else { Err(miss) }
        });
        rest.inspect_err(|_| sink.truncate(before))
    }

    /// Returns whether the start of a text is not plainly another one: a cheap look before a
    /// match is tried.
    pub fn may_match(&self, text: &str) -> bool {
        match self.parts.as_slice() {
            [Part::Text(own), ..] => eat(own, text).is_some(),
            [Part::Capture(capture), next @ ..] => match (&capture.kind, next) {
                (CaptureKind::Free | CaptureKind::Last, [Part::Text(own), ..]) => {
                    find(own, text, 0).is_some()
                }
                (CaptureKind::Free | CaptureKind::Last, _) => true,
                (kind, _) if kind.ends_itself() => kind.take(text).is_some(),
                (kind, _) => kind.run(text) > 0,
            },
            _ => true,
        }
    }

    /// Matches the start of a text.
    pub fn matches_start(&self, text: &str) -> bool {
        sequence(&self.parts, text, text.len(), &mut Vec::new()).is_ok()
    }

    /// Returns the text of the first capture, if the pattern matches a whole text.
    pub fn first_capture(&self, text: &str) -> Option<String> {
        let mut found = Vec::new();
        self.matches(text, &mut found).ok()?;
        found.into_iter().next().map(|(_, datum)| datum.written().into_owned())
    }
}

/// Matches parts, and returns what follows. `whole` is the length of the whole text.
fn sequence<'a>(
    parts: &[Part],
    text: &'a str,
    whole: usize,
    sink: &mut impl Sink<'a>,
) -> Result<&'a str, Miss> {
    let mut rest = text;
    for (place, part) in parts.iter().enumerate() {
        let miss = |rest: &str| Miss { at: whole - rest.len(), parts: place };
        match part {
            Part::Text(own) => rest = eat(own, rest).ok_or(miss(rest))?,
            Part::Optional(inside) => {
                let before = sink.len();
                match sequence(inside, rest, whole, sink) {
                    Ok(behind) => rest = behind,
                    Err(_) => sink.truncate(before),
                }
            }
            Part::Capture(capture) => {
                let (datum, behind) = take(&capture.kind, &parts[place + 1..], rest).ok_or(miss(rest))?;
                if let Some(slot) = capture.slot {
                    sink.put(slot, datum);
                }
                rest = behind;
            }
        }
    }
    Ok(rest)
}

fn take<'a>(kind: &CaptureKind, next: &[Part], text: &'a str) -> Option<(Datum<'a>, &'a str)> {
    if kind.ends_itself() {
        return kind.take(text);
    }
    let end = match kind {
        CaptureKind::Free if next.is_empty() => text.len(),
        CaptureKind::Free => first_stop(next, text, 0)?,
        CaptureKind::Last => last_stop(next, text)?,
        _ => {
            let run = kind.run(text);
            if matches!(kind, CaptureKind::Ip) {
                return take_address(kind, next, text, run);
            }
            // What follows may stand inside the run: `{a:word}:{b:word}`.
            match first_stop(next, text, 1) {
                Some(stop) if stop < run => stop,
                _ => run,
            }
        }
    };
    let (taken, rest) = text.split_at(end);
    kind.accepts(taken).then(|| (kind.datum(taken), rest))
}

/// Takes an address: the longest that is one and after which what follows stands, since
/// the text that follows may stand inside an IPv6 address.
fn take_address<'a>(
    kind: &CaptureKind,
    next: &[Part],
    text: &'a str,
    run: usize,
) -> Option<(Datum<'a>, &'a str)> {
    (1..=run.min(LONGEST_ADDRESS)).rev().find_map(|end| {
        let (taken, rest) = text.split_at(end);
        let fits = kind.accepts(taken)
            && (next.is_empty() || first_stop(next, rest, 0).is_none_or(|stop| stop == 0));
        fits.then(|| (kind.datum(taken), rest))
    })
}

/// Returns the first place, from `from` on, where what follows a capture stands.
fn first_stop(next: &[Part], text: &str, from: usize) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (place, part) in next.iter().enumerate() {
        match part {
            Part::Text(own) => {
                return find(own, text, from).into_iter().chain(best).min();
            }
            Part::Optional(inside) => {
                if let Some(Part::Text(own)) = inside.first() {
                    best = find(own, text, from).into_iter().chain(best).min();
                }
            }
            Part::Capture(capture) => {
                let word = first_word(&capture.kind, &next[place + 1..], text, from);
                return word.into_iter().chain(best).min();
            }
        }
    }
    Some(best.unwrap_or(text.len()))
}

/// Returns the first place where one of the words of a capture stands, and what follows it.
fn first_word(kind: &CaptureKind, next: &[Part], text: &str, from: usize) -> Option<usize> {
    let CaptureKind::One(_) = kind else { return None };
    let places = text.char_indices().map(|(at, _)| at).skip_while(|at| *at < from);
    places.into_iter().find(|at| {
        kind.take(&text[*at..]).is_some_and(|(_, behind)| match next.first() {
            Some(Part::Text(own)) => eat(own, behind).is_some(),
            _ => true,
        })
    })
}

fn last_stop(next: &[Part], text: &str) -> Option<usize> {
    let Some(Part::Text(own)) = next.first() else {
        return Some(text.len());
    };
    let (mut from, mut last) = (0, None);
    while let Some(at) = find(own, text, from) {
        (last, from) = (Some(at), at + step(own.as_bytes()[0], &text.as_bytes()[at..]));
        while !text.is_char_boundary(from) {
            from += 1;
        }
    }
    last
}

/// Finds a text of a pattern, from a place on.
fn find(own: &str, text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = own.as_bytes()[0];
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        at += match first {
            b' ' => memchr::memchr2(b' ', b'\t', rest)?,
            _ => memchr::memchr(first, rest)?,
        };
        if text.is_char_boundary(at) && eat(own, &text[at..]).is_some() {
            return Some(at);
        }
        at += step(first, &bytes[at..]);
    }
}

/// Returns how far the next place is that can give another answer: all blanks of a run
/// give the same.
fn step(first: u8, bytes: &[u8]) -> usize {
    match first {
        b' ' => bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count().max(1),
        _ => 1,
    }
}

/// Removes a text of a pattern from the front.
fn eat<'t>(own: &str, text: &'t str) -> Option<&'t str> {
    if !own.contains(' ') {
        return text.strip_prefix(own);
    }
    let mut rest = text;
    for (place, piece) in own.split(' ').enumerate() {
        if place > 0 {
            let behind = rest.trim_start_matches([' ', '\t']);
            if behind.len() == rest.len() {
                return None;
            }
            rest = behind;
        }
        rest = rest.strip_prefix(piece)?;
    }
    Some(rest)
}

#[cfg(test)]
#[path = "matcher_tests.rs"]
mod tests;
