//! How characters are escaped.

/// Reads escapes of bytes, `%c3`, `\xc3` or `\303`, as far as they follow each
/// other: each byte with the length of its escape, and the length of all.
pub fn byte_escapes(text: &str) -> (Vec<(u8, usize)>, usize) {
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some((byte, length)) = byte_escape(&text.as_bytes()[at..]) {
        bytes.push((byte, length));
        at += length;
    }
    (bytes, at)
}

fn byte_escape(rest: &[u8]) -> Option<(u8, usize)> {
    let lead = match rest {
        [b'%', ..] => 1,
        [b'\\', b'x', ..] => 2,
        [b'\\', high @ b'0'..=b'3', middle @ b'0'..=b'7', low @ b'0'..=b'7', ..] => {
            return Some(((high - b'0') << 6 | (middle - b'0') << 3 | (low - b'0'), 4));
        }
        _ => return None,
    };
    let byte = hex(rest.get(lead..lead + 2)?)?;
    Some((u8::try_from(byte).ok()?, lead + 2))
}

/// Reads the escape of one character: `&#97;`, `&amp;`, `&euml;`, `\u0061`,
/// `\u{61}`, `%u0061`, `\n`.
pub fn char_escape(text: &str) -> Option<(char, usize)> {
    if let Some(behind) = text.strip_prefix("%u") {
        return utf16(behind, "%u");
    }
    if let Some(behind) = text.strip_prefix('\\') {
        let plain = match behind.chars().next()? {
            'u' => return braced(&behind[1..]).or_else(|| utf16(&behind[1..], "\\u")),
            'U' => return Some((char::from_u32(hex(behind.as_bytes().get(1..9)?)?)?, 10)),
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            same @ ('\\' | '"' | '\'' | '/') => same,
            _ => return None,
        };
        return Some((plain, 2));
    }
    let behind = text.strip_prefix('&')?;
    let end = behind.bytes().take(10).position(|byte| byte == b';')?;
    let name = &behind[..end];
    let char = match (name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")), name.strip_prefix('#')) {
        (Some(digits), _) => char::from_u32(u32::from_str_radix(digits, 16).ok()?)?,
        (None, Some(digits)) => char::from_u32(digits.parse().ok()?)?,
        (None, None) => named(name)?,
    };
    Some((char, end + 2))
}

/// Reads `0061` after `\u` or `%u`, two of them where they make one character.
fn utf16(behind: &str, lead: &str) -> Option<(char, usize)> {
    let first = hex(behind.as_bytes().get(..4)?)?;
    if let Some(char) = char::from_u32(first) {
        return Some((char, lead.len() + 4));
    }
    let second = hex(behind.get(4..)?.strip_prefix(lead)?.as_bytes().get(..4)?)?;
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let char = char::decode_utf16(units).next()?.ok()?;
    Some((char, 2 * (lead.len() + 4)))
}

/// Reads `{61}` after `\u`.
fn braced(behind: &str) -> Option<(char, usize)> {
    let digits = behind.strip_prefix('{')?;
    let end = digits.bytes().take(7).position(|byte| byte == b'}')?;
    Some((char::from_u32(hex(&digits.as_bytes()[..end])?)?, end + 4))
}

/// Returns the character of a name in HTML: the ones of markup, and letters with
/// accents, whose names are the letter and the accent.
fn named(name: &str) -> Option<char> {
    let plain = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "commat" => '@',
        "period" => '.',
        "colon" => ':',
        "lowbar" => '_',
        "bsol" => '\\',
        "sol" => '/',
        "szlig" => 'ß',
        "aelig" => 'æ',
        "AElig" => 'Æ',
        "oslash" => 'ø',
        "Oslash" => 'Ø',
        "eth" => 'ð',
        "ETH" => 'Ð',
        "thorn" => 'þ',
        "THORN" => 'Þ',
        _ => {
            let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
            let accent = match &name[1..] {
                "grave" => '\u{300}',
                "acute" => '\u{301}',
                "circ" => '\u{302}',
                "tilde" => '\u{303}',
                "uml" => '\u{308}',
                "ring" => '\u{30a}',
                "caron" => '\u{30c}',
                "cedil" => '\u{327}',
                "ogon" => '\u{328}',
                _ => return None,
            };
            unicode_normalization::char::compose(letter, accent)?
        }
    };
    Some(plain)
}

/// Reads hexadecimal digits, and nothing else.
fn hex(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| u32::from_str_radix(text, 16).ok())?
}

/// Reads a dot or a colon of an address that was made harmless, at a place of a
/// text: `[.]`, `(dot)`, `\.`, ` . ` between digits. Gives the mark, and the length
/// of everything that represents it.
pub fn defanged(text: &str, at: usize) -> Option<(char, usize)> {
    const AROUND: usize = 4;
    let rest = &text.as_bytes()[at..];
    let before = rest.iter().take(AROUND).take_while(|byte| b" [({<\\".contains(byte)).count();
    let (mark, length) = match rest.get(before..)? {
        [b'.', ..] => ('.', 1),
        [b':', ..] => (':', 1),
        word if word.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"dot")) => ('.', 3),
        _ => return None,
    };
    let behind = &rest[before + length..];
    let after = behind.iter().take(AROUND).take_while(|byte| b" ])}>".contains(byte)).count();
    let (lead, trail) = (&rest[..before], &behind[..after]);
    let blank = |bytes: &[u8]| bytes.iter().all(|byte| *byte == b' ');
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let between = digit(text.as_bytes()[..at].last()) && digit(behind.get(after));
    let fanged = match (mark, length) {
        (_, 3) => !lead.is_empty() && !trail.is_empty() && (between || !blank(lead) && !blank(trail)),
        (':', _) => !blank(lead) && !blank(trail),
        _ => before + after > 0 && (between || !blank(lead) && !blank(trail)),
    };
    fanged.then_some((mark, before + length + after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_read_from_each_of_its_escapes() {
        for (text, char) in [
            ("&#97;", 'a'),
            ("&#x61;", 'a'),
            ("&euml;", 'ë'),
            ("&Scaron;", 'Š'),
            ("&szlig;", 'ß'),
            ("\\u00eb", 'ë'),
            ("\\u{eb}", 'ë'),
            ("\\U000000eb", 'ë'),
            ("%u00EB", 'ë'),
            ("\\ud83d\\ude42", '🙂'),
            ("\\n", '\n'),
        ] {
            assert_eq!(char_escape(text), Some((char, text.len())), "{text}");
        }
        for text in ["&bogus;", "&quml;", "\\ud83d", "\\ud83dx", "\\u{}", "\\u12", "%u12", "\\q", "&", "\\"] {
            assert_eq!(char_escape(text), None, "{text}");
        }
        assert_eq!(byte_escapes("%c3\\xAB\\141%"), (vec![(0xc3, 3), (0xab, 4), (b'a', 4)], 11));
        assert_eq!(byte_escapes("\\400"), (Vec::new(), 0));
    }
}
