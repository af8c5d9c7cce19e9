//! Decides what has to be quoted or escaped, so that a text that is written
//! into a query means exactly itself.

use super::super::ast::{FieldRef, Pattern};
use super::super::lexical::{is_invisible, is_keyword, push_code_point, regex_end};
use super::super::typed::{accepts_networks, parse_network};
use super::field_prefix::field_prefix;

/// Where a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordPosition {
    /// By itself, or inside `field:( … )`.
    Term,
    /// Right after `field:`.
    Value,
}

/// Writes a phrase in quotes.
pub fn quote_phrase(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_invisible(c) => push_code_point(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a word, with a backslash before each character that would have a
/// meaning at its position.
pub fn escape_word(text: &str, position: WordPosition) -> String {
    if text.is_empty() {
        return quote_phrase(text);
    }
    if is_keyword(text) {
        return format!("\\{text}");
    }
    let term = position == WordPosition::Term;
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
            c if is_invisible(c) => push_code_point(&mut out, c),
            c => out.push(c),
        }
    }
    if out.starts_with('/') && regex_end(&out, 0).is_some() {
        out.insert(0, '\\');
    }
    if term && (field_prefix(&out, "").is_some() || out == "*:*") { escape_operators(&out) } else { out }
}

/// Writes the unquoted value of a field, or a word without a field, with the
/// escapes that its position and its field require.
pub fn escape_value(field: Option<&FieldRef>, text: &str, position: WordPosition) -> String {
    let word = match field {
        Some(FieldRef::Custom(name)) if position == WordPosition::Value => escape_custom_value(name, text),
        _ => escape_word(text, position),
    };
    let is_network = field.is_some_and(accepts_networks) && parse_network(text).is_some();
    match word.split_once('/').filter(|_| is_network) {
        Some((ip, bits)) => format!("{ip}\\/{bits}"),
        None => word,
    }
}

/// Writes a word right after the name of a custom field. If the two would read
/// as one word (`std::io`), the first character is written by its code point.
fn escape_custom_value(field: &str, text: &str) -> String {
    let (name, word) = (quote_field_name(field), escape_word(text, WordPosition::Value));
    let reads = |word: &str| {
        field_prefix(&format!("{name}:{word}"), "").is_some_and(|prefix| prefix.name_end == name.len())
    };
    match text.chars().next() {
        Some(c) if !reads(&word) && !matches!(c, Pattern::ANY | Pattern::ONE) => {
            let mut out = String::new();
            push_code_point(&mut out, c);
            out + &escape_word(&text[c.len_utf8()..], WordPosition::Value)
        }
        _ => word,
    }
}

/// Writes a regular expression between slashes. White space is escaped if it
/// would look like the end of a path.
pub fn escape_regex(text: &str) -> String {
    let plain = between_slashes(text, false);
    if regex_end(&plain, 0) == Some(plain.len()) { plain } else { between_slashes(text, true) }
}

fn between_slashes(text: &str, spaces: bool) -> String {
    let mut out = String::from("/");
    let mut escaped = false;
    for c in text.chars() {
        if !escaped && (c == '/' || spaces && c.is_whitespace()) {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.push('/');
    out
}

/// Escapes what would end a field's name.
fn escape_operators(word: &str) -> String {
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

/// Writes the name of a custom field.
pub fn quote_field_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let last = name.chars().count().saturating_sub(1);
    for (n, c) in name.chars().enumerate() {
        let plain = match c {
            '_' => true,
            '@' => n == 0,
            '.' | '-' => n > 0 && n < last,
            c if c.is_alphabetic() => !is_invisible(c),
            c => n > 0 && c.is_alphanumeric(),
        };
        match c {
            c if plain => out.push(c),
            c if c.is_alphanumeric() || is_invisible(c) => push_code_point(&mut out, c),
            c => out.extend(['\\', c]),
        }
    }
    out
}

/// Writes a value that may follow `field:` and means exactly itself: as it is if
/// nothing in it could be read otherwise, else in quotes.
pub fn quote(value: &str) -> String {
    let simple = |c: char| c.is_alphanumeric() || "_.-/:@%#,+~$=".contains(c);
    let plain = value.chars().all(simple) && parse_network(value).is_none();
    if plain && escape_word(value, WordPosition::Term) == value {
        value.to_owned()
    } else {
        quote_phrase(value)
    }
}
