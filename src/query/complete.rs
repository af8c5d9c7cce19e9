//! What could stand at the cursor.

use super::lexer::{Placed, Token, tokens};
use super::names::{all, field, full};
use super::split::sign;
use super::{QueryContext, escape, scan};
use crate::record::FieldId;

/// How many fields are offered at most.
const OFFERED: usize = 50;

/// The longest text that is completed, in bytes.
const LONGEST: usize = 64 * 1024;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The stretch of the text (in bytes) that a choice replaces: the word the
    /// cursor is in. With a field's name goes its `:`, with a phrase its quotes.
    pub span: std::ops::Range<usize>,
    /// What is wanted there.
    pub wanted: Wanted,
}

/// What kind of word completion wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A field: these fit what is typed, best first, written as a query has
    /// them. A choice needs a `:` behind it.
    Field(Vec<String>),
    /// A value of this field (full name) that begins with this text; the index
    /// knows which. A choice goes through [`super::quote`].
    Value {
        /// The field's full name.
        field: String,
        /// What is typed of it.
        prefix: String,
    },
    /// Nothing that can be completed.
    Nothing,
}

/// Tells what could stand at `cursor` (a byte position in `text`; one inside a
/// character counts as before it). The text may be unfinished or wrong.
pub fn complete(text: &str, cursor: usize, context: &QueryContext<'_>) -> Completion {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let nothing = Completion { span: cursor..cursor, wanted: Wanted::Nothing };
    if text.len() > LONGEST || in_regex(text, cursor) {
        return nothing;
    }
    let before = &text[..cursor];
    let tokens = tokens(before);
    let scopes = Scopes::of(before, &tokens);
    let (last, touches) = match tokens.last() {
        Some(last) => (Some(last), last.span.end == cursor),
        None => (None, false),
    };
    match last.map(|last| (&last.token, touches)) {
        Some((Token::Word, true)) => {
            let begin = tokens[tokens.len() - 1].span.start;
            at_word(text, begin, cursor, scopes.of_value, context)
        }
        Some((Token::Quoted, true)) => {
            let begin = tokens[tokens.len() - 1].span.start;
            let open = scan::quoted(before, begin).is_none();
            let Some(name) = scopes.of_value.filter(|_| open) else { return nothing };
            let prefix = scan::literal(&before[begin + 1..]);
            value(begin..phrase_end(text, begin, cursor), name, prefix, context)
        }
        Some((Token::Field { .. } | Token::Compare(_), _)) => {
            let Some(name) = scopes.next_value else { return nothing };
            value(cursor..word_end(text, cursor, cursor), name, String::new(), context)
        }
        Some((Token::Wrong(_), true)) if before.ends_with(['-', '+']) => {
            at_word(text, cursor, cursor, scopes.next_value, context)
        }
        Some((Token::Wrong(_) | Token::Range, _)) if last.is_some_and(|last| unfinished(before, last)) => {
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

/// Tells whether a token goes on at the cursor, whatever is typed.
fn unfinished(before: &str, last: &Placed) -> bool {
    match last.token {
        Token::Range => scan::range(before, last.span.start).is_none(),
        _ => before[last.span.clone()].starts_with('|'),
    }
}

/// Tells whether the cursor is inside a regular expression of the whole text.
fn in_regex(text: &str, cursor: usize) -> bool {
    tokens(text)
        .iter()
        .any(|placed| placed.token == Token::Regex && placed.span.start < cursor && cursor < placed.span.end)
}

/// Whose values stand where.
#[derive(Debug, Default)]
struct Scopes<'a> {
    /// The field of the last token, where that is a value.
    of_value: Option<&'a str>,
    /// The field whose value may come next.
    next_value: Option<&'a str>,
}

impl<'a> Scopes<'a> {
    fn of(text: &'a str, tokens: &[Placed]) -> Scopes<'a> {
        let mut groups: Vec<Option<&str>> = Vec::new();
        let (mut pending, mut of_value) = (None, None);
        for placed in tokens {
            let scope = groups.last().copied().flatten();
            of_value = pending.or(scope);
            match placed.token {
                Token::Field { name, .. } => pending = Some(&text[placed.span.start..name]),
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
        Scopes { of_value, next_value: pending.or(groups.last().copied().flatten()) }
    }
}

/// Completes the word that begins at `begin`: a value of a field, or a field.
fn at_word(
    text: &str,
    begin: usize,
    cursor: usize,
    of: Option<&str>,
    context: &QueryContext<'_>,
) -> Completion {
    let typed = &text[begin..cursor];
    if let Some(name) = of {
        let end = word_end(text, begin, cursor);
        return match typed.contains(['*', '?']) {
            true => Completion { span: begin..end, wanted: Wanted::Nothing },
            false => value(begin..end, name, scan::literal(typed), context),
        };
    }
    let end = scan::word(text, begin).max(cursor);
    let name = text[cursor..end].find([':', '<', '>', '=']).map_or(end, |at| cursor + at);
    let colon = sign(&text[name..]).filter(|_| text[name..].starts_with(':')).map_or(0, |(_, length)| length);
    Completion { span: begin..name + colon, wanted: Wanted::Field(fitting(&scan::literal(typed), context)) }
}

fn value(span: std::ops::Range<usize>, name: &str, prefix: String, context: &QueryContext<'_>) -> Completion {
    let field = field(&scan::literal(name), context).ok().and_then(|field| full(&field));
    let wanted = field.map_or(Wanted::Nothing, |field| Wanted::Value { field, prefix });
    Completion { span, wanted }
}

/// Gives where the value ends that the cursor is in.
fn word_end(text: &str, begin: usize, cursor: usize) -> usize {
    match text[begin..].starts_with('"') {
        true => phrase_end(text, begin, cursor),
        false => scan::word(text, begin).max(cursor),
    }
}

/// Gives where the phrase ends that the cursor is in. A quote that opens the
/// next phrase does not close this one.
fn phrase_end(text: &str, begin: usize, cursor: usize) -> usize {
    let closed = scan::quoted(text, begin).filter(|end| *end > cursor).filter(|end| {
        let bounded = text[*end..].chars().next().is_none_or(|c| c.is_whitespace() || c == ')');
        bounded && !text[cursor..*end - 1].ends_with([':', '(', '<', '>', '='])
    });
    closed.unwrap_or(cursor)
}

/// Gives the fields that fit what is typed: short names that begin so, then full
/// ones, then those with a part that begins so, then those that have it
/// anywhere; each field once, under the name that fits best.
fn fitting(typed: &str, context: &QueryContext<'_>) -> Vec<String> {
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
    let mut ranked: Vec<(u8, &str)> = all(context).filter_map(|name| Some((rank(name)?, name))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut seen = std::collections::HashSet::new();
    let once = ranked.into_iter().filter(|(_, name)| match FieldId::by_name_or_alias(name) {
        Some(id) => seen.insert(id),
        None => true,
    });
    once.map(|(_, name)| escape::name(name)).take(OFFERED).collect()
}
