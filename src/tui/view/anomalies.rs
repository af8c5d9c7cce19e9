//! Screen 2: what detectors found, ranked, and why.

use ratatui::layout::Rect;

use crate::record::{counted, thousands};
use crate::tui::keymap::{Action, KeyContext};
use crate::tui::layout::Panes;
use crate::tui::model::{AnomalyGroupKind, Model};
use crate::tui::pages;
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// The narrowest screen on which the reasons stand beside the list.
const WIDE: u16 = 100;

/// Draws the list, and beside or below it why the selected finding was raised.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let (area, line) = (panes.body, panes.search);
    let x = canvas.text(area.x + 1, line.y, area.width, "Anomalies", StyleRole::FocusHeading);
    if model.annotations.loaded.is_none() {
        canvas.text(x + 3, line.y, area.width, "reading…", StyleRole::Faint);
        return;
    }
    let mut end = line.right() - 1;
    if let Some(state) = running(model) {
        end = canvas.right(end, line.y, line.width / 2, &state, StyleRole::Warning).saturating_sub(2);
    }
    canvas.text(x + 3, line.y, end.saturating_sub(x + 3), &summary(model), StyleRole::Faint);
    if model.anomalies.is_empty() {
        return nothing(model, area, canvas);
    }
    let (list, why) = parts(area);
    draw_list(model, list, canvas);
    if why.y > list.y {
        canvas.rule(Rect { y: why.y - 1, height: 1, ..area });
    }
    draw_why(model, why, canvas);
}

/// Returns where the list and the reasons stand.
fn parts(area: Rect) -> (Rect, Rect) {
    if area.width >= WIDE {
        let width = area.width * 11 / 20;
        let why = Rect { x: area.x + width + 1, width: area.width - width - 1, ..area };
        return (Rect { width, ..area }, why);
    }
    let height = area.height * 11 / 20;
    let why = Rect { y: area.y + height + 1, height: area.height.saturating_sub(height + 1), ..area };
    (Rect { height, ..area }, why)
}

fn key(model: &Model, action: Action) -> String {
    model.keys.map.key_of(action, KeyContext::Anomalies).unwrap_or_else(|| ":".to_owned())
}

/// Says that detection is running, and how to stop it.
fn running(model: &Model) -> Option<String> {
    let running = model.anomalies.running?;
    if running.is_stopping {
        return Some("stopping…".to_owned());
    }
    Some(format!("looking… {} s · {} stops", running.since.as_secs(), key(model, Action::Escape)))
}

/// Summarizes the list: `41 looked · 3 could not (d)   2 incidents · 12 findings · 1 judged`.
fn summary(model: &Model) -> String {
    let state = &model.anomalies;
    let mut parts = Vec::new();
    if let Some(run) = &state.last {
        let left = run.not_evaluated.len() + run.unread.len();
        let left = if left > 0 {
            format!(" · {left} could not ({})", key(model, Action::NotEvaluated))
        } else {
            String::new()
        };
        parts.push(format!("{} looked{left}", thousands(run.ran)));
    }
    if !state.is_empty() {
        let is_incident = |kind| matches!(kind, AnomalyGroupKind::Incident(_));
        let incidents = state.groups.iter().filter(|group| is_incident(group.kind)).count();
        let incidents = Some(incidents).filter(|count| *count > 0);
        let counts = [
            incidents.map(|count| counted(count as u64, "incident")),
            Some(counted(state.len() as u64, "finding")),
            Some(state.judged()).filter(|count| *count > 0).map(|count| format!("{count} judged")),
        ];
        parts.push(counts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    }
    parts.join("   ")
}

/// Says why the list is empty, and what to press.
fn nothing(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let events = counted(model.case.events, "event");
    let message = match (&model.anomalies.running, &model.anomalies.last) {
        (Some(_), _) => format!("Looking at {events} with every rule and detector…"),
        (None, _) if model.case.events == 0 => "No evidence yet: vestigo import PATH".to_owned(),
        (None, None) => format!(
            "Detection has not run in this case, or has found nothing: {} looks at {events} with every rule and detector, and keeps what is unusual as findings.",
            key(model, Action::Detect)
        ),
        (None, Some(run)) => format!(
            "{} rules and detectors looked at {events} and found nothing unusual; {} lists what could not be looked for.",
            thousands(run.ran),
            key(model, Action::NotEvaluated)
        ),
    };
    for (y, line) in
        (area.y + 1..area.bottom()).zip(wrap(&message, usize::from(area.width.saturating_sub(2))))
    {
        canvas.text(area.x + 1, y, area.width - 1, &line, StyleRole::Text);
    }
}

fn draw_list(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let width = area.width.saturating_sub(2);
    let lines = pages::anomaly_list(model, usize::from(width), canvas.theme.glyphs);
    let selected = Some(model.anomalies.selected);
    let at = lines.iter().position(|line| line.place == selected).unwrap_or(0);
    let room = usize::from(area.height);
    let top = at.saturating_sub(room / 2).min(lines.len().saturating_sub(room));
    for (y, (number, line)) in (area.y..area.bottom()).zip(lines.iter().enumerate().skip(top)) {
        canvas.line(Rect { x: area.x + 1, y, width, height: 1 }, &line.text);
        if number == at && line.place == selected {
            canvas.text(area.x, y, 1, canvas.theme.glyphs.selected, StyleRole::Marker);
            canvas.lay(Rect { y, height: 1, ..area }, StyleRole::Selected);
        }
    }
}

/// Draws as much of the reasons as there is room for.
fn draw_why(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let width = area.width.saturating_sub(2);
    let key = key(model, Action::Open);
    let wide = area.x > 0;
    if wide {
        canvas.text(area.x + 1, area.y, width, "Why", StyleRole::Heading);
    }
    let area =
        Rect { y: area.y + u16::from(wide), height: area.height.saturating_sub(u16::from(wide)), ..area };
    let mut lines = pages::anomaly_lines(model, usize::from(width), canvas.theme.glyphs);
    // The list above says the title already.
    let title = model.anomaly().map_or(0, |row| canvas.foreign_width(&row.finding.title));
    if !wide && title <= width {
        lines.drain(..1.min(lines.len()));
    }
    let cut = lines.len() > usize::from(area.height);
    let end = area.bottom() - u16::from(cut && area.height > 0);
    for (y, line) in (area.y..end).zip(lines) {
        canvas.line(Rect { x: area.x + 1, y, width, height: 1 }, &line);
    }
    if cut {
        let say = format!("{} {key} shows all", canvas.theme.glyphs.cut);
        canvas.text(area.x + 1, end, width, &say, StyleRole::Faint);
    }
}
