//! Stretches of a query's text: where a word, a phrase or an expression ends,
//! and what it says without its escapes.
//!
//! A backslash before a sign or a space takes away its meaning. Before a letter
//! or digit it is itself, so that `C:\Windows` and `CORP\alice` are what they
//! look like; `\u{1b}` is the character of that code point.

use super::Pattern;
use super::escape::{is_unseen, push_code};
use super::split::begins_term;

/// Why a word cannot be read, and at which byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// It ends in a backslash.
    Backslash(usize),
    /// It has a character that stands for a wildcard inside patterns.
    Reserved(usize),
}

/// Tells whether a word joins terms, or a range's ends, in whatever case.
pub fn is_keyword(word: &str) -> bool {
    ["AND", "OR", "NOT", "TO"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// Gives where the word that begins at `start` ends: before white space, `"`,
/// `|`, or a parenthesis that has no partner inside the word.
pub fn word(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => at = behind_escape(text, at),
            '(' => match partner(text, at) {
                Some(end) => at = end,
                None => return at,
            },
            ')' | '"' | '|' => return at,
            c if c.is_whitespace() => return at,
            c => at += c.len_utf8(),
        }
    }
    at
}

/// Gives the byte behind a backslash and the character it keeps.
fn behind_escape(text: &str, at: usize) -> usize {
    at + 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8)
}

/// Gives the byte behind the `)` that closes a `(` inside one word.
fn partner(text: &str, open: usize) -> Option<usize> {
    let (mut at, mut depth) = (open, 0usize);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => {
                at = behind_escape(text, at);
                continue;
            }
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' | '|' => return None,
            c if c.is_whitespace() => return None,
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Gives where the phrase that begins at `start` ends, behind its closing
/// quote; none where it is not closed.
pub fn quoted(text: &str, start: usize) -> Option<usize> {
    closing(text, start, |c| c == '"')
}

/// Finds the first unescaped character of a kind behind `start`; gives the byte behind it.
fn closing(text: &str, start: usize, wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut at = start + 1;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => at = behind_escape(text, at),
            c if wanted(c) => return Some(at + c.len_utf8()),
            c => at += c.len_utf8(),
        }
    }
    None
}

/// Gives where the range that begins at `start` ends, behind its bracket.
pub fn range(text: &str, start: usize) -> Option<usize> {
    let mut from = start;
    loop {
        let end = closing(text, from, |c| matches!(c, ']' | '}' | '"'))?;
        if !text[..end].ends_with('"') {
            return Some(end);
        }
        from = quoted(text, end - 1)? - 1;
    }
}

/// Gives where the regular expression that begins with the `/` at `start` ends,
/// behind its second `/`; none where the `/` begins a path.
///
/// An expression ends before white space, `)` or the end of the text. White
/// space in it is fine until what follows looks like the next term: in
/// `path:/a OR path:/` there are two paths. `\/` and `\ ` are always inside.
pub fn regex(text: &str, start: usize) -> Option<usize> {
    let end = closing(text, start, |c| c == '/')?;
    let body = &text[start + 1..end - 1];
    let bounded = text[end..].chars().next().is_none_or(|c| c.is_whitespace() || c == ')');
    if body.is_empty() || body.starts_with(char::is_whitespace) || !bounded {
        return None;
    }
    let mut at = 0;
    while let Some(c) = body[at..].chars().next() {
        if c == '\\' {
            at = behind_escape(body, at);
        } else if c.is_whitespace() {
            at += body[at..].len() - body[at..].trim_start().len();
            if begins_term(&body[at..]) {
                return None;
            }
        } else {
            at += c.len_utf8();
        }
    }
    Some(end)
}

/// Gives what stands between the slashes of an expression: `\/` is `/`, a
/// backslash before a space goes away, a character that cannot be seen is
/// written by its code point; all else is the expression's own.
pub fn regex_body(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        let kept = if c == '\\' { chars.next() } else { None };
        match kept {
            Some(kept) if kept == '/' || kept == ' ' => text.push(kept),
            Some(kept) if is_unseen(kept) => push_code(&mut text, kept),
            Some(kept) => text.extend([c, kept]),
            None if is_unseen(c) => push_code(&mut text, c),
            None => text.push(c),
        }
    }
    text
}

/// Gives what a word says: escapes resolved, wildcards as [`Pattern::ANY`] and
/// [`Pattern::ONE`], several `*` side by side as one.
pub fn pattern(raw: &str) -> Result<String, Slip> {
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
                rest = one(rest, &mut text).ok_or(Slip::Backslash(at))?;
                if text[before..].contains([Pattern::ANY, Pattern::ONE]) {
                    return Err(Slip::Reserved(at));
                }
            }
        }
    }
    Ok(text)
}

/// Gives what a text without wildcards says: a phrase between its quotes, or a
/// field's name. A backslash at its end is itself.
pub fn literal(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while !rest.is_empty() {
        rest = one(rest, &mut text).unwrap_or_else(|| {
            text.push('\\');
            ""
        });
    }
    text
}

/// Reads one character, escaped or not, and gives what is left; none for a
/// backslash that keeps nothing.
fn one<'a>(rest: &'a str, text: &mut String) -> Option<&'a str> {
    let mut chars = rest.chars();
    let first = chars.next()?;
    if first != '\\' {
        text.push(first);
        return Some(chars.as_str());
    }
    if let Some((c, rest)) = code_point(chars.as_str()) {
        text.push(c);
        return Some(rest);
    }
    let kept = chars.next()?;
    if kept.is_alphanumeric() {
        text.push('\\');
    }
    text.push(kept);
    Some(chars.as_str())
}

/// Reads `u{1b}` behind a backslash; gives the character and what is left.
pub fn code_point(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = text.strip_prefix("u{")?.split_once('}')?;
    let fits = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = fits.then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
    Some((char::from_u32(code)?, rest))
}
