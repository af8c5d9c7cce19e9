//! The view reads the model and changes nothing.
//!
//! Owns how things look, a file per pane. Promises that everything that came
//! from a log goes through [`canvas::Canvas::foreign`], and that no size breaks it.

mod annotation;
mod canvas;
mod cursor;
mod event_detail;
mod event_list;
mod evidence;
mod fields;
mod findings;
mod footer;
mod form;
mod help;
mod no_results;
mod palette;
mod placeholder;
mod provenance;
mod search;
mod status;
mod timeline;
mod times;
mod verification;
mod which_key;

pub use cursor::cursor;
pub(super) use no_results::how_read;
pub(super) use search::problem_text;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::error::visible;
use crate::tui::layout::{Panes, SMALLEST};
use crate::tui::model::{Model, Overlay, Screen, TextPage};
use crate::tui::theme::{Glyphs, StyleRole, Theme, UNICODE};

use super::layout;
use canvas::Canvas;

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
        screen @ (Screen::Anomalies | Screen::Audit) => {
            placeholder::draw(screen, model, &panes, &mut canvas);
        }
    }
    footer::draw(model, &panes, &mut canvas);
    match &model.overlay {
        Overlay::None => {}
        Overlay::SearchInput(typing) => search::draw_typing(typing, &panes, &mut canvas),
        Overlay::Palette(palette) => palette::draw(palette, model, &mut canvas, area),
        Overlay::Form(form) => form::draw(form, &mut canvas, area),
        Overlay::Page(reading, top) => {
            let lines = page_lines(reading, model, area, theme.glyphs);
            draw_page(&lines, *top, title(reading), area, &mut canvas);
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

/// A line of a page of text: pieces with their roles.
type TextLine = Vec<(String, StyleRole)>;

/// Gives a page's heading.
fn title(page: &TextPage) -> &'static str {
    match page {
        TextPage::Help => "Keys and first steps",
        TextPage::Provenance => "Provenance",
        TextPage::Source => "Evidence",
        TextPage::Annotation => "What was noted",
        TextPage::Text(title, _) => title,
    }
}

/// Gives a page's lines.
fn page_lines(page: &TextPage, model: &Model, area: Rect, glyphs: &Glyphs) -> Vec<TextLine> {
    let width = usize::from(area.width.saturating_sub(3));
    match page {
        TextPage::Help => help::lines(model, area),
        TextPage::Provenance => provenance::lines(model, area),
        TextPage::Source => evidence::lines(model, width, glyphs),
        TextPage::Annotation => annotation::lines(model, area),
        TextPage::Text(_, told) => {
            let lines = told.iter().map(|text| canvas::wrap(&visible(text), width));
            let lines: Vec<Vec<String>> = lines.collect();
            let line = |text: &String| vec![(text.clone(), StyleRole::Text)];
            lines.join(&String::new()).iter().map(line).collect()
        }
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
        let mut x = popup.x + 1;
        for (text, role) in line {
            x = canvas.text(x, y, (popup.right() - 1).saturating_sub(x), text, *role);
        }
    }
}

/// Gives how many lines the page of text in front has.
pub(super) fn reading_lines(model: &Model) -> usize {
    let area = Rect::new(0, 0, model.size.width, model.size.height);
    match &model.overlay {
        Overlay::Page(page, _) => page_lines(page, model, area, &UNICODE).len(),
        Overlay::None | Overlay::SearchInput(_) | Overlay::Palette(_) | Overlay::Form(_) => 0,
    }
}
