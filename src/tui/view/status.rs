//! The first lines: case, verification, counts, zone, and the screens.

use crate::app::Depth;
use crate::record::{counted, format_compact, thousands};
use crate::tui::layout::Panes;
use crate::tui::model::{Model, Screen, VerificationState, pressing};
use crate::tui::theme::{Glyphs, StyleRole};

use super::canvas::Canvas;

/// Draws the status line and, if they have a line, the names of the screens.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let (line, facts) = (panes.status, &model.case);
    let zone = facts.zone().to_string();
    let mut end = canvas.right(line.right() - 1, line.y, line.width / 3, &zone, StyleRole::Heading);
    if panes.tabs.is_none() && line.width >= 60 {
        end = screens_short(model, panes, end, canvas);
    }
    let importing = model.import.running.map(|import| import.words(line.width >= 100));
    let (seal, role) = if !facts.trouble.is_empty() {
        (format!("{} evidence trouble", canvas.theme.glyphs.trouble), StyleRole::Trouble)
    } else if let Some(words) = importing {
        (format!("importing: {words}"), StyleRole::Warning)
    } else if facts.sources.is_empty() {
        ("no evidence yet".to_owned(), StyleRole::Warning)
    } else {
        checked(model, canvas.theme.glyphs)
    };
    let sources = counted(facts.sources.len() as u64, "source");
    let rest = if line.width >= 100 {
        format!(" · {sources} · {}", counted(facts.events, "event"))
    } else {
        let events =
            if facts.events < 1_000_000 { thousands(facts.events) } else { format_compact(facts.events) };
        format!(" · {events} events")
    };
    let width = canvas.width(&seal) + canvas.width(&rest);
    let title_end = end.saturating_sub(width + 3);
    let x =
        if title_end > 20 { canvas.text(line.x + 1, line.y, 9, "vestigo", StyleRole::Brand) + 2 } else { 1 };
    canvas.foreign(x, line.y, title_end.saturating_sub(x), &facts.title, StyleRole::Heading);
    if width + 3 < end {
        let x = canvas.text(title_end + 1, line.y, width, &seal, role);
        canvas.text(x, line.y, width, &rest, StyleRole::Text);
    }
    if let Some(tabs) = panes.tabs {
        let mut x = tabs.x + 1;
        for (number, screen) in (1..).zip(Screen::ALL) {
            let role = if screen == model.focus.screen { StyleRole::FocusHeading } else { StyleRole::Faint };
            let count = count(model, screen, canvas.theme.glyphs);
            x = canvas.text(x, tabs.y, tabs.width, &format!("{number} {}{count}", screen.name()), role) + 3;
        }
    }
}

/// Returns how much there is to be done on a screen, after a space.
fn count(model: &Model, screen: Screen, glyphs: &Glyphs) -> String {
    let Some(notes) = &model.annotations.loaded else { return String::new() };
    let (count, glyph) = match screen {
        Screen::Anomalies => (pressing(notes), glyphs.finding),
        Screen::Findings => (notes.open(), ""),
        Screen::Investigate | Screen::Evidence | Screen::Audit => (0, ""),
    };
    if count == 0 { String::new() } else { format!(" {}{glyph}", thousands(count)) }
}

/// Describes the last verification since the case was opened.
fn checked(model: &Model, glyphs: &Glyphs) -> (String, StyleRole) {
    match &model.verification {
        VerificationState::None => ("not checked".to_owned(), StyleRole::Faint),
        VerificationState::Running { .. } => ("checking…".to_owned(), StyleRole::Warning),
        VerificationState::Done { depth, at, .. } => {
            let at = model.case.zone().local(*at).format("%H:%M");
            match depth {
                Depth::Quick => (format!("quick check {at}"), StyleRole::Text),
                Depth::Deep | Depth::Roots => {
                    (format!("checked {at} {} every byte", glyphs.sealed), StyleRole::Sealed)
                }
            }
        }
    }
}

/// Draws the numbers of the screens into the status line; returns where they begin.
fn screens_short(model: &Model, panes: &Panes, end: u16, canvas: &mut Canvas<'_>) -> u16 {
    let begin = end.saturating_sub(2 * Screen::ALL.len() as u16 + 1);
    let mut x = begin;
    for (number, screen) in (1..).zip(Screen::ALL) {
        let role = if screen == model.focus.screen { StyleRole::FocusHeading } else { StyleRole::Faint };
        x = canvas.text(x, panes.status.y, 1, &format!("{number}"), role) + 1;
    }
    begin
}
