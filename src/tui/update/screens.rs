//! Going to another screen or pane.

use crate::tui::model::{Model, Pane, Screen};
use crate::tui::protocol::{Effect, WorkerRequest};

use super::{curve, event_list};

const PANES: [Pane; 4] = [Pane::Events, Pane::Fields, Pane::Timeline, Pane::Detail];

pub(super) fn next_pane(model: &mut Model, by: isize) -> Vec<Effect> {
    if model.focus.screen != Screen::Investigate {
        return show_screen(model, Screen::Investigate);
    }
    let at = PANES.iter().position(|pane| *pane == model.focus.pane).unwrap_or(0);
    show_pane(model, PANES[(at + PANES.len()).saturating_add_signed(by) % PANES.len()])
}

pub(super) fn show_pane(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.focus.pane = pane;
    event_list::follow_selection(model)
}

/// Shows a screen. Annotations are read again, since others may write, too.
pub(super) fn show_screen(model: &mut Model, screen: Screen) -> Vec<Effect> {
    model.focus.screen = screen;
    let mut effects = event_list::follow_selection(model);
    if matches!(screen, Screen::Anomalies | Screen::Findings | Screen::Evidence) {
        effects.push(model.ask(WorkerRequest::Annotations));
    }
    effects.extend(curve::ask(model));
    effects
}
