//! The stages that make rows of events.

use std::ops::Range;

use crate::error::visible;
use crate::record::fields;

use super::super::ast::FieldRef;
use super::super::diagnostic::Diagnostic;
use super::super::pipeline::{EventPick, Grouping, ValueOrder};
use super::cursor::StageCursor;
use super::intervals::parse_interval;
use super::measures::measures;
use super::stage_lexer::StageToken;
use super::vocabulary::{StageInfo, StageName, stage_name};

/// Reads the grouping stage whose name the cursor is at.
pub fn grouping(cursor: &mut StageCursor<'_>, stage: &StageInfo) -> Result<Grouping, Diagnostic> {
    let span = cursor.span();
    // `count` is the first of its measures.
    if stage.stage != StageName::Count {
        cursor.skip();
    }
    match stage.stage {
        StageName::Timechart => timechart(cursor),
        StageName::Top => values(cursor, ValueOrder::MostFrequent),
        StageName::Rare => values(cursor, ValueOrder::Rarest),
        StageName::First => pick(cursor, EventPick::First, stage),
        StageName::Last => pick(cursor, EventPick::Last, stage),
        StageName::Count
        | StageName::Stats
        | StageName::Where
        | StageName::Sort
        | StageName::Head
        | StageName::Tail => stats(cursor, span),
    }
}

fn stats(cursor: &mut StageCursor<'_>, stage: Range<usize>) -> Result<Grouping, Diagnostic> {
    let measures = measures(cursor)?;
    let by = if cursor.eat_word("by") { group_fields(cursor)? } else { Vec::new() };
    let grouping = Grouping::Stats { measures, by };
    let mut names: Vec<String> = Vec::new();
    for column in grouping.columns().unwrap_or_default() {
        let name = column.name();
        if names.contains(&name) {
            let span = stage.start..cursor.end_before();
            return Err(Diagnostic::at(span, format!("two columns are named `{}`", visible(&name)))
                .hint("Name one of them otherwise: count as events."));
        }
        names.push(name);
    }
    Ok(grouping)
}

fn timechart(cursor: &mut StageCursor<'_>) -> Result<Grouping, Diagnostic> {
    let interval = match cursor.peek_word() {
        Some(word) if !word.eq_ignore_ascii_case("by") => Some(interval(cursor, word)?),
        Some(_) | None => None,
    };
    let by = match cursor.eat_word("by") {
        true => Some(group_field(cursor)?),
        false => None,
    };
    if cursor.peek() == Some(StageToken::Comma) {
        return Err(Diagnostic::at(cursor.span(), "`timechart` takes one field"));
    }
    Ok(Grouping::Timechart { interval, by })
}

fn interval(cursor: &mut StageCursor<'_>, word: &str) -> Result<i64, Diagnostic> {
    let span = cursor.span();
    if let Some(interval) = parse_interval(word) {
        cursor.skip();
        return Ok(interval);
    }
    let message = format!("`{}` is not an interval", visible(word));
    Err(Diagnostic::at(span, message).hint(match word.to_lowercase().as_str() {
        "span" | "bin" | "bucket" | "interval" => "Write timechart 5m.",
        "count" => "`timechart` always counts: write timechart 5m by event.outcome.",
        _ => "Write a whole number and one of s, m, h, d, w: timechart 5m.",
    }))
}

fn values(cursor: &mut StageCursor<'_>, order: ValueOrder) -> Result<Grouping, Diagnostic> {
    let limit = cursor.number()?.unwrap_or(Grouping::VALUES);
    if cursor.is_at_word("limit") {
        return Err(Diagnostic::at(cursor.span(), "the number of values stands alone here")
            .hint("Write it as top 20 url.path."));
    }
    let field = group_field(cursor)?;
    if matches!(cursor.peek(), Some(StageToken::Comma)) || cursor.is_at_word("by") {
        return Err(Diagnostic::at(cursor.span(), "`top` and `rare` take one field")
            .hint("Write count by user.name, url.path | sort -count | head 10 for several."));
    }
    Ok(Grouping::Values { order, limit, field })
}

fn pick(cursor: &mut StageCursor<'_>, pick: EventPick, stage: &StageInfo) -> Result<Grouping, Diagnostic> {
    if !cursor.eat_word("by") {
        let rows = if pick == EventPick::First { "head" } else { "tail" };
        return Err(cursor
            .expected("`by`")
            .hint(format!("Write {}, or {rows} 1 for a single event.", stage.example)));
    }
    Ok(Grouping::Pick { pick, by: group_fields(cursor)? })
}

/// Reads the fields after `by`: at least one, with commas between them.
fn group_fields(cursor: &mut StageCursor<'_>) -> Result<Vec<FieldRef>, Diagnostic> {
    let mut by: Vec<FieldRef> = Vec::new();
    loop {
        let span = cursor.span();
        let field = group_field(cursor)?;
        if by.contains(&field) {
            return Err(Diagnostic::at(span, format!("events are grouped by `{field}` already")));
        }
        by.push(field);
        if !cursor.eat(StageToken::Comma) {
            break;
        }
    }
    match cursor.peek_word() {
        Some(word) if word.eq_ignore_ascii_case("as") => {
            Err(Diagnostic::at(cursor.span(), "a field that events are grouped by keeps its name")
                .hint("Name what is computed: count as events by user.name."))
        }
        Some(word) if stage_name(word).is_none() => {
            Err(Diagnostic::at(cursor.span(), "a comma is missing before this"))
        }
        Some(_) | None => Ok(by),
    }
}

/// Reads a field that events can be grouped by.
fn group_field(cursor: &mut StageCursor<'_>) -> Result<FieldRef, Diagnostic> {
    let span = cursor.span();
    let (field, _) = cursor.field()?;
    let hint = match &field {
        FieldRef::Core(id) if *id == fields::TIMESTAMP => "Write timechart 5m for counts over time.",
        FieldRef::Id | FieldRef::Finding => "Name another field, such as user.name.",
        FieldRef::Core(_) | FieldRef::Custom(_) | FieldRef::Format | FieldRef::Source | FieldRef::Tag => {
            return Ok(field);
        }
    };
    Err(Diagnostic::at(span, format!("events cannot be grouped by `{field}`")).hint(hint))
}
