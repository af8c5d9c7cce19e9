//! The palette.

use ratatui::layout::Rect;

use crate::tui::model::{Model, Palette};
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Returns the rectangle of the palette.
pub(super) fn popup(palette: &Palette, area: Rect) -> Rect {
    let width = area.width.min(76);
    let lines = (palette.fitting.len() as u16).clamp(1, 14) + 2;
    let height = lines.min(area.height.saturating_sub(2));
    Rect::new((area.width - width) / 2, 1, width, height)
}

/// Draws the palette.
pub(super) fn draw(palette: &Palette, model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let popup = popup(palette, area);
    canvas.popup(popup);
    canvas.text(popup.x + 1, popup.y, 1, ":", StyleRole::Key);
    let x = canvas.foreign(popup.x + 3, popup.y, popup.width - 4, palette.input.value(), StyleRole::Text);
    if palette.input.value().is_empty() {
        canvas.text(x + 1, popup.y, popup.width - 5, "search actions", StyleRole::Faint);
    }
    canvas.lay(Rect::new(cursor_x(palette, popup), popup.y, 1, 1), StyleRole::Cursor);
    canvas.rule(Rect { x: popup.x + 1, y: popup.y + 1, width: popup.width.saturating_sub(2), height: 1 });
    let height = popup.height.saturating_sub(2);
    let list = Rect { x: popup.x + 1, y: popup.y + 2, width: popup.width.saturating_sub(2), height };
    if palette.fitting.is_empty() {
        canvas.text(list.x + 2, list.y, list.width - 3, "no matching action", StyleRole::Faint);
    }
    let room = usize::from(list.height);
    let top = palette.chosen.saturating_sub(room / 2).min(palette.fitting.len().saturating_sub(room));
    for (y, (at, action)) in (list.y..list.bottom()).zip(palette.fitting.iter().enumerate().skip(top)) {
        let info = action.info();
        let key = model.keys.map.key_of(*action, model.context_beneath()).unwrap_or_default();
        let end = canvas.right(list.right() - 1, y, 14, &key, StyleRole::Key);
        let name_end = canvas.text(list.x + 2, y, 20, info.name, StyleRole::Heading);
        let x = (list.x + 21).max(name_end + 1);
        canvas.text(x, y, end.saturating_sub(x + 1), info.doc, StyleRole::Text);
        if at == palette.chosen {
            canvas.lay(Rect { y, height: 1, ..list }, StyleRole::Selected);
        }
    }
}

fn cursor_x(palette: &Palette, popup: Rect) -> u16 {
    let column = u16::try_from(palette.input.visual_cursor()).unwrap_or(u16::MAX);
    (popup.x + 3).saturating_add(column).min(popup.right() - 1)
}
