//! Which column of the rows a name means.

use std::ops::Range;

use crate::error::visible;

use super::super::ast::FieldRef;
use super::super::diagnostic::Diagnostic;
use super::super::fields::{indexed_name, resolve_field};
use super::super::lexical::{is_field_name, unescape};
use super::super::pipeline::{Grouping, Measure, Quantity, TableColumn};
use super::super::suggest::suggest;
use super::cursor::StageCursor;
use super::measures::{COUNT, quantity};
use super::stage_lexer::StageToken;
use super::vocabulary::function;

/// Reads the name of a column: a word, a function of a field, or a text in quotes.
pub fn column(cursor: &mut StageCursor<'_>, grouping: Option<&Grouping>) -> Result<TableColumn, Diagnostic> {
    match grouping.and_then(|grouping| Some((grouping, grouping.columns()?))) {
        Some((grouping, columns)) => table_column(cursor, grouping, &columns),
        None => event_column(cursor),
    }
}

/// Reads the name of a field of events.
fn event_column(cursor: &mut StageCursor<'_>) -> Result<TableColumn, Diagnostic> {
    let span = cursor.span();
    if cursor.peek_after(1) == Some(StageToken::Open) {
        return Err(Diagnostic::at(span, "the rows are events here, and nothing is computed of them").hint(
            "Name a field of the events, such as bytes, or group them first: stats sum(bytes) by user.name.",
        ));
    }
    let (field, _) = cursor.field()?;
    match indexed_name(&field) {
        Some(_) => Ok(TableColumn::Field(field)),
        None => Err(Diagnostic::at(span, format!("rows cannot be compared by `{field}`"))),
    }
}

fn table_column(
    cursor: &mut StageCursor<'_>,
    grouping: &Grouping,
    columns: &[TableColumn],
) -> Result<TableColumn, Diagnostic> {
    let span = cursor.span();
    let called = cursor.peek_after(1) == Some(StageToken::Open);
    let found = match (cursor.peek(), cursor.peek_word()) {
        (Some(StageToken::Quoted), _) => by_name(&cursor.quoted()?, columns),
        (_, Some(word)) if called && (function(word).is_some() || word.eq_ignore_ascii_case(COUNT)) => {
            let wanted = quantity(cursor)?;
            by_name(&wanted.to_string(), columns).or_else(|| by_quantity(&wanted, grouping))
        }
        (_, Some(word)) => {
            cursor.skip();
            named(word, cursor, columns)
        }
        _ => return Err(cursor.expected("a column").hint(list(columns))),
    };
    found.ok_or_else(|| {
        let span = span.start..cursor.end_before();
        unknown(cursor.text[span.clone()].trim_matches('"'), span, columns)
    })
}

/// Finds the column of a word: by its name, or by another name of its field.
fn named(word: &str, cursor: &StageCursor<'_>, columns: &[TableColumn]) -> Option<TableColumn> {
    let name = unescape(word);
    let field = || match resolve_field(&name, cursor.context) {
        Ok(field) if is_field_name(word) => by_field(&field, columns),
        Ok(_) | Err(_) => None,
    };
    by_name(&name, columns).or_else(field)
}

fn by_name(name: &str, columns: &[TableColumn]) -> Option<TableColumn> {
    let exact = columns.iter().find(|column| column.name() == name);
    let found = exact.or_else(|| columns.iter().find(|column| column.name().eq_ignore_ascii_case(name)));
    found.cloned()
}

fn by_field(field: &FieldRef, columns: &[TableColumn]) -> Option<TableColumn> {
    let wanted = TableColumn::Field(field.clone());
    columns.contains(&wanted).then_some(wanted)
}

fn by_quantity(wanted: &Quantity, grouping: &Grouping) -> Option<TableColumn> {
    let same = |measure: &&Measure| match (&measure.quantity, wanted) {
        (Quantity::Count, Quantity::Count) => true,
        (Quantity::Of(function, one), Quantity::Of(wanted, other)) => {
            function == wanted && one.field == other.field
        }
        (Quantity::Count, Quantity::Of(..)) | (Quantity::Of(..), Quantity::Count) => false,
    };
    match grouping {
        Grouping::Stats { measures, .. } => {
            measures.iter().find(same).map(|measure| TableColumn::Measure(measure.name()))
        }
        Grouping::Timechart { .. } | Grouping::Values { .. } | Grouping::Pick { .. } => None,
    }
}

fn unknown(name: &str, span: Range<usize>, columns: &[TableColumn]) -> Diagnostic {
    let names: Vec<String> = columns.iter().map(TableColumn::name).collect();
    let similar = suggest(&name.to_lowercase(), names.iter().map(String::as_str));
    let hint = match similar {
        Some(similar) => format!("Did you mean `{}`? {}", visible(similar.name), list(columns)),
        None => list(columns),
    };
    Diagnostic::at(span, format!("there is no column `{}` here", visible(name))).hint(hint)
}

fn list(columns: &[TableColumn]) -> String {
    let names: Vec<String> = columns.iter().map(|column| visible(&column.name())).collect();
    match names.as_slice() {
        [one] => format!("The only column is {one}."),
        names => format!("The columns are {}.", names.join(", ")),
    }
}
