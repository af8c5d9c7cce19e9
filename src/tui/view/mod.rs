//! The view reads the model and changes nothing.
//!
//! Owns how things look, a file per pane. Promises that everything that came
//! from a log goes through [`canvas::Pen::foreign`], and that no size breaks it.

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
use crate::tui::model::{Front, Model, Reading, Screen};
use crate::tui::theme::{Glyphs, Role, Theme, UNICODE};

use super::layout;
use canvas::Pen;

/// Draws the model into the buffer; `area` begins at the buffer's origin.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen::new(buffer, theme);
    pen.clear(area);
    let Some(panes) = layout::panes(area.as_size(), model) else {
        let say = format!("vestigo needs {}x{}", SMALLEST.width, SMALLEST.height);
        pen.text(area.x, area.y, area.width, &say, Role::Warning);
        return;
    };
    panes.frame.iter().for_each(|rule| pen.rule(*rule));
    status::draw(model, &panes, &mut pen);
    match model.focus.screen {
        Screen::Investigate => investigate(model, &panes, &mut pen),
        Screen::Evidence => evidence::draw(model, &panes, &mut pen),
        Screen::Findings => findings::draw(model, &panes, &mut pen),
        screen @ (Screen::Anomalies | Screen::Audit) => {
            placeholder::draw(screen, model, &panes, &mut pen);
        }
    }
    footer::draw(model, &panes, &mut pen);
    match &model.front {
        Front::Nothing => {}
        Front::Typing(typing) => search::draw_typing(typing, &panes, &mut pen),
        Front::Palette(palette) => palette::draw(palette, model, &mut pen, area),
        Front::Form(form) => form::draw(form, &mut pen, area),
        Front::Reading(reading, top) => {
            let lines = page_lines(reading, model, area, theme.glyphs);
            draw_page(&lines, *top, title(reading), area, &mut pen);
        }
    }
    which_key::draw(model, &panes, &mut pen);
}

fn investigate(model: &Model, panes: &Panes, pen: &mut Pen<'_>) {
    panes.rules.iter().for_each(|rule| pen.rule(*rule));
    search::draw(model, panes, pen);
    timeline::draw(model, panes, pen);
    if let Some(fields) = panes.fields {
        fields::draw(model, fields, pen);
    }
    event_list::draw(model, panes, pen);
    if let Some(detail) = panes.detail {
        event_detail::draw(model, detail, pen);
    }
}

/// A line of a page of text: pieces with their roles.
type TextLine = Vec<(String, Role)>;

/// Gives a page's heading.
fn title(page: &Reading) -> &'static str {
    match page {
        Reading::Help => "Keys and first steps",
        Reading::Provenance => "Provenance",
        Reading::Evidence => "Evidence",
        Reading::Noted => "What was noted",
        Reading::Told(title, _) => title,
    }
}

/// Gives a page's lines.
fn page_lines(page: &Reading, model: &Model, area: Rect, glyphs: &Glyphs) -> Vec<TextLine> {
    let width = usize::from(area.width.saturating_sub(3));
    match page {
        Reading::Help => help::lines(model, area),
        Reading::Provenance => provenance::lines(model, area),
        Reading::Evidence => evidence::lines(model, width, glyphs),
        Reading::Noted => annotation::lines(model, area),
        Reading::Told(_, told) => {
            let lines = told.iter().map(|text| canvas::wrap(&visible(text), width));
            let lines: Vec<Vec<String>> = lines.collect();
            let line = |text: &String| vec![(text.clone(), Role::Text)];
            lines.join(&String::new()).iter().map(line).collect()
        }
    }
}

/// Draws a page of text over everything, from a line on.
fn draw_page(lines: &[TextLine], top: usize, title: &str, area: Rect, pen: &mut Pen<'_>) {
    let popup = layout::popup(area.as_size());
    pen.clear(popup);
    let shown = usize::from(popup.height.saturating_sub(2));
    let end = (top + shown).min(lines.len());
    pen.text(popup.x + 1, popup.y, popup.width - 2, title, Role::FocusHeading);
    let place =
        if lines.len() > shown { format!("{}-{end} of {}", top + 1, lines.len()) } else { String::new() };
    pen.right(popup.right() - 1, popup.y, popup.width / 2, &place, Role::Faint);
    pen.rule(Rect { y: popup.y + 1, height: 1, ..popup });
    for (y, line) in (popup.y + 2..).zip(lines.iter().skip(top).take(shown)) {
        let mut x = popup.x + 1;
        for (text, role) in line {
            x = pen.text(x, y, (popup.right() - 1).saturating_sub(x), text, *role);
        }
    }
}

/// Gives how many lines the page of text in front has.
pub(super) fn reading_lines(model: &Model) -> usize {
    let area = Rect::new(0, 0, model.size.width, model.size.height);
    match &model.front {
        Front::Reading(page, _) => page_lines(page, model, area, &UNICODE).len(),
        Front::Nothing | Front::Typing(_) | Front::Palette(_) | Front::Form(_) => 0,
    }
}
