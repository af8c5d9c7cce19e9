//! A form over the panes.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::error::visible;
use crate::record::counted;
use crate::tui::keymap::{Action, KeyContext, Keymap};
use crate::tui::model::{FormDialog, FormField, FormInput, FormPurpose};
use crate::tui::protocol::WorkProgress;
use crate::tui::text::seen;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// The column in which values begin.
const TEXT: u16 = 14;

/// Returns the rectangle of the form.
pub(super) fn popup(form: &FormDialog, area: Rect) -> Rect {
    let facts = if form.details.is_empty() { 0 } else { form.details.len() as u16 + 1 };
    let lines = form.rows.len().max(1) as u16 + facts + 5;
    let (width, height) = (area.width.min(78), lines.min(area.height));
    Rect::new((area.width - width) / 2, (area.height - height) / 3, width, height)
}

fn room(popup: Rect) -> u16 {
    popup.width.saturating_sub(TEXT + 2)
}

/// Returns the position of the cursor in a row of text.
pub(super) fn cursor(form: &FormDialog, area: Rect) -> Option<Position> {
    let popup = popup(form, area);
    let FormInput::Text { input, .. } = &form.present()?.entry else { return None };
    let (_, column) = seen(input.value(), byte_of(input), room(popup));
    let x = (popup.x + TEXT).saturating_add(column).min(popup.right().saturating_sub(1));
    let y = (popup.y + 2).saturating_add(form.row as u16).min(popup.bottom().saturating_sub(1));
    Some(Position::new(x, y))
}

fn byte_of(input: &tui_input::Input) -> usize {
    let text = input.value();
    text.char_indices().nth(input.cursor()).map_or(text.len(), |(at, _)| at)
}

/// Draws the form.
pub(super) fn draw(form: &FormDialog, map: &Keymap, canvas: &mut Canvas<'_>, area: Rect) {
    let popup = popup(form, area);
    canvas.popup(popup);
    let width = popup.width.saturating_sub(4);
    canvas.foreign(popup.x + 2, popup.y, width, &form.title, StyleRole::FocusHeading);
    if form.rows.is_empty() {
        canvas.text(popup.x + 2, popup.y + 2, width, "Loading…", StyleRole::Faint);
        return;
    }
    let bottom = popup.bottom().saturating_sub(3);
    for (y, (at, row)) in (popup.y + 2..bottom).zip(form.rows.iter().enumerate()) {
        draw_row(row, at == form.row, Rect { y, height: 1, ..popup }, canvas);
    }
    let y = popup.y + 3 + form.rows.len() as u16;
    for (y, (name, value)) in (y..bottom).zip(&form.details) {
        canvas.text(popup.x + 4, y, TEXT - 4, name, StyleRole::Faint);
        canvas.foreign(popup.x + TEXT, y, room(popup), value, StyleRole::Faint);
    }
    let say = match form.busy {
        Some(progress) => working(form, progress, map),
        None => hint(form, map),
    };
    canvas.text(popup.x + 2, popup.bottom().saturating_sub(2), width, &say, StyleRole::Key);
}

/// Returns how far the work of a form has come, and the key that stops an export.
fn working(form: &FormDialog, progress: WorkProgress, map: &Keymap) -> String {
    let share =
        progress.percent().map(|percent| format!(" {percent} % of {}", counted(progress.total, "event")));
    let key = map.key_of(Action::Cancel, KeyContext::Form);
    let stop = key.filter(|_| matches!(form.purpose, FormPurpose::Export(_)));
    let stop = stop.map(|key| format!(" · {key} stop"));
    format!("Working…{}{}", share.unwrap_or_default(), stop.unwrap_or_default())
}

/// Returns the keys that work in the form, with what they do.
fn hint(form: &FormDialog, map: &Keymap) -> String {
    let key = |action| map.key_of(action, KeyContext::Form);
    let choices = form.rows.iter().any(|row| matches!(row.entry, FormInput::Choice { .. }));
    let hints = [
        (key(Action::Confirm), form.does),
        (key(Action::Cancel), Action::Cancel.info().label),
        (key(Action::NextRow).filter(|_| form.rows.len() > 1), Action::NextRow.info().label),
        // Space is text in rows that are typed into, and so is not bound by a keymap.
        (choices.then(|| "Space".to_owned()), "change choice"),
    ];
    let shown = hints.into_iter().filter_map(|(key, label)| Some(format!("{} {label}", key?)));
    shown.collect::<Vec<_>>().join(" · ")
}

fn draw_row(row: &FormField, here: bool, line: Rect, canvas: &mut Canvas<'_>) {
    let role = if here { StyleRole::Selected } else { StyleRole::Text };
    let (x, room) = (line.x + TEXT, room(line));
    if here {
        let selected = canvas.theme.glyphs.selected;
        canvas.text(line.x + 2, line.y, 1, selected, StyleRole::Key);
    }
    canvas.text(line.x + 4, line.y, TEXT - 4, row.name, StyleRole::FieldName);
    match &row.entry {
        FormInput::Choice { options, chosen } => {
            canvas.foreign(x, line.y, room, &choice(options, *chosen, room), role);
        }
        FormInput::Text { input, empty } if input.value().is_empty() => {
            canvas.text(x, line.y, room, empty, StyleRole::Faint);
        }
        FormInput::Text { input, .. } => {
            let from = if here { seen(input.value(), byte_of(input), room).0 } else { 0 };
            canvas.foreign(x, line.y, room, &input.value()[from..], role);
        }
    }
    if here && let FormInput::Text { input, .. } = &row.entry {
        let (_, column) = seen(input.value(), byte_of(input), room);
        canvas.lay(Rect { x: x + column.min(room), width: 1, ..line }, StyleRole::Cursor);
    }
}

/// Shows a choice among its options: all of them if there is room.
fn choice(options: &[String], chosen: usize, room: u16) -> String {
    let marked = |(at, option): (usize, &String)| {
        let mark = if at == chosen { "(x)" } else { "( )" };
        format!("{mark} {option}")
    };
    let all = options.iter().enumerate().map(marked).collect::<Vec<_>>().join("  ");
    if options.len() > 1 && visible(&all).width() <= usize::from(room) {
        return all;
    }
    let one = options.get(chosen).map_or("", String::as_str);
    if options.len() > 1 { format!("({} of {}) {one}", chosen + 1, options.len()) } else { one.to_owned() }
}
