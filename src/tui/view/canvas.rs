//! Draws text into the buffer: clipped by width, in ASCII if wanted.

use std::borrow::Cow;
use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::error::visible;
use crate::tui::pages::TextLine;
use crate::tui::text::clip;
use crate::tui::theme::{StyleRole, Theme};

/// A buffer with the theme in which it is drawn.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Canvas<'a> {
        Canvas { buffer, theme }
    }

    /// Writes our own text in at most `width` cells; returns the cell after it.
    pub(super) fn text(&mut self, x: u16, y: u16, width: u16, text: &str, role: StyleRole) -> u16 {
        let text = self.own(text);
        let clipped = clip(&text, usize::from(width), self.own("…").as_ref()).into_owned();
        self.write(x, y, width, &clipped, self.theme[role])
    }

    /// Writes foreign text in at most `width` cells.
    pub(super) fn foreign(&mut self, x: u16, y: u16, width: u16, text: &str, role: StyleRole) -> u16 {
        // No more than `width` graphemes can be seen; the rest need not be escaped.
        let most = usize::from(width) * 8 + 16;
        let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
        self.text(x, y, width, &visible(&text[..end]), role)
    }

    /// Writes foreign text in at most `width` cells. What is too long
    /// is cut in its middle: both ends distinguish addresses, paths and agents.
    pub(super) fn both_ends(&mut self, x: u16, y: u16, width: u16, text: &str, role: StyleRole) -> u16 {
        if self.foreign_width(text) <= width {
            return self.foreign(x, y, width, text, role);
        }
        let cut = self.own("…").into_owned();
        let room = width.saturating_sub(self.width(&cut));
        let (most, tail) = (usize::from(width) * 8 + 16, room / 3);
        let ahead = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
        let behind = text.char_indices().rev().nth(most).map_or(0, |(at, _)| at);
        let (ahead, behind) = (visible(&text[..ahead]), visible(&text[behind..]));
        let (ahead, behind) = (self.own(&ahead).into_owned(), self.own(&behind).into_owned());
        let head = clip(&ahead, usize::from(room - tail), "").into_owned();
        let mut left = behind.width();
        let end = behind.grapheme_indices(true).find(|(_, grapheme)| {
            let fits = left <= usize::from(tail);
            left -= grapheme.width();
            fits
        });
        let end = end.map_or("", |(at, _)| &behind[at..]);
        self.text(x, y, width, &format!("{head}{cut}{end}"), role)
    }

    /// Returns how wide foreign text will be; for text that is far too long
    /// for any screen, a lower bound.
    pub(super) fn foreign_width(&self, text: &str) -> u16 {
        let end = text.char_indices().nth(10_000).map_or(text.len(), |(at, _)| at);
        self.width(&visible(&text[..end]))
    }

    /// Writes the name of a field in at most `width` cells; its end is kept, as it says most.
    pub(super) fn field_name(&mut self, x: u16, y: u16, width: u16, name: &str) -> u16 {
        let shown = visible(name);
        let room = usize::from(width);
        let (wide, cut) = (shown.width(), self.own("…").into_owned());
        if wide <= room {
            return self.text(x, y, width, &shown, StyleRole::FieldName);
        }
        let mut left = wide + cut.width();
        let tail = shown.grapheme_indices(true).find(|(_, grapheme)| {
            let fits = left <= room;
            left -= grapheme.width();
            fits
        });
        let tail = tail.map_or("", |(at, _)| &shown[at..]);
        self.text(x, y, width, &format!("{cut}{tail}"), StyleRole::FieldName)
    }

    /// Writes our own text so that it ends before `end`.
    pub(super) fn right(&mut self, end: u16, y: u16, width: u16, text: &str, role: StyleRole) -> u16 {
        let own = self.own(text).into_owned();
        let long = u16::try_from(own.width()).unwrap_or(u16::MAX).min(width);
        let x = end.saturating_sub(long);
        self.text(x, y, long, text, role);
        x
    }

    /// Writes a line of a page of text.
    pub(super) fn line(&mut self, area: Rect, line: &TextLine) {
        let mut x = area.x;
        for (text, role) in line {
            x = self.text(x, area.y, area.right().saturating_sub(x), text, *role);
        }
    }

    /// Fills a rectangle with a glyph.
    pub(super) fn fill(&mut self, rect: Rect, glyph: &str, role: StyleRole) {
        let line = glyph.repeat(usize::from(rect.width));
        for y in rect.y..rect.bottom() {
            self.write(rect.x, y, rect.width, &line, self.theme[role]);
        }
    }

    /// Fills a rectangle with the rule's glyph.
    pub(super) fn rule(&mut self, rect: Rect) {
        self.fill(rect, self.theme.glyphs.rule, StyleRole::Rule);
    }

    /// Empties a rectangle for a popup and draws its edges left and right.
    pub(super) fn popup(&mut self, rect: Rect) {
        self.clear(rect);
        self.lay(rect, StyleRole::Popup);
        for x in [rect.x, rect.right().saturating_sub(1)] {
            self.fill(Rect { x, width: 1, ..rect }, self.theme.glyphs.edge, StyleRole::Rule);
        }
    }

    /// Empties a rectangle.
    pub(super) fn clear(&mut self, rect: Rect) {
        let rect = rect.intersection(self.buffer.area);
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                self.buffer[(x, y)].reset();
            }
        }
        self.buffer.set_style(rect, self.theme[StyleRole::Text]);
    }

    /// Writes one glyph with its own style.
    pub(super) fn glyph(&mut self, x: u16, y: u16, glyph: &str, style: Style) {
        self.write(x, y, 1, glyph, style);
    }

    /// Applies a role's style to a rectangle.
    pub(super) fn lay(&mut self, rect: Rect, role: StyleRole) {
        self.buffer.set_style(rect.intersection(self.buffer.area), self.theme[role]);
    }

    /// Returns how wide our own text will be.
    pub(super) fn width(&self, text: &str) -> u16 {
        u16::try_from(self.own(text).width()).unwrap_or(u16::MAX)
    }

    fn write(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if x >= area.right() || y >= area.bottom() || width == 0 {
            return x;
        }
        self.buffer.set_stringn(x, y, text, usize::from(width), style).0
    }

    fn own<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.theme.glyphs.ascii && !text.is_ascii() {
            Cow::Owned(ascii(text))
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// Writes text in ASCII: our own signs by their substitutes, anything else by its code point.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x7f' => out.push(c),
            '·' => out.push('|'),
            '→' => out.push_str("->"),
            '…' => out.push_str(".."),
            '✓' => out.push('+'),
            '✗' => out.push('x'),
            '≈' => out.push('~'),
            '░' => out.push('~'),
            '–' => out.push('-'),
            '█' => out.push('#'),
            '●' => out.push('*'),
            '▲' => out.push('^'),
            '▒' => out.push(':'),
            '\u{2400}'..='\u{241f}' => {
                out.push('^');
                out.push(char::from((c as u32 - 0x2400 + 0x40) as u8));
            }
            '␡' => out.push_str("^?"),
            _ => write!(out, "<U+{:04X}>", c as u32).expect("a string takes everything"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_ascii_nothing_of_foreign_text_is_hidden() {
        assert_eq!(ascii("é → ␛["), "<U+00E9> -> ^[[");
    }
}
