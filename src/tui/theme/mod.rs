//! How things look: styles by role, and glyphs.
//!
//! Owns the theme files. A glyph or a word carries a meaning and the hue only
//! repeats it, so every theme can lose its colours ([`Theme::without_colour`]).

mod glyphs;
mod load;
mod role;

pub use glyphs::{ASCII, Glyphs, UNICODE};
pub use role::StyleRole;

use ratatui::style::Style;

/// Styles by role, and the glyphs that go with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    styles: [Style; StyleRole::ALL.len()],
    /// The glyphs.
    pub glyphs: &'static Glyphs,
    /// No hue is used: series of the timeline are told apart by their fill.
    pub mono: bool,
}

impl std::ops::Index<StyleRole> for Theme {
    type Output = Style;

    fn index(&self, role: StyleRole) -> &Style {
        &self.styles[role as usize]
    }
}

impl Theme {
    /// Takes every hue away and keeps bold, dim, underline and reverse.
    pub fn without_color(mut self) -> Theme {
        for style in &mut self.styles {
            (style.fg, style.bg, style.underline_color) = (None, None, None);
        }
        self.mono = true;
        self
    }

    /// Uses characters of ASCII alone.
    pub fn in_ascii(mut self) -> Theme {
        self.glyphs = &ASCII;
        self
    }
}
