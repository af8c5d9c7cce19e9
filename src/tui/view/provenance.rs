//! Where an event lies in the evidence, and how its time is known.

use ratatui::layout::Rect;

use crate::error::visible;
use crate::journal::Correction;
use crate::record::{EventId, EventTime, TimeBasis, thousands};
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::protocol::EventDetail;
use crate::tui::theme::StyleRole;

use super::TextLine;
use super::canvas::{paragraphs, wrap};

/// Says it in a line: `auth.log line 10,433 · byte 1,204,511 · sha-256 checked ✓ · year inferred`.
/// Foreign text is in it.
pub(super) fn in_a_line(model: &Model, event: &EventDetail) -> String {
    let path = model.case.source(&event.hit.source).map_or("?", |source| source.path.as_str());
    let name = path.rsplit('/').next().unwrap_or(path);
    let (line, byte) = (thousands(event.origin.line), thousands(event.origin.offset));
    let time = event.stamp.map_or("tells no time".to_owned(), |stamp| basis_in_words(stamp.basis));
    let reread = model.case.source(&event.hit.source).and_then(|source| source.reread.as_ref());
    let reread = reread.map(|reread| format!(" · reread by entry {}", reread.entry)).unwrap_or_default();
    format!("{name} line {line} · byte {byte} · sha-256 checked ✓ · {time}{reread}")
}

/// Says how a time is known.
fn basis_in_words(basis: TimeBasis) -> String {
    let inferred = [(basis.year, "year"), (basis.date, "date"), (basis.zone, "zone")];
    let words: Vec<&str> = inferred.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    let mut said = match words.as_slice() {
        [] => "time in full".to_owned(),
        words => format!("{} inferred", words.join(" and ")),
    };
    if basis.clock {
        said.push_str(", clock corrected");
    }
    if basis.ambiguous {
        said.push_str(", ambiguous");
    }
    if basis.future {
        said.push_str(", after the acquisition");
    }
    said
}

/// Says what is read otherwise.
fn told(change: &[Correction]) -> String {
    change.iter().map(Correction::to_string).collect::<Vec<_>>().join(", ")
}

/// Gives the page's lines.
pub(super) fn lines(model: &Model, area: Rect) -> Vec<TextLine> {
    let Some(event) = model.detail.event_of(model.list.row().map(|row| row.hit)) else {
        return vec![vec![("No event is selected.".to_owned(), StyleRole::Text)]];
    };
    let width = usize::from(layout::popup(area.as_size()).width.saturating_sub(2));
    let mut page = PageBuilder { lines: Vec::new(), width };
    location(model, event, &mut page);
    time(model, event, &mut page);
    page.heading("Original bytes");
    let shown = paragraphs(&event.raw, width.saturating_sub(2), EventDetail::RAW);
    page.lines.extend(shown.into_iter().map(|line| vec![(format!("  {line}"), StyleRole::Text)]));
    if event.raw_shown < usize::try_from(event.origin.length).unwrap_or(usize::MAX) {
        let (shown, all) = (thousands(event.raw_shown as u64), thousands(event.origin.length));
        page.words(&format!("(the first {shown} of {all} bytes; `vestigo show` prints all)"));
    }
    if event.lossy {
        page.words("(bytes that are not UTF-8 are shown as U+FFFD; the evidence keeps them as they are)");
    }
    page.lines
}

fn location(model: &Model, event: &EventDetail, page: &mut PageBuilder) {
    let (origin, source) = (&event.origin, model.case.source(&event.hit.source));
    page.heading("Where it lies");
    page.fact("Event", &EventId::of(&origin.source, origin.record).to_string());
    page.fact("Source", &source.map_or("?".to_owned(), |source| visible(&source.path)));
    page.fact("SHA-256", &origin.source.to_string());
    page.fact("Record", &format!("{} (counted from 0)", thousands(origin.record)));
    page.fact("Line", &format!("{} (counted from 1)", thousands(origin.line)));
    page.fact("Bytes", &format!("{} from byte {} on", thousands(origin.length), thousands(origin.offset)));
    if event.part > 0 {
        page.fact("Part", &format!("{} of an overlong line", event.part));
    }
    page.fact("Format", &visible(&event.format));
    if let Some(source) = source {
        page.fact("Root", &source.root);
    }
    page.fact(
        "Checked",
        "✓ the frame that holds these bytes was read back, and its SHA-256 is the manifest's",
    );
}

fn time(model: &Model, event: &EventDetail, page: &mut PageBuilder) {
    page.heading("How its time is known");
    let Some(EventTime { instant, precision, basis }) = event.stamp else {
        page.words("The record tells no time; it is listed behind all events that do.");
        return;
    };
    page.fact("In UTC", &instant.to_string());
    let zone = model.case.zone();
    page.fact("Shown", &format!("{} ({zone})", zone.show(instant, 3)));
    if let Some(text) = &event.when_text {
        page.fact("Read from", &visible(text));
    }
    page.fact("Written to", &format!("the {}", precision.name()));
    page.fact("Basis", &basis_in_words(basis));
    let explained = [
        (
            basis.year,
            "The line has no year: it was inferred once for the source, from its date and the order of its lines.",
        ),
        (basis.date, "The line has no date: it was inferred for the source."),
        (basis.zone, "The line has no zone: the one given for the source, else UTC, was assumed."),
        (basis.clock, "The source's clock was wrong: the time is moved by what was said of it."),
        (basis.ambiguous, "The local time occurs twice or never in its zone; the earlier moment is given."),
        (
            basis.future,
            "The moment lies after the source was acquired: a clock was wrong, or the inference is.",
        ),
    ];
    for (_, sentence) in explained.iter().filter(|(on, _)| *on) {
        page.words(sentence);
    }
    if let Some(reread) = model.case.source(&event.hit.source).and_then(|source| source.reread.as_ref()) {
        page.words(&visible(&format!(
            "Since entry {} of the journal ({}, {}) the source is read otherwise than when it was imported: {}.",
            reread.entry,
            reread.at,
            reread.by,
            told(&reread.change)
        )));
    }
}

/// A page being written.
struct PageBuilder {
    lines: Vec<TextLine>,
    width: usize,
}

impl PageBuilder {
    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        self.lines.push(vec![(text.to_owned(), StyleRole::Heading)]);
    }

    fn fact(&mut self, name: &str, value: &str) {
        for (i, line) in wrap(value, self.width.saturating_sub(13)).into_iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            self.lines.push(vec![(format!("  {name:<11}"), StyleRole::FieldName), (line, StyleRole::Text)]);
        }
    }

    fn words(&mut self, text: &str) {
        for line in wrap(text, self.width.saturating_sub(2)) {
            self.lines.push(vec![(format!("  {line}"), StyleRole::Text)]);
        }
    }
}
