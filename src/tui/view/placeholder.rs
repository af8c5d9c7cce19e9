//! Screens that this version does not have yet: what they will hold.

use crate::tui::keymap::Action;
use crate::tui::layout::Panes;
use crate::tui::model::{Model, Screen};
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Describes what a screen will hold, and how to go back.
pub(super) fn draw(screen: Screen, model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let area = panes.body;
    let holds = match screen {
        Screen::Audit => "It will list what controls require, and what the case can and cannot answer.",
        Screen::Investigate | Screen::Anomalies | Screen::Findings | Screen::Evidence => "",
    };
    let key = |action| model.keys.map.key_of(action, model.context()).unwrap_or_default();
    let back = format!("{} goes back to the events.", key(Action::Investigate));
    let mut y = panes.search.y;
    canvas.text(area.x + 1, y, area.width, screen.name(), StyleRole::FocusHeading);
    y += 2;
    for sentence in ["This screen is not part of this version of vestigo.", holds, &back] {
        for line in wrap(sentence, usize::from(area.width.saturating_sub(2))) {
            if y < area.bottom() {
                canvas.text(area.x + 1, y, area.width, &line, StyleRole::Text);
            }
            y += 1;
        }
    }
}
