//! Escapes that stand for a character: `%HH`, `%uHHHH`, `\xHH`, `\uHHHH`, `\u{H…}`.

/// How often escapes are undone: payloads wrapped deeper than this reach no application.
const ROUNDS: usize = 5;

/// Returns `raw` with its escapes undone, also those that an escape hid.
///
/// A `+` after the first `?` is a space, as forms encode it. Escapes of a logging server
/// (`\x22`) and of scripts (`\u0061`) are read like percent escapes.
pub(super) fn unescaped(raw: &str) -> Vec<u8> {
    let mut bytes = raw.as_bytes().to_vec();
    if let Some(query) = bytes.iter().position(|b| *b == b'?') {
        bytes[query..].iter_mut().filter(|b| **b == b'+').for_each(|b| *b = b' ');
    }
    for _ in 0..ROUNDS {
        let next = one_round(&bytes);
        if next.len() == bytes.len() {
            break;
        }
        bytes = next;
    }
    bytes
}

/// Returns `bytes` with every escape undone once; an escape is always longer than its character.
fn one_round(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match escape(&bytes[at..]) {
            Some((code, taken)) => {
                push(&mut out, code, taken);
                at += taken;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// Appends a character: as a byte when two digits named it, as UTF-8 when more did.
fn push(out: &mut Vec<u8>, code: u32, taken: usize) {
    match u8::try_from(code) {
        Ok(byte) if taken == 3 || taken == 4 || byte.is_ascii() => out.push(byte),
        _ => {
            let shown = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(shown.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Returns the character that an escape at the start of `rest` stands for, and its length.
fn escape(rest: &[u8]) -> Option<(u32, usize)> {
    match (rest.first()?, rest.get(1)?) {
        (b'%', b'u' | b'U') => Some((number(rest, 2, 4)?, 6)),
        (b'%', _) => Some((number(rest, 1, 2)?, 3)),
        (b'\\', b'x' | b'X') => Some((number(rest, 2, 2)?, 4)),
        (b'\\', b'u') if rest.get(2) == Some(&b'{') => braced(rest),
        (b'\\', b'u') => Some((number(rest, 2, 4)?, 6)),
        _ => None,
    }
}

/// Returns the character of `\u{H…}`: one to six digits in braces.
fn braced(rest: &[u8]) -> Option<(u32, usize)> {
    let digits = rest[3..].iter().take(7).position(|b| *b == b'}').filter(|n| (1..=6).contains(n))?;
    Some((number(rest, 3, digits)?, digits + 4))
}

/// Returns the number that `count` hexadecimal digits from `from` on write.
fn number(rest: &[u8], from: usize, count: usize) -> Option<u32> {
    let digits = rest.get(from..from + count)?;
    digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + (*digit as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    fn text(raw: &str) -> String {
        String::from_utf8_lossy(&unescaped(raw)).into_owned()
    }

    #[test]
    fn escapes_are_undone_as_often_as_they_were_made() {
        assert_eq!(text("/a%20b"), "/a b");
        assert_eq!(text("/a%2520b"), "/a b");
        assert_eq!(text("/a%252520b"), "/a b");
        assert_eq!(text("%u003cscript%U003e"), "<script>");
        assert_eq!(text(r"\x22\u0061\u{61}"), "\"aa");
    }

    #[test]
    fn a_plus_is_a_space_only_in_the_query() {
        assert_eq!(text("/c++?q=c%2B%2B+or+d"), "/c++?q=c++ or d");
    }

    #[test]
    fn what_is_no_escape_stays() {
        for raw in ["100%", "%zz", "%u12", "%", r"\", r"\u{}", r"\u{1234567}", r"\x2", "%e"] {
            assert_eq!(text(raw), raw);
        }
        assert_eq!(text(r"\u{110000}"), "\u{fffd}");
    }
}
