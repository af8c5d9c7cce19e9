//! The search line while it is typed: live reading, completion, confirming.

use tui_input::{Input, InputRequest};

use crate::app::TopValues;
use crate::query::{self, CompletionKind};
use crate::record::FieldId;
use crate::tui::diagnostic_text::problem_text;
use crate::tui::field_order::prominence;
use crate::tui::model::{Model, Overlay, SearchInput, Tone};
use crate::tui::protocol::{Effect, Lane, SearchScope, WorkerRequest};

use super::{clipboard, search};

/// How many suggestions are offered.
const OFFERED: usize = 8;

/// Opens the search line with the present query.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let mut text = model.search.text.clone();
    if !text.is_empty() {
        text.push(' ');
    }
    model.overlay = Overlay::SearchInput(Box::new(SearchInput::new(&text)));
    edited(model)
}

/// Inserts a typed character.
pub(super) fn insert(model: &mut Model, c: char) -> Vec<Effect> {
    edit(model, InputRequest::InsertChar(c))
}

/// Inserts pasted text, on one line.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Overlay::SearchInput(typing) = &mut model.overlay {
        for c in text.chars().take(4_096) {
            let c = if c.is_control() { ' ' } else { c };
            typing.input.handle(InputRequest::InsertChar(c));
        }
    }
    edited(model)
}

/// Edits the line.
pub(super) fn edit(model: &mut Model, request: InputRequest) -> Vec<Effect> {
    if let Overlay::SearchInput(typing) = &mut model.overlay {
        typing.input.handle(request);
    }
    edited(model)
}

/// Parses the line, and looks for suggestions at the cursor.
fn edited(model: &mut Model) -> Vec<Effect> {
    let Overlay::SearchInput(typing) = &mut model.overlay else { return Vec::new() };
    let context = model.case.query_context();
    let text = typing.input.value();
    typing.problem = query::parse(text, &context).err();
    let completion = query::complete(text, typing.cursor(), &context);
    (typing.replaces, typing.wanted, typing.chosen) = (completion.span, completion.kind, None);
    let request = match &typing.wanted {
        CompletionKind::Field(fields) => {
            let mut fields = fields.clone();
            // Fields that have values here come first, the most important ahead; the sort is stable.
            fields.sort_by_cached_key(|name: &String| {
                let full = FieldId::by_name_or_alias(name).map_or_else(|| name.as_str(), |id| id.name());
                let known = model.case.fields.iter().any(|field| field == full);
                (!known, prominence(full))
            });
            typing.suggestions = fields.into_iter().take(OFFERED).map(|field| (field, None)).collect();
            None
        }
        CompletionKind::Value { field, prefix } => {
            typing.suggestions.clear();
            Some(WorkerRequest::Values { field: field.clone(), prefix: prefix.clone(), limit: OFFERED })
        }
        CompletionKind::Nothing => {
            typing.suggestions.clear();
            None
        }
    };
    match request {
        Some(request) => vec![model.ask(request)],
        None => {
            model.tickets.invalidate(Lane::Complete);
            Vec::new()
        }
    }
}

/// Applies the values that begin as typed.
pub(super) fn values(model: &mut Model, values: Vec<TopValues>) {
    if let Overlay::SearchInput(typing) = &mut model.overlay
        && matches!(typing.wanted, CompletionKind::Value { .. })
    {
        typing.suggestions = values.into_iter().map(|top| (top.value, Some(top.count))).collect();
    }
}

/// Selects the next or previous suggestion.
pub(super) fn suggestion(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Overlay::SearchInput(typing) = &mut model.overlay {
        let count = typing.suggestions.len();
        typing.chosen = match (typing.chosen, by) {
            (_, _) if count == 0 => None,
            (None, by) => Some(if by > 0 { 0 } else { count - 1 }),
            (Some(0), by) if by < 0 => None,
            (Some(at), by) => Some(at.saturating_add_signed(by)).filter(|at| *at < count),
        };
    }
    Vec::new()
}

/// Accepts the selected suggestion, or the first.
pub(super) fn complete(model: &mut Model) -> Vec<Effect> {
    let Overlay::SearchInput(typing) = &mut model.overlay else { return Vec::new() };
    let Some((word, _)) = typing.suggestions.get(typing.chosen.unwrap_or(0)).cloned() else {
        return Vec::new();
    };
    let put = match typing.wanted {
        CompletionKind::Field(_) => format!("{word}:"),
        CompletionKind::Value { .. } | CompletionKind::Nothing => format!("{} ", query::quote(&word)),
    };
    let text = typing.input.value();
    let (Some(before), Some(after)) = (text.get(..typing.replaces.start), text.get(typing.replaces.end..))
    else {
        return Vec::new();
    };
    let cursor = before.chars().count() + put.chars().count();
    typing.input = Input::new(format!("{before}{put}{after}")).with_cursor(cursor);
    edited(model)
}

/// Runs the search that was typed, or accepts the selected suggestion.
pub(super) fn confirm(model: &mut Model) -> Vec<Effect> {
    let Overlay::SearchInput(typing) = &model.overlay else { return Vec::new() };
    if typing.chosen.is_some() {
        return complete(model);
    }
    let text = typing.input.value().trim().to_owned();
    match query::parse(&text, &model.case.query_context()) {
        Ok(expr) => {
            model.overlay = Overlay::None;
            let scope = SearchScope { expr, window: model.search.scope.window };
            if scope == model.search.scope {
                return Vec::new();
            }
            search::go_to_first(model, text, scope)
        }
        Err(problem) => {
            let message = problem_text(&problem);
            model.say(Tone::Refused, message);
            Vec::new()
        }
    }
}

/// Copies the query being typed.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let Overlay::SearchInput(typing) = &model.overlay else { return Vec::new() };
    let text = typing.input.value().to_owned();
    clipboard::copy(model, "the query", &text)
}
