//! Screen 3: what was found and what becomes of it, and the bookmarked events.

use chrono::NaiveDate;
use ratatui::layout::Rect;

use crate::journal::{Finding, Severity};
use crate::record::{Timestamp, counted, thousands};
use crate::tui::keymap::Action;
use crate::tui::layout::Panes;
use crate::tui::model::Model;
use crate::tui::protocol::{FindingRow, MarkRow, Notes, by_state, is_settled};
use crate::tui::theme::Role;

use super::annotation;
use super::canvas::{Pen, wrap};
use super::times::Clock;

/// A line of the list.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    FindingsHeading,
    Finding(usize),
    Blank,
    MarksHeading,
    Mark(usize),
}

/// Draws the list, and under it what was noted of the selected one.
pub(super) fn draw(model: &Model, panes: &Panes, pen: &mut Pen<'_>) {
    let (area, line) = (panes.body, panes.search);
    let x = pen.text(area.x + 1, line.y, area.width, "Findings", Role::FocusHeading);
    let Some(notes) = &model.notebook.notes else {
        pen.text(x + 3, line.y, area.width, "reading…", Role::Faint);
        return;
    };
    let x = pen.text(x + 3, line.y, line.right().saturating_sub(x + 4), &summary(notes), Role::Faint);
    let over = notes.findings.iter().filter(|row| days_left(model, &row.finding).is_some_and(|d| d < 0));
    let over = over.count();
    if over > 0 {
        let said = format!("{} {over} overdue", pen.theme.glyphs.trouble);
        pen.text(x + 3, line.y, line.right().saturating_sub(x + 4), &said, Role::Warning);
    }
    if notes.is_empty() {
        return nothing(model, area, pen);
    }
    let below = if area.height >= 24 { area.height / 3 } else { 0 };
    let list = Rect { height: area.height - below, ..area };
    draw_list(model, notes, list, pen);
    if below > 0 {
        let under = Rect { y: list.bottom(), height: below, ..area };
        pen.rule(Rect { height: 1, ..under });
        let lines = annotation::lines(model, under);
        for (y, line) in (under.y + 1..under.bottom()).zip(lines) {
            annotation::draw_line(&line, Rect { x: area.x + 1, y, width: area.width - 2, height: 1 }, pen);
        }
    }
}

/// Says how many stand where: `open 2 · in-progress 1 · 3 bookmarks`.
fn summary(notes: &Notes) -> String {
    let states = by_state(notes).into_iter().map(|(state, count)| format!("{state} {count}"));
    let marks = Some(notes.marks.len()).filter(|count| *count > 0);
    let marks = marks.map(|count| counted(count as u64, "bookmark"));
    states.chain(marks).collect::<Vec<_>>().join(" · ")
}

fn nothing(model: &Model, area: Rect, pen: &mut Pen<'_>) {
    let key = |action| model.keys.map.key_of(action, super::super::keymap::KeyContext::Events);
    let key = |action| key(action).unwrap_or_else(|| ":".to_owned());
    let say = format!(
        "Nothing was noted yet. Among the events, {} bookmarks one, {} does so with a note, and {} writes down what the present search shows. {} goes there.",
        key(Action::Bookmark),
        key(Action::Note),
        key(Action::NewFinding),
        key(Action::Investigate),
    );
    for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&say, usize::from(area.width.saturating_sub(2)))) {
        pen.text(area.x + 1, y, area.width - 1, &line, Role::Text);
    }
}

fn lines(notes: &Notes) -> Vec<Line> {
    let mut lines = Vec::new();
    if !notes.findings.is_empty() {
        lines.push(Line::FindingsHeading);
        lines.extend((0..notes.findings.len()).map(Line::Finding));
    }
    if !notes.marks.is_empty() {
        if !lines.is_empty() {
            lines.push(Line::Blank);
        }
        lines.push(Line::MarksHeading);
        lines.extend((0..notes.marks.len()).map(Line::Mark));
    }
    lines
}

fn draw_list(model: &Model, notes: &Notes, area: Rect, pen: &mut Pen<'_>) {
    let (lines, selected) = (lines(notes), model.notebook.selected);
    let here = match selected.checked_sub(notes.findings.len()) {
        None => Line::Finding(selected),
        Some(at) => Line::Mark(at),
    };
    let at = lines.iter().position(|line| *line == here).unwrap_or(0);
    let room = usize::from(area.height);
    let top = (at + 1).saturating_sub(room / 2 + 1).min(lines.len().saturating_sub(room));
    let (widths, clock) = (Widths::of(area.width, &notes.findings), Clock::new(&model.facts, false));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(top)) {
        let row = Rect { y, height: 1, ..area };
        match line {
            Line::Blank => {}
            Line::FindingsHeading => widths.heading(row, pen),
            Line::Finding(at) => widths.finding(model, &notes.findings[*at], row, pen),
            Line::MarksHeading => {
                let named = format!("Bookmarks   Time {}", model.facts.zone());
                pen.text(row.x + 1, y, row.width, &named, Role::Faint);
            }
            Line::Mark(at) => mark(&clock, &notes.marks[*at], row, pen),
        }
        if *line == here {
            let glyph = pen.theme.glyphs.selected;
            pen.text(row.x, y, 1, glyph, Role::Marker);
            pen.lay(row, Role::Selected);
        }
    }
}

/// How wide the columns of findings are; none where there is no room for one.
struct Widths {
    due: u16,
    owner: u16,
    last: u16,
}

const NUMBER: u16 = 4;
const SEVERITY: u16 = 10;
const STATE: u16 = 14;
const EVENTS: u16 = 10;

impl Widths {
    fn of(width: u16, findings: &[FindingRow]) -> Widths {
        let due = findings.iter().any(|row| !row.finding.due.is_empty());
        let owner = width >= 100 && findings.iter().any(|row| !row.finding.owner.is_empty());
        Widths {
            due: if due { 12 } else { 0 },
            owner: if owner { 14 } else { 0 },
            last: if width >= 100 { 18 } else { 0 },
        }
    }

    fn row(&self, line: Rect, cells: [(&str, Role); 8], pen: &mut Pen<'_>) {
        let [number, severity, state, due, owner, title, events, last] = cells;
        pen.right(line.x + NUMBER, line.y, NUMBER - 1, number.0, number.1);
        let mut x = line.x + NUMBER + 1;
        for ((text, role), width) in
            [(severity, SEVERITY), (state, STATE), (due, self.due), (owner, self.owner)]
        {
            pen.foreign(x, line.y, width.saturating_sub(1), text, role);
            x += width;
        }
        let end = (line.right()).saturating_sub(self.last + EVENTS);
        pen.foreign(x, line.y, end.saturating_sub(x + 1), title.0, title.1);
        pen.right(end + EVENTS - 1, line.y, EVENTS - 1, events.0, events.1);
        pen.text(end + EVENTS + 1, line.y, self.last.saturating_sub(2), last.0, last.1);
    }

    fn heading(&self, line: Rect, pen: &mut Pen<'_>) {
        let names = ["#", "Severity", "State", "Due", "Owner", "Title", "Events", "Last seen"];
        self.row(line, names.map(|name| (name, Role::Faint)), pen);
    }

    fn finding(&self, model: &Model, row: &FindingRow, line: Rect, pen: &mut Pen<'_>) {
        let finding = &row.finding;
        let plain = if is_settled(finding.state) { Role::Faint } else { Role::Text };
        let (due, due_role) = due(model, finding, plain, pen.theme.glyphs.trouble);
        let last = row.last.map(|last: Timestamp| Clock::new(&model.facts, false).write(last, None));
        let trouble = row.trouble.as_ref().map(|_| format!("{} {}", pen.theme.glyphs.trouble, finding.title));
        let title = match &trouble {
            Some(title) => (title.as_str(), Role::Trouble),
            None => (finding.title.as_str(), plain),
        };
        let owner = if finding.owner.is_empty() { "-" } else { finding.owner.as_str() };
        let (number, events) = (finding.number.to_string(), thousands(row.events));
        let severe = if is_settled(finding.state) { plain } else { severity(finding.severity) };
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
        self.row(line, cells, pen);
    }
}

fn severity(severity: Severity) -> Role {
    match severity {
        Severity::Critical | Severity::High => Role::Failure,
        Severity::Medium => Role::Warning,
        Severity::Low | Severity::Info => Role::Text,
    }
}

/// Gives how many days there are until a finding is due; none where it is not
/// due, or done with.
fn days_left(model: &Model, finding: &Finding) -> Option<i64> {
    let due: NaiveDate = finding.due.parse().ok()?;
    let today = model.facts.zone().local(model.facts.now).date();
    (!is_settled(finding.state)).then(|| (due - today).num_days())
}

fn due(model: &Model, finding: &Finding, plain: Role, trouble: &str) -> (String, Role) {
    match days_left(model, finding) {
        None if finding.due.is_empty() => ("-".to_owned(), plain),
        None => (finding.due.clone(), plain),
        Some(days) if days < 0 => (format!("{trouble} {} d over", -days), Role::Warning),
        Some(0) => ("today".to_owned(), Role::Warning),
        Some(days) => (format!("in {days} d"), plain),
    }
}

fn mark(clock: &Clock, row: &MarkRow, line: Rect, pen: &mut Pen<'_>) {
    let glyphs = pen.theme.glyphs;
    let (glyph, role, plain) = match row.hit {
        Some(_) => (glyphs.bookmark, Role::Noted, Role::Text),
        None => (glyphs.trouble, Role::Trouble, Role::Trouble),
    };
    let time = match row.hit.map(|hit| hit.time) {
        Some(Some(time)) => clock.write(time, None),
        Some(None) => "no time".to_owned(),
        None => row.mark.event.short(),
    };
    pen.foreign(line.x + 2, line.y, clock.width(), &time, plain);
    let x = line.x + 2 + clock.width() + 1;
    pen.text(x, line.y, 1, glyph, role);
    let x = x + 2;
    let room = (line.right() - 1).saturating_sub(x);
    let tags: String = row.mark.tags.iter().map(|tag| format!(" #{tag}")).collect();
    let said = format!("{}{tags}", row.mark.note);
    let what = row.what.lines().next().unwrap_or_default();
    if said.trim().is_empty() {
        pen.foreign(x, line.y, room, what, plain);
        return;
    }
    let end = pen.foreign(x, line.y, room / 2, said.trim(), plain);
    pen.foreign(end + 2, line.y, (line.right() - 1).saturating_sub(end + 2), what, Role::Faint);
}
