//! Where an event is stored in the evidence, and how its time was determined.

use crate::app::RereadChange;
use crate::error::visible;
use crate::record::{EventId, EventTime, TimeBasis, thousands};
use crate::tui::model::Model;
use crate::tui::protocol::EventDetail;
use crate::tui::text::paragraphs;
use crate::tui::theme::StyleRole;

use super::builder::{PageBuilder, TextLine};

/// Describes it in one line: `auth.log line 10,433 · byte 1,204,511 · sha-256 checked ✓ · year inferred`.
/// Foreign text is in it.
pub fn provenance_line(model: &Model, event: &EventDetail) -> String {
    let path = model.case.source(&event.hit.source).map_or("?", |source| source.path.as_str());
    let name = path.rsplit('/').next().unwrap_or(path);
    let (line, byte) = (thousands(event.origin.line), thousands(event.origin.offset));
    let time = event.time.map_or("no time".to_owned(), |stamp| basis_in_words(stamp.basis));
    let reread = model.case.source(&event.hit.source).and_then(|source| source.reread.as_ref());
    let reread = reread.map(|reread| format!(" · reread by entry {}", reread.entry)).unwrap_or_default();
    format!("{name} line {line} · byte {byte} · sha-256 checked ✓ · {time}{reread}")
}

/// Describes the basis of a time.
fn basis_in_words(basis: TimeBasis) -> String {
    let inferred = [(basis.year, "year"), (basis.date, "date"), (basis.zone, "zone")];
    let words: Vec<&str> = inferred.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    let mut message = match words.as_slice() {
        [] => "time explicit".to_owned(),
        words => format!("{} inferred", words.join(" and ")),
    };
    if basis.clock {
        message.push_str(", clock corrected");
    }
    if basis.ambiguous {
        message.push_str(", ambiguous");
    }
    if basis.future {
        message.push_str(", after the acquisition");
    }
    message
}

/// Describes corrections.
fn describe(change: &[RereadChange]) -> String {
    change.iter().map(RereadChange::to_string).collect::<Vec<_>>().join(", ")
}

/// Returns the page's lines.
pub fn lines(model: &Model, width: usize) -> Vec<TextLine> {
    let Some(event) = model.detail.event_of(model.list.row().map(|row| row.hit)) else {
        return vec![vec![("No event is selected.".to_owned(), StyleRole::Text)]];
    };
    let mut page = PageBuilder::new(width).indented(2).labels(11);
    location(model, event, &mut page);
    time(model, event, &mut page);
    page.heading("Original bytes");
    let shown = paragraphs(&event.raw, width.saturating_sub(2), EventDetail::RAW);
    shown.into_iter().for_each(|line| page.line(vec![(format!("  {line}"), StyleRole::Text)]));
    if event.raw_shown < usize::try_from(event.origin.length).unwrap_or(usize::MAX) {
        let (shown, all) = (thousands(event.raw_shown as u64), thousands(event.origin.length));
        page.paragraph(
            &format!("(the first {shown} of {all} bytes; `vestigo show` prints all)"),
            StyleRole::Text,
        );
    }
    if event.lossy {
        page.paragraph(
            "(bytes that are not UTF-8 are shown as U+FFFD; the evidence keeps them as they are)",
            StyleRole::Text,
        );
    }
    page.finish()
}

fn location(model: &Model, event: &EventDetail, page: &mut PageBuilder) {
    let (origin, source) = (&event.origin, model.case.source(&event.hit.source));
    page.heading("Location");
    page.labeled("Event", &EventId::new(&origin.source, origin.record).to_string(), StyleRole::Text);
    page.labeled("Source", &source.map_or("?".to_owned(), |source| source.path.clone()), StyleRole::Text);
    page.labeled("SHA-256", &origin.source.to_string(), StyleRole::Text);
    page.labeled("Record", &format!("{} (counted from 0)", thousands(origin.record)), StyleRole::Text);
    page.labeled("Line", &format!("{} (counted from 1)", thousands(origin.line)), StyleRole::Text);
    page.labeled(
        "Bytes",
        &format!("{} from byte {}", thousands(origin.length), thousands(origin.offset)),
        StyleRole::Text,
    );
    if event.part > 0 {
        page.labeled("Part", &format!("{} of an overlong line", event.part), StyleRole::Text);
    }
    page.labeled("Format", &event.format, StyleRole::Text);
    if let Some(source) = source {
        page.labeled("Root", &source.root, StyleRole::Text);
    }
    page.labeled(
        "Checked",
        "✓ the frame that holds these bytes was read back, and its SHA-256 matches the manifest",
        StyleRole::Text,
    );
}

fn time(model: &Model, event: &EventDetail, page: &mut PageBuilder) {
    page.heading("Time");
    let Some(EventTime { timestamp: instant, precision, basis }) = event.time else {
        page.paragraph(
            "The record has no time; it is listed after all events that have one.",
            StyleRole::Text,
        );
        return;
    };
    page.labeled("In UTC", &instant.to_string(), StyleRole::Text);
    let zone = model.case.zone();
    page.labeled("Shown", &format!("{} ({zone})", zone.show(instant, 3)), StyleRole::Text);
    if let Some(text) = &event.time_text {
        page.labeled("Read from", text, StyleRole::Text);
    }
    page.labeled("Precision", precision.name(), StyleRole::Text);
    page.labeled("Basis", &basis_in_words(basis), StyleRole::Text);
    let explained = [
        (
            basis.year,
            "The line has no year: it was inferred once for the source, from its date and the order of its lines.",
        ),
        (basis.date, "The line has no date: it was inferred for the source."),
        (basis.zone, "The line has no zone: the zone set for the source was assumed, or UTC."),
        (basis.clock, "The source's clock was wrong: the time is corrected by the offset set for it."),
        (basis.ambiguous, "The local time occurs twice or never in its zone; the earlier moment is shown."),
        (basis.future, "The time is after the source was acquired: a clock was wrong, or the inference is."),
    ];
    for (_, sentence) in explained.iter().filter(|(on, _)| *on) {
        page.paragraph(sentence, StyleRole::Text);
    }
    if let Some(reread) = model.case.source(&event.hit.source).and_then(|source| source.reread.as_ref()) {
        page.paragraph(
            &visible(&format!(
                "Since entry {} of the journal ({}, {}) the source is read differently than at import: {}.",
                reread.entry,
                reread.at,
                reread.by,
                describe(&reread.change)
            )),
            StyleRole::Text,
        );
    }
}
