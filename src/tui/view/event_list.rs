//! The event list.

use std::borrow::Cow;

use ratatui::layout::Rect;

use crate::app::Order;
use crate::record::{Precision, TimeBasis, thousands};
use crate::tui::layout::Panes;
use crate::tui::model::{Model, Pane};
use crate::tui::protocol::{EventColumn, EventOutcome, EventRow, RowContent, RowSummary};
use crate::tui::theme::StyleRole;
use crate::tui::times::TimeColumn;

use super::canvas::Canvas;
use super::no_results;

/// The columns of the list, laid out.
struct ColumnLayout {
    clock: TimeColumn,
    /// The columns after the outcome: where each begins and how wide it is.
    cells: Vec<(EventColumn, u16, u16)>,
    /// The column of the outcome's glyph.
    outcome: u16,
}

/// Draws the list with its heading.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let (Some(heading), Some(rows)) = (panes.events_heading, panes.rows) else { return };
    let columns = columns(model, rows);
    draw_heading(model, heading, &columns, canvas);
    let list = &model.list;
    if list.rows.is_empty() {
        no_results::draw(model, rows, canvas);
        return;
    }
    for (y, at) in (rows.y..rows.bottom()).zip(list.top..list.rows.len()) {
        let line = Rect { y, height: 1, ..rows };
        draw_row(model, &list.rows[at], at == list.selected, line, &columns, canvas);
    }
}

fn columns(model: &Model, area: Rect) -> ColumnLayout {
    let fine = area.width >= 82 && model.list.is_fine();
    let clock = TimeColumn::new(&model.case, fine);
    let outcome = area.x + 2 + clock.width() + 1;
    // The cell after the outcome shows bookmarks and findings.
    let mut x = outcome + 3;
    let mut cells = Vec::new();
    for column in EventColumn::ALL.into_iter().filter(|column| *column != EventColumn::Outcome) {
        let info = column.info();
        if !column.fits_screen(model.size.width) || area.width < info.needs.1 {
            continue;
        }
        let width = match if area.width > 80 { info.widths.1 } else { info.widths.0 } {
            0 => (area.right() - 1).saturating_sub(x),
            width => width,
        };
        cells.push((column, x, width));
        x += width + 1;
    }
    ColumnLayout { clock, cells, outcome }
}

fn draw_heading(model: &Model, area: Rect, columns: &ColumnLayout, canvas: &mut Canvas<'_>) {
    let role = if model.focus.pane == Pane::Events { StyleRole::FocusHeading } else { StyleRole::Heading };
    let list = &model.list;
    let order = match model.search.order {
        Order::Newest => "newest first",
        Order::Oldest => "oldest first",
    };
    let total = model.search.count.map_or("…".to_owned(), thousands);
    let place = match list.position() {
        _ if list.is_stale() => "searching…".to_owned(),
        Some(position) => format!("{} of {total}", thousands(position)),
        None => String::new(),
    };
    let last = area.bottom() - 1;
    let end = if area.height > 1 {
        canvas.text(area.x + 1, area.y, area.width, "Events", role);
        let message = if place.is_empty() { order.to_owned() } else { format!("{order} · {place}") };
        canvas.right(area.right() - 1, area.y, area.width / 2, &message, StyleRole::Faint);
        area.right() - 1
    } else {
        canvas.right(area.right() - 1, last, area.width / 2, &place, StyleRole::Faint) - 1
    };
    let names = if area.height > 1 { StyleRole::Faint } else { role };
    let room = columns.outcome + 1 - area.x - 2;
    canvas.text(area.x + 2, last, room, &columns.clock.heading(&model.case, usize::from(room)), names);
    for (column, x, width) in &columns.cells {
        let width = (*width).min(end.saturating_sub(*x));
        canvas.text(*x, last, width, column.info().heading, names);
    }
}

fn draw_row(
    model: &Model,
    row: &EventRow,
    selected: bool,
    line: Rect,
    columns: &ColumnLayout,
    canvas: &mut Canvas<'_>,
) {
    let (list, glyphs) = (&model.list, canvas.theme.glyphs);
    let plain = if list.is_stale() { StyleRole::Faint } else { StyleRole::Text };
    let (precision, basis) = match &row.content {
        RowContent::Event(summary) => (summary.precision, summary.basis),
        RowContent::Unreadable { .. } => (Some(Precision::Second), TimeBasis::default()),
    };
    if selected {
        canvas.text(line.x, line.y, 1, glyphs.selected, StyleRole::Marker);
    }
    let time = match row.hit.time {
        Some(time) => columns.clock.write(time, precision),
        None => "no time".to_owned(),
    };
    if row.hit.time.is_some() && (!basis.is_explicit() || basis.ambiguous || basis.future) {
        canvas.text(line.x + 1, line.y, 1, glyphs.inferred, StyleRole::Inferred);
    }
    canvas.text(line.x + 2, line.y, columns.clock.width(), &time, plain);
    match &row.content {
        RowContent::Event(summary) => draw_cells(model, row, summary, line.y, columns, canvas),
        RowContent::Unreadable { what, .. } => {
            let end = canvas.text(columns.outcome, line.y, 2, glyphs.trouble, StyleRole::Trouble) + 1;
            canvas.text(end, line.y, line.right().saturating_sub(end), what, StyleRole::Trouble);
        }
    }
    if selected {
        highlight(model, line, columns, canvas);
    }
}

/// Draws the outcome, what was annotated, and the columns of a row.
fn draw_cells(
    model: &Model,
    row: &EventRow,
    summary: &RowSummary,
    y: u16,
    columns: &ColumnLayout,
    canvas: &mut Canvas<'_>,
) {
    let (list, glyphs) = (&model.list, canvas.theme.glyphs);
    let plain = if list.is_stale() { StyleRole::Faint } else { StyleRole::Text };
    let (glyph, role) = match summary.outcome {
        EventOutcome::Success => (glyphs.success, StyleRole::Success),
        EventOutcome::Failure => (glyphs.failure, StyleRole::Failure),
        EventOutcome::Unknown => (glyphs.unknown, StyleRole::Unknown),
    };
    canvas.text(columns.outcome, y, 1, glyph, if list.is_stale() { plain } else { role });
    let annotations = &model.annotations;
    let (marked, found) = (annotations.is_bookmarked(&row.hit), annotations.is_in_finding(&row.hit));
    if marked || found {
        let noted = if marked { glyphs.bookmark } else { glyphs.finding };
        canvas.text(columns.outcome + 1, y, 1, noted, StyleRole::Noted);
    }
    for (column, x, width) in &columns.cells {
        match (column, row.cell(*column)) {
            (EventColumn::What, _) => {
                let shown = [EventColumn::Actor, EventColumn::From]
                    .into_iter()
                    .filter(|column| columns.cells.iter().any(|(shown, ..)| shown == column));
                let message = shown.filter_map(|column| Some(row.cell(column)?.value.as_str()));
                canvas.foreign(*x, y, *width, &unsaid(&summary.what, message), plain)
            }
            (_, Some(pivot)) => canvas.both_ends(*x, y, *width, &pivot.value, plain),
            (_, None) => canvas.text(*x, y, *width, glyphs.none, StyleRole::Faint),
        };
    }
}

/// Highlights the selected row, and in it the selected value.
fn highlight(model: &Model, line: Rect, columns: &ColumnLayout, canvas: &mut Canvas<'_>) {
    let (list, front) = (&model.list, model.focus.pane == Pane::Events);
    canvas.lay(line, if front { StyleRole::Selected } else { StyleRole::SelectedAway });
    if front {
        let cell = match list.column {
            EventColumn::Outcome => Some((columns.outcome, 1)),
            column => {
                columns.cells.iter().find(|(shown, ..)| *shown == column).map(|(_, x, width)| (*x, *width))
            }
        };
        if let Some((x, width)) = cell {
            canvas.lay(Rect { x, width, ..line }, StyleRole::Cell);
        }
    }
}

/// Removes from a summary what other columns of the row show: ` by alice`, ` for
/// alice`, ` from 192.0.2.7`.
fn unsaid<'a>(what: &'a str, message: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    let mut left = Cow::Borrowed(what);
    for value in message.filter(|value| !value.is_empty()) {
        let place = [" by ", " for ", " from "].into_iter().find_map(|word| {
            let phrase = format!("{word}{value}");
            let at = left.find(&phrase)?;
            let behind = &left[at + phrase.len()..];
            let ends = behind.is_empty() || behind.starts_with([' ', ',', ';']);
            ends.then_some(at..at + phrase.len())
        });
        if let Some(place) = place.filter(|place| place.start > 0) {
            left.to_mut().replace_range(place, "");
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_columns_say_is_left_out_of_the_sentence() {
        let message = |what, values: &[&'static str]| unsaid(what, values.iter().copied()).into_owned();
        assert_eq!(
            message(
                "s3 GetObject by backup-svc from 203.0.113.77 on shop-backup/db/00.dump",
                &["backup-svc", "203.0.113.77"]
            ),
            "s3 GetObject on shop-backup/db/00.dump"
        );
        assert_eq!(
            message("Failed password for root from 192.0.2.7 port 22 ssh2", &["root", "192.0.2.7"]),
            "Failed password port 22 ssh2"
        );
        assert_eq!(
            message("Failed password for rooty from 192.0.2.77", &["root", "192.0.2.7"]),
            "Failed password for rooty from 192.0.2.77"
        );
        assert_eq!(message("login by alice", &["alice"]), "login");
        assert_eq!(message("GET /from/x 200", &["x"]), "GET /from/x 200");
    }
}
