//! The palette.

use ratatui::layout::Rect;

use crate::tui::model::{Model, Palette};
use crate::tui::theme::Role;

use super::canvas::Pen;

/// Gives where the palette stands.
pub(super) fn popup(palette: &Palette, area: Rect) -> Rect {
    let width = area.width.min(76);
    let lines = (palette.fitting.len() as u16).clamp(1, 14) + 2;
    let height = lines.min(area.height.saturating_sub(2));
    Rect::new((area.width - width) / 2, 1, width, height)
}

/// Draws the palette.
pub(super) fn draw(palette: &Palette, model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let popup = popup(palette, area);
    pen.popup(popup);
    pen.text(popup.x + 1, popup.y, 1, ":", Role::Key);
    let x = pen.foreign(popup.x + 3, popup.y, popup.width - 4, palette.input.value(), Role::Text);
    if palette.input.value().is_empty() {
        pen.text(x + 1, popup.y, popup.width - 5, "type what you want to do", Role::Faint);
    }
    pen.lay(Rect::new(cursor_x(palette, popup), popup.y, 1, 1), Role::Cursor);
    pen.rule(Rect { x: popup.x + 1, y: popup.y + 1, width: popup.width.saturating_sub(2), height: 1 });
    let height = popup.height.saturating_sub(2);
    let list = Rect { x: popup.x + 1, y: popup.y + 2, width: popup.width.saturating_sub(2), height };
    if palette.fitting.is_empty() {
        pen.text(list.x + 2, list.y, list.width - 3, "nothing here does that", Role::Faint);
    }
    let room = usize::from(list.height);
    let top = palette.chosen.saturating_sub(room / 2).min(palette.fitting.len().saturating_sub(room));
    for (y, (at, action)) in (list.y..list.bottom()).zip(palette.fitting.iter().enumerate().skip(top)) {
        let info = action.info();
        let key = model.keys.map.key_of(*action, model.context_beneath()).unwrap_or_default();
        let end = pen.right(list.right() - 1, y, 14, &key, Role::Key);
        let name_end = pen.text(list.x + 2, y, 20, info.name, Role::Heading);
        let x = (list.x + 21).max(name_end + 1);
        pen.text(x, y, end.saturating_sub(x + 1), info.doc, Role::Text);
        if at == palette.chosen {
            pen.lay(Rect { y, height: 1, ..list }, Role::Selected);
        }
    }
}

fn cursor_x(palette: &Palette, popup: Rect) -> u16 {
    let column = u16::try_from(palette.input.visual_cursor()).unwrap_or(u16::MAX);
    (popup.x + 3).saturating_add(column).min(popup.right() - 1)
}
