//! Screen 4: the sources, how they are read, and how their times are known.

use ratatui::layout::Rect;

use crate::app::SourceInfo;
use crate::record::{counted, format_bytes, thousands};
use crate::tui::keymap::{Action, KeyContext};
use crate::tui::layout::Panes;
use crate::tui::model::Model;
use crate::tui::pages;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Draws the table of sources, and what is known about the selected one.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let area = panes.body;
    let facts = &model.case;
    let total: u64 = facts.sources.iter().map(|source| source.bytes).sum();
    let message = format!(
        "{} · {} · {}",
        counted(facts.sources.len() as u64, "source"),
        counted(facts.events, "event"),
        format_bytes(total)
    );
    let x = canvas.text(area.x + 1, panes.search.y, area.width, "Evidence", StyleRole::FocusHeading);
    let x = canvas.text(x + 3, panes.search.y, area.width.saturating_sub(x + 4), &message, StyleRole::Faint);
    let (state, role) = pages::verification_summary(model, canvas.theme.glyphs);
    let room = (area.right() - 1).saturating_sub(x + 2);
    canvas.right(area.right() - 1, panes.search.y, room, &state, role);
    if facts.sources.is_empty() {
        canvas.text(area.x + 1, area.y, area.width, "No evidence yet: vestigo import PATH", StyleRole::Text);
        return;
    }
    let widths = SourceColumns::new(area.width);
    widths.row(
        area.x,
        area.y,
        ["Source", "Format", "Events", "Unparsed", "Bytes", "Times"],
        StyleRole::Faint,
        canvas,
    );
    let width = usize::from(area.width.saturating_sub(3));
    let lines = pages::source_lines(model, width, canvas.theme.glyphs);
    // The table keeps at least a third of the screen.
    let least = (area.height / 3).max(2);
    let wanted = (facts.sources.len() as u16).saturating_add(1).min(least);
    let below = (lines.len() as u16 + 1).min(area.height.saturating_sub(wanted + 1));
    let rows = Rect { y: area.y + 1, height: area.height.saturating_sub(below + 1).max(1), ..area };
    draw_rows(model, rows, &widths, canvas);
    let shown = (facts.sources.len() as u16).min(rows.height);
    let space = usize::from(area.bottom().saturating_sub(rows.y + shown + 1));
    let cut = lines.len() > space;
    if cut {
        let key = model.keys.map.key_of(Action::Open, KeyContext::Sources).unwrap_or_else(|| ":".to_owned());
        let say = format!("{} {key} shows all", canvas.theme.glyphs.cut);
        canvas.text(area.x + 1, area.bottom() - 1, area.width - 2, &say, StyleRole::Faint);
    }
    let end = area.bottom() - u16::from(cut);
    for (y, line) in (rows.y + shown + 1..end).zip(lines) {
        canvas.line(Rect { x: area.x + 1, y, width: area.width - 2, height: 1 }, &line);
    }
}

/// Draws the rows of the table that have room.
fn draw_rows(model: &Model, rows: Rect, widths: &SourceColumns, canvas: &mut Canvas<'_>) {
    let sources = &model.case.sources;
    let common = common_folder(sources);
    let room = usize::from(rows.height);
    let top = model.focus.source.saturating_sub(room / 2).min(sources.len().saturating_sub(room));
    for (y, (at, source)) in (rows.y..rows.bottom()).zip(sources.iter().enumerate().skip(top)) {
        let cells = [
            &source.path[common..],
            if source.receipt.is_unread() { "NOT READ" } else { &source.receipt.format },
            &thousands(source.receipt.events),
            &thousands(source.receipt.unparsed),
            &format_bytes(source.bytes),
            &times(source),
        ];
        widths.row(rows.x, y, cells, StyleRole::Text, canvas);
        if at == model.focus.source {
            canvas.lay(Rect { y, height: 1, ..rows }, StyleRole::Selected);
        }
    }
}

/// Returns the length of the path that all sources share, so that rows
/// begin with what tells them apart.
fn common_folder(sources: &[SourceInfo]) -> usize {
    let Some(first) = sources.first() else { return 0 };
    let shared = sources.iter().fold(first.path.as_str(), |shared, source| {
        let same = shared.char_indices().zip(source.path.chars()).take_while(|((_, a), b)| a == b);
        &shared[..same.last().map_or(0, |((at, c), _)| at + c.len_utf8())]
    });
    shared.rfind('/').map_or(0, |at| at + 1)
}

/// Summarizes how the times of a source are known.
fn times(source: &SourceInfo) -> String {
    let time = &source.receipt.time;
    if source.receipt.is_unread() {
        return "-".to_owned();
    }
    if !source.remarks.is_empty() {
        return "! see below".to_owned();
    }
    match (time.explicit, time.inferred, time.none) {
        (_, 0, 0) => "explicit".to_owned(),
        (0, 0, _) => "missing".to_owned(),
        (_, 0, _) => "some missing".to_owned(),
        (0, _, _) => "≈ inferred".to_owned(),
        _ => "≈ some inferred".to_owned(),
    }
}

/// How wide the columns are.
struct SourceColumns {
    path: u16,
    format: u16,
    times: u16,
}

impl SourceColumns {
    fn new(width: u16) -> SourceColumns {
        let times = if width >= 100 { 16 } else { 0 };
        let format = if width >= 60 { 16 } else { 0 };
        SourceColumns { path: width.saturating_sub(format + times + 36), format, times }
    }

    fn row(&self, x: u16, y: u16, cells: [&str; 6], role: StyleRole, canvas: &mut Canvas<'_>) {
        let [path, format, events, unparsed, size, times] = cells;
        canvas.foreign(x + 1, y, self.path.saturating_sub(2), path, role);
        let mut x = x + self.path;
        canvas.foreign(x, y, self.format.saturating_sub(1), format, role);
        x += self.format;
        for (cell, width) in [(events, 12), (unparsed, 10), (size, 11)] {
            x += width;
            canvas.right(x, y, width - 1, cell, role);
        }
        canvas.text(x + 2, y, self.times, times, role);
    }
}
