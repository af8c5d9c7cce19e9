//! All that was noted of the selected finding or bookmark.

use ratatui::layout::Rect;

use crate::error::visible;
use crate::journal::HistoryItem;
use crate::record::{counted, thousands};
use crate::tui::model::Model;
use crate::tui::protocol::{BookmarkRow, FindingRow, SelectedAnnotation};
use crate::tui::theme::StyleRole;

use super::TextLine;
use super::canvas::{Canvas, wrap};

/// Cells for the name of a line.
const NAME: usize = 10;

/// Gives the page's lines, for an area as wide as they will be drawn in.
pub(super) fn lines(model: &Model, area: Rect) -> Vec<TextLine> {
    let mut page = PageBuilder { lines: Vec::new(), width: usize::from(area.width.saturating_sub(2)) };
    match model.annotations.selected() {
        None => page.say("", "Nothing is selected.", StyleRole::Text),
        Some(SelectedAnnotation::Finding(row)) => finding(row, &mut page),
        Some(SelectedAnnotation::Bookmark(row)) => mark(row, &mut page),
    }
    page.lines
}

/// Draws one of the lines.
pub(super) fn draw_line(line: &TextLine, area: Rect, canvas: &mut Canvas<'_>) {
    let mut x = area.x;
    for (text, role) in line {
        x = canvas.text(x, area.y, area.right().saturating_sub(x), text, *role);
    }
}

fn finding(row: &FindingRow, page: &mut PageBuilder) {
    let finding = &row.finding;
    page.say(&format!("finding {}", finding.number), &finding.title, StyleRole::Heading);
    if let Some(trouble) = &row.trouble {
        page.say("", trouble, StyleRole::Trouble);
    }
    let verdict = finding.verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    page.say("standing", &format!("{} · {}{verdict}", finding.severity, finding.state), StyleRole::Text);
    let tags: Vec<&str> = finding.tags.iter().map(String::as_str).collect();
    for (name, value) in
        [("owner", finding.owner.as_str()), ("due", finding.due.as_str()), ("tags", &tags.join(", "))]
    {
        if !value.is_empty() {
            page.say(name, value, StyleRole::Text);
        }
    }
    if let Some(asked) = &finding.query {
        let bounds = match (&asked.from, &asked.to) {
            (None, None) => String::new(),
            (from, to) => {
                let open = || "…".to_owned();
                let (from, to) = (from.clone().unwrap_or_else(open), to.clone().unwrap_or_else(open));
                format!(" ({from} → {to})")
            }
        };
        page.say("query", &format!("{}{bounds}", asked.query), StyleRole::Match);
        if asked.count != row.events {
            let then = counted(asked.count, "event");
            page.say("", &format!("it gave {then} when it was written down"), StyleRole::Faint);
        }
    }
    page.say("events", &thousands(row.events), StyleRole::Text);
    page.all("notes", &finding.notes);
    page.all("history", &finding.history);
}

fn mark(row: &BookmarkRow, page: &mut PageBuilder) {
    page.say("bookmark", &row.bookmark.event.short(), StyleRole::Heading);
    let role = if row.hit.is_some() { StyleRole::Text } else { StyleRole::Trouble };
    page.say("event", &row.what, role);
    let tags: Vec<&str> = row.bookmark.tags.iter().map(String::as_str).collect();
    for (name, value) in [("note", row.bookmark.note.as_str()), ("tags", &tags.join(", "))] {
        if !value.is_empty() {
            page.say(name, value, StyleRole::Text);
        }
    }
    page.say("bound to", &format!("the record with SHA-256 {}", row.bookmark.event.hash), StyleRole::Faint);
    page.all("history", &row.bookmark.history);
}

/// A page that is being written.
struct PageBuilder {
    lines: Vec<TextLine>,
    width: usize,
}

impl PageBuilder {
    /// Writes a named line; what it says may be foreign, and wraps.
    fn say(&mut self, name: &str, said: &str, role: StyleRole) {
        let room = self.width.saturating_sub(NAME + 1);
        for (at, line) in wrap(&visible(said), room).into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            self.lines.push(vec![(format!("{name:<NAME$} "), StyleRole::FieldName), (line, role)]);
        }
    }

    /// Writes what was said, each with when and by whom.
    fn all(&mut self, name: &str, list: &[HistoryItem]) {
        for (at, said) in list.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            let when = said.at.get(..19).unwrap_or(&said.at);
            self.say(name, &format!("{when}Z  {}  {}", said.by, said.text), StyleRole::Text);
        }
    }
}
