//! The field facets: counting them, and moving between their values.

use crate::tui::model::{Facet, FacetPlace, Model};
use crate::tui::protocol::{Effect, WorkerRequest};

use super::event_list::Movement;

/// Asks for the values of every shown field; one more than is shown, to know
/// whether there are more.
pub(super) fn count(model: &mut Model) -> Option<Effect> {
    let wanted = |facet: &Facet| (facet.field.clone(), facet.wanted() + 1);
    let fields: Vec<(String, usize)> = model.fields.facets.iter().map(wanted).collect();
    if fields.is_empty() {
        return None;
    }
    model.fields.trouble = None;
    let scope = model.search.scope.clone();
    Some(model.ask(WorkerRequest::Facets { scope, fields }))
}

/// Moves the selected value.
pub(super) fn go(model: &mut Model, by: Movement) -> Vec<Effect> {
    let places = model.fields.places();
    let at = places.iter().position(|place| *place == model.fields.at).unwrap_or(0);
    let page = usize::from(model.size.height / 2);
    if let Some(place) = places.get(by.apply(at, page, places.len())) {
        model.fields.at = *place;
    }
    Vec::new()
}

/// Goes to the first value of the next or previous field.
pub(super) fn next_field(model: &mut Model, by: isize) -> Vec<Effect> {
    let places = model.fields.places();
    let at = model.fields.at.field;
    let first = |place: &&FacetPlace| place.value == 0;
    let next = if by > 0 {
        places.iter().filter(first).find(|place| place.field > at)
    } else {
        places.iter().rev().filter(first).find(|place| place.field < at)
    };
    if let Some(place) = next {
        model.fields.at = *place;
    }
    Vec::new()
}

/// Shows more values of the selected field, or fewer again.
pub(super) fn more(model: &mut Model) -> Vec<Effect> {
    let Some(facet) = model.fields.facets.get_mut(model.fields.at.field) else { return Vec::new() };
    facet.wide = !facet.wide;
    count(model).into_iter().collect()
}
