//! One event in full: fields, original line, provenance.

use ratatui::layout::Rect;

use crate::record::EventId;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Pane};
use crate::tui::pages;
use crate::tui::protocol::{EventDetail, Lane, Pivot};
use crate::tui::text::{paragraphs, wrap};
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Draws the detail pane.
pub(super) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let front = model.focus.pane == Pane::Detail;
    let role = if front { StyleRole::FocusHeading } else { StyleRole::Heading };
    let Some(hit) = model.list.row().map(|row| row.hit) else {
        canvas.text(area.x + 1, area.y, area.width, "Event", role);
        return;
    };
    let title = format!("Event {}", EventId::new(&hit.source, hit.record));
    let keys = key_hints(model);
    let end = canvas.right(area.right() - 1, area.y, area.width / 2, &keys, StyleRole::Faint);
    let room = end.saturating_sub(1);
    let x = canvas.text(area.x + 1, area.y, room.saturating_sub(area.x + 1), &title, role);
    canvas.foreign(
        x + 2,
        area.y,
        room.saturating_sub(x + 2),
        &annotated(model, &hit, canvas),
        StyleRole::Noted,
    );
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if let Some((_, trouble)) = model.detail.trouble.as_ref().filter(|(troubled, _)| *troubled == hit) {
        for (y, line) in (body.y..body.bottom()).zip(wrap(trouble, usize::from(body.width.saturating_sub(2))))
        {
            canvas.text(body.x + 1, y, body.width - 1, &line, StyleRole::Trouble);
        }
        return;
    }
    match model.detail.event_of(Some(hit)) {
        Some(event) if front => whole(model, event, body, canvas),
        Some(event) => preview(model, event, body, canvas),
        None if model.tickets.awaits(Lane::Entry) => {
            canvas.text(body.x + 1, body.y, body.width, "reading…", StyleRole::Faint);
        }
        None => {}
    }
}

/// Describes the event's annotations (foreign text is in it).
fn annotated(model: &Model, hit: &crate::app::Hit, canvas: &Canvas<'_>) -> String {
    let glyphs = canvas.theme.glyphs;
    let found =
        if model.annotations.is_in_finding(hit) { format!("{} ", glyphs.finding) } else { String::new() };
    let Some(row) = model.annotations.bookmark_on(hit) else { return found };
    let tags: String = row.bookmark.tags.iter().map(|tag| format!(" #{tag}")).collect();
    format!("{found}{} {}{tags}", glyphs.bookmark, row.bookmark.note)
}

fn key_hints(model: &Model) -> String {
    let context = model.context_beneath();
    let hint = |action: Action| {
        let key = model.keys.map.key_of(action, context)?;
        Some(format!("{key} {}", action.info().label))
    };
    let hints = [Action::Open, Action::Include, Action::Exclude, Action::Provenance];
    let wanted = if model.focus.pane == Pane::Detail { &hints[1..] } else { &hints[..1] };
    wanted.iter().filter_map(|action| hint(*action)).collect::<Vec<_>>().join(" · ")
}

/// Draws as many fields as there is room for, the line, and its provenance.
fn preview(model: &Model, event: &EventDetail, body: Rect, canvas: &mut Canvas<'_>) {
    let x = body.x + 1;
    let width = body.width.saturating_sub(2);
    let lines = body.height.saturating_sub(2);
    let columns = (width / 38).clamp(1, 3);
    let each = width / columns;
    let room = usize::from(lines * columns);
    let over = event.fields.len() > room;
    let shown = if over { room.saturating_sub(1) } else { event.fields.len() };
    for (i, pivot) in event.fields.iter().take(shown).enumerate() {
        let (column, line) = (i as u16 % columns, i as u16 / columns);
        field(pivot, Rect::new(x + column * each, body.y + line, each - 1, 1), 16, canvas);
    }
    if over && room > 0 {
        let (column, line) = (shown as u16 % columns, shown as u16 / columns);
        let say = format!("… {} more fields", event.fields.len() - shown);
        canvas.text(x + column * each, body.y + line, each - 1, &say, StyleRole::Faint);
    }
    let used = (shown + usize::from(over)).div_ceil(usize::from(columns)) as u16;
    let space = body.height.saturating_sub(used + 1);
    let raw = paragraphs(&event.raw, usize::from(width), usize::from(space));
    for (y, line) in (body.y + used..).zip(raw) {
        canvas.text(x, y, width, &line, StyleRole::Text);
    }
    canvas.foreign(x, body.bottom() - 1, width, &pages::provenance_line(model, event), StyleRole::Faint);
}

/// Draws one field in a line.
fn field(pivot: &Pivot, line: Rect, name_width: u16, canvas: &mut Canvas<'_>) {
    let name_width = name_width.min(line.width / 2);
    canvas.field_name(line.x, line.y, name_width, &pivot.field);
    let x = line.x + name_width + 1;
    canvas.foreign(x, line.y, line.right().saturating_sub(x), &pivot.value, StyleRole::Text);
}

/// Draws every field on its own line, the whole line, and its provenance.
fn whole(model: &Model, event: &EventDetail, body: Rect, canvas: &mut Canvas<'_>) {
    let width = body.width.saturating_sub(2);
    let names = event.fields.iter().map(|pivot| canvas.width(&pivot.field)).max().unwrap_or(0).min(width / 2);
    let raw = paragraphs(&event.raw, usize::from(width), usize::from(body.height));
    let below = raw.len().min(usize::from(body.height / 3).max(1)) + 3;
    let room = usize::from(body.height).saturating_sub(below).max(1);
    let top = model.detail.selected.saturating_sub(room / 2).min(event.fields.len().saturating_sub(room));
    let mut y = body.y;
    for (at, pivot) in event.fields.iter().enumerate().skip(top).take(room) {
        let line = Rect::new(body.x + 1, y, width, 1);
        field(pivot, line, names, canvas);
        if at == model.detail.selected {
            canvas.lay(Rect { x: body.x, width: body.width, ..line }, StyleRole::Selected);
        }
        y += 1;
    }
    if top + room < event.fields.len() {
        let say = format!("… {} more fields", event.fields.len() - top - room);
        canvas.text(body.x + 1, y, width, &say, StyleRole::Faint);
    }
    y += 1;
    for line in raw.iter().take(usize::from(body.bottom().saturating_sub(y + 1))) {
        canvas.text(body.x + 1, y, width, line, StyleRole::Text);
        y += 1;
    }
    canvas.foreign(
        body.x + 1,
        body.bottom() - 1,
        width,
        &pages::provenance_line(model, event),
        StyleRole::Faint,
    );
}
