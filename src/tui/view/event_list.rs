//! The event list.

use std::borrow::Cow;

use ratatui::layout::Rect;

use crate::index::Order;
use crate::record::{Precision, TimeBasis, thousands};
use crate::tui::layout::Panes;
use crate::tui::model::{Model, Pane};
use crate::tui::protocol::{Column, Outcome, Row, Told};
use crate::tui::theme::Role;

use super::canvas::Pen;
use super::no_results;
use super::times::Clock;

/// Where the columns of the list stand.
struct Columns {
    clock: Clock,
    /// The columns behind the outcome: where each begins and how wide it is.
    cells: Vec<(Column, u16, u16)>,
    /// Where the outcome's glyph stands.
    outcome: u16,
}

/// Draws the list with its heading.
pub(super) fn draw(model: &Model, panes: &Panes, pen: &mut Pen<'_>) {
    let (Some(heading), Some(rows)) = (panes.events_heading, panes.rows) else { return };
    let columns = columns(model, rows);
    draw_heading(model, heading, &columns, pen);
    let list = &model.list;
    if list.rows.is_empty() {
        no_results::draw(model, rows, pen);
        return;
    }
    for (y, at) in (rows.y..rows.bottom()).zip(list.top..list.rows.len()) {
        let line = Rect { y, height: 1, ..rows };
        draw_row(model, &list.rows[at], at == list.selected, line, &columns, pen);
    }
}

fn columns(model: &Model, area: Rect) -> Columns {
    let fine = area.width >= 82 && model.list.is_fine();
    let clock = Clock::new(&model.facts, fine);
    let outcome = area.x + 2 + clock.width() + 1;
    // Behind the outcome: what was noted.
    let mut x = outcome + 3;
    let mut cells = Vec::new();
    let wide = area.width > 80;
    let (actor, from) = if wide { (14, 17) } else { (10, 15) };
    let mut take = |column, width: u16| {
        cells.push((column, x, width));
        x += width + 1;
    };
    if model.shows_host() {
        take(Column::Host, 14);
    }
    if area.width >= 64 {
        take(Column::Actor, actor);
    }
    // An address is told before what came from it.
    if area.width >= 46 {
        take(Column::From, from);
    }
    cells.push((Column::What, x, (area.right() - 1).saturating_sub(x)));
    Columns { clock, cells, outcome }
}

fn draw_heading(model: &Model, area: Rect, columns: &Columns, pen: &mut Pen<'_>) {
    let role = if model.focus.pane == Pane::Events { Role::FocusHeading } else { Role::Heading };
    let list = &model.list;
    let order = match model.search.order {
        Order::Newest => "newest first",
        Order::Oldest => "oldest first",
    };
    let total = model.search.count.map_or("…".to_owned(), thousands);
    let place = match list.position() {
        _ if list.stale => "searching…".to_owned(),
        Some(position) => format!("{} of {total}", thousands(position)),
        None => String::new(),
    };
    let last = area.bottom() - 1;
    let end = if area.height > 1 {
        pen.text(area.x + 1, area.y, area.width, "Events", role);
        let said = if place.is_empty() { order.to_owned() } else { format!("{order} · {place}") };
        pen.right(area.right() - 1, area.y, area.width / 2, &said, Role::Faint);
        area.right() - 1
    } else {
        pen.right(area.right() - 1, last, area.width / 2, &place, Role::Faint) - 1
    };
    let names = if area.height > 1 { Role::Faint } else { role };
    let room = columns.outcome + 1 - area.x - 2;
    pen.text(area.x + 2, last, room, &columns.clock.heading(&model.facts, usize::from(room)), names);
    for (column, x, width) in &columns.cells {
        let width = (*width).min(end.saturating_sub(*x));
        pen.text(*x, last, width, column.heading(), names);
    }
}

fn draw_row(model: &Model, row: &Row, selected: bool, line: Rect, columns: &Columns, pen: &mut Pen<'_>) {
    let (list, glyphs) = (&model.list, pen.theme.glyphs);
    let front = model.focus.pane == Pane::Events;
    let plain = if list.stale { Role::Faint } else { Role::Text };
    let (precision, basis, outcome) = match &row.told {
        Told::Event(brief) => (brief.precision, brief.basis, brief.outcome),
        Told::Trouble { .. } => (Some(Precision::Second), TimeBasis::default(), Outcome::Unknown),
    };
    if selected {
        pen.text(line.x, line.y, 1, glyphs.selected, Role::Marker);
    }
    let time = match row.hit.time {
        Some(time) => columns.clock.write(time, precision),
        None => "no time".to_owned(),
    };
    if row.hit.time.is_some() && (!basis.is_explicit() || basis.ambiguous || basis.future) {
        pen.text(line.x + 1, line.y, 1, glyphs.inferred, Role::Inferred);
    }
    pen.text(line.x + 2, line.y, columns.clock.width(), &time, plain);
    match &row.told {
        Told::Event(brief) => {
            let (glyph, role) = match outcome {
                Outcome::Success => (glyphs.success, Role::Success),
                Outcome::Failure => (glyphs.failure, Role::Failure),
                Outcome::Unknown => (glyphs.unknown, Role::Unknown),
            };
            pen.text(columns.outcome, line.y, 1, glyph, if list.stale { plain } else { role });
            let notebook = &model.notebook;
            let (marked, found) = (notebook.is_marked(&row.hit), notebook.is_found(&row.hit));
            if marked || found {
                let noted = if marked { glyphs.bookmark } else { glyphs.finding };
                pen.text(columns.outcome + 1, line.y, 1, noted, Role::Noted);
            }
            for (column, x, width) in &columns.cells {
                match (column, row.cell(*column)) {
                    (Column::What, _) => {
                        let shown = [Column::Actor, Column::From]
                            .into_iter()
                            .filter(|column| columns.cells.iter().any(|(shown, ..)| shown == column));
                        let said = shown.filter_map(|column| Some(row.cell(column)?.value.as_str()));
                        pen.foreign(*x, line.y, *width, &unsaid(&brief.what, said), plain)
                    }
                    (_, Some(pivot)) => pen.both_ends(*x, line.y, *width, &pivot.value, plain),
                    (_, None) => pen.text(*x, line.y, *width, glyphs.none, Role::Faint),
                };
            }
        }
        Told::Trouble { what, .. } => {
            let end = pen.text(columns.outcome, line.y, 2, glyphs.trouble, Role::Trouble) + 1;
            pen.text(end, line.y, line.right().saturating_sub(end), what, Role::Trouble);
        }
    }
    if !selected {
        return;
    }
    pen.lay(line, if front { Role::Selected } else { Role::SelectedAway });
    if front {
        let cell = match list.column {
            Column::Outcome => Some((columns.outcome, 1)),
            column => {
                columns.cells.iter().find(|(shown, ..)| *shown == column).map(|(_, x, width)| (*x, *width))
            }
        };
        if let Some((x, width)) = cell {
            pen.lay(Rect { x, width, ..line }, Role::Cell);
        }
    }
}

/// Leaves out of a sentence what other columns of the row say: ` by alice`, ` for
/// alice`, ` from 192.0.2.7`.
fn unsaid<'a>(what: &'a str, said: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    let mut left = Cow::Borrowed(what);
    for value in said.filter(|value| !value.is_empty()) {
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
        let said = |what, values: &[&'static str]| unsaid(what, values.iter().copied()).into_owned();
        assert_eq!(
            said(
                "s3 GetObject by backup-svc from 203.0.113.77 on shop-backup/db/00.dump",
                &["backup-svc", "203.0.113.77"]
            ),
            "s3 GetObject on shop-backup/db/00.dump"
        );
        assert_eq!(
            said("Failed password for root from 192.0.2.7 port 22 ssh2", &["root", "192.0.2.7"]),
            "Failed password port 22 ssh2"
        );
        assert_eq!(
            said("Failed password for rooty from 192.0.2.77", &["root", "192.0.2.7"]),
            "Failed password for rooty from 192.0.2.77"
        );
        assert_eq!(said("login by alice", &["alice"]), "login");
        assert_eq!(said("GET /from/x 200", &["x"]), "GET /from/x 200");
    }
}
