//! Draws a frame: status, screen, footer, and overlays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::layout;
use crate::tui::layout::{Panes, SMALLEST};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::pages;
use crate::tui::pages::TextLine;
use crate::tui::theme::{StyleRole, Theme};

use super::canvas::Canvas;
use super::{
    anomalies, event_detail, event_list, evidence, fields, findings, footer, form, palette, placeholder,
    search, status, timeline, which_key,
};

/// Draws the model into the buffer; `area` begins at the buffer's origin.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut canvas = Canvas::new(buffer, theme);
    canvas.clear(area);
    let Some(panes) = layout::panes(area.as_size(), model) else {
        let say = format!("vestigo needs {}x{}", SMALLEST.width, SMALLEST.height);
        canvas.text(area.x, area.y, area.width, &say, StyleRole::Warning);
        return;
    };
    panes.frame.iter().for_each(|rule| canvas.rule(*rule));
    status::draw(model, &panes, &mut canvas);
    match model.focus.screen {
        Screen::Investigate => investigate(model, &panes, &mut canvas),
        Screen::Evidence => evidence::draw(model, &panes, &mut canvas),
        Screen::Findings => findings::draw(model, &panes, &mut canvas),
        Screen::Anomalies => anomalies::draw(model, &panes, &mut canvas),
        Screen::Audit => placeholder::draw(Screen::Audit, model, &panes, &mut canvas),
    }
    footer::draw(model, &panes, &mut canvas);
    match &model.overlay {
        Overlay::None => {}
        Overlay::SearchInput(typing) => search::draw_typing(typing, &panes, &mut canvas),
        Overlay::Palette(palette) => palette::draw(palette, model, &mut canvas, area),
        Overlay::Form(form) => form::draw(form, &model.keys.map, &mut canvas, area),
        Overlay::Page(page, top) => {
            let lines = pages::lines(page, model, pages::text_width(area.width), theme.glyphs);
            draw_page(&lines, *top, pages::title(page), area, &mut canvas);
        }
    }
    which_key::draw(model, &panes, &mut canvas);
}

fn investigate(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    panes.rules.iter().for_each(|rule| canvas.rule(*rule));
    search::draw(model, panes, canvas);
    timeline::draw(model, panes, canvas);
    if let Some(fields) = panes.fields {
        fields::draw(model, fields, canvas);
    }
    event_list::draw(model, panes, canvas);
    if let Some(detail) = panes.detail {
        event_detail::draw(model, detail, canvas);
    }
}

/// Draws a page of text over everything, from a line on.
fn draw_page(lines: &[TextLine], top: usize, title: &str, area: Rect, canvas: &mut Canvas<'_>) {
    let popup = layout::popup(area.as_size());
    canvas.clear(popup);
    let shown = usize::from(popup.height.saturating_sub(2));
    let end = (top + shown).min(lines.len());
    canvas.text(popup.x + 1, popup.y, popup.width - 2, title, StyleRole::FocusHeading);
    let place =
        if lines.len() > shown { format!("{}-{end} of {}", top + 1, lines.len()) } else { String::new() };
    canvas.right(popup.right() - 1, popup.y, popup.width / 2, &place, StyleRole::Faint);
    canvas.rule(Rect { y: popup.y + 1, height: 1, ..popup });
    for (y, line) in (popup.y + 2..).zip(lines.iter().skip(top).take(shown)) {
        canvas.line(Rect { x: popup.x + 1, y, width: popup.width.saturating_sub(2), height: 1 }, line);
    }
}
