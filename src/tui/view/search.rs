//! The search line: the query and its count; while typed, where it is wrong
//! and suggestions.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::error::visible;
use crate::query::Diagnostic;
use crate::record::{TimeRange, counted, thousands};
use crate::tui::diagnostic_text::problem_text;
use crate::tui::layout::Panes;
use crate::tui::model::{Model, SearchInput};
use crate::tui::protocol::Lane;
use crate::tui::text::{seen, wrap};
use crate::tui::theme::StyleRole;
use crate::tui::times::duration;

use super::canvas::Canvas;

/// Where the query's text begins: after ` / `.
pub(super) const TEXT: u16 = 3;

/// Draws the search line.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let (line, search) = (panes.search, &model.search);
    let count = match search.count {
        Some(count) => counted_in(count, model),
        None if model.tickets.awaits(Lane::Count) => "counting…".to_owned(),
        None => String::new(),
    };
    let end = canvas.right(line.right() - 1, line.y, line.width / 2, &count, StyleRole::Faint);
    canvas.text(line.x + 1, line.y, 1, "/", StyleRole::Key);
    let room = end.saturating_sub(TEXT + 1);
    if search.text.is_empty() {
        canvas.text(TEXT, line.y, room, "all events", StyleRole::Faint);
    } else {
        canvas.foreign(TEXT, line.y, room, &search.text, StyleRole::Match);
    }
}

/// Describes how many events match: `494 events in 45 m · 6 ms`.
fn counted_in(count: u64, model: &Model) -> String {
    let (search, window) = (&model.search, model.search.scope.window);
    let within = if window == TimeRange::ALL {
        String::new()
    } else {
        format!(" in {}", duration(window.to.nanos().saturating_sub(window.from.nanos())))
    };
    let took = match search.took.map(|took| took.as_millis()) {
        None => String::new(),
        Some(0) => " · <1 ms".to_owned(),
        Some(millis) => format!(" · {millis} ms"),
    };
    format!("{}{within}{took}", counted(count, "event"))
}

/// Draws the line while it is edited, with what is below it.
pub(super) fn draw_typing(typing: &SearchInput, panes: &Panes, canvas: &mut Canvas<'_>) {
    let line = panes.search;
    let room = line.width.saturating_sub(TEXT + 1);
    canvas.clear(line);
    canvas.text(line.x + 1, line.y, 1, "/", StyleRole::Key);
    let (start, column) = seen(typing.input.value(), typing.cursor(), room);
    canvas.foreign(TEXT, line.y, room, &typing.input.value()[start..], StyleRole::Text);
    canvas.lay(Rect::new(TEXT + column, line.y, 1, 1), StyleRole::Cursor);
    let mut y = line.y + 1;
    if let Some(problem) = &typing.problem {
        y = draw_problem(typing, problem, start, Rect { y, ..line }, canvas);
    }
    draw_suggestions(typing, start, Rect { y, ..line }, canvas);
}

/// Draws carets under the mistake and describes it; returns the line below.
fn draw_problem(
    typing: &SearchInput,
    problem: &Diagnostic,
    start: usize,
    under: Rect,
    canvas: &mut Canvas<'_>,
) -> u16 {
    let text = typing.input.value();
    let column = |byte: usize| {
        let byte = (0..=byte.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let width = if byte <= start { 0 } else { visible(&text[start..byte]).width() };
        u16::try_from(width).unwrap_or(u16::MAX)
    };
    let unfinished = problem.span.end >= text.trim_end().len();
    let role = if unfinished { StyleRole::Faint } else { StyleRole::Caret };
    let message = wrap(&problem_text(problem), usize::from(under.width.saturating_sub(TEXT + 1)).max(1));
    let height = 1 + u16::try_from(message.len()).unwrap_or(1);
    canvas.clear(Rect { height, ..under });
    let from = column(problem.span.start);
    let carets = column(problem.span.end).saturating_sub(from).clamp(1, under.width.saturating_sub(TEXT + 1));
    let room = (under.width - 1).saturating_sub(TEXT + from);
    canvas.text(TEXT + from, under.y, room, &canvas.theme.glyphs.caret.repeat(usize::from(carets)), role);
    for (y, line) in (under.y + 1..).zip(&message) {
        canvas.text(TEXT, y, under.width - TEXT - 1, line, role);
    }
    under.y + height
}

/// Draws the suggestions at the cursor.
fn draw_suggestions(typing: &SearchInput, start: usize, under: Rect, canvas: &mut Canvas<'_>) {
    if typing.suggestions.is_empty() {
        return;
    }
    let text = typing.input.value();
    let from = typing.replaces.start.clamp(start, text.len());
    let from = (start..=from).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
    let column = u16::try_from(visible(&text[start..from]).width()).unwrap_or(0);
    let widest = typing.suggestions.iter().map(|(word, _)| visible(word).width()).max().unwrap_or(0);
    let counts = typing.suggestions.iter().any(|(_, count)| count.is_some());
    let width = (widest + if counts { 12 } else { 2 }).max(16);
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(under.width);
    let x = (TEXT + column).saturating_sub(1).min(under.width - width);
    let popup = Rect::new(x, under.y, width, typing.suggestions.len() as u16);
    canvas.popup(popup);
    for (i, (word, count)) in typing.suggestions.iter().enumerate() {
        let y = popup.y + i as u16;
        let mut end = popup.right() - 1;
        if let Some(count) = count {
            end = canvas.right(end, y, 9, &thousands(*count), StyleRole::Faint) - 1;
        }
        canvas.foreign(x + 1, y, end.saturating_sub(x + 1), word, StyleRole::Popup);
        if typing.chosen == Some(i) {
            canvas.lay(Rect::new(x + 1, y, width - 2, 1), StyleRole::Selected);
        }
    }
}
