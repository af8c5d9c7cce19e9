//! Asking for other events: every change of query or window goes through here.

use crate::index::{Hit, Order};
use crate::query::Expr;
use crate::tui::model::{Model, Overlay, TextPage, Tone};
use crate::tui::pages;
use crate::tui::protocol::{Effect, PagePosition, SearchScope, WorkerRequest, reversed};

use super::{event_list, fields, timeline};

/// Goes on to another search; where the trail stood can be gone back to. The
/// list stays where it is in time.
pub(super) fn go(model: &mut Model, text: String, scope: SearchScope) -> Vec<Effect> {
    let stop = model.search.stop(model.list.row().map(|row| row.hit));
    model.search.leave(stop);
    let selected = model.list.row().map(|row| row.hit);
    let place = model.moment().map_or(PagePosition::First, PagePosition::At);
    settle_on(model, text, scope, place, selected)
}

/// Goes on to a search that was typed: its first events are shown.
pub(super) fn go_to_first(model: &mut Model, text: String, scope: SearchScope) -> Vec<Effect> {
    let stop = model.search.stop(model.list.row().map(|row| row.hit));
    model.search.leave(stop);
    settle_on(model, text, scope, PagePosition::First, None)
}

/// Makes a search the present one, without a trace on the trail.
pub(super) fn settle_on(
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

/// Shows every event again, in the same time.
pub(super) fn clear(model: &mut Model) -> Vec<Effect> {
    if model.search.scope.expr == Expr::All {
        model.say(Tone::Refused, "all events are shown already");
        return Vec::new();
    }
    let scope = SearchScope { expr: Expr::All, window: model.search.scope.window };
    go(model, String::new(), scope)
}

/// Says how the search was read.
pub(super) fn explained(model: &mut Model) -> Vec<Effect> {
    let told = pages::search_explained(model);
    model.overlay = Overlay::Page(TextPage::Text("How the search was read", told), 0);
    Vec::new()
}

/// Turns the list round; the selected event stays selected.
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
