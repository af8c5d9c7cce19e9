//! The span table of a frame: where its records begin and end.
//!
//! Each record is a LEB128 number: the length of its text doubled, plus one if six more
//! numbers follow: lead, tail, lines, lead lines, part, and whether it was rejected. A
//! single line with its line end, the usual case, is only the first number.

use crate::error::{Error, Result};

/// The part of a source's content that belongs to a record. Spans partition the content:
/// `lead` bytes before the event (only in the first record of a source, or parts of a
/// JSON envelope), the event's text, and `tail` bytes (line end, blank lines, parts of a
/// JSON envelope).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Bytes before the event's text.
    pub lead: u32,
    /// Bytes of the event's text, with continuation lines, without the last line end.
    pub text: u32,
    /// Bytes after the event's text.
    pub tail: u32,
    /// Line ends in the whole span.
    pub lines: u32,
    /// Line ends in `lead`.
    pub lead_lines: u32,
    /// Which part of an overlong line it is, from 1; 0 for a whole record.
    pub part: u32,
    /// Whether the record is not an event: its bytes were rejected, but are kept and hashed.
    pub rejected: bool,
}

impl Span {
    /// Returns the length of the whole span in bytes.
    pub fn length(&self) -> usize {
        self.lead as usize + self.text as usize + self.tail as usize
    }

    /// Reports whether it is a single line with a one-byte line end.
    fn is_plain(&self) -> bool {
        let Span { lead, tail, lines, lead_lines, part, rejected, .. } = *self;
        (lead, tail, lines, lead_lines, part, rejected) == (0, 1, 1, 0, 0, false)
    }
}

/// A record of a source or of what that continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSpan {
    /// Where it begins in the whole content.
    pub start: u64,
    /// Its span.
    pub span: Span,
}

/// Encodes a span table.
pub fn encode(spans: &[Span]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(spans.len() * 2);
    for span in spans {
        let plain = span.is_plain();
        write_number(&mut bytes, u64::from(span.text) * 2 + u64::from(!plain));
        if !plain {
            let rejected = u32::from(span.rejected);
            for number in [span.lead, span.tail, span.lines, span.lead_lines, span.part, rejected] {
                write_number(&mut bytes, u64::from(number));
            }
        }
    }
    bytes
}

/// Decodes a span table that must have `count` spans over `length` bytes.
pub fn decode(mut bytes: &[u8], count: u64, length: u64) -> Result<Vec<Span>> {
    let bad = || Error::integrity("a span table does not match its frame");
    if count > bytes.len() as u64 {
        return Err(bad());
    }
    let (mut spans, mut covered) = (Vec::with_capacity(count as usize), 0u64);
    for _ in 0..count {
        let first = read_number(&mut bytes).ok_or_else(bad)?;
        let text = u32::try_from(first / 2).map_err(|_| bad())?;
        let mut span = Span { text, tail: 1, lines: 1, ..Span::default() };
        if first % 2 == 1 {
            let mut numbers = [0u32; 6];
            for number in &mut numbers {
                *number = read_number(&mut bytes).and_then(|n| u32::try_from(n).ok()).ok_or_else(bad)?;
            }
            let [lead, tail, lines, lead_lines, part, rejected] = numbers;
            span = Span { lead, text, tail, lines, lead_lines, part, rejected: rejected != 0 };
        }
        covered += span.length() as u64;
        spans.push(span);
    }
    if covered != length || !bytes.is_empty() {
        return Err(bad());
    }
    Ok(spans)
}

/// Appends a LEB128 number.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads a LEB128 number from the front.
fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0u64, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
        if shift > 35 {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn span()(
            numbers in prop::array::uniform6(0u32..70_000), rejected: bool, plain: bool
        ) -> Span {
            let [lead, text, tail, lines, lead_lines, part] = numbers;
            if plain {
                return Span { text, tail: 1, lines: 1, ..Span::default() };
            }
            Span { lead, text, tail, lines, lead_lines, part, rejected }
        }
    }

    proptest! {
        #[test]
        fn a_table_reads_back_as_it_was_written(spans in prop::collection::vec(span(), 0..50)) {
            let length = spans.iter().map(|span| span.length() as u64).sum();
            let bytes = encode(&spans);
            prop_assert_eq!(decode(&bytes, spans.len() as u64, length).expect("it was just written"), spans);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, count in 0u64..100, length: u64) {
            let _ = decode(&bytes, count, length);
        }
    }
}
