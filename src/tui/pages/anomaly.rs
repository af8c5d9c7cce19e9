//! Why a finding of a detector was raised, and what could not be looked for.

use serde_json::Value;

use crate::app::{Detected, Finding};
use crate::error::visible;
use crate::record::{Timestamp, thousands};
use crate::tui::keymap::{Action, KeyContext};
use crate::tui::model::Model;
use crate::tui::protocol::{Annotations, FindingRow};
use crate::tui::text::pack;
use crate::tui::theme::{Glyphs, StyleRole};
use crate::tui::times::{duration, moment};

use super::builder::{PageBuilder, TextLine};

/// Cells for the label of a line and the space after it.
const LABEL: usize = 12;

/// Returns why the selected finding was raised, wrapped to a width.
pub fn lines(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let mut page = PageBuilder::new(width).labels(LABEL);
    let selected = model.annotations.loaded.as_ref().zip(model.anomaly());
    let Some((notes, row)) = selected else { return page.finish() };
    let Some(detected) = row.finding.detected.as_deref() else { return page.finish() };
    page.paragraph(&visible(&row.finding.title), StyleRole::Heading);
    page.paragraph(&visible(&standing(row, detected, notes)), StyleRole::Faint);
    page.line(Vec::new());
    page.paragraph(&visible(&detected.why), StyleRole::Text);
    page.line(Vec::new());
    if let Some(trouble) = &row.trouble {
        page.labeled("Trouble", trouble, StyleRole::Trouble);
    }
    for (field, value) in &detected.entity {
        page.labeled(&visible(field), &values(value).join(", "), StyleRole::Text);
    }
    for (at, line) in pack(numbers(detected), page.room()).iter().enumerate() {
        page.labeled(if at == 0 { "Numbers" } else { "" }, line, StyleRole::Text);
    }
    times(model, detected, &mut page);
    let attack: Vec<&str> = detected.attack.iter().chain(&detected.tactics).map(String::as_str).collect();
    if !attack.is_empty() {
        page.labeled("ATT&CK", &attack.join(" · "), StyleRole::Text);
    }
    page.labeled("Events", &thousands(row.events), StyleRole::Text);
    curve(model, row, glyphs, &mut page);
    if let Some((kind, advice)) = &detected.advice {
        page.labeled("Advice", &format!("{kind}: {advice}"), StyleRole::Text);
    }
    for (label, text) in [("Owner", &row.finding.owner), ("Due", &row.due)] {
        if !text.is_empty() {
            page.labeled(label, text, StyleRole::Text);
        }
    }
    page.history("Notes", &row.finding.notes);
    page.labeled("Detector", &detected.detector, StyleRole::Faint);
    for (at, line) in pack(next(model), page.room()).iter().enumerate() {
        page.labeled(if at == 0 { "Next" } else { "" }, line, StyleRole::Key);
    }
    page.finish()
}

/// Says how bad and how sure it is, its state, its verdict, and its incident.
fn standing(row: &FindingRow, detected: &Detected, notes: &Annotations) -> String {
    let Finding { number, severity, state, verdict, .. } = &row.finding;
    let confidence = detected.confidence.as_f64().unwrap_or_default();
    let verdict = verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    let incident = notes.incident_of(*number);
    let incident = incident.map(|incident| format!(" · incident {}", incident.number)).unwrap_or_default();
    format!("finding {number} · {severity} · confidence {} · {state}{verdict}{incident}", figure(confidence))
}

/// Returns the values of a field that a finding is about (foreign texts).
pub(super) fn values(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(texts) => texts.iter().flat_map(values).collect(),
        other => vec![other.to_string()],
    }
}

/// Returns the numbers behind a finding, each as `failures = 545`.
fn numbers(detected: &Detected) -> impl Iterator<Item = String> {
    detected.numbers.iter().map(|(name, value)| {
        let value = value.as_f64().map_or_else(|| value.to_string(), figure);
        visible(&format!("{name} = {value}"))
    })
}

/// Writes a number with as many digits as say something.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("{sign}{}", thousands(number.abs() as u64));
    }
    let places = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 1.0 => 2,
        size if size >= 0.001 => 4,
        _ => return format!("{number:.1e}"),
    };
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn times(model: &Model, detected: &Detected, page: &mut PageBuilder) {
    let read = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    let zone = model.case.zone();
    match (read(&detected.start), read(&detected.end)) {
        (Some(start), Some(end)) if start != end => {
            let length = duration(end.nanos().saturating_sub(start.nanos()));
            let text = format!("{} → {} ({length}, {zone})", moment(start, zone), moment(end, zone));
            page.labeled("Time", &text, StyleRole::Text);
        }
        (Some(start), _) => {
            page.labeled("Time", &format!("{} ({zone})", moment(start, zone)), StyleRole::Text);
        }
        (None, _) => page.labeled("Time", "none of its events has one", StyleRole::Text),
    }
}

/// Draws the finding's events over time, and all events below them.
fn curve(model: &Model, row: &FindingRow, glyphs: &Glyphs, page: &mut PageBuilder) {
    let Some(curve) = &model.anomalies.curve else { return };
    if curve.finding != row.finding.uid || curve.all.is_empty() {
        return;
    }
    let room = page.room().min(curve.all.len());
    for (counts, what, role) in
        [(&curve.events, "these", StyleRole::Noted), (&curve.all, "all", StyleRole::Faint)]
    {
        page.labeled(what, &bars(counts, room, glyphs), role);
    }
    if let Some(span) = model.case.span {
        let zone = model.case.zone();
        let text = format!("{} → {}", moment(span.from, zone), moment(span.to, zone));
        page.labeled("", &text, StyleRole::Faint);
    }
}

/// Draws counts as bars, a cell each, in at most `room` cells.
fn bars(counts: &[u64], room: usize, glyphs: &Glyphs) -> String {
    let each = counts.len().div_ceil(room.max(1)).max(1);
    let sums: Vec<u64> = counts.chunks(each).map(|chunk| chunk.iter().sum()).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let bar = |sum: &u64| match sum {
        0 => glyphs.unknown,
        sum => {
            let level = (u128::from(*sum) * 8).div_ceil(u128::from(most)).clamp(1, 8);
            glyphs.rising[level as usize - 1]
        }
    };
    sums.iter().map(bar).collect()
}

/// Says what can be done next.
fn next(model: &Model) -> impl Iterator<Item = String> {
    let actions = [
        Action::ShowEvents,
        Action::TruePositive,
        Action::FalsePositive,
        Action::Benign,
        Action::Remediate,
        Action::Note,
        Action::CloseFinding,
    ];
    let key = |action: Action| {
        let key = model.keys.map.key_of(action, KeyContext::Anomalies)?;
        Some(format!("{key} {}", action.info().label))
    };
    actions.into_iter().filter_map(key).collect::<Vec<_>>().into_iter()
}

/// Returns what the last detection could not look for, with the reasons.
pub(super) fn not_evaluated(model: &Model, width: usize) -> Vec<TextLine> {
    let mut page = PageBuilder::new(width).indented(2);
    let Some(run) = &model.anomalies.last else { return page.finish() };
    page.paragraph(&format!("{} rules and detectors looked.", thousands(run.ran)), StyleRole::Text);
    let parts = [
        ("Detectors that could not be evaluated", &run.not_evaluated),
        ("Rules that cannot be used", &run.unread),
    ];
    for (heading, left) in parts {
        if !left.is_empty() {
            page.heading(&format!("{heading}: {}", left.len()));
        }
        for (name, reason) in left {
            page.paragraph(&visible(name), StyleRole::FieldName);
            page.paragraph(&format!("  {}", visible(reason)), StyleRole::Text);
        }
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::UNICODE;

    #[test]
    fn figures_have_the_digits_that_say_something() {
        let shown = [545.0, -3.0, 18_900.4, 0.25, 2.5, 0.000_000_4, 1_234_567.0].map(figure);
        assert_eq!(shown, ["545", "-3", "18900", "0.25", "2.5", "4.0e-7", "1,234,567"]);
    }

    #[test]
    fn bars_fit_their_room_and_one_event_is_seen() {
        assert_eq!(bars(&[0, 1, 1000, 500], 4, &UNICODE), "·▁█▄");
        assert_eq!(bars(&[0, 1, 1000, 500], 2, &UNICODE), "▁█");
    }
}
