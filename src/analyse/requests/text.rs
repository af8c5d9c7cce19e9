//! Bytes as text: UTF-8 as lenient servers read it, and look-alikes as what they imitate.

/// Returns the text of `bytes`.
///
/// Overlong UTF-8 counts as the character it hides (`C0 AF` is `/`), full-width forms as
/// their ASCII twins. NUL, other control characters and invisible characters go; bytes
/// that are no UTF-8 become U+FFFD.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let (found, taken) = character(&bytes[at..]);
        at += taken;
        if let Some(c) = plain(found) {
            out.push(c);
        }
    }
    out
}

/// Returns the first character of `rest` and how many bytes it takes.
fn character(rest: &[u8]) -> (char, usize) {
    let lead = rest[0];
    if lead.is_ascii() {
        return (lead as char, 1);
    }
    let (length, mask) = match lead {
        0xC0..=0xDF => (2, 0x1F),
        0xE0..=0xEF => (3, 0x0F),
        0xF0..=0xF7 => (4, 0x07),
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    let Some(tail) = rest.get(1..length).filter(|t| t.iter().all(|b| b & 0xC0 == 0x80)) else {
        return (char::REPLACEMENT_CHARACTER, 1);
    };
    let code = tail.iter().fold(u32::from(lead & mask), |sum, b| sum << 6 | u32::from(b & 0x3F));
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length)
}

/// Returns what `c` is read as, or nothing when nobody sees it.
fn plain(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' => Some(c),
        '\u{b}' | '\u{c}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{3000}' => Some(' '),
        '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xFEE0),
        '\u{2215}' | '\u{2044}' => Some('/'),
        '\u{2216}' => Some('\\'),
        '\u{2018}' | '\u{2019}' | '\u{2032}' | '\u{2b9}' | '\u{2bc}' => Some('\''),
        c if c.is_control() => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn overlong_forms_are_the_character_they_hide() {
        assert_eq!(text(b"..\xC0\xAF..\xE0\x80\xAF..\xF0\x80\x80\xAF"), "../../../");
        assert_eq!(text(b"\xC0\xAE\xC1\x9C"), ".\\");
    }

    #[test]
    fn look_alikes_are_what_they_imitate() {
        assert_eq!(text("\u{ff1c}script\u{ff1e}".as_bytes()), "<script>");
        assert_eq!(text("java\0scr\u{200b}ipt\u{a0}".as_bytes()), "javascript ");
    }

    #[test]
    fn broken_bytes_and_letters_of_the_world_survive() {
        assert_eq!(text(b"pe\xF1a \xE2\x82"), "pe\u{fffd}a \u{fffd}\u{fffd}");
        assert_eq!(text("Größe 你好".as_bytes()), "Größe 你好");
    }
}
