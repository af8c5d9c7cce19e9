//! Applying the workers' responses.

use std::collections::HashMap;
use std::time::Duration;

use crate::record::{SourceId, counted};
use crate::tui::model::{EventList, Load, Model, TimelineChart, Tone};
use crate::tui::protocol::WorkerRequest;
use crate::tui::protocol::{
    CaseInfo, Effect, Failure, Lane, PagePosition, RowContent, Ticket, WorkProgress, WorkerResponse,
};

use super::{annotations, anomalies, event_list, export, form, import, search, search_input, verification};

/// Applies a response to the newest request of its lane.
pub(super) fn apply(
    model: &mut Model,
    ticket: Ticket,
    took: Option<Duration>,
    response: WorkerResponse,
) -> Vec<Effect> {
    if !matches!(
        response,
        WorkerResponse::Facet { .. } | WorkerResponse::Progress(_) | WorkerResponse::Importing(_)
    ) {
        model.tickets.complete(ticket);
    }
    match response {
        WorkerResponse::Page(page) => {
            let damage = page.rows.iter().find_map(|row| match &row.content {
                RowContent::Unreadable { what, integrity: true } => Some(what.clone()),
                RowContent::Unreadable { .. } | RowContent::Event(_) => None,
            });
            model.case.alarm(damage);
            let mut effects = event_list::apply_page(model, page);
            effects.extend(annotations::ask_found(model));
            return effects;
        }
        WorkerResponse::Count(count) => (model.search.count, model.search.took) = (Some(count), took),
        WorkerResponse::Histogram { matching, present, formats } => {
            let Some(width) = model.timeline.width else { return Vec::new() };
            let facts = &model.case;
            let chart =
                TimelineChart::new(width, matching, &present, &formats, |format| facts.rhythm(format));
            (model.timeline.chart, model.timeline.trouble) = (Some(chart), None);
        }
        WorkerResponse::Facet { field, values, more } => {
            if let Some(facet) = model.fields.facets.iter_mut().find(|facet| facet.field == field) {
                (facet.values, facet.more) = (Some(values), more);
            }
        }
        WorkerResponse::FacetsDone => model.fields.clamp_selection(),
        WorkerResponse::Entry(event) => (model.detail.event, model.detail.trouble) = (Some(*event), None),
        WorkerResponse::Values(values) => search_input::values(model, values),
        WorkerResponse::Annotations(notes) => return annotations::apply(model, *notes),
        WorkerResponse::FindingHits(hits) => model.annotations.set_finding_hits(&hits),
        WorkerResponse::ConfirmUndo(foreign) => annotations::ask_before(model, foreign),
        WorkerResponse::Annotated(annotated) => return annotations::annotated(model, *annotated),
        WorkerResponse::Unchanged => return import::settled(model),
        WorkerResponse::CaseChanged(facts) => return grown(model, *facts),
        WorkerResponse::Importing(progress) => import::importing(model, progress, took),
        WorkerResponse::Imported(outcome) => return import::imported(model, &outcome),
        WorkerResponse::Progress(progress) => doing(model, ticket.lane, progress, took),
        WorkerResponse::Verified(verdict) => verification::checked(model, *verdict),
        WorkerResponse::Detected(done) => return anomalies::detected(model, *done),
        WorkerResponse::DetectionStopped => anomalies::stopped(model),
        WorkerResponse::Curve(curve) => model.anomalies.curve = Some(curve),
        WorkerResponse::CheckpointWritten(anchor) => return verification::anchored(model, anchor),
        WorkerResponse::ExportChoices(offer) => export::offered(model, offer),
        WorkerResponse::Exported(exported) => export::exported(model, &exported),
        WorkerResponse::Failed(trouble) => failed(model, ticket.lane, trouble),
    }
    Vec::new()
}

/// Applies how far long work is.
fn doing(model: &mut Model, lane: Lane, progress: WorkProgress, took: Option<Duration>) {
    match lane {
        Lane::Verify => verification::checking(model, progress),
        Lane::Detect => anomalies::looking(model, took),
        _ => form::doing(model, progress),
    }
}

/// Applies what another process has written. Pending requests are repeated;
/// the selected event stays selected.
fn grown(model: &mut Model, mut facts: CaseInfo) -> Vec<Effect> {
    let known = |facts: &CaseInfo| -> HashMap<SourceId, Option<u64>> {
        facts.sources.iter().map(|source| (source.id, source.reread.as_ref().map(|by| by.entry))).collect()
    };
    let (before, now) = (known(&model.case), known(&facts));
    let (sources, events) =
        (now.len().saturating_sub(before.len()), facts.events.saturating_sub(model.case.events));
    let read_otherwise = now.iter().filter(|(id, by)| before.get(id).is_some_and(|was| was != *by)).count();
    std::mem::swap(&mut model.case, &mut facts);
    model.case.follow(facts);
    let mut effects = vec![model.ask(WorkerRequest::Annotations)];
    effects.extend(import::settled(model));
    if before == now && events == 0 {
        return effects;
    }
    model.fields.follow(&model.case);
    let message = match (sources, read_otherwise) {
        (0, 1..) => format!("now read differently: {}", counted(read_otherwise as u64, "source")),
        _ => format!(
            "the case has grown: {} and {} added",
            counted(sources as u64, "source"),
            counted(events, "event")
        ),
    };
    model.say(Tone::Done, message);
    let selected = model.list.row().map(|row| row.hit);
    let place = model.moment().map_or(PagePosition::First, PagePosition::At);
    effects.extend(search::ask_all(model, place, selected));
    effects
}

/// Shows why a request failed, where its result would have been.
fn failed(model: &mut Model, lane: Lane, trouble: Failure) {
    let text = match &trouble.hint {
        Some(hint) => format!("{} ({hint})", trouble.what),
        None => trouble.what.clone(),
    };
    match lane {
        Lane::Page if model.list.is_stale() => {
            let column = model.list.column;
            model.list = EventList { column, first: true, last: true, ..EventList::default() };
        }
        Lane::Page => model.list.load = Load::Idle,
        Lane::Histogram => model.timeline.trouble = Some(text.clone()),
        Lane::Facets => model.fields.trouble = Some(text.clone()),
        Lane::Entry => {
            let hit = model.detail.asked;
            model.detail.event = None;
            model.detail.trouble = hit.map(|hit| (hit, text.clone()));
        }
        Lane::ExportChoices => form::not_offered(model),
        Lane::Verify => verification::failed(model),
        Lane::Detect => model.anomalies.running = None,
        Lane::Import => model.import.running = None,
        Lane::Write => form::failed(model),
        Lane::Count | Lane::Complete | Lane::Annotations | Lane::FindingHits | Lane::Curve | Lane::Case => {}
    }
    if lane != Lane::Complete {
        model.case.alarm(trouble.integrity.then_some(trouble.what));
        let tone = if trouble.integrity { Tone::Alarm } else { Tone::Refused };
        model.say(tone, text);
    }
}
