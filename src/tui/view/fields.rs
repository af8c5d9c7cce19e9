//! The fields and their most frequent values.

use ratatui::layout::Rect;

use crate::record::thousands;
use crate::tui::model::{Facet, FacetLine, Model, Pane};
use crate::tui::protocol::Lane;
use crate::tui::theme::{Glyphs, StyleRole};

use super::canvas::Canvas;

/// Draws the fields.
pub(super) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let (fields, front) = (&model.fields, model.focus.pane == Pane::Fields);
    let role = if front { StyleRole::FocusHeading } else { StyleRole::Heading };
    let x = canvas.text(area.x + 1, area.y, area.width - 1, "Fields", role);
    if model.tickets.awaits(Lane::Facets) {
        canvas.text(x + 1, area.y, 10, "…", StyleRole::Faint);
    }
    if let Some(trouble) = &fields.trouble {
        canvas.text(area.x + 1, area.y + 1, area.width - 1, trouble, StyleRole::Trouble);
        return;
    }
    let lines = fields.lines();
    let height = usize::from(area.height.saturating_sub(1));
    let chosen = lines.iter().position(|line| match line {
        FacetLine::Value(place) | FacetLine::More(place) => *place == fields.at,
        FacetLine::Heading(_) | FacetLine::Blank => false,
    });
    let top = scroll(chosen.filter(|_| front).unwrap_or(0), height, lines.len());
    for (y, line) in (area.y + 1..area.bottom()).zip(lines.iter().skip(top)) {
        let row = Rect { y, height: 1, ..area };
        match line {
            FacetLine::Blank => {}
            FacetLine::Heading(field) => heading(&fields.facets[*field], row, canvas),
            FacetLine::Value(place) => value(&fields.facets[place.field], place.value, row, canvas),
            FacetLine::More(place) => {
                let word = if fields.facets[place.field].wide { "fewer" } else { "more…" };
                canvas.text(row.x + 2, row.y, row.width - 2, word, StyleRole::Faint);
            }
        }
        let selected =
            matches!(line, FacetLine::Value(place) | FacetLine::More(place) if *place == fields.at);
        if selected && front {
            canvas.lay(row, StyleRole::Selected);
        }
    }
}

/// Returns the first line to draw so that the selected one is visible among its neighbors.
fn scroll(chosen: usize, height: usize, lines: usize) -> usize {
    chosen.saturating_sub(height / 2).min(lines.saturating_sub(height))
}

fn heading(facet: &Facet, row: Rect, canvas: &mut Canvas<'_>) {
    let count = match &facet.values {
        None => "…".to_owned(),
        Some(values) if values.is_empty() => "none".to_owned(),
        Some(_) if facet.more => String::new(),
        Some(values) => values.len().to_string(),
    };
    let end = canvas.right(row.right() - 1, row.y, 6, &count, StyleRole::Faint);
    canvas.field_name(row.x + 1, row.y, end.saturating_sub(row.x + 2), &facet.field);
}

fn value(facet: &Facet, value: usize, row: Rect, canvas: &mut Canvas<'_>) {
    let Some(values) = &facet.values else { return };
    let Some(top) = values.get(value) else { return };
    let most = values.iter().map(|top| top.count).max().unwrap_or(1).max(1);
    let count = thousands(top.count);
    let end = canvas.right(row.right() - 1, row.y, 12, &count, StyleRole::Text);
    let widest = values.iter().map(|top| thousands(top.count).len()).max().unwrap_or(1) as u16;
    // The bar gives way before a value is cut.
    let longest = values.iter().map(|top| canvas.foreign_width(&top.value)).max().unwrap_or(0);
    let room = row.width.saturating_sub(widest + 5);
    let most_wide = if row.width >= 34 { 8 } else { 6 };
    let bar_width = Some(room.saturating_sub(longest).min(most_wide)).filter(|width| *width > 2).unwrap_or(0);
    let bar_x = (row.right() - 1).saturating_sub(widest + 1 + bar_width);
    canvas.text(
        bar_x,
        row.y,
        bar_width,
        &bar(top.count, most, bar_width, canvas.theme.glyphs),
        StyleRole::Bar,
    );
    let name_end = bar_x.min(end).saturating_sub(1);
    let shown = if top.value.is_empty() { "(empty)" } else { &top.value };
    let width = name_end.saturating_sub(row.x + 2);
    canvas.both_ends(row.x + 2, row.y, width, shown, StyleRole::Text);
}

/// Draws a bar that is as long as its share of the largest; never empty.
fn bar(count: u64, most: u64, width: u16, glyphs: &Glyphs) -> String {
    let eighths = u128::from(count) * u128::from(width) * 8 / u128::from(most);
    let eighths = usize::try_from(eighths).unwrap_or(0).max(1);
    let mut bar = glyphs.growing[7].repeat(eighths / 8);
    if eighths % 8 > 0 {
        bar.push_str(glyphs.growing[eighths % 8 - 1]);
    }
    bar
}
