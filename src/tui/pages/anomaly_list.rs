//! The list of what detectors found, as lines: incidents, and a card for each finding.

use crate::app::{Detected, Incident, Severity};
use crate::error::visible;
use crate::record::{Timestamp, counted};
use crate::tui::model::{AnomalyGroupKind, Model};
use crate::tui::protocol::{CaseInfo, FindingRow};
use crate::tui::text::{clip, pack, wrap};
use crate::tui::theme::{Glyphs, StyleRole};

use super::anomaly::values;
use super::builder::TextLine;

/// Cells for the severity and the space after it.
const SEVERITY: usize = 10;

/// How many values of what a finding is about are shown.
const VALUES: usize = 3;

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct AnomalyLine {
    /// The finding that it belongs to, a place in their order; `None` for a heading.
    pub place: Option<usize>,
    /// What it says.
    pub text: TextLine,
}

/// Returns the lines of the list, in at most `width` cells.
pub fn anomaly_list(model: &Model, width: usize, glyphs: &Glyphs) -> Vec<AnomalyLine> {
    let Some(notes) = &model.annotations.loaded else { return Vec::new() };
    let (mut lines, mut place) = (Vec::new(), 0);
    for group in &model.anomalies.groups {
        let heading = match group.kind {
            AnomalyGroupKind::Incident(at) => incident(&notes.incidents[at], width, glyphs),
            AnomalyGroupKind::Open if model.anomalies.groups.len() == 1 => Vec::new(),
            AnomalyGroupKind::Open => vec![titled("OTHER FINDINGS")],
            AnomalyGroupKind::Judged => vec![titled("JUDGED")],
        };
        if !lines.is_empty() && !heading.is_empty() {
            lines.push(AnomalyLine { place: None, text: Vec::new() });
        }
        lines.extend(heading.into_iter().map(|text| AnomalyLine { place: None, text }));
        for at in &group.findings {
            let is_faint = group.kind == AnomalyGroupKind::Judged;
            let card = card(&model.case, &notes.findings[*at], is_faint, width);
            lines.extend(card.into_iter().map(|text| AnomalyLine { place: Some(place), text }));
            place += 1;
        }
    }
    lines
}

fn titled(text: &str) -> TextLine {
    vec![(text.to_owned(), StyleRole::Heading)]
}

/// Returns the heading of an incident: its stages in their order, and its risk.
fn incident(incident: &Incident, width: usize, glyphs: &Glyphs) -> Vec<TextLine> {
    let label = format!("INCIDENT {}", incident.number);
    let label = format!("{label:<width$}  ", width = SEVERITY);
    let stages = incident.stages.join(&format!(" {} ", glyphs.to));
    let stages = if stages.is_empty() { "no known stage".to_owned() } else { visible(&stages) };
    let risk = format!("  risk {:.0}", incident.risk);
    let wrapped = wrap(&(stages + &risk), width.saturating_sub(label.len()));
    let mut lines: Vec<TextLine> = Vec::new();
    for (at, text) in wrapped.into_iter().enumerate() {
        let label = if at == 0 { label.clone() } else { " ".repeat(label.len()) };
        lines.push(vec![(label, role(incident.severity)), (text, StyleRole::Heading)]);
    }
    lines
}

/// Returns the card of a finding: how bad and what; then whom, when, ATT&CK, and how many events.
fn card(facts: &CaseInfo, row: &FindingRow, is_faint: bool, width: usize) -> Vec<TextLine> {
    let finding = &row.finding;
    let Some(detected) = finding.detected.as_deref() else { return Vec::new() };
    let severity = format!("{:<SEVERITY$}", finding.severity.word().to_uppercase());
    let (mut what, plain) = (visible(&finding.title), title_role(row, is_faint));
    if let Some(verdict) = finding.verdict {
        what += &format!(" · {verdict}");
    }
    if finding.state != crate::app::Status::Open {
        what += &format!(" · {}", finding.state);
    }
    let severe = if is_faint { StyleRole::Faint } else { role(finding.severity) };
    let room = width.saturating_sub(SEVERITY);
    let what = clip(&what, room, "…").into_owned();
    let mut lines = vec![vec![(severity, severe), (what, plain)]];
    let facts =
        [about(detected), span(facts, detected), detected.attack.join(" "), counted(row.events, "event")];
    for line in pack(facts.into_iter().filter(|fact| !fact.is_empty()), room) {
        lines.push(vec![(" ".repeat(SEVERITY), StyleRole::Text), (line, StyleRole::Faint)]);
    }
    lines
}

fn title_role(row: &FindingRow, is_faint: bool) -> StyleRole {
    if row.trouble.is_some() {
        StyleRole::Trouble
    } else if is_faint {
        StyleRole::Faint
    } else {
        StyleRole::Text
    }
}

/// Returns the style of a severity.
fn role(severity: Severity) -> StyleRole {
    match severity {
        Severity::Critical | Severity::High => StyleRole::Failure,
        Severity::Medium => StyleRole::Warning,
        Severity::Low | Severity::Info => StyleRole::Text,
    }
}

/// Returns whom a finding is about, in a few words.
fn about(detected: &Detected) -> String {
    let named = detected.entity.values().take(VALUES).map(|value| {
        let values = values(value);
        match values.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    });
    let named: Vec<String> = named.map(|text| visible(&text)).collect();
    named.join(", ")
}

/// Returns when it was, to the minute.
fn span(facts: &CaseInfo, detected: &Detected) -> String {
    let read = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    let Some(start) = read(&detected.start) else { return "no time".to_owned() };
    let zone = facts.zone();
    let start = zone.local(start);
    let end = read(&detected.end).map_or(start, |end| zone.local(end));
    let day = if facts.only_year().is_some() { "%d %b" } else { "%Y-%m-%d" };
    let written = |local: chrono::NaiveDateTime| local.format(&format!("{day} %H:%M")).to_string();
    let (first, last) = (written(start), written(end));
    if first == last {
        first
    } else if start.date() == end.date() {
        format!("{first}–{}", end.format("%H:%M"))
    } else {
        format!("{first} – {last}")
    }
}
