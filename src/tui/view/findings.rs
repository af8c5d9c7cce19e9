//! Screen 3: findings and bookmarked events.

use chrono::NaiveDate;
use ratatui::layout::Rect;

use crate::app::Severity;
use crate::record::{Timestamp, counted, thousands};
use crate::tui::keymap::Action;
use crate::tui::layout::Panes;
use crate::tui::model::Model;
use crate::tui::pages;
use crate::tui::protocol::{Annotations, BookmarkRow, FindingRow, by_state};
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;
use crate::tui::times::TimeColumn;

use super::canvas::Canvas;

/// A line of the list.
#[derive(Clone, Copy, PartialEq)]
enum FindingsLine {
    FindingsHeading,
    Finding(usize),
    Blank,
    MarksHeading,
    Mark(usize),
}

/// Draws the list, and below it the annotations of the selected one.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let (area, line) = (panes.body, panes.search);
    let x = canvas.text(area.x + 1, line.y, area.width, "Findings", StyleRole::FocusHeading);
    let Some(notes) = &model.annotations.loaded else {
        canvas.text(x + 3, line.y, area.width, "reading…", StyleRole::Faint);
        return;
    };
    let x = canvas.text(x + 3, line.y, line.right().saturating_sub(x + 4), &summary(notes), StyleRole::Faint);
    let over = notes.findings.iter().filter(|row| days_left(model, row).is_some_and(|days| days < 0));
    let over = over.count();
    if over > 0 {
        let message = format!("{} {over} overdue", canvas.theme.glyphs.trouble);
        canvas.text(x + 3, line.y, line.right().saturating_sub(x + 4), &message, StyleRole::Warning);
    }
    if notes.is_empty() {
        return nothing(model, area, canvas);
    }
    let below = if area.height >= 24 { area.height / 3 } else { 0 };
    let list = Rect { height: area.height - below, ..area };
    draw_list(model, notes, list, canvas);
    if below > 0 {
        let under = Rect { y: list.bottom(), height: below, ..area };
        canvas.rule(Rect { height: 1, ..under });
        let lines = pages::annotation_lines(model, pages::text_width(under.width));
        for (y, line) in (under.y + 1..under.bottom()).zip(lines) {
            canvas.line(Rect { x: area.x + 1, y, width: area.width - 2, height: 1 }, &line);
        }
    }
}

/// Summarizes the list: `open 2 · in-progress 1 · 3 bookmarks`.
fn summary(notes: &Annotations) -> String {
    let states = by_state(notes).into_iter().map(|(state, count)| format!("{state} {count}"));
    let marks = Some(notes.bookmarks.len()).filter(|count| *count > 0);
    let marks = marks.map(|count| counted(count as u64, "bookmark"));
    states.chain(marks).collect::<Vec<_>>().join(" · ")
}

fn nothing(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let key = |action| model.keys.map.key_of(action, super::super::keymap::KeyContext::Events);
    let key = |action| key(action).unwrap_or_else(|| ":".to_owned());
    let say = format!(
        "Nothing was noted yet. In the event list, {} bookmarks an event, {} adds a note to it, and {} creates a finding from the search. {} goes there.",
        key(Action::Bookmark),
        key(Action::Note),
        key(Action::NewFinding),
        key(Action::Investigate),
    );
    for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&say, usize::from(area.width.saturating_sub(2)))) {
        canvas.text(area.x + 1, y, area.width - 1, &line, StyleRole::Text);
    }
}

fn lines(notes: &Annotations) -> Vec<FindingsLine> {
    let mut lines = Vec::new();
    if !notes.findings.is_empty() {
        lines.push(FindingsLine::FindingsHeading);
        lines.extend((0..notes.findings.len()).map(FindingsLine::Finding));
    }
    if !notes.bookmarks.is_empty() {
        if !lines.is_empty() {
            lines.push(FindingsLine::Blank);
        }
        lines.push(FindingsLine::MarksHeading);
        lines.extend((0..notes.bookmarks.len()).map(FindingsLine::Mark));
    }
    lines
}

fn draw_list(model: &Model, notes: &Annotations, area: Rect, canvas: &mut Canvas<'_>) {
    let (lines, selected) = (lines(notes), model.annotations.selected);
    let here = match selected.checked_sub(notes.findings.len()) {
        None => FindingsLine::Finding(selected),
        Some(at) => FindingsLine::Mark(at),
    };
    let at = lines.iter().position(|line| *line == here).unwrap_or(0);
    let room = usize::from(area.height);
    let top = (at + 1).saturating_sub(room / 2 + 1).min(lines.len().saturating_sub(room));
    let (widths, clock) =
        (FindingColumns::new(area.width, &notes.findings), TimeColumn::new(&model.case, false));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(top)) {
        let row = Rect { y, height: 1, ..area };
        match line {
            FindingsLine::Blank => {}
            FindingsLine::FindingsHeading => widths.heading(row, canvas),
            FindingsLine::Finding(at) => widths.finding(model, &notes.findings[*at], row, canvas),
            FindingsLine::MarksHeading => {
                let named = format!("Bookmarks   Time {}", model.case.zone());
                canvas.text(row.x + 1, y, row.width, &named, StyleRole::Faint);
            }
            FindingsLine::Mark(at) => mark(&clock, &notes.bookmarks[*at], row, canvas),
        }
        if *line == here {
            let glyph = canvas.theme.glyphs.selected;
            canvas.text(row.x, y, 1, glyph, StyleRole::Marker);
            canvas.lay(row, StyleRole::Selected);
        }
    }
}

/// How wide the columns of findings are; 0 if there is no room for one.
struct FindingColumns {
    due: u16,
    owner: u16,
    last: u16,
}

const NUMBER: u16 = 4;
const SEVERITY: u16 = 10;
const STATE: u16 = 14;
const EVENTS: u16 = 10;

impl FindingColumns {
    fn new(width: u16, findings: &[FindingRow]) -> FindingColumns {
        let due = findings.iter().any(|row| !row.due.is_empty());
        let owner = width >= 100 && findings.iter().any(|row| !row.finding.owner.is_empty());
        FindingColumns {
            due: if due { 12 } else { 0 },
            owner: if owner { 14 } else { 0 },
            last: if width >= 100 { 18 } else { 0 },
        }
    }

    fn row(&self, line: Rect, cells: [(&str, StyleRole); 8], canvas: &mut Canvas<'_>) {
        let [number, severity, state, due, owner, title, events, last] = cells;
        canvas.right(line.x + NUMBER, line.y, NUMBER - 1, number.0, number.1);
        let mut x = line.x + NUMBER + 1;
        for ((text, role), width) in
            [(severity, SEVERITY), (state, STATE), (due, self.due), (owner, self.owner)]
        {
            canvas.foreign(x, line.y, width.saturating_sub(1), text, role);
            x += width;
        }
        let end = (line.right()).saturating_sub(self.last + EVENTS);
        canvas.foreign(x, line.y, end.saturating_sub(x + 1), title.0, title.1);
        canvas.right(end + EVENTS - 1, line.y, EVENTS - 1, events.0, events.1);
        canvas.text(end + EVENTS + 1, line.y, self.last.saturating_sub(2), last.0, last.1);
    }

    fn heading(&self, line: Rect, canvas: &mut Canvas<'_>) {
        let names = ["#", "Severity", "State", "Due", "Owner", "Title", "Events", "Last seen"];
        self.row(line, names.map(|name| (name, StyleRole::Faint)), canvas);
    }

    fn finding(&self, model: &Model, row: &FindingRow, line: Rect, canvas: &mut Canvas<'_>) {
        let finding = &row.finding;
        let plain = if finding.state.is_settled() { StyleRole::Faint } else { StyleRole::Text };
        let (due, due_role) = due(model, row, plain, canvas.theme.glyphs.trouble);
        let last = row.last.map(|last: Timestamp| TimeColumn::new(&model.case, false).write(last, None));
        let trouble =
            row.trouble.as_ref().map(|_| format!("{} {}", canvas.theme.glyphs.trouble, finding.title));
        let title = match &trouble {
            Some(title) => (title.as_str(), StyleRole::Trouble),
            None => (finding.title.as_str(), plain),
        };
        let owner = if finding.owner.is_empty() { "-" } else { finding.owner.as_str() };
        let (number, events) = (finding.number.to_string(), thousands(row.events));
        let severe = if finding.state.is_settled() { plain } else { severity(finding.severity) };
        let cells = [
            (number.as_str(), plain),
            (finding.severity.word(), severe),
            (finding.state.word(), plain),
            (due.as_str(), due_role),
            (owner, plain),
            title,
            (events.as_str(), plain),
            (last.as_deref().unwrap_or("-"), plain),
        ];
        self.row(line, cells, canvas);
    }
}

fn severity(severity: Severity) -> StyleRole {
    match severity {
        Severity::Critical | Severity::High => StyleRole::Failure,
        Severity::Medium => StyleRole::Warning,
        Severity::Low | Severity::Info => StyleRole::Text,
    }
}

/// Returns how many days there are until a finding is due; `None` if it is not
/// due, or settled.
fn days_left(model: &Model, row: &FindingRow) -> Option<i64> {
    let due: NaiveDate = row.due.parse().ok()?;
    let today = model.case.zone().local(model.case.now).date();
    (!row.finding.state.is_settled()).then(|| (due - today).num_days())
}

fn due(model: &Model, row: &FindingRow, plain: StyleRole, trouble: &str) -> (String, StyleRole) {
    match days_left(model, row) {
        None if row.due.is_empty() => ("-".to_owned(), plain),
        None => (row.due.clone(), plain),
        Some(days) if days < 0 => (format!("{trouble} {} d over", -days), StyleRole::Warning),
        Some(0) => ("today".to_owned(), StyleRole::Warning),
        Some(days) => (format!("in {days} d"), plain),
    }
}

fn mark(clock: &TimeColumn, row: &BookmarkRow, line: Rect, canvas: &mut Canvas<'_>) {
    let glyphs = canvas.theme.glyphs;
    let (glyph, role, plain) = match row.hit {
        Some(_) => (glyphs.bookmark, StyleRole::Noted, StyleRole::Text),
        None => (glyphs.trouble, StyleRole::Trouble, StyleRole::Trouble),
    };
    let time = match row.hit.map(|hit| hit.time) {
        Some(Some(time)) => clock.write(time, None),
        Some(None) => "no time".to_owned(),
        None => row.bookmark.event.short(),
    };
    canvas.foreign(line.x + 2, line.y, clock.width(), &time, plain);
    let x = line.x + 2 + clock.width() + 1;
    canvas.text(x, line.y, 1, glyph, role);
    let x = x + 2;
    let room = (line.right() - 1).saturating_sub(x);
    let tags: String = row.bookmark.tags.iter().map(|tag| format!(" #{tag}")).collect();
    let message = format!("{}{tags}", row.bookmark.note);
    let what = row.what.lines().next().unwrap_or_default();
    if message.trim().is_empty() {
        canvas.foreign(x, line.y, room, what, plain);
        return;
    }
    let end = canvas.foreign(x, line.y, room / 2, message.trim(), plain);
    canvas.foreign(end + 2, line.y, (line.right() - 1).saturating_sub(end + 2), what, StyleRole::Faint);
}
