//! The which-key popup: what may follow the keys pressed so far.

use ratatui::layout::Rect;

use crate::tui::keymap::{KeyMatch, show};
use crate::tui::layout::Panes;
use crate::tui::model::Model;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Cells for one choice.
const EACH: u16 = 26;

/// Draws what may follow, above the footer.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let pressed = &model.keys.pending;
    if pressed.is_empty() {
        return;
    }
    let KeyMatch::Prefix(choices) = model.keys.map.find(model.context(), pressed) else { return };
    let columns = (panes.footer.width / EACH).max(1);
    let lines = (choices.len() as u16).div_ceil(columns);
    let height = (lines + 2).min(panes.footer.y);
    let popup = Rect { y: panes.footer.y - height, height, ..panes.footer };
    canvas.clear(popup);
    canvas.rule(Rect { height: 1, ..popup });
    canvas.text(popup.x + 1, popup.y + 1, popup.width, &format!("{} …", show(pressed)), StyleRole::Heading);
    for (i, (chord, action)) in choices.iter().enumerate() {
        let (line, column) = (i as u16 / columns, i as u16 % columns);
        let (x, y) = (popup.x + 1 + column * EACH, popup.y + 2 + line);
        if y >= popup.bottom() {
            return;
        }
        let after = canvas.text(x, y, 9, &chord.to_string(), StyleRole::Key) + 1;
        let word = action.map_or("…", |action| action.info().label);
        canvas.text(after, y, EACH.saturating_sub(after - x + 1), word, StyleRole::Text);
    }
}
