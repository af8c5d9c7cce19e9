//! How things look: styles by role, and glyphs.
//!
//! Owns the theme files. A glyph or a word carries a meaning and the color only
//! repeats it, so every theme can lose its colors ([`Theme::without_color`]).

mod glyphs;
mod load;
mod role;
mod styles;

pub use glyphs::{Glyphs, UNICODE};
pub use role::StyleRole;
pub use styles::Theme;
