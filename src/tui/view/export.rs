//! The dialog that says what is to be exported.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::error::visible;

use super::super::model::{Export, ExportRow};
use super::super::theme::Role;
use super::pen::Pen;

/// Where texts begin inside the dialog.
const TEXT: u16 = 14;

/// Gives where the dialog stands.
pub(super) fn popup(area: Rect) -> Rect {
    let (width, height) = (area.width.min(78), 13.min(area.height));
    Rect::new((area.width - width) / 2, (area.height - height) / 3, width, height)
}

/// Gives the line of a row.
fn line(popup: Rect, row: ExportRow) -> u16 {
    popup.y + 2 + ExportRow::ALL.iter().position(|each| *each == row).unwrap_or(0) as u16
}

/// Gives where the cursor stands while something is typed.
pub(super) fn cursor(export: &Export, area: Rect) -> Option<Position> {
    let popup = popup(area);
    let input = match export.present() {
        ExportRow::Redact => &export.redact,
        ExportRow::To => &export.to,
        ExportRow::What | ExportRow::Originals | ExportRow::Form => return None,
    };
    let typed: String = input.value().chars().take(input.cursor()).collect();
    let column = u16::try_from(visible(&typed).width()).unwrap_or(u16::MAX);
    let x = (popup.x + TEXT).saturating_add(column).min(popup.right().saturating_sub(2));
    Some(Position::new(x, line(popup, export.present())))
}

/// Draws the dialog.
pub(super) fn draw(export: &Export, pen: &mut Pen<'_>, area: Rect) {
    let popup = popup(area);
    pen.popup(popup);
    let width = popup.width.saturating_sub(4);
    pen.text(popup.x + 2, popup.y, width, "Export evidence", Role::FocusHeading);
    let Some(offer) = &export.offer else {
        pen.text(popup.x + 2, popup.y + 2, width, "looking what there is …", Role::Faint);
        return;
    };
    for row in ExportRow::ALL {
        draw_row(export, row, popup, pen);
    }
    let y = popup.y + 8;
    let facts = [
        ("Contains", "events · raw lines · proofs · journal · report · verify.sh".to_owned()),
        ("Signed by", offer.signer.clone()),
    ];
    for ((name, value), y) in facts.iter().zip(y..) {
        pen.text(popup.x + 4, y, TEXT - 4, name, Role::Faint);
        pen.text(popup.x + TEXT, y, popup.width - TEXT - 2, value, Role::Faint);
    }
    let say = if export.making {
        "making it …"
    } else {
        "Enter make it · Esc back · up and down choose a row, space changes it"
    };
    pen.text(popup.x + 2, popup.bottom() - 2, width, say, Role::Key);
}

fn draw_row(export: &Export, row: ExportRow, popup: Rect, pen: &mut Pen<'_>) {
    let (y, here) = (line(popup, row), export.present() == row);
    let role = if here { Role::Selected } else { Role::Text };
    let selected = pen.theme.glyphs.selected;
    if here {
        pen.text(popup.x + 2, y, 1, selected, Role::Key);
    }
    let (name, value) = match row {
        ExportRow::What => ("What", what(export)),
        ExportRow::Originals => ("Originals", either(export.originals, "whole files", "only these records")),
        ExportRow::Redact => ("Redact", export.redact.value().to_owned()),
        ExportRow::Form => ("As", either(export.tar, "one tar", "a folder")),
        ExportRow::To => ("To", export.to.value().to_owned()),
    };
    pen.text(popup.x + 4, y, TEXT - 4, name, Role::FieldName);
    let room = popup.width - TEXT - 2;
    if row == ExportRow::Redact && value.is_empty() && !here {
        pen.text(popup.x + TEXT, y, room, "nothing; or fields such as user.name,source.ip", Role::Faint);
    } else {
        pen.foreign(popup.x + TEXT, y, room, &value, role);
    }
}

fn what(export: &Export) -> String {
    let offer = export.offer.as_ref();
    let choices = offer.map_or(&[][..], |offer| &offer.choices);
    let Some((label, _)) = choices.get(export.choice) else { return String::new() };
    if choices.len() > 1 {
        format!("{label}  ({} of {})", export.choice + 1, choices.len())
    } else {
        label.clone()
    }
}

fn either(first: bool, one: &str, other: &str) -> String {
    let mark = |on: bool| if on { "(x)" } else { "( )" };
    format!("{} {one}   {} {other}", mark(first), mark(!first))
}
