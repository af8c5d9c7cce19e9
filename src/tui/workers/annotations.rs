//! Annotations: read back from the case, and written into its journal.

use crate::app::{
    self, Annotation, Bookmark, CancelToken, Case, Entry, EvidenceStatus, Finding, FindingChange,
    FindingDraft, HistoryItem, Hit, Order, Request, Reversal, Session, Warning, Watch, WrittenAnnotations,
};
use crate::error::{Error, ErrorKind, Result, visible};
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{EventId, TimeRange, Timestamp, counted, summarize};
use crate::tui::protocol::{
    AnnotationRequest, AnnotationResult, Annotations, BookmarkRow, Failure, FindingRow, ForeignAnnotation,
    JournalWarning, WorkerResponse,
};

use super::current_case::CurrentCase;

/// How many of the journal's last entries are shown.
const TAIL: usize = 6;

/// Reads the annotations of a case, and their records again.
pub(super) fn read(case: &Case, cancel: &CancelToken) -> Result<Annotations> {
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
        notes.bookmarks.push(mark_row(case, mark, &standing));
    }
    notes.bookmarks.sort_by(|one, other| one.bookmark.event.time.cmp(&other.bookmark.event.time));
    for finding in &state.findings {
        let row = finding_row(case, finding, &mut notes.orphans, cancel)?;
        notes.findings.push(row);
    }
    notes.incidents = app::case_incidents(case);
    notes.findings.sort_by_key(|row| (row.finding.state.is_settled(), std::cmp::Reverse(row.finding.number)));
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
    let due = app::due_day(case, finding).unwrap_or_default();
    let mut row = FindingRow { finding: finding.clone(), events: 0, last: None, due, trouble: None };
    if let Some(asked) = &mut row.finding.query {
        asked.query = case.read_here(asked);
    }
    if orphaned > 0 {
        row.trouble = Some(format!("{orphaned} of its events are ORPHANED: their records have changed"));
    }
    if let Some((events, last)) = recorded(finding).filter(|_| orphaned == 0) {
        (row.events, row.last) = (events, last);
        return Ok(row);
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

/// Returns how many events a detector gave a finding, and the last of their times, where
/// nobody changed them since: there may be many such findings, and none has to be counted.
fn recorded(finding: &Finding) -> Option<(u64, Option<Timestamp>)> {
    let detected = finding.detected.as_deref().filter(|_| finding.query.is_none())?;
    let listed = finding.events.len() as u64;
    let is_as_given = if detected.records.is_empty() { listed == detected.count } else { listed == 0 };
    let last = detected.end.as_ref().and_then(|end| end.parse().ok());
    is_as_given.then_some((detected.count, last))
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
    current: &CurrentCase,
    request: &AnnotationRequest,
    session: &Session,
) -> Result<WorkerResponse> {
    let before = current.get();
    // Decided of the case as it is now: what others write meanwhile is not undone instead.
    let reversal = match request {
        AnnotationRequest::Undo { .. } => Some(app::undo(&before.reread()?)?),
        AnnotationRequest::Redo => Some(app::redo(&before.reread()?)?),
        AnnotationRequest::Bookmark { .. }
        | AnnotationRequest::NewFinding { .. }
        | AnnotationRequest::AddToFinding { .. }
        | AnnotationRequest::VerifyFix { .. }
        | AnnotationRequest::Filter { .. }
        | AnnotationRequest::Annotation(_)
        | AnnotationRequest::Reread { .. } => None,
    };
    if let (AnnotationRequest::Undo { mine, agreed }, Some(last)) = (request, &reversal)
        && !mine.contains(&last.id)
        && agreed.as_ref() != Some(&last.id)
    {
        let description = format!("{} · {} · {}", last.description, last.author, last.at);
        return Ok(WorkerResponse::ConfirmUndo(ForeignAnnotation { id: last.id.clone(), description }));
    }
    let mut message = String::new();
    let make = |case: &Case| {
        let (annotation, done) = annotation(case, request, reversal, session)?;
        message = done;
        Ok(vec![annotation])
    };
    let WrittenAnnotations { case, ids, warnings } = app::annotate(&before, make, session, Watch::silent())?;
    let notes = read(&case, &CancelToken::new())?;
    current.follow(&before, case);
    let warning = warnings.iter().map(journal_warning).max_by_key(|warning| warning.integrity);
    Ok(WorkerResponse::Annotated(Box::new(AnnotationResult { message, warning, ids, notes })))
}

pub(super) fn journal_warning(warning: &Warning) -> JournalWarning {
    match warning {
        Warning::NoCheckpoint(error) if error.kind() == ErrorKind::Integrity => {
            JournalWarning { text: Failure::from(error).what, integrity: true }
        }
        warning => JournalWarning { text: visible(&warning.to_string()), integrity: false },
    }
}

/// Converts a request into an annotation and a status message (foreign text).
fn annotation(
    case: &Case,
    request: &AnnotationRequest,
    reversal: Option<Reversal>,
    session: &Session,
) -> Result<(Annotation, String)> {
    Ok(match request {
        AnnotationRequest::Bookmark { hit, note, tags } => {
            let annotation = app::bookmark(case, hit, note.as_deref(), tags)?;
            let known = case.state().bookmarks.contains_key(&format!("{}:{}", hit.source, hit.record));
            let done = if known { "bookmark updated:" } else { "bookmarked" };
            (annotation, format!("{done} {}", EventId::new(&hit.source, hit.record)))
        }
        AnnotationRequest::NewFinding { title, severity, note, shows } => {
            let draft = FindingDraft {
                title: title.clone(),
                severity: *severity,
                scopes: vec![shows.clone()],
                note: Some(note.clone()).filter(|note| !note.is_empty()),
                tags: Vec::new(),
                owner: None,
                due: None,
            };
            (app::create_finding(case, draft)?, format!("finding created: {title}"))
        }
        AnnotationRequest::AddToFinding { finding, shows } => {
            let (events, _) = shows.shown_by(case)?;
            let change = FindingChange { events, ..FindingChange::default() };
            described(case, Annotation::ChangeFinding { finding: finding.clone(), change })
        }
        AnnotationRequest::VerifyFix { finding } => {
            let known = known(case, finding)?;
            let proof = app::prove_fix(case, known, &[], session.clock.now(), &CancelToken::new())?;
            described(case, app::verify_finding(known, proof)?)
        }
        AnnotationRequest::Filter { finding } => {
            let known = known(case, finding)?;
            let proposal = app::propose_filter(case, known.number, None, &CancelToken::new())?;
            let hides = counted(proposal.hides.len() as u64, "finding");
            let done = format!("filter added: {} (matches {hides}; detection applies it)", proposal.query);
            (proposal.annotation(format!("finding {} is a false positive", known.number)), done)
        }
        AnnotationRequest::Annotation(annotation) => described(case, annotation.clone()),
        AnnotationRequest::Reread { source, by } => {
            described(case, case.corrected(source, by, Watch::silent())?.act)
        }
        AnnotationRequest::Undo { .. } => {
            let last = reversal.map_or_else(|| app::undo(case), Ok)?;
            (last.annotation, format!("undone: {}", last.description))
        }
        AnnotationRequest::Redo => {
            let last = reversal.map_or_else(|| app::redo(case), Ok)?;
            (last.annotation, format!("redone: {}", last.description))
        }
    })
}

fn known<'c>(case: &'c Case, uid: &str) -> Result<&'c Finding> {
    app::finding_of_uid(case, uid).ok_or_else(|| Error::usage("the finding no longer exists"))
}

fn described(case: &Case, annotation: Annotation) -> (Annotation, String) {
    let description = app::describe_annotation(case, &annotation);
    (annotation, description)
}
