//! The page of the selected finding or bookmark: everything that was written about it.

use crate::record::{counted, thousands};
use crate::tui::model::Model;
use crate::tui::protocol::{BookmarkRow, FindingRow, SelectedAnnotation};
use crate::tui::theme::StyleRole;

use super::builder::{PageBuilder, TextLine};

/// Cells for the label of a line and the space after it.
const LABEL: usize = 11;

/// Returns the page's lines, wrapped to a width.
pub fn lines(model: &Model, width: usize) -> Vec<TextLine> {
    let mut page = PageBuilder::new(width).labels(LABEL);
    match model.annotations.selected() {
        None => page.labeled("", "Nothing is selected.", StyleRole::Text),
        Some(SelectedAnnotation::Finding(row)) => finding(model, row, &mut page),
        Some(SelectedAnnotation::Bookmark(row)) => bookmark(row, &mut page),
    }
    page.finish()
}

fn finding(model: &Model, row: &FindingRow, page: &mut PageBuilder) {
    let finding = &row.finding;
    page.labeled(&format!("finding {}", finding.number), &finding.title, StyleRole::Heading);
    if let Some(trouble) = &row.trouble {
        page.labeled("", trouble, StyleRole::Trouble);
    }
    let verdict = finding.verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    page.labeled("status", &format!("{} · {}{verdict}", finding.severity, finding.state), StyleRole::Text);
    remediation(row, page);
    if let Some(query) = &finding.query {
        let bounds = match (&query.from, &query.to) {
            (None, None) => String::new(),
            (from, to) => {
                let open = || "…".to_owned();
                let (from, to) = (from.clone().unwrap_or_else(open), to.clone().unwrap_or_else(open));
                format!(" ({from} → {to})")
            }
        };
        page.labeled("query", &format!("{}{bounds}", query.query), StyleRole::Match);
        if query.count != row.events {
            let then = counted(query.count, "event");
            page.labeled("", &format!("{then} when created"), StyleRole::Faint);
        }
    }
    if let Some(detected) = &finding.detected {
        let incident = model.annotations.loaded.as_ref().and_then(|notes| notes.incident_of(finding.number));
        let incident = incident.map(|incident| format!(" · incident {}", incident.number));
        let raised = format!("{}{}", detected.detector, incident.unwrap_or_default());
        page.labeled("raised by", &raised, StyleRole::Text);
        page.labeled("why", &detected.why, StyleRole::Text);
    }
    page.labeled("events", &thousands(row.events), StyleRole::Text);
    page.history("notes", &finding.notes);
    page.history("history", &finding.history);
}

/// Says who repairs it, how, until when, and what shows that it is done.
fn remediation(row: &FindingRow, page: &mut PageBuilder) {
    let finding = &row.finding;
    let advice = finding.detected.as_ref().and_then(|detected| detected.advice.as_ref());
    let tags: Vec<&str> = finding.tags.iter().map(String::as_str).collect();
    let accepted = finding.acceptance.as_ref();
    let lines = [
        ("owner", finding.owner.clone()),
        ("due", row.due.clone()),
        ("remedy", finding.remedy.map(|remedy| remedy.to_string()).unwrap_or_default()),
        ("advice", advice.map(|(kind, text)| format!("{kind}: {text}")).unwrap_or_default()),
        ("link", finding.link.clone()),
        ("fixed at", finding.fixed_at.clone()),
        ("proof", finding.proof.as_ref().map(|proof| proof.sentence()).unwrap_or_default()),
        ("accepted", accepted.map(|by| format!("by {} until {}", by.approver, by.until)).unwrap_or_default()),
        ("tags", tags.join(", ")),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        page.labeled(name, value, StyleRole::Text);
    }
}

fn bookmark(row: &BookmarkRow, page: &mut PageBuilder) {
    page.labeled("bookmark", &row.bookmark.event.short(), StyleRole::Heading);
    let role = if row.hit.is_some() { StyleRole::Text } else { StyleRole::Trouble };
    page.labeled("event", &row.what, role);
    let tags: Vec<&str> = row.bookmark.tags.iter().map(String::as_str).collect();
    for (name, value) in [("note", row.bookmark.note.as_str()), ("tags", &tags.join(", "))] {
        if !value.is_empty() {
            page.labeled(name, value, StyleRole::Text);
        }
    }
    page.labeled(
        "bound to",
        &format!("the record with SHA-256 {}", row.bookmark.event.hash),
        StyleRole::Faint,
    );
    page.history("history", &row.bookmark.history);
}
