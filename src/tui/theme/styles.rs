//! A theme: styles by role, and glyphs.

use ratatui::style::Style;

use super::glyphs::{ASCII, Glyphs};
use super::role::StyleRole;

/// Styles by role, and the glyphs that go with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    pub(super) styles: [Style; StyleRole::ALL.len()],
    /// The glyphs.
    pub glyphs: &'static Glyphs,
    /// No colors are used: the fill distinguishes the series of the timeline.
    pub mono: bool,
}

impl std::ops::Index<StyleRole> for Theme {
    type Output = Style;

    fn index(&self, role: StyleRole) -> &Style {
        &self.styles[role as usize]
    }
}

impl Theme {
    /// Removes every color and keeps bold, dim, underline and reverse.
    pub fn without_color(mut self) -> Theme {
        for style in &mut self.styles {
            (style.fg, style.bg, style.underline_color) = (None, None, None);
        }
        self.mono = true;
        self
    }

    /// Uses ASCII characters only.
    pub fn in_ascii(mut self) -> Theme {
        self.glyphs = &ASCII;
        self
    }
}
