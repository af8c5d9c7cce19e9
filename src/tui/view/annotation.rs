//! All that was noted of the selected finding or bookmark.

use ratatui::layout::Rect;

use crate::error::visible;
use crate::journal::HistoryItem;
use crate::record::{counted, thousands};
use crate::tui::model::Model;
use crate::tui::protocol::{FindingRow, MarkRow, Noted};
use crate::tui::theme::Role;

use super::TextLine;
use super::canvas::{Pen, wrap};

/// Cells for the name of a line.
const NAME: usize = 10;

/// Gives the page's lines, for an area as wide as they will be drawn in.
pub(super) fn lines(model: &Model, area: Rect) -> Vec<TextLine> {
    let mut page = Page { lines: Vec::new(), width: usize::from(area.width.saturating_sub(2)) };
    match model.notebook.selected() {
        None => page.say("", "Nothing is selected.", Role::Text),
        Some(Noted::Finding(row)) => finding(row, &mut page),
        Some(Noted::Mark(row)) => mark(row, &mut page),
    }
    page.lines
}

/// Draws one of the lines.
pub(super) fn draw_line(line: &TextLine, area: Rect, pen: &mut Pen<'_>) {
    let mut x = area.x;
    for (text, role) in line {
        x = pen.text(x, area.y, area.right().saturating_sub(x), text, *role);
    }
}

fn finding(row: &FindingRow, page: &mut Page) {
    let finding = &row.finding;
    page.say(&format!("finding {}", finding.number), &finding.title, Role::Heading);
    if let Some(trouble) = &row.trouble {
        page.say("", trouble, Role::Trouble);
    }
    let verdict = finding.verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    page.say("standing", &format!("{} · {}{verdict}", finding.severity, finding.state), Role::Text);
    let tags: Vec<&str> = finding.tags.iter().map(String::as_str).collect();
    for (name, value) in
        [("owner", finding.owner.as_str()), ("due", finding.due.as_str()), ("tags", &tags.join(", "))]
    {
        if !value.is_empty() {
            page.say(name, value, Role::Text);
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
        page.say("query", &format!("{}{bounds}", asked.query), Role::Match);
        if asked.count != row.events {
            let then = counted(asked.count, "event");
            page.say("", &format!("it gave {then} when it was written down"), Role::Faint);
        }
    }
    page.say("events", &thousands(row.events), Role::Text);
    page.all("notes", &finding.notes);
    page.all("history", &finding.history);
}

fn mark(row: &MarkRow, page: &mut Page) {
    page.say("bookmark", &row.mark.event.short(), Role::Heading);
    let role = if row.hit.is_some() { Role::Text } else { Role::Trouble };
    page.say("event", &row.what, role);
    let tags: Vec<&str> = row.mark.tags.iter().map(String::as_str).collect();
    for (name, value) in [("note", row.mark.note.as_str()), ("tags", &tags.join(", "))] {
        if !value.is_empty() {
            page.say(name, value, Role::Text);
        }
    }
    page.say("bound to", &format!("the record with SHA-256 {}", row.mark.event.hash), Role::Faint);
    page.all("history", &row.mark.history);
}

/// A page that is being written.
struct Page {
    lines: Vec<TextLine>,
    width: usize,
}

impl Page {
    /// Writes a named line; what it says may be foreign, and wraps.
    fn say(&mut self, name: &str, said: &str, role: Role) {
        let room = self.width.saturating_sub(NAME + 1);
        for (at, line) in wrap(&visible(said), room).into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            self.lines.push(vec![(format!("{name:<NAME$} "), Role::FieldName), (line, role)]);
        }
    }

    /// Writes what was said, each with when and by whom.
    fn all(&mut self, name: &str, list: &[HistoryItem]) {
        for (at, said) in list.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            let when = said.at.get(..19).unwrap_or(&said.at);
            self.say(name, &format!("{when}Z  {}  {}", said.by, said.text), Role::Text);
        }
    }
}
