//! Back and forward through the history of searches.

use crate::tui::model::{Model, Tone, VisitedSearch};
use crate::tui::protocol::{Effect, PagePosition};

use super::search;

/// Goes back to the previous search.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Some(stop) = model.search.past.pop() else {
        model.say(Tone::Refused, "no earlier search");
        return Vec::new();
    };
    let here = model.search.visited(model.list.row().map(|row| row.hit));
    model.search.future.push(here);
    go_to(model, stop)
}

/// Goes forward to the search that was left by going back.
pub(super) fn forward(model: &mut Model) -> Vec<Effect> {
    let Some(stop) = model.search.future.pop() else {
        model.say(Tone::Refused, "no later search");
        return Vec::new();
    };
    let here = model.search.visited(model.list.row().map(|row| row.hit));
    model.search.past.push(here);
    go_to(model, stop)
}

fn go_to(model: &mut Model, stop: VisitedSearch) -> Vec<Effect> {
    let place = stop.hit.and_then(|hit| hit.time).map_or(PagePosition::First, PagePosition::At);
    search::replace_with(model, stop.text, stop.scope, place, stop.hit)
}
