//! Characters written by their code point: `\u{1b}`.

use crate::error::visible;

/// Reads `u{1b}` after a backslash; returns the character and the remaining text.
pub fn parse_code_point(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = text.strip_prefix("u{")?.split_once('}')?;
    let fits = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = fits.then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
    Some((char::from_u32(code)?, rest))
}

/// Writes a character by its code point: `\u{1b}`.
pub fn push_code_point(out: &mut String, c: char) {
    out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
}

/// Returns whether a character is invisible, or changes how others look.
pub fn is_invisible(c: char) -> bool {
    let acts = |c: char| visible(c.encode_utf8(&mut [0; 4])) != c.to_string();
    c.is_control() || c != ' ' && c.is_whitespace() || !c.is_ascii() && acts(c)
}
