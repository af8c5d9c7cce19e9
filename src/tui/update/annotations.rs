//! Bookmarks and notes: writing them, and the results.

use crate::app::{Annotation, Hit, day_of};
use crate::error::visible;
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{EventId, TimeRange};
use crate::tui::model::{FormDialog, FormField, FormPurpose, Model, Overlay, Pane, Screen, TextPage, Tone};
use crate::tui::protocol::{
    AnnotationRequest, AnnotationResult, Annotations, Effect, ForeignAnnotation, JournalWarning, Lane,
    SearchScope, SelectedAnnotation, WorkerRequest,
};

use super::{curve, form, screens, search};

pub(super) const NOTE: &str = "Note";
pub(super) const TAGS: &str = "Tags";

/// Asks annotations.
/// Applies annotations that were read.
pub(super) fn apply(model: &mut Model, mut notes: Annotations) -> Vec<Effect> {
    let day = day_of(model.case.now);
    for row in &mut notes.findings {
        row.finding.state = row.finding.state_on(&day);
    }
    for (what, why) in &notes.orphans {
        model.case.alarm(Some(visible(&format!("ORPHANED {what}: {why}"))));
    }
    model.anomalies.replace(&notes);
    model.annotations.replace(notes);
    ask_found(model).into_iter().chain(curve::ask(model)).collect()
}

/// Asks which of the listed events are in a finding.
pub(super) fn ask_found(model: &mut Model) -> Option<Effect> {
    let any = model.annotations.loaded.as_ref().is_some_and(|notes| !notes.findings.is_empty());
    if !any {
        model.tickets.invalidate(Lane::FindingHits);
        return None;
    }
    let hits: Vec<Hit> = model.list.rows.iter().map(|row| row.hit).collect();
    (!hits.is_empty()).then(|| model.ask(WorkerRequest::FindingHits(hits)))
}

/// Applies the result of writing an annotation.
pub(super) fn annotated(model: &mut Model, annotated: AnnotationResult) -> Vec<Effect> {
    form::done(model);
    model.mine.extend(annotated.ids);
    let done = visible(&annotated.message);
    let (message, tone) = match annotated.warning {
        None => (done, Tone::Done),
        Some(JournalWarning { text, integrity }) => {
            model.case.alarm(integrity.then(|| text.clone()));
            (format!("{done} · {text}"), if integrity { Tone::Alarm } else { Tone::Refused })
        }
    };
    model.say(tone, message);
    apply(model, annotated.notes)
}

/// Requests to write an annotation into the journal.
pub(super) fn write(model: &mut Model, annotation: AnnotationRequest) -> Vec<Effect> {
    form::busy(model);
    let now = model.case.now;
    vec![model.ask(WorkerRequest::Annotate { annotation: Box::new(annotation), now })]
}

/// Shows why something was refused.
pub(super) fn refuse(model: &mut Model, why: &str) -> Vec<Effect> {
    model.say(Tone::Refused, why);
    Vec::new()
}

/// Undoes the last annotation, if this screen wrote it.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let mine = model.mine.clone();
    write(model, AnnotationRequest::Undo { mine, agreed: None })
}

/// Redoes what was undone last.
pub(super) fn redo(model: &mut Model) -> Vec<Effect> {
    write(model, AnnotationRequest::Redo)
}

const TAKE: &str = "Undo it";

/// Asks before an annotation is undone that this screen did not write.
pub(super) fn ask_before(model: &mut Model, foreign: ForeignAnnotation) {
    let responses = ["no, keep it", "yes, undo it"].map(str::to_owned).to_vec();
    let rows = vec![FormField::choice(TAKE, responses, 0)];
    let mut form =
        FormDialog::new(FormPurpose::Undo(foreign.id), "Undo an entry of somebody else", "confirm", rows);
    form.details.push(("What", foreign.description));
    model.overlay = Overlay::Form(Box::new(form));
}

/// Undoes it, or leaves it, as was chosen.
pub(super) fn agreed(model: &mut Model, form: &FormDialog, id: &str) -> Vec<Effect> {
    if form.chosen(TAKE) == 0 {
        model.overlay = Overlay::None;
        model.say(Tone::Done, "nothing was undone");
        return Vec::new();
    }
    write(model, AnnotationRequest::Undo { mine: Vec::new(), agreed: Some(id.to_owned()) })
}

/// Bookmarks the selected event, or removes its bookmark.
pub(super) fn bookmark(model: &mut Model) -> Vec<Effect> {
    let Some(hit) = model.list.row().map(|row| row.hit) else { return refuse(model, "no event is selected") };
    let marked = model.annotations.bookmark_on(&hit).map(|row| row.bookmark.event.event.clone());
    let annotation = match marked {
        Some(event) => AnnotationRequest::Annotation(Annotation::RemoveBookmark { event }),
        None => AnnotationRequest::Bookmark { hit, note: None, tags: Vec::new() },
    };
    write(model, annotation)
}

/// Removes the selected bookmark of the third screen.
pub(super) fn remove_mark(model: &mut Model) -> Vec<Effect> {
    let event = match model.annotations.selected() {
        Some(SelectedAnnotation::Bookmark(row)) => row.bookmark.event.event.clone(),
        Some(SelectedAnnotation::Finding(_)) => {
            return refuse(model, "a finding cannot be removed: close it, or undo it");
        }
        None => return refuse(model, "nothing is selected"),
    };
    write(model, AnnotationRequest::Annotation(Annotation::RemoveBookmark { event }))
}

/// Opens the form for a note on the selected event or finding.
pub(super) fn note(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.focus.screen, Screen::Findings | Screen::Anomalies) {
        let hit = model.list.row().map(|row| row.hit);
        return match hit {
            Some(hit) => note_event(model, hit),
            None => refuse(model, "no event is selected"),
        };
    }
    match model.selected_annotation() {
        Some(SelectedAnnotation::Finding(row)) => {
            let (uid, title) = (row.finding.uid.clone(), format!("Note on finding {}", row.finding.number));
            let rows = vec![FormField::text(NOTE, "", "text of the note")];
            form::open(model, FormDialog::new(FormPurpose::FindingNote(uid), title, "save", rows))
        }
        Some(SelectedAnnotation::Bookmark(row)) => match row.hit {
            Some(hit) => note_event(model, hit),
            None => refuse(model, "its event has changed since: nothing can be added to it"),
        },
        None => refuse(model, "nothing is selected"),
    }
}

fn note_event(model: &mut Model, hit: Hit) -> Vec<Effect> {
    let mark = model.annotations.bookmark_on(&hit).map(|row| &row.bookmark);
    let (note, tags) = mark.map_or((String::new(), String::new()), |mark| {
        (mark.note.clone(), mark.tags.iter().cloned().collect::<Vec<_>>().join(", "))
    });
    let title = format!("Bookmark {}", EventId::new(&hit.source, hit.record));
    let rows = vec![
        FormField::text(NOTE, &note, "text of the note, optional"),
        FormField::text(TAGS, &tags, "comma-separated, optional"),
    ];
    form::open(model, FormDialog::new(FormPurpose::Note(hit), title, "save", rows))
}

/// Reads tags that are separated by commas.
pub(super) fn tags(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

pub(super) fn confirm_note(model: &mut Model, form: &FormDialog, hit: Hit) -> Vec<Effect> {
    let (note, tags) = (Some(form.typed(NOTE).to_owned()), tags(form.typed(TAGS)));
    write(model, AnnotationRequest::Bookmark { hit, note, tags })
}

pub(super) fn confirm_finding_note(model: &mut Model, form: &FormDialog, uid: &str) -> Vec<Effect> {
    let text = form.typed(NOTE).to_owned();
    if text.is_empty() {
        return refuse(model, "the note is empty");
    }
    write(model, AnnotationRequest::Annotation(Annotation::AddNote { finding: uid.to_owned(), text }))
}

/// Opens the page of the selected finding or bookmark.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.annotations.selected().is_none() {
        return refuse(model, "nothing is selected");
    }
    model.overlay = Overlay::Page(TextPage::Annotation, 0);
    Vec::new()
}

/// Shows the events of the selected finding, or the bookmarked one, on the first screen.
pub(super) fn show_events(model: &mut Model) -> Vec<Effect> {
    let (field, text) = match model.selected_annotation() {
        Some(SelectedAnnotation::Finding(row)) => (FieldRef::Finding, row.finding.number.to_string()),
        Some(SelectedAnnotation::Bookmark(row)) => match row.hit {
            Some(hit) => (FieldRef::Id, EventId::new(&hit.source, hit.record).to_string()),
            None => return refuse(model, "its event has changed since"),
        },
        None => return refuse(model, "nothing is selected"),
    };
    show_all(model, field, text)
}

/// Shows every event with this value of a field, on the first screen.
pub(super) fn show_all(model: &mut Model, field: FieldRef, text: String) -> Vec<Effect> {
    let test = Test::Is(Pattern { text, quoted: false });
    let scope = SearchScope { expr: Expr::Leaf(Leaf { field: Some(field), test }), window: TimeRange::ALL };
    let text = scope.expr.to_string();
    model.focus.pane = Pane::Events;
    let mut effects = screens::show_screen(model, Screen::Investigate);
    if scope != model.search.scope {
        effects.extend(search::go_to_first(model, text, scope));
    }
    effects
}
