//! Completion: what could be written at the cursor.

use std::collections::HashSet;
use std::ops::Range;

use super::super::context::QueryContext;
use super::super::fields::{all_names, indexed_name, resolve_field};
use super::super::lexical::{field_operator, phrase_end, range_end, unescape, word_end};
use super::super::syntax::{LexedToken, Token, quote_field_name, tokens};
use crate::record::FieldId;

/// The most fields that are offered.
const MAX_OFFERED: usize = 50;

/// The longest text that is completed, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// What could be written at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The part of the text (in bytes) that a choice replaces: the word around the
    /// cursor, including the `:` after a field's name and the quotes of a phrase.
    pub span: Range<usize>,
    /// What can be completed there.
    pub kind: CompletionKind,
}

/// What kind of word can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionKind {
    /// A field: these match the typed text, best first, escaped as a query needs
    /// them. A choice needs a `:` after it.
    Field(Vec<String>),
    /// A value of this field (full name) that begins with this text; the index
    /// knows which. A choice has to be quoted by `quote`.
    Value {
        /// The field's full name.
        field: String,
        /// What is typed of the value so far.
        prefix: String,
    },
    /// Nothing that can be completed.
    Nothing,
}

/// Returns what could be written at `cursor` (a byte position in `text`; one inside
/// a character counts as before it). The text may be unfinished or wrong.
pub fn complete(text: &str, cursor: usize, context: &QueryContext<'_>) -> Completion {
    let cursor = clamp(text, cursor);
    let nothing = Completion { span: cursor..cursor, kind: CompletionKind::Nothing };
    if text.len() > MAX_LENGTH || in_regex(text, cursor) {
        return nothing;
    }
    let before = &text[..cursor];
    let tokens = tokens(before);
    let scopes = Scopes::from_tokens(before, &tokens);
    let (last, touches) = match tokens.last() {
        Some(last) => (Some(last), last.span.end == cursor),
        None => (None, false),
    };
    match last.map(|last| (&last.token, touches)) {
        Some((Token::Word, true)) => {
            let begin = tokens[tokens.len() - 1].span.start;
            at_word(text, begin, cursor, scopes.current_value, context)
        }
        Some((Token::Quoted, true)) => {
            let begin = tokens[tokens.len() - 1].span.start;
            let open = phrase_end(before, begin).is_none();
            let Some(name) = scopes.current_value.filter(|_| open) else { return nothing };
            let prefix = unescape(&before[begin + 1..]);
            value(begin..end_of_phrase(text, begin, cursor), name, prefix, context)
        }
        Some((Token::Field { .. } | Token::Compare(_), _)) => {
            let Some(name) = scopes.next_value else { return nothing };
            value(cursor..end_of_word(text, cursor, cursor), name, String::new(), context)
        }
        Some((Token::Wrong(_), true)) if before.ends_with(['-', '+']) => {
            at_word(text, cursor, cursor, scopes.next_value, context)
        }
        Some((Token::Pipe, _)) => nothing,
        Some((Token::Wrong(_) | Token::Range, _)) if last.is_some_and(|last| is_unfinished(before, last)) => {
            nothing
        }
        Some((Token::Open, _)) | Some((_, false)) | None => {
            at_word(text, cursor, cursor, scopes.next_value, context)
        }
        Some((Token::Not, true)) if !before.ends_with(['T', 't']) => {
            at_word(text, cursor, cursor, scopes.next_value, context)
        }
        Some(_) => nothing,
    }
}

/// Returns the position at or before `cursor` that is a character's.
pub fn clamp(text: &str, cursor: usize) -> usize {
    (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Returns whether a token continues at the cursor, whatever is typed.
fn is_unfinished(before: &str, last: &LexedToken) -> bool {
    match last.token {
        Token::Range => range_end(before, last.span.start).is_none(),
        _ => before[last.span.clone()].starts_with('|'),
    }
}

/// Returns whether the cursor is inside a regular expression of the whole text.
pub fn in_regex(text: &str, cursor: usize) -> bool {
    tokens(text)
        .iter()
        .any(|placed| placed.token == Token::Regex && placed.span.start < cursor && cursor < placed.span.end)
}

/// The fields that the values around the cursor belong to.
#[derive(Debug, Default)]
struct Scopes<'a> {
    /// The field of the last token, if that is a value.
    current_value: Option<&'a str>,
    /// The field whose value may come next.
    next_value: Option<&'a str>,
}

impl<'a> Scopes<'a> {
    fn from_tokens(text: &'a str, tokens: &[LexedToken]) -> Scopes<'a> {
        let mut groups: Vec<Option<&str>> = Vec::new();
        let (mut pending, mut current_value) = (None, None);
        for placed in tokens {
            let scope = groups.last().copied().flatten();
            current_value = pending.or(scope);
            match placed.token {
                Token::Field { name_end, .. } => pending = Some(&text[placed.span.start..name_end]),
                Token::Compare(_) => {}
                Token::Open => {
                    groups.push(pending.take().or(scope));
                }
                Token::Close => {
                    groups.pop();
                    pending = None;
                }
                _ => pending = None,
            }
        }
        Scopes { current_value, next_value: pending.or(groups.last().copied().flatten()) }
    }
}

/// Completes the word that begins at `begin`: a value of a field, or a field.
fn at_word(
    text: &str,
    begin: usize,
    cursor: usize,
    field: Option<&str>,
    context: &QueryContext<'_>,
) -> Completion {
    let typed = &text[begin..cursor];
    if let Some(name) = field {
        let end = end_of_word(text, begin, cursor);
        return match typed.contains(['*', '?']) {
            true => Completion { span: begin..end, kind: CompletionKind::Nothing },
            false => value(begin..end, name, unescape(typed), context),
        };
    }
    let end = word_end(text, begin).max(cursor);
    let name = text[cursor..end].find([':', '<', '>', '=']).map_or(end, |at| cursor + at);
    let colon = field_operator(&text[name..])
        .filter(|_| text[name..].starts_with(':'))
        .map_or(0, |(_, length)| length);
    Completion {
        span: begin..name + colon,
        kind: CompletionKind::Field(matching_fields(&unescape(typed), context)),
    }
}

fn value(span: Range<usize>, name: &str, prefix: String, context: &QueryContext<'_>) -> Completion {
    let field = resolve_field(&unescape(name), context).ok().and_then(|field| indexed_name(&field));
    let kind = field.map_or(CompletionKind::Nothing, |field| CompletionKind::Value { field, prefix });
    Completion { span, kind }
}

/// Returns where the value around the cursor ends.
fn end_of_word(text: &str, begin: usize, cursor: usize) -> usize {
    match text[begin..].starts_with('"') {
        true => end_of_phrase(text, begin, cursor),
        false => word_end(text, begin).max(cursor),
    }
}

/// Returns where the phrase around the cursor ends. A quote that opens the next
/// phrase does not close this one.
pub fn end_of_phrase(text: &str, begin: usize, cursor: usize) -> usize {
    let closed = phrase_end(text, begin).filter(|end| *end > cursor).filter(|end| {
        let bounded = text[*end..].chars().next().is_none_or(|c| c.is_whitespace() || c == ')');
        bounded && !text[cursor..*end - 1].ends_with([':', '(', '<', '>', '='])
    });
    closed.unwrap_or(cursor)
}

/// Returns the fields that match the typed text: short names that begin with it,
/// then full ones, then those with a part that begins with it, then those that
/// contain it; each field once, by the name that matches best.
pub fn matching_fields(typed: &str, context: &QueryContext<'_>) -> Vec<String> {
    let typed = typed.to_lowercase();
    let rank = |name: &str| {
        let lower = name.to_lowercase();
        let short = FieldId::by_name(name).is_none() && !name.contains('.');
        match () {
            () if lower == typed => Some(0),
            () if lower.starts_with(&typed) => Some(if short { 1 } else { 2 }),
            () if lower.split(['.', '_']).any(|part| part.starts_with(&typed)) => Some(3),
            () if lower.contains(&typed) => Some(4),
            () => None,
        }
    };
    let mut ranked: Vec<(u8, &str)> =
        all_names(context).filter_map(|name| Some((rank(name)?, name))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut seen = HashSet::new();
    let unique = ranked.into_iter().filter(|(_, name)| match FieldId::by_name_or_alias(name) {
        Some(id) => seen.insert(id),
        None => true,
    });
    unique.map(|(_, name)| quote_field_name(name)).take(MAX_OFFERED).collect()
}
