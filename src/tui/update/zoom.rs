//! Zooming the timeline in and out.

use crate::record::{TimeRange, Timestamp};
use crate::tui::model::{Model, Tone};
use crate::tui::protocol::{Effect, SearchScope};

use super::search;
use super::timeline::{nothing_counted, window};

/// By which factor one zoom changes the time range.
const ZOOM: i64 = 4;

/// Shortest time range that can be zoomed to, in nanoseconds: ten milliseconds.
const SHORTEST: i64 = 10_000_000;

/// Zooms in around the selected bucket.
pub(super) fn zoom_in(model: &mut Model) -> Vec<Effect> {
    let Some(shown) = window(model) else { return nothing_counted(model) };
    let length = (length(shown) / ZOOM).max(SHORTEST);
    let narrow = placed(middle(model, shown), length, shown);
    zoom_to(model, narrow)
}

/// Zooms out around the selected bucket, at most to the full range.
pub(super) fn zoom_out(model: &mut Model) -> Vec<Effect> {
    let (Some(shown), Some(all)) = (window(model), model.case.span) else { return nothing_counted(model) };
    let length = length(shown).saturating_mul(ZOOM);
    let wide = placed(middle(model, shown), length, all);
    zoom_to(model, if length.saturating_add(SHORTEST) >= self::length(all) { TimeRange::ALL } else { wide })
}

fn length(window: TimeRange) -> i64 {
    window.to.nanos().saturating_sub(window.from.nanos())
}

/// Returns the time range of a length around a moment, moved to be inside another.
fn placed(middle: i64, length: i64, inside: TimeRange) -> TimeRange {
    let latest = inside.to.nanos().saturating_sub(length).max(inside.from.nanos());
    let from = middle.saturating_sub(length / 2).clamp(inside.from.nanos(), latest);
    TimeRange { from: Timestamp::from_nanos(from), to: Timestamp::from_nanos(from.saturating_add(length)) }
}

/// Returns the moment to zoom around: the middle of the selected buckets, or of the time range.
fn middle(model: &Model, shown: TimeRange) -> i64 {
    let chart = model.timeline.chart.as_ref();
    let bucket =
        model.timeline.brush(model.moment()).zip(chart).map(|(range, chart)| chart.window_of(&range));
    let window = bucket.unwrap_or(shown);
    let middle = window.from.nanos() / 2 + window.to.nanos() / 2;
    middle.clamp(shown.from.nanos(), shown.to.nanos())
}

/// Zooms to the selected buckets.
pub(super) fn zoom_selection(model: &mut Model) -> Vec<Effect> {
    let range = model.timeline.brush(model.moment());
    match range.zip(model.timeline.chart.as_ref()).map(|(range, chart)| chart.window_of(&range)) {
        Some(window) => zoom_to(model, window),
        None => {
            model.say(Tone::Refused, "no bucket is selected");
            Vec::new()
        }
    }
}

/// Shows the full range.
pub(super) fn zoom_reset(model: &mut Model) -> Vec<Effect> {
    zoom_to(model, TimeRange::ALL)
}

fn zoom_to(model: &mut Model, window: TimeRange) -> Vec<Effect> {
    if window == model.search.scope.window || window.from >= window.to {
        model.say(Tone::Refused, "the timeline cannot zoom further");
        return Vec::new();
    }
    let scope = SearchScope { window, ..model.search.scope.clone() };
    let text = model.search.text.clone();
    search::go(model, text, scope)
}
