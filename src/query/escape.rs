//! Text written so that reading it gives exactly itself.

use crate::error::visible;

use super::Pattern;
use super::scan::{self, is_keyword};
use super::split::split;
use super::value::network;

/// Where a word is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// By itself, or inside `field:( … )`.
    Term,
    /// Right behind `field:`.
    Value,
}

/// Writes a phrase in quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_unseen(c) => push_code(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a word, with a backslash before each character that would be a sign
/// where it stands.
pub fn word(text: &str, place: Place) -> String {
    if text.is_empty() {
        return quoted(text);
    }
    if is_keyword(text) {
        return format!("\\{text}");
    }
    let term = place == Place::Term;
    let mut out = String::with_capacity(text.len() + 4);
    for (n, c) in text.chars().enumerate() {
        let begins = match c {
            '[' | '{' | '<' | '>' | '“' | '”' | '„' => true,
            '-' | '+' | '!' => term,
            '&' => term && text.starts_with("&&"),
            '=' => term && matches!(text, "=" | "=="),
            ':' => term && text == ":",
            _ => false,
        };
        match c {
            Pattern::ANY => out.push('*'),
            Pattern::ONE => out.push('?'),
            ' ' | '\\' | '*' | '?' | '"' | '(' | ')' | '|' => out.extend(['\\', c]),
            '<' | '>' if term => out.extend(['\\', c]),
            c if n == 0 && begins => out.extend(['\\', c]),
            c if is_unseen(c) => push_code(&mut out, c),
            c => out.push(c),
        }
    }
    if out.starts_with('/') && scan::regex(&out, 0).is_some() {
        out.insert(0, '\\');
    }
    if term && (split(&out, "").is_some() || out == "*:*") { signs_escaped(&out) } else { out }
}

/// Writes a word that stands behind the name of a source's own field. Where the
/// two would read as one word (`std::io`), the first character is its code.
pub fn value(field: &str, text: &str) -> String {
    let (name, word) = (name(field), word(text, Place::Value));
    let reads =
        |word: &str| split(&format!("{name}:{word}"), "").is_some_and(|split| split.name == name.len());
    match text.chars().next() {
        Some(c) if !reads(&word) && !matches!(c, Pattern::ANY | Pattern::ONE) => {
            let mut out = String::new();
            push_code(&mut out, c);
            out + &self::word(&text[c.len_utf8()..], Place::Value)
        }
        _ => word,
    }
}

/// Escapes what would end a field's name.
fn signs_escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let mut escaped = false;
    for c in word.chars() {
        if matches!(c, ':' | '=') && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// Writes the name of a source's own field.
pub fn name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let last = name.chars().count().saturating_sub(1);
    for (n, c) in name.chars().enumerate() {
        let plain = match c {
            '_' => true,
            '@' => n == 0,
            '.' | '-' => n > 0 && n < last,
            c if c.is_alphabetic() => !is_unseen(c),
            c => n > 0 && c.is_alphanumeric(),
        };
        match c {
            c if plain => out.push(c),
            c if c.is_alphanumeric() || is_unseen(c) => push_code(&mut out, c),
            c => out.extend(['\\', c]),
        }
    }
    out
}

/// Tells whether a character cannot be seen, or changes how others look.
pub fn is_unseen(c: char) -> bool {
    let acts = |c: char| visible(c.encode_utf8(&mut [0; 4])) != c.to_string();
    c.is_control() || c != ' ' && c.is_whitespace() || !c.is_ascii() && acts(c)
}

/// Writes a character by its code point: `\u{1b}`.
pub fn push_code(out: &mut String, c: char) {
    out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
}

/// Writes a value so that it can stand behind `field:` and means exactly itself:
/// as it is where nothing in it could be read otherwise, else in quotes.
pub fn quote(value: &str) -> String {
    let simple = |c: char| c.is_alphanumeric() || "_.-/:@%#,+~$=".contains(c);
    let plain = value.chars().all(simple) && network(value).is_none();
    if plain && word(value, Place::Term) == value { value.to_owned() } else { quoted(value) }
}
