//! Where records lie in a frame: the span table.
//!
//! For each record four LEB128 numbers at most: the text's length doubled, plus
//! one where more follows; then lead, tail, and line counts with flags. A line
//! with one line end, the usual case, is two numbers.

use crate::error::{Error, Result};

/// One record's share of its source's content. Spans partition the content:
/// `lead` bytes that come before the event (only in a source's first record, or
/// glue of a JSON envelope), the event's text, and `tail` bytes (line end,
/// blank lines, glue behind it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Bytes before the event's text.
    pub lead: u32,
    /// Bytes of the event's text, continuation lines included, last line end not.
    pub text: u32,
    /// Bytes behind the event's text.
    pub tail: u32,
    /// Line ends in the whole span.
    pub lines: u32,
    /// Line ends in `lead`.
    pub lead_lines: u32,
    /// Which part of an overlong line this is, from 1; 0 for a whole record.
    pub part: u32,
    /// The record is no event: its bytes were rejected (still kept, still hashed).
    pub rejected: bool,
}

impl Span {
    /// Gives the length of the whole span in bytes.
    pub fn length(&self) -> usize {
        self.lead as usize + self.text as usize + self.tail as usize
    }

    /// Tells whether it is a line with nothing special about it.
    fn is_plain(&self) -> bool {
        let Span { lead, tail, lines, lead_lines, part, rejected, .. } = *self;
        (lead, tail, lines, lead_lines, part, rejected) == (0, 1, 1, 0, 0, false)
    }
}

/// Writes a span table.
pub fn encode(spans: &[Span]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(spans.len() * 2);
    for span in spans {
        let plain = span.is_plain();
        put(&mut bytes, u64::from(span.text) * 2 + u64::from(!plain));
        if !plain {
            let rejected = u32::from(span.rejected);
            for number in [span.lead, span.tail, span.lines, span.lead_lines, span.part, rejected] {
                put(&mut bytes, u64::from(number));
            }
        }
    }
    bytes
}

/// Reads a span table that must hold so many spans over so many bytes.
pub fn decode(mut bytes: &[u8], count: u64, length: u64) -> Result<Vec<Span>> {
    let bad = || Error::integrity("a span table does not fit its frame");
    if count > bytes.len() as u64 {
        return Err(bad());
    }
    let (mut spans, mut covered) = (Vec::with_capacity(count as usize), 0u64);
    for _ in 0..count {
        let first = take(&mut bytes).ok_or_else(bad)?;
        let text = u32::try_from(first / 2).map_err(|_| bad())?;
        let mut span = Span { text, tail: 1, lines: 1, ..Span::default() };
        if first % 2 == 1 {
            let mut numbers = [0u32; 6];
            for number in &mut numbers {
                *number = take(&mut bytes).and_then(|n| u32::try_from(n).ok()).ok_or_else(bad)?;
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

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
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
