//! Changing the search: every change of query or time range goes through here.

use crate::app::{Hit, Order};
use crate::query::Expr;
use crate::tui::model::{Model, Overlay, TextPage, Tone};
use crate::tui::pages;
use crate::tui::protocol::{Effect, PagePosition, SearchScope, WorkerRequest, reversed};

use super::{event_list, fields, timeline};

/// Goes to another search; the present one is added to the history. The
/// list stays where it is in time.
pub(super) fn go(model: &mut Model, text: String, scope: SearchScope) -> Vec<Effect> {
    let stop = model.search.visited(model.list.row().map(|row| row.hit));
    model.search.remember(stop);
    let selected = model.list.row().map(|row| row.hit);
    let place = model.moment().map_or(PagePosition::First, PagePosition::At);
    replace_with(model, text, scope, place, selected)
}

/// Goes to a search that was typed; its first events are shown.
pub(super) fn go_to_first(model: &mut Model, text: String, scope: SearchScope) -> Vec<Effect> {
    let stop = model.search.visited(model.list.row().map(|row| row.hit));
    model.search.remember(stop);
    replace_with(model, text, scope, PagePosition::First, None)
}

/// Replaces the present search, without adding to the history.
pub(super) fn replace_with(
    model: &mut Model,
    text: String,
    scope: SearchScope,
    place: PagePosition,
    select: Option<Hit>,
) -> Vec<Effect> {
    if scope.window != model.search.scope.window {
        model.timeline.mark = None;
    }
    model.timeline.cursor = None;
    (model.search.text, model.search.scope) = (text, scope);
    ask_all(model, place, select)
}

/// Asks for everything that the first screen shows of the present search.
pub(super) fn ask_all(model: &mut Model, place: PagePosition, select: Option<Hit>) -> Vec<Effect> {
    (model.search.count, model.search.took) = (None, None);
    let mut effects = event_list::reload(model, place, select);
    let scope = model.search.scope.clone();
    effects.push(model.ask(WorkerRequest::Count(scope)));
    effects.extend(timeline::count(model));
    effects.extend(fields::count(model));
    effects
}

/// Clears the query; the time range stays.
pub(super) fn clear(model: &mut Model) -> Vec<Effect> {
    if model.search.scope.expr == Expr::All {
        model.say(Tone::Refused, "all events are shown already");
        return Vec::new();
    }
    let scope = SearchScope { expr: Expr::All, window: model.search.scope.window };
    go(model, String::new(), scope)
}

/// Explains how the search was read.
pub(super) fn explained(model: &mut Model) -> Vec<Effect> {
    let told = pages::search_explained(model);
    model.overlay = Overlay::Page(TextPage::Text("How the search was read", told), 0);
    Vec::new()
}

/// Reverses the list; the selected event stays selected.
pub(super) fn flip_order(model: &mut Model) -> Vec<Effect> {
    model.search.order = reversed(model.search.order);
    let word = match model.search.order {
        Order::Newest => "newest first",
        Order::Oldest => "oldest first",
    };
    model.say(Tone::Done, word);
    let place = model.moment().map_or(PagePosition::First, PagePosition::At);
    let selected = model.list.row().map(|row| row.hit);
    event_list::reload(model, place, selected)
}
