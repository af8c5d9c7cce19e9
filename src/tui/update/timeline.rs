//! The timeline: counting it, and moving between its buckets.

use crate::record::{TimeRange, Timestamp, Zone, bucket_edges, readable_width};
use crate::tui::layout;
use crate::tui::model::{Model, Tone};
use crate::tui::protocol::{Effect, PagePosition, WorkerRequest};

use super::event_list;

/// A direction in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// To earlier times.
    Earlier,
    /// To later times.
    Later,
}

/// Returns the time range that the timeline shows: the zoom, or all of the case.
pub(super) fn window(model: &Model) -> Option<TimeRange> {
    let scope = &model.search.scope;
    if scope.window == TimeRange::ALL { model.case.span } else { Some(scope.window) }
}

/// Asks for the timeline of the present search.
pub(super) fn count(model: &mut Model) -> Option<Effect> {
    let columns = layout::bucket_columns(model.size);
    let Some(window) = window(model) else {
        model.timeline.chart = None;
        return None;
    };
    let (width, edges) = buckets(window, columns, model.case.zone());
    (model.timeline.width, model.timeline.edges) = (Some(width), edges.clone());
    let scope = model.search.scope.clone();
    Some(model.ask(WorkerRequest::Histogram { scope, edges, by: "event.outcome".to_owned() }))
}

/// Cuts a time range into at most `most` buckets: how wide they are, and their edges.
/// [`readable_width`] leaves room for buckets that begin before the range; often that is
/// not needed, and the next narrower width fits, too.
fn buckets(window: TimeRange, most: usize, zone: Zone) -> (i64, Vec<Timestamp>) {
    let cut = |most| {
        let width = readable_width(window, most);
        (width, bucket_edges(window, width, &zone))
    };
    let narrow = cut(most + 2);
    if narrow.1.len() <= most + 1 { narrow } else { cut(most) }
}

/// Asks again if the width or the zone needs other buckets.
pub(super) fn ask_if_changed(model: &mut Model) -> Option<Effect> {
    let columns = layout::bucket_columns(model.size);
    let (_, edges) = buckets(window(model)?, columns, model.case.zone());
    if edges == model.timeline.edges {
        return None;
    }
    (model.timeline.cursor, model.timeline.mark) = (None, None);
    count(model)
}

/// Switches times between UTC and the case's zone.
pub(super) fn flip_zone(model: &mut Model) -> Vec<Effect> {
    if model.case.zone == crate::record::Zone::UTC {
        model.say(Tone::Refused, "the case's zone is UTC already");
        return Vec::new();
    }
    model.case.in_utc = !model.case.in_utc;
    ask_if_changed(model).into_iter().collect()
}

/// Goes to the nearest bucket in one direction that has matching events.
pub(super) fn to_bucket(model: &mut Model, way: Direction) -> Vec<Effect> {
    let moment = model.moment();
    let Some(chart) = &model.timeline.chart else { return nothing_counted(model) };
    let buckets = &chart.matching.buckets;
    let at = model.timeline.selected(moment);
    let filled = |at: &usize| buckets[*at].count > 0;
    let next = match way {
        Direction::Earlier => (0..at.unwrap_or(buckets.len())).rev().find(filled),
        Direction::Later => (at.map_or(0, |at| at + 1)..buckets.len()).find(filled),
    };
    let side = match way {
        Direction::Earlier => "earlier",
        Direction::Later => "later",
    };
    match next {
        Some(next) => to(model, next),
        None => {
            model.say(Tone::Refused, format!("no {side} bucket has matching events"));
            Vec::new()
        }
    }
}

/// Goes to the bucket with the most matching events.
pub(super) fn to_busiest(model: &mut Model) -> Vec<Effect> {
    match model.timeline.chart.as_ref().and_then(|chart| chart.busiest()) {
        Some(busiest) => to(model, busiest),
        None => nothing_counted(model),
    }
}

pub(super) fn nothing_counted(model: &mut Model) -> Vec<Effect> {
    model.say(Tone::Refused, "the timeline has no matching events");
    Vec::new()
}

/// Puts the cursor on a bucket and the list on its first event in order.
fn to(model: &mut Model, bucket: usize) -> Vec<Effect> {
    model.timeline.cursor = Some(bucket);
    let Some(chart) = &model.timeline.chart else { return Vec::new() };
    let window = chart.window_of(&(bucket..bucket + 1));
    let moment = match model.search.order {
        crate::app::Order::Newest => window.to.plus(-1),
        crate::app::Order::Oldest => window.from,
    };
    event_list::load(model, PagePosition::At(moment))
}

/// Starts a range at the selected bucket, or cancels it.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    let at = model.timeline.selected(model.moment());
    model.timeline.mark = if model.timeline.mark.is_some() { None } else { at };
    Vec::new()
}
