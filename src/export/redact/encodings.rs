//! Texts inside of a text, in base64 or hexadecimal.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::export::redact::address_matcher::runs;

/// Shortest run that is looked into.
const SHORTEST: usize = 8;

/// Shortest stretch of a decoded text that is looked at.
const LEGIBLE: usize = 4;

/// Reads base64 wherever it is cut off.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A stretch of a text that reads as another text.
pub struct Encoded<'a> {
    /// Where the run begins that it was read from.
    pub from: usize,
    /// Where that ends.
    pub to: usize,
    /// What it reads.
    pub text: &'a str,
    /// It is all that the run reads.
    pub whole: bool,
}

/// Looks into every run of base64 (of either alphabet, cut anywhere) and of
/// hexadecimal digits, such as auditd writes; most words are no text when decoded.
pub fn each(text: &str, mut take: impl FnMut(&Encoded<'_>)) {
    let sixty_four = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut bytes = Vec::new();
    for (from, mut to) in runs(text, sixty_four) {
        let run = &text.as_bytes()[from..to];
        to += text.as_bytes()[to..].iter().take(2).take_while(|byte| **byte == b'=').count();
        if to - from < SHORTEST {
            continue;
        }
        let of_urls = run.contains(&b'-') || run.contains(&b'_');
        let plain = if of_urls { Cow::Owned(standard(run)) } else { Cow::Borrowed(run) };
        bytes.resize(run.len(), 0);
        for shift in 0..4 {
            let part = &plain[shift..];
            // One letter alone is less than a byte.
            let part = &part[..part.len() - usize::from(part.len() % 4 == 1)];
            if let Ok(length) = LENIENT.decode_slice(part, &mut bytes) {
                legible(&bytes[..length], from, to, shift == 0, &mut take);
            }
        }
    }
    for (from, to) in runs(text, |byte| byte.is_ascii_hexdigit()) {
        let run = &text.as_bytes()[from..to];
        if run.len() < SHORTEST {
            continue;
        }
        for shift in 0..=run.len() % 2 {
            let pairs = run[shift..].chunks_exact(2);
            let digit = |byte: u8| (char::from(byte)).to_digit(16).unwrap_or(0) as u8;
            let bytes: Vec<u8> = pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
            legible(&bytes, from, to, shift == 0, &mut take);
        }
    }
}

/// Writes base64 for URLs in the standard alphabet.
fn standard(run: &[u8]) -> Vec<u8> {
    let letter = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    run.iter().map(letter).collect()
}

/// Hands on what of some bytes is text. UTF-16 of plain letters is it without its zeros.
fn legible(bytes: &[u8], from: usize, to: usize, first: bool, take: &mut impl FnMut(&Encoded<'_>)) {
    let without;
    let bytes = if bytes.contains(&0) {
        without = bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<u8>>();
        &without[..]
    } else {
        bytes
    };
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        if text.len() >= LEGIBLE {
            let whole = first && text.len() == bytes.len() && !text.chars().any(char::is_control);
            take(&Encoded { from, to, text, whole });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(usize, usize, String)> {
        let mut found = Vec::new();
        each(text, |inside| found.push((inside.from, inside.to, inside.text.to_owned())));
        found
    }

    #[test]
    fn what_is_encoded_is_found_with_its_place() {
        for (text, inside) in [
            ("Basic YmVuamFtaW46cHc=, x", (6, 22, "benjamin:pw")),
            ("u=YmVuamFtaW4&x", (2, 13, "benjamin")),
            ("acct=62656E6A616D696E", (5, 21, "benjamin")),
            ("/YmVuamFtaW4", (0, 12, "benjamin")),
            ("-e YgBlAG4AagBhAG0AaQBuAA==", (3, 27, "benjamin")),
            ("Pz8/Pj4-_benjamin", (0, 17, "???>>>")),
        ] {
            let (from, to, wanted) = inside;
            let found = texts(text);
            let fits =
                |(a, b, said): &(usize, usize, String)| (*a, *b) == (from, to) && said.contains(wanted);
            assert!(found.iter().any(fits), "{text}: {found:?}");
        }
        assert!(texts("YmVuag").is_empty() && texts("=== a/b").is_empty());
    }
}
