//! Back and forward through the searches that were made.

use crate::tui::model::{Model, Tone, VisitedSearch};
use crate::tui::protocol::{Effect, PagePosition};

use super::search;

/// Goes back to the search before.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Some(stop) = model.search.past.pop() else {
        model.say(Tone::Refused, "no earlier search");
        return Vec::new();
    };
    let here = model.search.stop(model.list.row().map(|row| row.hit));
    model.search.future.push(here);
    arrive(model, stop)
}

/// Goes forward to the search that was left by going back.
pub(super) fn forward(model: &mut Model) -> Vec<Effect> {
    let Some(stop) = model.search.future.pop() else {
        model.say(Tone::Refused, "no later search");
        return Vec::new();
    };
    let here = model.search.stop(model.list.row().map(|row| row.hit));
    model.search.past.push(here);
    arrive(model, stop)
}

fn arrive(model: &mut Model, stop: VisitedSearch) -> Vec<Effect> {
    let place = stop.hit.and_then(|hit| hit.time).map_or(PagePosition::First, PagePosition::At);
    search::settle_on(model, stop.text, stop.scope, place, stop.hit)
}
