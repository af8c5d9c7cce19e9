//! Where a word, a phrase, a range or a regular expression ends in a query's text.

use super::words::{leading_field_name, leading_keyword};

/// Returns where the word that begins at `start` ends: before white space, `"`,
/// `|`, or a parenthesis without its counterpart inside the word.
pub fn word_end(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => at = after_escape(text, at),
            '(' => match matching_parenthesis(text, at) {
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

/// Returns the byte after a backslash and the character it escapes.
fn after_escape(text: &str, at: usize) -> usize {
    at + 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8)
}

/// Returns the byte after the `)` that closes a `(` inside one word.
fn matching_parenthesis(text: &str, open: usize) -> Option<usize> {
    let (mut at, mut depth) = (open, 0usize);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => {
                at = after_escape(text, at);
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

/// Returns where the phrase that begins at `start` ends, after its closing
/// quote; none if it is not closed.
pub fn phrase_end(text: &str, start: usize) -> Option<usize> {
    unescaped_end(text, start, |c| c == '"')
}

/// Finds the first unescaped character of a kind after `start`; returns the byte after it.
fn unescaped_end(text: &str, start: usize, wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut at = start + 1;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => at = after_escape(text, at),
            c if wanted(c) => return Some(at + c.len_utf8()),
            c => at += c.len_utf8(),
        }
    }
    None
}

/// Returns where the range that begins at `start` ends, after its bracket; none
/// if it is not closed.
pub fn range_end(text: &str, start: usize) -> Option<usize> {
    let mut from = start;
    loop {
        let end = unescaped_end(text, from, |c| matches!(c, ']' | '}' | '"'))?;
        if !text[..end].ends_with('"') {
            return Some(end);
        }
        from = phrase_end(text, end - 1)? - 1;
    }
}

/// Returns where the regular expression that begins with the `/` at `start`
/// ends, after its second `/`; none if the `/` begins a path.
///
/// An expression ends before white space, `)`, a pipe or the end of the text. White
/// space in it is allowed until what follows looks like the next term: in
/// `path:/a OR path:/` there are two paths. `\/` and `\ ` are always inside.
pub fn regex_end(text: &str, start: usize) -> Option<usize> {
    let end = unescaped_end(text, start, |c| c == '/')?;
    let body = &text[start + 1..end - 1];
    let after = &text[end..];
    let piped = after.starts_with('|') && !after.starts_with("||");
    let bounded = piped || after.chars().next().is_none_or(|c| c.is_whitespace() || c == ')');
    if body.is_empty() || body.starts_with(char::is_whitespace) || !bounded {
        return None;
    }
    let mut at = 0;
    while let Some(c) = body[at..].chars().next() {
        if c == '\\' {
            at = after_escape(body, at);
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

/// Returns whether a text that follows white space begins the next term of a
/// query, or is empty: then a `/` before it did not open an expression. In lower
/// case, `and`, `or`, `not` are more likely words of the expression.
fn begins_term(text: &str) -> bool {
    let text = text.trim_start_matches(['(', '-', '!', '+']);
    let next = text.split(char::is_whitespace).next().unwrap_or_default();
    text.is_empty()
        || leading_keyword(text).is_some_and(|keyword| text.starts_with(keyword))
        || text.starts_with("&&")
        || text.starts_with("||")
        || leading_field_name(next).is_some_and(|(end, _)| next[end..].starts_with([':', '<', '>']))
}
