//! Include, exclude, only, copy: actions on the highlighted value.

use crate::query::{self, Diagnostic, Expr, QueryContext};
use crate::tui::diagnostic_text::problem_text;
use crate::tui::model::{Model, Overlay, Pane, Screen, TextPage, Tone};
use crate::tui::protocol::{Effect, Pivot, SearchScope, SelectedAnnotation};

use super::{clipboard, fields, search, search_input};

/// Returns the highlighted value, or shows why there is none.
fn highlighted(model: &mut Model) -> Option<Pivot> {
    let found = match model.focus.pane {
        Pane::Events | Pane::Timeline => model.list.pivot().cloned(),
        Pane::Fields => model.fields.pivot(),
        Pane::Detail => {
            let event = model.detail.event_of(model.list.row().map(|row| row.hit));
            event.and_then(|event| event.fields.get(model.detail.selected)).cloned()
        }
    };
    if found.is_none() {
        let text = match (model.focus.pane, model.list.row()) {
            (Pane::Events, Some(_)) => {
                format!("this event has no {}: choose another column", model.list.column.field())
            }
            _ => "no value is selected".to_owned(),
        };
        model.say(Tone::Refused, text);
    }
    found
}

/// Keeps only events that have the highlighted value.
pub(super) fn include(model: &mut Model) -> Vec<Effect> {
    if model.focus.pane == Pane::Fields && model.fields.at_more() {
        return fields::more(model);
    }
    narrow(model, query::include)
}

/// Drops events that have the highlighted value.
pub(super) fn exclude(model: &mut Model) -> Vec<Effect> {
    narrow(model, query::exclude)
}

/// Replaces the search with the highlighted value.
pub(super) fn only(model: &mut Model) -> Vec<Effect> {
    narrow(model, |_, field, value, context| query::only(field, value, context))
}

fn narrow(
    model: &mut Model,
    narrowed: impl Fn(&str, &str, &str, &QueryContext<'_>) -> Result<String, Diagnostic>,
) -> Vec<Effect> {
    let Some(pivot) = highlighted(model) else { return Vec::new() };
    let context = model.case.query_context();
    let text = narrowed(&model.search.text, &pivot.field, &pivot.value, &context);
    match text.and_then(|text| Ok((query::parse(&text, &context)?, text))) {
        Ok((expr, _)) if same(&expr, &model.search.scope.expr) => {
            model.say(Tone::Refused, "already filtered by this");
            Vec::new()
        }
        Ok((expr, text)) => {
            let scope = SearchScope { expr, window: model.search.scope.window };
            search::go(model, text, scope)
        }
        Err(problem) => {
            let message = problem_text(&problem);
            model.say(Tone::Refused, format!("cannot search for this value: {message}"));
            Vec::new()
        }
    }
}

/// Reports whether two queries have the same terms, in any order.
fn same(one: &Expr, other: &Expr) -> bool {
    match (one, other) {
        (Expr::And(one), Expr::And(other)) => {
            one.len() == other.len() && one.iter().all(|member| other.contains(member))
        }
        _ => one == other,
    }
}

/// Copies the highlighted value.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    if model.context() == super::super::keymap::KeyContext::Typing {
        return search_input::copy(model);
    }
    if let Some(line) = model.copyable.clone() {
        if !matches!(model.overlay, Overlay::Page(TextPage::Text(..), _)) {
            model.overlay = Overlay::Page(TextPage::Text("The line for your ticket", vec![line.clone()]), 0);
            model.copyable = Some(line.clone());
        }
        return clipboard::copy(model, "the line for your ticket", &line);
    }
    if let Overlay::Page(..) = model.overlay {
        return nothing(model);
    }
    let (what, value) = match model.focus.screen {
        Screen::Anomalies | Screen::Findings => match model.selected_annotation() {
            Some(SelectedAnnotation::Finding(row)) => ("the finding", row.finding.title.clone()),
            Some(SelectedAnnotation::Bookmark(row)) => ("the event's id", row.bookmark.event.short()),
            None => return nothing(model),
        },
        Screen::Evidence => match model.case.sources.get(model.focus.source) {
            Some(source) => ("the source's SHA-256", source.id.to_string()),
            None => return nothing(model),
        },
        Screen::Investigate | Screen::Audit => {
            return match highlighted(model) {
                Some(pivot) => clipboard::copy(model, &pivot.field, &pivot.value),
                None => Vec::new(),
            };
        }
    };
    clipboard::copy(model, what, &value)
}

fn nothing(model: &mut Model) -> Vec<Effect> {
    model.say(Tone::Refused, "nothing is selected");
    Vec::new()
}

/// Copies the selected event's original line.
pub(super) fn copy_line(model: &mut Model) -> Vec<Effect> {
    let hit = model.list.row().map(|row| row.hit);
    let Some(raw) = model.detail.event_of(hit).map(|event| event.raw.clone()) else {
        model.say(Tone::Refused, "no event is selected, or it is still loading");
        return Vec::new();
    };
    clipboard::copy(model, "the line", &raw)
}
