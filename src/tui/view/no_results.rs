//! "Nothing found" is a statement: among what, from when to when, with which holes.

use ratatui::layout::Rect;

use crate::query::explain;
use crate::record::{TimeRange, counted};
use crate::tui::buckets::duration;
use crate::tui::keymap::Action;
use crate::tui::model::Model;
use crate::tui::protocol::Lane;
use crate::tui::theme::StyleRole;

use super::canvas::{Canvas, wrap};
use super::times::moment;

/// Says in place of rows why there are none.
pub(super) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let mut y = area.y;
    for sentence in sentences(model) {
        for line in wrap(&sentence, usize::from(area.width.saturating_sub(4))) {
            if y >= area.bottom() {
                return;
            }
            canvas.text(area.x + 2, y, area.width - 3, &line, StyleRole::Text);
            y += 1;
        }
    }
}

fn sentences(model: &Model) -> Vec<String> {
    let facts = &model.case;
    if model.list.stale || model.tickets.awaits(Lane::Page) {
        return vec!["Searching…".to_owned()];
    }
    if facts.sources.is_empty() {
        return vec![
            "This case holds no evidence yet.".to_owned(),
            "Leave with q, and bring logs in with: vestigo import PATH".to_owned(),
        ];
    }
    if model.search.count != Some(0) {
        return vec!["The events could not be read.".to_owned()];
    }
    let mut said = vec!["No event matches.".to_owned()];
    said.extend(how_read(model));
    let key = |action| model.keys.map.key_of(action, model.context_beneath());
    if let Some(key) = key(Action::TrailBack) {
        said.push(format!("{key} goes back to the search before."));
    }
    said
}

/// Says how the search was read, and among what it was asked.
pub(in super::super) fn how_read(model: &Model) -> Vec<String> {
    let facts = &model.case;
    let (events, sources) = (counted(facts.events, "event"), counted(facts.sources.len() as u64, "source"));
    let mut said = explain(&model.search.scope.expr);
    let window = model.search.scope.window;
    let zone = facts.zone();
    let covered = match (window, facts.span) {
        (TimeRange::ALL, Some(span)) => {
            format!(
                "Searched: {events} of {sources}, from {} to {}.",
                moment(span.from, zone),
                moment(span.to, zone)
            )
        }
        (TimeRange::ALL, None) => format!("Searched: {events} of {sources}."),
        (window, _) => format!(
            "Searched: {sources}, only from {} to {}.",
            moment(window.from, zone),
            moment(window.to, zone)
        ),
    };
    said.push(covered);
    let unparsed: u64 = facts.sources.iter().map(|source| source.receipt.unparsed).sum();
    if unparsed > 0 {
        said.push(format!(
            "{} understood by no format; only their text was searched.",
            counted(unparsed, "event")
        ));
    }
    if let Some(chart) = &model.timeline.chart {
        for gap in &chart.gaps {
            let (formats, from) = (gap.formats.join(", "), chart.window_of(&gap.buckets).from);
            let long = duration(chart.length_of(&gap.buckets));
            said.push(format!("No data of {formats} for at least {long} from {} on.", moment(from, zone)));
        }
    }
    said
}
