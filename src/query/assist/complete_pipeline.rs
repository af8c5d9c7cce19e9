//! Completion of a query with pipes: what could be written at the cursor.

use std::ops::Range;

use super::super::context::QueryContext;
use super::super::fields::{indexed_name, resolve_field};
use super::super::lexical::{phrase_end, unescape};
use super::super::pipeline::{Pipeline, TableColumn};
use super::super::pipes::{StageToken, parse_pipeline, stage_tokens, stage_word_length};
use super::super::syntax::{Token, tokens};
use super::complete::{
    CompletionKind, MAX_LENGTH, clamp, complete, end_of_phrase, in_regex, matching_fields,
};
use super::expected_stage_words::{Expected, expected};

/// What could be written at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineCompletion {
    /// The part of the text (in bytes) that a choice replaces.
    pub span: Range<usize>,
    /// What can be completed there.
    pub kind: PipelineCompletionKind,
}

/// What kind of word can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PipelineCompletionKind {
    /// A word of the query before the first pipe.
    Query(CompletionKind),
    /// One of these words, best first: stages, functions (with their `(`), fields,
    /// columns, `by`. Each can be put into the text as it is.
    Words(Vec<String>),
    /// A value of this field (full name) that begins with this text; the index knows
    /// which. A choice has to be put in quotes by `quote_phrase`.
    Value {
        /// The field's full name.
        field: String,
        /// What is typed of the value so far.
        prefix: String,
    },
}

/// Returns what could be written at `cursor` (a byte position in `text`) in a query
/// that may have pipes. The text may be unfinished or wrong.
pub fn complete_pipeline(text: &str, cursor: usize, context: &QueryContext<'_>) -> PipelineCompletion {
    let cursor = clamp(text, cursor);
    let before = &text[..cursor];
    let pipe = tokens(before).pop_if(|last| last.token == Token::Pipe).map(|pipe| pipe.span.start);
    match pipe.filter(|_| text.len() <= MAX_LENGTH && !in_regex(text, cursor)) {
        Some(pipe) => in_stage(text, cursor, pipe, context),
        None => {
            let completion = complete(text, cursor, context);
            PipelineCompletion { span: completion.span, kind: PipelineCompletionKind::Query(completion.kind) }
        }
    }
}

/// Completes after a pipe; the first one is at `pipe`.
fn in_stage(text: &str, cursor: usize, pipe: usize, context: &QueryContext<'_>) -> PipelineCompletion {
    let before = &text[..cursor];
    let tokens = stage_tokens(before, pipe);
    let begin = tokens.iter().rposition(|placed| placed.token == StageToken::Pipe).unwrap_or(0);
    let mut stage = &tokens[begin + 1..];
    let pipeline = parse_pipeline(&text[..tokens[begin].span.start], context).ok();
    let touched = stage.last().filter(|last| last.span.end == cursor);
    let mut start = cursor;
    match touched.map(|last| (last.token, last.span.start)) {
        Some((StageToken::Quoted, at)) if phrase_end(before, at).is_some() => {
            return PipelineCompletion { span: cursor..cursor, kind: words(Vec::new()) };
        }
        Some((StageToken::Word | StageToken::Quoted, at)) => {
            start = at;
            stage = &stage[..stage.len() - 1];
        }
        Some(_) | None => {}
    }
    let wanted = expected(before, stage, pipeline.as_ref());
    if wanted == Expected::SortColumn && before[start..].starts_with(['-', '+']) {
        start += 1;
    }
    let quoted = before[start..].starts_with('"');
    let end = match quoted {
        true => end_of_phrase(text, start, cursor),
        false => (start + stage_word_length(&text[start..])).max(cursor),
    };
    let typed = &before[start + usize::from(quoted)..];
    let kind = match wanted {
        Expected::Value(name) => value(name, typed, pipeline.as_ref(), context),
        _ if quoted => words(Vec::new()),
        Expected::Words(offered) => words(matching(offered, &typed.to_lowercase())),
        Expected::Field => words(matching_fields(&unescape(typed), context)),
        Expected::Column | Expected::SortColumn => match pipeline.as_ref().and_then(Pipeline::columns) {
            Some(columns) => {
                let names = columns.iter().map(TableColumn::to_string).collect();
                words(matching(names, &typed.to_lowercase()))
            }
            None => words(matching_fields(&unescape(typed), context)),
        },
        Expected::Nothing => words(Vec::new()),
    };
    PipelineCompletion { span: start..end, kind }
}

fn words(words: Vec<String>) -> PipelineCompletionKind {
    PipelineCompletionKind::Words(words)
}

/// Returns the words that begin with what is typed (in lower case); if there are
/// none, those that contain it.
fn matching(offered: Vec<String>, typed: &str) -> Vec<String> {
    let (begin, rest): (Vec<String>, Vec<String>) =
        offered.into_iter().partition(|word| word.to_lowercase().starts_with(typed));
    match begin.is_empty() {
        true => rest.into_iter().filter(|word| word.to_lowercase().contains(typed)).collect(),
        false => begin,
    }
}

/// Offers the values of the field that a column has.
fn value(
    name: &str,
    typed: &str,
    pipeline: Option<&Pipeline>,
    context: &QueryContext<'_>,
) -> PipelineCompletionKind {
    let name = unescape(name.trim_matches('"'));
    let columns = pipeline.and_then(Pipeline::columns);
    let is_computed = columns.iter().flatten().any(|column| *column == TableColumn::Measure(name.clone()));
    let field = resolve_field(&name, context).ok().filter(|_| !is_computed);
    match field.and_then(|field| indexed_name(&field)) {
        Some(field) => PipelineCompletionKind::Value { field, prefix: unescape(typed) },
        None => words(Vec::new()),
    }
}
