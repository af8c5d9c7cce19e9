//! Escapes: what a text says without its backslashes.
//!
//! A backslash before a sign or a space takes away its meaning. Before a letter
//! or digit it is itself, so that `C:\Windows` and `CORP\alice` are what they
//! look like; `\u{1b}` is the character with that code point.

use super::super::ast::Pattern;
use super::code_points::{is_invisible, parse_code_point, push_code_point};
use super::words::is_keyword;

/// Why a word cannot be read, and at which byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanError {
    /// It ends in a backslash.
    TrailingBackslash(usize),
    /// It contains a character that represents a wildcard inside patterns.
    ReservedCharacter(usize),
}

/// Returns what a word says: escapes resolved, wildcards as [`Pattern::ANY`] and
/// [`Pattern::ONE`], adjacent `*` as one.
pub fn unescape_pattern(raw: &str) -> Result<String, ScanError> {
    if let Some(word) = raw.strip_prefix('\\').filter(|word| is_keyword(word)) {
        return Ok(word.to_owned());
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let at = raw.len() - rest.len();
        match c {
            '*' if text.ends_with(Pattern::ANY) => rest = &rest[1..],
            '*' | '?' => {
                text.push(if c == '*' { Pattern::ANY } else { Pattern::ONE });
                rest = &rest[1..];
            }
            _ => {
                let before = text.len();
                rest = unescape_char(rest, &mut text).ok_or(ScanError::TrailingBackslash(at))?;
                if text[before..].contains([Pattern::ANY, Pattern::ONE]) {
                    return Err(ScanError::ReservedCharacter(at));
                }
            }
        }
    }
    Ok(text)
}

/// Returns what a text without wildcards says: a phrase between its quotes, or
/// a field's name. A backslash at its end is itself.
pub fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while !rest.is_empty() {
        rest = unescape_char(rest, &mut text).unwrap_or_else(|| {
            text.push('\\');
            ""
        });
    }
    text
}

/// Returns the regular expression that is written between slashes: `\/` is
/// `/`, a backslash before a space is dropped, an invisible character is
/// written by its code point; everything else belongs to the expression.
pub fn unescape_regex(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        match escaped {
            Some(escaped) if escaped == '/' || escaped == ' ' => text.push(escaped),
            Some(escaped) if is_invisible(escaped) => push_code_point(&mut text, escaped),
            Some(escaped) => text.extend([c, escaped]),
            None if is_invisible(c) => push_code_point(&mut text, c),
            None => text.push(c),
        }
    }
    text
}

/// Reads one character, escaped or not, and returns the remaining text; none
/// for a backslash with nothing after it.
fn unescape_char<'a>(rest: &'a str, text: &mut String) -> Option<&'a str> {
    let mut chars = rest.chars();
    let first = chars.next()?;
    if first != '\\' {
        text.push(first);
        return Some(chars.as_str());
    }
    if let Some((c, rest)) = parse_code_point(chars.as_str()) {
        text.push(c);
        return Some(rest);
    }
    let escaped = chars.next()?;
    if escaped.is_alphanumeric() {
        text.push('\\');
    }
    text.push(escaped);
    Some(chars.as_str())
}
