//! Taking in what the crew found out.

use std::collections::HashMap;
use std::time::Duration;

use crate::record::{SourceId, counted};
use crate::tui::model::{Chart, Model, Tone};
use crate::tui::protocol::{Answer, Effect, Facts, Lane, Place, Ticket, Told, Trouble};

use super::{annotations, event_list, form, search, search_input, verification};

/// Takes in an answer to the newest question of its lane.
pub(super) fn take(model: &mut Model, ticket: Ticket, took: Option<Duration>, answer: Answer) -> Vec<Effect> {
    if !matches!(answer, Answer::Facet { .. } | Answer::Progress(_)) {
        model.tickets.settle(ticket);
    }
    match answer {
        Answer::Page(page) => {
            let damage = page.rows.iter().find_map(|row| match &row.told {
                Told::Trouble { what, integrity: true } => Some(what.clone()),
                Told::Trouble { .. } | Told::Event(_) => None,
            });
            model.facts.alarm(damage);
            let mut effects = event_list::take(model, page);
            effects.extend(annotations::ask_found(model));
            return effects;
        }
        Answer::Count(count) => (model.search.count, model.search.took) = (Some(count), took),
        Answer::Histogram { matching, present, formats } => {
            let Some(step) = model.timeline.step else { return Vec::new() };
            let facts = &model.facts;
            let chart = Chart::new(step, matching, &present, &formats, |format| facts.rhythm(format));
            (model.timeline.chart, model.timeline.trouble) = (Some(chart), None);
        }
        Answer::Facet { field, values, more } => {
            if let Some(facet) = model.fields.facets.iter_mut().find(|facet| facet.field == field) {
                (facet.values, facet.more) = (Some(values), more);
            }
        }
        Answer::FacetsDone => model.fields.settle(),
        Answer::Entry(card) => (model.detail.card, model.detail.trouble) = (Some(*card), None),
        Answer::Values(values) => search_input::values(model, values),
        Answer::Notes(notes) => return annotations::take(model, *notes),
        Answer::Found(hits) => model.notebook.take_found(&hits),
        Answer::Foreign(foreign) => annotations::ask_before(model, foreign),
        Answer::Annotated(annotated) => return annotations::annotated(model, *annotated),
        Answer::Same => {}
        Answer::Grown(facts) => return grown(model, *facts),
        Answer::Progress(progress) if ticket.lane == Lane::Check => verification::checking(model, progress),
        Answer::Progress(progress) => form::doing(model, progress),
        Answer::Checked(verdict) => verification::checked(model, *verdict),
        Answer::Anchored(anchor) => return verification::anchored(model, anchor),
        Answer::Offer(offer) => super::export::offered(model, offer),
        Answer::Exported(exported) => super::export::exported(model, &exported),
        Answer::Failed(trouble) => failed(model, ticket.lane, trouble),
    }
    Vec::new()
}

/// Takes in what another process has written. What is asked for is asked again;
/// the selected event stays selected.
fn grown(model: &mut Model, mut facts: Facts) -> Vec<Effect> {
    let known = |facts: &Facts| -> HashMap<SourceId, Option<u64>> {
        facts.sources.iter().map(|source| (source.id, source.reread.as_ref().map(|by| by.entry))).collect()
    };
    let (before, now) = (known(&model.facts), known(&facts));
    let (sources, events) =
        (now.len().saturating_sub(before.len()), facts.events.saturating_sub(model.facts.events));
    let read_otherwise = now.iter().filter(|(id, by)| before.get(id).is_some_and(|was| was != *by)).count();
    std::mem::swap(&mut model.facts, &mut facts);
    model.facts.follow(facts);
    let mut effects = vec![annotations::ask_notes(model)];
    if before == now && events == 0 {
        return effects;
    }
    model.fields.follow(&model.facts);
    let said = match (sources, read_otherwise) {
        (0, 1..) => format!("read otherwise now: {}", counted(read_otherwise as u64, "source")),
        _ => format!(
            "the case has grown: {} and {} were taken in",
            counted(sources as u64, "source"),
            counted(events, "event")
        ),
    };
    model.say(Tone::Done, said);
    model.list.seek = model.list.row().map(|row| row.hit);
    let place = model.moment().map_or(Place::First, Place::At);
    effects.extend(search::ask_all(model, place));
    effects
}

/// Says why something could not be found out, where it would have stood.
fn failed(model: &mut Model, lane: Lane, trouble: Trouble) {
    let text = match &trouble.hint {
        Some(hint) => format!("{} ({hint})", trouble.what),
        None => trouble.what.clone(),
    };
    match lane {
        Lane::Page => {
            model.list.awaited = None;
            if model.list.stale {
                model.list = super::super::model::List { column: model.list.column, ..Default::default() };
                (model.list.first, model.list.last) = (true, true);
            }
        }
        Lane::Histogram => model.timeline.trouble = Some(text.clone()),
        Lane::Facets => model.fields.trouble = Some(text.clone()),
        Lane::Entry => {
            let hit = model.detail.asked;
            model.detail.card = None;
            model.detail.trouble = hit.map(|hit| (hit, text.clone()));
        }
        Lane::Offer => form::not_offered(model),
        Lane::Check => verification::failed(model),
        Lane::Hand => form::failed(model),
        Lane::Count | Lane::Complete | Lane::Notes | Lane::Found | Lane::Case => {}
    }
    if lane != Lane::Complete {
        model.facts.alarm(trouble.integrity.then_some(trouble.what));
        let tone = if trouble.integrity { Tone::Alarm } else { Tone::Refused };
        model.say(tone, text);
    }
}
