//! What could stand at the cursor.

use crate::record::FieldId;

use super::names::all;
use super::{Context, FieldRef};

/// How many fields are offered at most.
const OFFERED: usize = 50;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The stretch of the text (in bytes) that a choice replaces.
    pub span: std::ops::Range<usize>,
    /// What is wanted there.
    pub wanted: Wanted,
}

/// What kind of word completion wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A field: these fit what is typed, best first.
    Field(Vec<String>),
    /// A value of this field (full name) that begins with this text; the index knows which.
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
pub fn complete(text: &str, cursor: usize, context: &Context<'_>) -> Completion {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let place = place(&text[..cursor]);
    let span = place.begin..cursor;
    let typed = &text[span.clone()];
    let wanted = match place.field {
        Some(_) if place.closed => Wanted::Nothing,
        Some(name) => match known(name, context) {
            Some(field) => Wanted::Value { field, prefix: typed.trim_start_matches('"').to_owned() },
            None => Wanted::Nothing,
        },
        None if place.closed => Wanted::Nothing,
        None => Wanted::Field(fitting(typed, context)),
    };
    Completion { span, wanted }
}

/// Where the cursor stands: in which word, behind which field.
struct Place<'a> {
    begin: usize,
    field: Option<&'a str>,
    /// Inside something that is not completed: a phrase, a range, an expression.
    closed: bool,
}

fn place(before: &str) -> Place<'_> {
    let mut place = Place { begin: 0, field: None, closed: false };
    // The field whose `( … )` is open, and how many parentheses are open inside it.
    let (mut group, mut depth): (Option<&str>, usize) = (None, 0);
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    for (at, c) in before.char_indices() {
        let next = at + c.len_utf8();
        if std::mem::take(&mut escaped) {
            continue;
        }
        match c {
            '\\' => escaped = true,
            '"' => {
                quoted = !quoted;
                if quoted {
                    place.begin = at;
                }
            }
            _ if quoted => {}
            '[' | '{' if place.field.is_some() => bracket = true,
            ']' | '}' => bracket = false,
            _ if bracket => {}
            ':' if place.field.is_none() && group.is_none() && at > place.begin => {
                (place.field, place.begin) = (Some(&before[place.begin..at]), next);
            }
            '(' => {
                if let Some(field) = place.field.filter(|_| group.is_none()) {
                    (group, depth) = (Some(field), 0);
                } else if group.is_some() {
                    depth += 1;
                }
                (place.begin, place.field) = (next, group);
            }
            ')' => {
                match depth.checked_sub(1) {
                    Some(less) if group.is_some() => depth = less,
                    _ => group = None,
                }
                (place.begin, place.field) = (next, group);
            }
            '<' | '>' | '=' | '!' => (place.begin, place.field) = (next, place.field.or(group)),
            '-' | '+' if at == place.begin => place.begin = next,
            c if c.is_whitespace() => (place.begin, place.field) = (next, group),
            _ => {}
        }
    }
    let regex = before[place.begin..].starts_with('/') && place.field.is_some();
    place.closed = bracket || regex || quoted && place.field.is_none();
    place
}

/// Gives the full name of a field whose values can be offered.
fn known(name: &str, context: &Context<'_>) -> Option<String> {
    match super::names::field(name, 0..0, context).ok()? {
        FieldRef::Core(id) => Some(id.name().to_owned()),
        FieldRef::Own(name) => Some(name),
        FieldRef::Format => Some("vestigo.format".to_owned()),
        FieldRef::Id | FieldRef::Source | FieldRef::Tag | FieldRef::Finding => None,
    }
}

/// Gives the fields that fit what is typed: those that begin so, then those
/// with a part that begins so, then those that have it anywhere.
fn fitting(typed: &str, context: &Context<'_>) -> Vec<String> {
    let typed = typed.to_lowercase();
    let rank = |name: &str| {
        let lower = name.to_lowercase();
        let alias = FieldId::named(name).is_none() && FieldId::called(name).is_some();
        match () {
            () if lower.starts_with(&typed) => Some(if alias { 0 } else { 1 }),
            () if lower.split('.').any(|part| part.starts_with(&typed)) => Some(2),
            () if lower.contains(&typed) => Some(3),
            () => None,
        }
    };
    let mut ranked: Vec<(u8, String)> = all(context).filter_map(|name| Some((rank(&name)?, name))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, name)| name).take(OFFERED).collect()
}
