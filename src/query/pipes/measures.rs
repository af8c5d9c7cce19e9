//! Computed columns: `count`, `p99(bytes) as slowest`.

use std::ops::Range;

use crate::error::visible;
use crate::record::FieldKind;

use super::super::ast::FieldRef;
use super::super::diagnostic::Diagnostic;
use super::super::lexical::{is_field_name, unescape};
use super::super::pipeline::{Function, Measure, MeasuredField, Quantity};
use super::super::suggest::suggest;
use super::cursor::StageCursor;
use super::stage_lexer::StageToken;
use super::vocabulary::{FOREIGN_FUNCTIONS, FUNCTIONS, function};

/// The word of the one measure that is no function.
pub const COUNT: &str = "count";

/// Reads computed columns, at least one, with commas between them.
pub fn measures(cursor: &mut StageCursor<'_>) -> Result<Vec<Measure>, Diagnostic> {
    let mut measures = vec![measure(cursor)?];
    while cursor.eat(StageToken::Comma) {
        measures.push(measure(cursor)?);
    }
    match cursor.peek_word().is_some_and(|word| function(word).is_some()) {
        true => Err(Diagnostic::at(cursor.span(), "a comma is missing before this")),
        false => Ok(measures),
    }
}

fn measure(cursor: &mut StageCursor<'_>) -> Result<Measure, Diagnostic> {
    let quantity = quantity(cursor)?;
    let alias = match cursor.eat_word("as") {
        true => Some(alias(cursor)?),
        false => None,
    };
    Ok(Measure { quantity, alias })
}

fn alias(cursor: &mut StageCursor<'_>) -> Result<String, Diagnostic> {
    let span = cursor.span();
    let name = match cursor.peek() {
        Some(StageToken::Quoted) => cursor.quoted()?,
        Some(StageToken::Word) => match cursor.peek_word().filter(|word| is_field_name(word)) {
            Some(word) => {
                cursor.skip();
                unescape(word)
            }
            None => {
                return Err(Diagnostic::at(span, "this is not a column's name").hint("Put it in quotes."));
            }
        },
        _ => return Err(cursor.expected("the column's name")),
    };
    match name.trim().is_empty() {
        true => Err(Diagnostic::at(span, "a column needs a name")),
        false => Ok(name),
    }
}

/// Reads `count`, `count()` or a function of a field.
pub fn quantity(cursor: &mut StageCursor<'_>) -> Result<Quantity, Diagnostic> {
    let span = cursor.span();
    let Some(word) = cursor.peek_word() else {
        return Err(cursor.expected("a function").hint(function_hint()));
    };
    if word.eq_ignore_ascii_case(COUNT) {
        cursor.skip();
        return count(cursor).map(|()| Quantity::Count);
    }
    let Some(function) = function(word) else { return Err(unknown_function(word, span)) };
    cursor.skip();
    if !cursor.eat(StageToken::Open) {
        let name = visible(word);
        return Err(cursor.expected("the field in parentheses").hint(format!("Write it as {name}(bytes).")));
    }
    let place = cursor.span();
    let (field, written) = cursor.field()?;
    if let Some(wrong) = refusal(function, &field, place) {
        return Err(wrong);
    }
    if !cursor.eat(StageToken::Close) {
        return Err(cursor.expected("a )").hint("A function takes one field."));
    }
    Ok(Quantity::Of(function, MeasuredField { field, written }))
}

/// Reads the empty parentheses that other languages write after `count`.
fn count(cursor: &mut StageCursor<'_>) -> Result<(), Diagnostic> {
    if !cursor.eat(StageToken::Open) || cursor.eat(StageToken::Close) {
        return Ok(());
    }
    let place = cursor.span();
    let hint = match cursor.peek_word() {
        Some(word) => {
            let field = visible(word);
            format!(
                "Write dc({field}) for its different values, or {field}:* before the pipe for the events that have it."
            )
        }
        None => "Write count without parentheses.".to_owned(),
    };
    Err(Diagnostic::at(place, "`count` counts events, and takes no field").hint(hint))
}

/// Returns why a function cannot be computed from a field.
fn refusal(function: Function, field: &FieldRef, place: Range<usize>) -> Option<Diagnostic> {
    let message = match (function, field, field.kind()) {
        (_, FieldRef::Id | FieldRef::Finding, _) => Some(format!("nothing can be computed from `{field}`")),
        (Function::Distinct, ..) | (_, FieldRef::Custom(_), _) | (_, _, Some(FieldKind::Long)) => None,
        (Function::Min | Function::Max, _, Some(FieldKind::Date)) => None,
        (_, _, Some(FieldKind::Date)) => Some(format!("`{function}` takes numbers, and `{field}` has times")),
        (..) => Some(format!("`{function}` takes numbers, and `{field}` has none")),
    };
    message.map(|message| {
        let hint = match field.kind() {
            Some(FieldKind::Date) => format!("Of times there are min({field}) and max({field})."),
            _ if matches!(field, FieldRef::Id | FieldRef::Finding) => "Write count.".to_owned(),
            _ => format!("Write dc({field}) for the number of its different values."),
        };
        Diagnostic::at(place, message).hint(hint)
    })
}

fn unknown_function(word: &str, span: Range<usize>) -> Diagnostic {
    let lower = word.to_lowercase();
    let foreign = FOREIGN_FUNCTIONS.iter().find(|(theirs, _)| *theirs == lower).map(|(_, ours)| *ours);
    let names = || [COUNT].into_iter().chain(FUNCTIONS.iter().map(|(name, _)| *name));
    let meant = foreign.or_else(|| suggest(&lower, names()).map(|similar| similar.name));
    let hint = match (meant, lower.as_str()) {
        (Some(meant), _) => format!("Did you mean `{meant}`?"),
        (None, "earliest" | "first") => "Write min(@timestamp).".to_owned(),
        (None, "latest" | "last") => "Write max(@timestamp).".to_owned(),
        (None, "by") => "Write count by for the number of events.".to_owned(),
        (None, _) => function_hint(),
    };
    Diagnostic::at(span, format!("there is no function `{}`", visible(word))).hint(hint)
}

fn function_hint() -> String {
    let names: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
    format!("Functions are count, {}.", names.join(", "))
}
