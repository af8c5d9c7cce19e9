//! The position of the terminal's own cursor: in the line being edited.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::error::visible;
use crate::tui::layout;
use crate::tui::model::{Model, Overlay};
use crate::tui::text::seen;

use super::{form, palette, search};

/// Returns the position of the cursor; `None` if nothing is edited.
pub fn cursor(model: &Model, area: Rect) -> Option<Position> {
    let panes = layout::panes(area.as_size(), model)?;
    match &model.overlay {
        Overlay::SearchInput(typing) => {
            let room = panes.search.width.saturating_sub(search::TEXT + 1);
            let (_, column) = seen(typing.input.value(), typing.cursor(), room);
            Some(Position::new(search::TEXT + column, panes.search.y))
        }
        Overlay::Palette(palette) => {
            let popup = palette::popup(palette, area);
            let typed: String = palette.input.value().chars().take(palette.input.cursor()).collect();
            let column = u16::try_from(visible(&typed).width()).unwrap_or(u16::MAX);
            Some(Position::new((popup.x + 3).saturating_add(column).min(popup.right() - 1), popup.y))
        }
        Overlay::Form(form) => form::cursor(form, area),
        Overlay::None | Overlay::Page(..) => None,
    }
}
