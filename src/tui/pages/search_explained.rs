//! How the present search was read, and what was searched.

use crate::query::explain;
use crate::record::{TimeRange, counted};
use crate::tui::model::Model;
use crate::tui::times::duration;
use crate::tui::times::moment;

/// Explains how the search was read, and what was searched.
pub fn search_explained(model: &Model) -> Vec<String> {
    let facts = &model.case;
    let (events, sources) = (counted(facts.events, "event"), counted(facts.sources.len() as u64, "source"));
    let mut message = explain(&model.search.scope.expr);
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
    message.push(covered);
    let unparsed: u64 = facts.sources.iter().map(|source| source.receipt.unparsed).sum();
    if unparsed > 0 {
        message.push(format!(
            "{} recognized by no format; only their text was searched.",
            counted(unparsed, "event")
        ));
    }
    if let Some(chart) = &model.timeline.chart {
        for gap in &chart.gaps {
            let (formats, from) = (gap.formats.join(", "), chart.window_of(&gap.buckets).from);
            let long = duration(chart.length_of(&gap.buckets));
            message.push(format!("No data of {formats} for at least {long} from {}.", moment(from, zone)));
        }
    }
    message
}
