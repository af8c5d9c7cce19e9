//! Where a word turns out to be a field and its value.
//!
//! The decision depends on the word alone, never on a case: a query means the
//! same tree everywhere, and the printer can tell which signs it must escape.

use std::net::Ipv6Addr;

use super::Op;
use super::names::is_known;
use super::scan::{code_point, literal};

/// What joins a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `:`
    Colon,
    /// `<`, `<=`, `>`, `>=`
    Compare(Op),
    /// `=`, `==` or `!=`, which are of other languages.
    Foreign,
}

/// A name and the sign behind it, at the front of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The byte behind the name.
    pub name: usize,
    /// The sign that stands there.
    pub sign: Sign,
    /// The byte behind the sign.
    pub value: usize,
    /// The name has a `*`.
    pub wild: bool,
}

/// Names that begin other things than fields: `arn:aws:iam::…`, `urn:uuid:…`.
const SCHEMES: [&str; 2] = ["arn", "urn"];

/// Reads the sign at the front of a text, and its length.
pub fn sign(text: &str) -> Option<(Sign, usize)> {
    const SIGNS: [(&str, Sign); 8] = [
        (":", Sign::Colon),
        ("<=", Sign::Compare(Op::AtMost)),
        ("<", Sign::Compare(Op::Less)),
        (">=", Sign::Compare(Op::AtLeast)),
        (">", Sign::Compare(Op::Greater)),
        ("==", Sign::Foreign),
        ("=", Sign::Foreign),
        ("!=", Sign::Foreign),
    ];
    SIGNS.iter().find(|(sign, _)| text.starts_with(sign)).map(|(text, sign)| (*sign, text.len()))
}

/// Gives the length of the name at the front of a word, and whether it has a
/// `*`: letters, digits, `_ . -`, `@` in front, and escaped signs, not
/// beginning with a digit nor ending in `-` or `.`.
fn name(word: &str) -> Option<(usize, bool)> {
    let (mut at, mut wild) = (0, false);
    while let Some(c) = word[at..].chars().next() {
        match c {
            '\\' => {
                let rest = &word[at + 1..];
                match (code_point(rest), rest.chars().next()?) {
                    (Some((_, rest)), _) => at = word.len() - rest.len(),
                    (None, kept) if kept.is_alphanumeric() => return None,
                    (None, kept) => at += 1 + kept.len_utf8(),
                }
                continue;
            }
            '*' => wild = true,
            '_' => {}
            '@' if at == 0 => {}
            '.' | '-' if at > 0 => {}
            c if c.is_alphabetic() || at > 0 && c.is_alphanumeric() => {}
            _ => break,
        }
        at += c.len_utf8();
    }
    let whole =
        !word[..at].ends_with(['-', '.']) || word[..at].ends_with("\\-") || word[..at].ends_with("\\.");
    (at > 0 && whole).then_some((at, wild))
}

/// Tells whether a word is a name from its first to its last character.
pub fn is_name(word: &str) -> bool {
    name(word) == Some((word.len(), false))
}

/// Splits a word into field and value, where it reads as such. `after` is what
/// follows the word in the text.
pub fn split(word: &str, after: &str) -> Option<Split> {
    let (end, wild) = name(word)?;
    let (sign, length) = sign(&word[end..])?;
    let (written, value) = (&word[..end], &word[end + length..]);
    let reads = match sign {
        Sign::Colon if wild => written.contains('.'),
        _ if wild => false,
        Sign::Colon => is_field(written, value, word),
        Sign::Compare(_) => {
            let next = if value.is_empty() { after } else { value };
            let own = written.contains('.') && !value.is_empty() && !value.contains(['<', '>']);
            is_known(&literal(written)) || own || is_measure(next)
        }
        Sign::Foreign => is_known(&literal(written)),
    };
    reads.then_some(Split { name: end, sign, value: end + length, wild })
}

/// Tells whether a `:` behind a name makes it a field. It does not in URLs,
/// addresses, drives, ARNs and names such as `std::io`.
fn is_field(name: &str, value: &str, word: &str) -> bool {
    let known = is_known(&literal(name));
    if known || name.contains('.') {
        return !(value.starts_with("//") && name.eq_ignore_ascii_case("file"));
    }
    let path = match value.strip_prefix('\\') {
        Some(rest) => code_point(rest).is_none(),
        None => value.starts_with('/'),
    };
    let scheme = SCHEMES.iter().any(|scheme| name.eq_ignore_ascii_case(scheme));
    !(scheme
        || value.starts_with("//")
        || value.starts_with(':')
        || name.len() == 1 && path
        || is_hex_groups(word))
}

/// Tells whether a word is an IPv6 or MAC address.
fn is_hex_groups(word: &str) -> bool {
    let mac = |word: &str| {
        let pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        word.split(':').count() == 6 && word.split(':').all(pair)
    };
    let address = word.split(['/', '%']).next().unwrap_or(word);
    mac(word) || address.parse::<Ipv6Addr>().is_ok()
}

/// Tells whether a text begins with what a comparison is made with: a number,
/// a phrase, `now`.
pub fn is_measure(text: &str) -> bool {
    let text = text.trim_start();
    let number = text.strip_prefix('-').unwrap_or(text);
    number.starts_with(|c: char| c.is_ascii_digit()) || text.starts_with('"') || text.starts_with("now")
}

/// Gives the keyword at the front of a text: `AND`, `OR`, `NOT`, in whatever
/// case, before a space, a parenthesis, a quote or the end.
pub fn keyword(text: &str) -> Option<&'static str> {
    ["AND", "OR", "NOT"].into_iter().find(|keyword| {
        let (word, rest) = text.split_at_checked(keyword.len()).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
        word.eq_ignore_ascii_case(keyword) && rest.chars().next().is_none_or(ends)
    })
}

/// Tells whether a text that follows white space begins the next term of a
/// query, or is empty: then a `/` before it did not open an expression. In small
/// letters `and`, `or`, `not` are more likely words of the expression.
pub fn begins_term(text: &str) -> bool {
    let text = text.trim_start_matches(['(', '-', '!', '+']);
    let next = text.split(char::is_whitespace).next().unwrap_or_default();
    text.is_empty()
        || keyword(text).is_some_and(|keyword| text.starts_with(keyword))
        || text.starts_with("&&")
        || text.starts_with("||")
        || name(next).is_some_and(|(end, _)| next[end..].starts_with([':', '<', '>']))
}
