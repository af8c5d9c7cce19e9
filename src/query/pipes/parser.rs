//! The text of a query with pipes to its syntax tree.

use std::ops::Range;

use super::super::context::QueryContext;
use super::super::diagnostic::Diagnostic;
use super::super::pipeline::{Grouping, Pipeline, RowStage, SortKey, SortOrder};
use super::super::syntax::parse_filter;
use super::columns::column;
use super::conditions::condition;
use super::cursor::StageCursor;
use super::foreign_stages::{missing_stage, names, unknown_stage};
use super::groupings::grouping;
use super::stage_lexer::StageToken;
use super::vocabulary::{StageInfo, StageName, stage_name};

/// How many rows `head` and `tail` keep if the query does not say.
const ROWS: u64 = 10;

/// Reads a query that may have pipes: `user:root | count by source.ip | head 20`. One
/// without pipes is a pipeline without stages.
///
/// # Errors
///
/// Returns what is wrong and where; spans lie on character boundaries.
pub fn parse_pipeline(text: &str, context: &QueryContext<'_>) -> Result<Pipeline, Diagnostic> {
    let (filter, pipe) = parse_filter(text, context)?;
    let mut pipeline = Pipeline::plain(filter);
    let Some(pipe) = pipe else { return Ok(pipeline) };
    let mut cursor = StageCursor::at_pipe(text, pipe, context);
    loop {
        let pipe = cursor.span();
        if !cursor.eat(StageToken::Pipe) {
            break;
        }
        stage(&mut cursor, pipe, &mut pipeline)?;
    }
    Ok(pipeline)
}

/// Reads the stage after a pipe.
fn stage(
    cursor: &mut StageCursor<'_>,
    pipe: Range<usize>,
    pipeline: &mut Pipeline,
) -> Result<(), Diagnostic> {
    let span = cursor.span();
    if cursor.is_at_end() {
        return Err(missing_stage(pipe));
    }
    let Some(word) = cursor.peek_word() else { return Err(cursor.expected("a stage")) };
    let Some(stage) = stage_name(word) else { return Err(unknown_stage(word, span)) };
    match stage.groups {
        true => {
            check_order(stage, span, pipeline)?;
            pipeline.grouping = Some(grouping(cursor, stage)?);
        }
        false => {
            cursor.skip();
            let row_stage = row_stage(cursor, stage, span, pipeline.grouping.as_ref())?;
            pipeline.rows.push(row_stage);
        }
    }
    match cursor.is_at_end() {
        true => Ok(()),
        false => Err(unexpected(cursor, stage)),
    }
}

/// Refuses a stage that groups if it is not the first stage.
fn check_order(stage: &StageInfo, span: Range<usize>, pipeline: &Pipeline) -> Result<(), Diagnostic> {
    match (&pipeline.grouping, pipeline.rows.is_empty()) {
        (None, true) => Ok(()),
        (Some(_), _) => Err(Diagnostic::at(span, "the events are grouped already")
            .hint(format!("After that, rows can be changed with {}.", names(|groups| !groups)))),
        (None, false) => {
            Err(Diagnostic::at(span, format!("`{}` groups events, and comes first", stage.name))
                .hint("Write it right after the query."))
        }
    }
}

/// Points at what follows a complete stage.
fn unexpected(cursor: &StageCursor<'_>, stage: &StageInfo) -> Diagnostic {
    let diagnostic = cursor.expected("a pipe or the end of the query");
    match cursor.peek_word() {
        Some(word) if stage_name(word).is_some() => {
            diagnostic.hint(format!("Write | before {}.", word.to_lowercase()))
        }
        Some(_) | None => diagnostic.hint(format!("Write it as {}.", stage.example)),
    }
}

/// Reads what follows the name of a stage that changes rows.
fn row_stage(
    cursor: &mut StageCursor<'_>,
    stage: &StageInfo,
    span: Range<usize>,
    grouping: Option<&Grouping>,
) -> Result<RowStage, Diagnostic> {
    match stage.stage {
        StageName::Where => match grouping {
            Some(grouping) => condition(cursor, grouping).map(RowStage::Where),
            None => Err(Diagnostic::at(span, "`where` compares columns, and there is no table yet")
                .hint("Write what events have to match before the first pipe: bytes>100 user:root.")),
        },
        StageName::Sort => sort_keys(cursor, grouping).map(RowStage::Sort),
        StageName::Tail => rows(cursor, stage).map(RowStage::Tail),
        StageName::Head
        | StageName::Count
        | StageName::Stats
        | StageName::Timechart
        | StageName::Top
        | StageName::Rare
        | StageName::First
        | StageName::Last => rows(cursor, stage).map(RowStage::Head),
    }
}

/// Reads the number of rows.
fn rows(cursor: &mut StageCursor<'_>, stage: &StageInfo) -> Result<u64, Diagnostic> {
    match cursor.number()? {
        Some(number) => Ok(number),
        None if cursor.is_at_end() => Ok(ROWS),
        None => Err(cursor.expected("the number of rows").hint(format!("Write it as {}.", stage.example))),
    }
}

fn sort_keys(cursor: &mut StageCursor<'_>, grouping: Option<&Grouping>) -> Result<Vec<SortKey>, Diagnostic> {
    let mut keys: Vec<SortKey> = Vec::new();
    loop {
        let span = cursor.span();
        let key = sort_key(cursor, grouping)?;
        if keys.iter().any(|other| other.column == key.column) {
            let message = "rows are sorted by this column already";
            return Err(Diagnostic::at(span.start..cursor.end_before(), message));
        }
        keys.push(key);
        if !cursor.eat(StageToken::Comma) {
            break;
        }
    }
    match cursor.peek_word().map(str::to_lowercase).as_deref() {
        Some("desc" | "asc") => Err(Diagnostic::at(cursor.span(), "the direction stands before the column")
            .hint("Write sort -count for the largest first, sort count for the smallest first.")),
        Some(word) if stage_name(word).is_none() => {
            Err(Diagnostic::at(cursor.span(), "a comma is missing before this"))
        }
        Some(_) | None => Ok(keys),
    }
}

/// Reads a column with a `-` or `+` before it.
fn sort_key(cursor: &mut StageCursor<'_>, grouping: Option<&Grouping>) -> Result<SortKey, Diagnostic> {
    if cursor.is_at_word("by") && cursor.peek_after(1) == Some(StageToken::Word) {
        return Err(Diagnostic::at(cursor.span(), "columns follow `sort` without `by`")
            .hint("Write sort -count, user.name."));
    }
    let order = match cursor.peek_word() {
        Some(word) if word.starts_with('-') => SortOrder::Descending,
        Some(_) | None => SortOrder::Ascending,
    };
    if cursor.peek_word().is_some_and(|word| word.starts_with(['-', '+'])) {
        cursor.skip_sign();
    }
    Ok(SortKey { column: column(cursor, grouping)?, order })
}
