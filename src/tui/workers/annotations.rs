//! Annotations: read back from the case, and written into its journal.

use crate::case::{Appended, Case, EvidenceStatus, Watch, annotate};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{CancelToken, Hit, Order, Request};
use crate::journal::{
    Annotation, Bookmark, Entry, EventRef, Finding, FindingChange, HistoryItem, NewFinding, SavedQuery,
    Severity, redoable, undoable,
};
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{FixedClock, TimeRange, Timestamp, summarize};
use crate::tui::protocol::{
    AnnotationRequest, AnnotationResult, Annotations, BookmarkRow, ExportScope, Failure, FindingRow,
    ForeignAnnotation, JournalWarning, WorkerResponse, is_settled,
};

use super::identity::Identity;

/// How many of the journal's last entries are shown.
const TAIL: usize = 6;

/// Reads the annotations, as they are now.
pub(super) fn read(case: &Case, cancel: &CancelToken) -> Result<Annotations> {
    let case = case.reread()?;
    let state = case.state();
    let lines = case.journal();
    let tail = lines.iter().rev().take(TAIL);
    let summary = |line: &Entry| format!("{}  {}", line.kind, line.payload().summary()).trim_end().to_owned();
    let tail = tail.map(|line| HistoryItem::new(line.at.clone(), line.by.clone(), summary(line)));
    let mut notes =
        Annotations { entries: lines.len() as u64, tail: tail.collect(), ..Annotations::default() };
    for mark in state.bookmarks.values() {
        let standing = case.standing(&mark.event);
        if let Some(why) = standing.orphaned() {
            notes.orphans.push((format!("bookmark on {}", mark.event.short()), why.to_owned()));
        }
        notes.bookmarks.push(mark_row(&case, mark, &standing));
    }
    notes.bookmarks.sort_by(|one, other| one.bookmark.event.time.cmp(&other.bookmark.event.time));
    for finding in &state.findings {
        let row = finding_row(&case, finding, &mut notes.orphans, cancel)?;
        notes.findings.push(row);
    }
    notes.findings.sort_by_key(|row| (is_settled(row.finding.state), std::cmp::Reverse(row.finding.number)));
    Ok(notes)
}

fn mark_row(case: &Case, mark: &Bookmark, standing: &EvidenceStatus) -> BookmarkRow {
    let hit = standing.hit();
    let what = match hit.map(|hit| case.entry(&hit)) {
        Some(Ok(entry)) => summarize(&entry.event),
        Some(Err(error)) => Failure::from(&error).what,
        None => format!("ORPHANED: {}", standing.orphaned().unwrap_or("it cannot be read")),
    };
    BookmarkRow { bookmark: mark.clone(), hit, what }
}

fn finding_row(
    case: &Case,
    finding: &Finding,
    orphans: &mut Vec<(String, String)>,
    cancel: &CancelToken,
) -> Result<FindingRow> {
    let before = orphans.len();
    for event in finding.events.values() {
        if let Some(why) = case.standing(event).orphaned() {
            orphans.push((format!("finding {} on {}", finding.number, event.short()), why.to_owned()));
        }
    }
    let orphaned = orphans.len() - before;
    let mut row = FindingRow { finding: finding.clone(), events: 0, last: None, trouble: None };
    if let Some(asked) = &mut row.finding.query {
        asked.query = case.read_here(asked);
    }
    if orphaned > 0 {
        row.trouble = Some(format!("{orphaned} of its events are ORPHANED: their records have changed"));
    }
    match case.events_of(finding) {
        Ok(expr) => {
            let request = Request { expr, window: TimeRange::ALL };
            row.events = case.index().count(&request, cancel)?;
            row.last = case.index().span(&request, cancel)?.map(|span| span.1);
        }
        // One that cannot be counted is shown all the same.
        Err(error) => row.trouble = Some(Failure::from(&error).what),
    }
    Ok(row)
}

/// Finds which of some events any finding shows.
pub(super) fn in_findings(case: &Case, hits: &[Hit], cancel: &CancelToken) -> Result<Vec<Hit>> {
    let case = case.reread()?;
    let shown: Vec<Expr> =
        case.state().findings.iter().filter_map(|finding| case.events_of(finding).ok()).collect();
    let id = |hit: &Hit| {
        let test = Test::Is(Pattern { text: format!("{}:{}", hit.source, hit.record), quoted: false });
        Expr::Leaf(Leaf { field: Some(FieldRef::Id), test })
    };
    let ids: Vec<Expr> = hits.iter().map(id).collect();
    let expr = Expr::And(vec![Expr::Or(ids), Expr::Or(shown)]);
    let request = Request { expr, window: TimeRange::ALL };
    case.index().page(&request, Order::Newest, None, hits.len(), cancel)
}

/// Writes an annotation into the journal; returns what was done and the annotations afterward.
/// Before somebody else's is undone, the investigator is asked.
pub(super) fn write(
    case: &Case,
    annotation: &AnnotationRequest,
    identity: &Identity,
    now: Timestamp,
) -> Result<WorkerResponse> {
    let case = case.reread()?;
    if let Some(foreign) = foreign(&case, annotation) {
        return Ok(WorkerResponse::ConfirmUndo(foreign));
    }
    let (act, message) = act(&case, annotation)?;
    let clock = FixedClock(now);
    let Appended { ids, unsealed, .. } =
        annotate(case.folder(), &[act], identity.signer.as_ref(), &identity.who, &clock, Watch::silent())?;
    let warning = |text, integrity| Some(JournalWarning { text, integrity });
    let warning = match (unsealed, &identity.signer) {
        (Some(error), _) if error.kind() == ErrorKind::Integrity => warning(Failure::from(&error).what, true),
        (Some(error), _) => {
            warning(format!("no checkpoint was written: {}", Failure::from(&error).what), false)
        }
        (None, None) => warning("the checkpoint is not signed: no key available".to_owned(), false),
        (None, Some(_)) => None,
    };
    let notes = read(&case, &CancelToken::new())?;
    Ok(WorkerResponse::Annotated(Box::new(AnnotationResult { message, warning, ids, notes })))
}

/// Finds what would be undone, if this screen did not write it and the investigator did not agree.
fn foreign(case: &Case, annotation: &AnnotationRequest) -> Option<ForeignAnnotation> {
    let AnnotationRequest::Undo { mine, agreed } = annotation else { return None };
    let last = undoable(case.whole_journal())?;
    if mine.contains(&last.id) || agreed.as_ref() == Some(&last.id) {
        return None;
    }
    let description = format!("{} · {} · {}", describe(case, &last.annotation), last.author(), last.at);
    Some(ForeignAnnotation { id: last.id, description })
}

/// Converts a request into a journal entry and a status message (foreign text).
fn act(case: &Case, annotation: &AnnotationRequest) -> Result<(Annotation, String)> {
    Ok(match annotation {
        AnnotationRequest::Bookmark { hit, note, tags } => {
            let event = case.event_ref(hit)?;
            let known = case.state().bookmarks.get(&event.event);
            let message = format!(
                "{} {}",
                if known.is_some() { "bookmark updated:" } else { "bookmarked" },
                event.short()
            );
            let mark = Annotation::AddBookmark { event, note: note.clone(), tags: tags.clone() };
            (mark, message)
        }
        AnnotationRequest::NewFinding { title, severity, note, shows } => {
            let new = new_finding(case, title, *severity, note, shows)?;
            (Annotation::AddFinding(new), format!("finding created: {title}"))
        }
        AnnotationRequest::AddToFinding { finding, shows } => {
            let (events, _) = shown_by(case, shows)?;
            let change = FindingChange { events, ..FindingChange::default() };
            let act = Annotation::ChangeFinding { finding: finding.clone(), change };
            let message = describe(case, &act);
            (act, message)
        }
        AnnotationRequest::Annotation(act) => (act.clone(), describe(case, act)),
        AnnotationRequest::Reread { source, by } => {
            let act = case.corrected(source, by, Watch::silent())?.act;
            let message = act.summary();
            (act, message)
        }
        AnnotationRequest::Undo { .. } => {
            let last = undoable(case.whole_journal());
            let last = last.ok_or_else(|| Error::usage("there is nothing to undo"))?;
            (last.to_undo(), format!("undone: {}", describe(case, &last.annotation)))
        }
        AnnotationRequest::Redo => {
            let last = redoable(case.whole_journal());
            let last = last.ok_or_else(|| {
                Error::usage(
                    "there is nothing to redo: something else was written since, or nothing was undone",
                )
            })?;
            let was = match &last.annotation {
                Annotation::Undo { of: Some(of), .. } => format!("{} {} of {}", of.kind, of.seq, of.by),
                act => act.summary(),
            };
            (last.to_undo(), format!("redone: {was}"))
        }
    })
}

fn new_finding(
    case: &Case,
    title: &str,
    severity: Severity,
    note: &str,
    shows: &ExportScope,
) -> Result<NewFinding> {
    let (events, query) = shown_by(case, shows)?;
    let note = Some(note.to_owned()).filter(|note| !note.is_empty());
    let title = title.to_owned();
    Ok(NewFinding { title, severity, events, query, note, tags: Vec::new(), owner: None, due: None })
}

/// Describes an annotation.
fn describe(case: &Case, act: &Annotation) -> String {
    let number = |uid: &str| case.state().findings.iter().find(|finding| finding.uid == uid);
    match (act.finding().and_then(number), act) {
        (Some(finding), _) => format!("finding {}: {}", finding.number, act.summary()),
        (None, Annotation::AddBookmark { event, .. }) => format!("{} {}", event.short(), act.summary()),
        (None, Annotation::RemoveBookmark { event }) => {
            let short = case.state().bookmarks.get(event).map(|mark| mark.event.short());
            format!("{} bookmark removed", short.as_ref().unwrap_or(event))
        }
        (None, _) => act.summary(),
    }
}

/// Returns the events, or the query, of a finding.
fn shown_by(case: &Case, shows: &ExportScope) -> Result<(Vec<EventRef>, Option<SavedQuery>)> {
    Ok(match shows {
        ExportScope::Search(_, scope) => (Vec::new(), Some(case.asked(&scope.expr, scope.window)?)),
        ExportScope::Event(hit) => (vec![case.event_ref(hit)?], None),
        ExportScope::Bookmarks => {
            (case.state().bookmarks.values().map(|mark| mark.event.clone()).collect(), None)
        }
        ExportScope::Finding(number) => {
            let known = case.state().finding(*number);
            let known = known.ok_or_else(|| Error::usage(format!("there is no finding {number}")))?;
            (known.events.values().cloned().collect(), known.query.clone())
        }
    })
}
