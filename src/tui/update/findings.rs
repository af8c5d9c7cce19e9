//! Findings: created, added to, edited and reopened.

use crate::app::{
    Annotation, EvidenceScope, Finding, FindingChange, FindingVerdict, Remedy, Severity, Status,
};
use crate::query::{Expr, QueryContext, parse_time};
use crate::record::{EventId, TimeRange};
use crate::tui::model::{FormDialog, FormField, FormPurpose, Model, Overlay, Tone};
use crate::tui::protocol::{AnnotationRequest, Effect, SelectedAnnotation};

use super::annotations::{NOTE, TAGS, refuse, tags, write};
use super::form;

const TITLE: &str = "Title";
const SHOWS: &str = "Evidence";
const INTO: &str = "Add to";
const SEVERITY: &str = "Severity";
const STATE: &str = "State";
const VERDICT: &str = "Verdict";
const OWNER: &str = "Owner";
const DUE: &str = "Due";
const REMEDY: &str = "Remedy";
const LINK: &str = "Link";
const FIXED: &str = "Fixed at";
pub(super) const REASON: &str = "Reason";

/// Opens the form for a new finding; the search comes first, if there is one.
pub(super) fn new_finding(model: &mut Model) -> Vec<Effect> {
    let scope = &model.search.scope;
    let asked = scope.expr != Expr::All || scope.window != TimeRange::ALL;
    let mut shows: Vec<(String, EvidenceScope)> = Vec::new();
    if let Some(hit) = model.list.row().map(|row| row.hit) {
        let id = EventId::new(&hit.source, hit.record);
        shows.push((format!("this event: {id}"), EvidenceScope::Event(hit)));
    }
    if asked {
        let text = if model.search.text.is_empty() { "all events" } else { &model.search.text };
        let count = model.search.count.map_or(String::new(), |count| format!(" ({count} events)"));
        shows.insert(
            0,
            (
                format!("this search: {text}{count}"),
                EvidenceScope::Search { expr: scope.expr.clone(), range: scope.window },
            ),
        );
    }
    let marks = model.annotations.loaded.as_ref().map_or(0, |notes| notes.bookmarks.len());
    if marks > 0 {
        shows.push((format!("the bookmarks ({marks})"), EvidenceScope::Bookmarks));
    }
    if shows.is_empty() {
        return refuse(model, "there is no event to create a finding from");
    }
    let (labels, shows): (Vec<String>, Vec<EvidenceScope>) = shows.into_iter().unzip();
    let mut rows = vec![
        FormField::text(TITLE, "", "what was found, in one line"),
        FormField::choice(SHOWS, labels, 0),
        FormField::choice(SEVERITY, words(Severity::ALL), index_of(Severity::ALL, Severity::Medium)),
        FormField::text(NOTE, "", "first note, optional"),
    ];
    let (uids, mut titles): (Vec<String>, Vec<String>) = open_findings(model).into_iter().unzip();
    if !uids.is_empty() {
        titles.insert(0, "a new finding".to_owned());
        rows.push(FormField::choice(INTO, titles, 0));
    }
    form::open(model, FormDialog::new(FormPurpose::Finding(shows, uids), "New finding", "create", rows))
}

/// Returns the open findings, by uid, each with its label.
fn open_findings(model: &Model) -> Vec<(String, String)> {
    let findings = model.annotations.loaded.iter().flat_map(|notes| &notes.findings);
    let open = findings.map(|row| &row.finding).filter(|finding| !finding.state.is_settled());
    open.map(|finding| (finding.uid.clone(), format!("finding {}: {}", finding.number, finding.title)))
        .collect()
}

pub(super) fn words<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(T::to_string).collect()
}

pub(super) fn index_of<T: PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|each| *each == one).unwrap_or(0)
}

pub(super) fn confirm_finding(
    model: &mut Model,
    form: &FormDialog,
    shows: &[EvidenceScope],
    into: &[String],
) -> Vec<Effect> {
    let title = form.typed(TITLE).to_owned();
    let Some(shows) = shows.get(form.chosen(SHOWS)).cloned() else { return Vec::new() };
    if let Some(finding) = form.chosen(INTO).checked_sub(1).and_then(|at| into.get(at)).cloned() {
        return match shows {
            EvidenceScope::Search { .. } => refuse(model, "a search needs its own finding: choose events"),
            EvidenceScope::Event(_) | EvidenceScope::Bookmarks | EvidenceScope::Finding(_) => {
                write(model, AnnotationRequest::AddToFinding { finding, shows })
            }
        };
    }
    if title.is_empty() {
        return refuse(model, "a finding needs a title");
    }
    let severity = Severity::ALL[form.chosen(SEVERITY)];
    let note = form.typed(NOTE).to_owned();
    write(model, AnnotationRequest::NewFinding { title, severity, note, shows })
}

/// Returns the selected finding, or shows that there is none.
pub(super) fn selected_finding(model: &mut Model) -> Option<Finding> {
    let found = match model.selected_annotation() {
        Some(SelectedAnnotation::Finding(row)) => Some(row.finding.clone()),
        Some(SelectedAnnotation::Bookmark(_)) | None => None,
    };
    if found.is_none() {
        model.say(Tone::Refused, "no finding is selected");
    }
    found
}

/// Opens the form that edits a finding.
pub(super) fn edit(model: &mut Model) -> Vec<Effect> {
    let Some(finding) = selected_finding(model) else { return Vec::new() };
    let mut verdicts = words(FindingVerdict::ALL);
    verdicts.insert(0, "none yet".to_owned());
    let verdict = finding.verdict.map_or(0, |verdict| index_of(FindingVerdict::ALL, verdict) + 1);
    let tags = finding.tags.iter().cloned().collect::<Vec<_>>().join(", ");
    let states = states(&finding);
    let mut remedies = words(Remedy::ALL);
    remedies.insert(0, "none yet".to_owned());
    let remedy = finding.remedy.map_or(0, |remedy| index_of(Remedy::ALL, remedy) + 1);
    let rows = vec![
        FormField::text(TITLE, &finding.title, "what was found, in one line"),
        FormField::choice(SEVERITY, words(Severity::ALL), index_of(Severity::ALL, finding.severity)),
        FormField::choice(STATE, words(&states), index_of(&states, finding.state)),
        FormField::choice(VERDICT, verdicts, verdict),
        FormField::text(OWNER, &finding.owner, "optional owner"),
        FormField::text(DUE, &finding.due, "optional, such as 2026-03-31"),
        FormField::choice(REMEDY, remedies, remedy),
        FormField::text(LINK, &finding.link, "optional, such as a ticket's address"),
        FormField::text(FIXED, &finding.fixed_at, "when the claimed fix took effect, if not now"),
        FormField::text(TAGS, &tags, "comma-separated, optional"),
    ];
    let title = format!("Finding {}", finding.number);
    form::open(model, FormDialog::new(FormPurpose::Edit(finding.uid), title, "save", rows))
}

/// Returns the states to which a form can move a finding: those of work; a settled finding
/// stays what it is.
fn states(finding: &Finding) -> Vec<Status> {
    let working = Status::ALL.iter().copied().filter(|state| !state.is_settled());
    if finding.state.is_settled() { vec![finding.state] } else { working.collect() }
}

/// Opens the form that edits a finding, at the rows about its remedy.
pub(super) fn remediate(model: &mut Model) -> Vec<Effect> {
    let effects = edit(model);
    if let Overlay::Form(form) = &mut model.overlay {
        form.row = form.rows.iter().position(|row| row.name == OWNER).unwrap_or(0);
    }
    effects
}

pub(super) fn confirm_edit(model: &mut Model, form: &FormDialog, uid: &str) -> Vec<Effect> {
    let Some(before) = model.annotations.finding_with_uid(uid).map(|row| row.finding.clone()) else {
        return refuse(model, "the finding no longer exists");
    };
    let (title, due) = (form.typed(TITLE), form.typed(DUE));
    if title.is_empty() {
        return refuse(model, "a finding needs a title");
    }
    if !due.is_empty() && chrono::NaiveDate::parse_from_str(due, "%Y-%m-%d").is_err() {
        return refuse(model, "the due date has the form 2026-03-31");
    }
    let verdict = form.chosen(VERDICT).checked_sub(1).map(|at| FindingVerdict::ALL[at]);
    if verdict.is_none() && before.verdict.is_some() {
        return refuse(model, "a verdict can be changed or undone, not cleared");
    }
    let remedy = form.chosen(REMEDY).checked_sub(1).map(|at| Remedy::ALL[at]);
    if remedy.is_none() && before.remedy.is_some() {
        return refuse(model, "a remedy can be changed or undone, not cleared");
    }
    let Some(fixed_at) = fix_time(model, form.typed(FIXED), &before) else {
        return refuse(model, "the time of the fix has the form 2026-03-31T10:00");
    };
    let wanted = tags(form.typed(TAGS));
    let changed = |new: &str, old: &str| (new != old.trim()).then(|| new.to_owned());
    let (severity, state) = (Severity::ALL[form.chosen(SEVERITY)], states(&before)[form.chosen(STATE)]);
    if fixed_at.is_some() && state != Status::FixClaimed {
        return refuse(model, "a time of the fix needs the state fix-claimed");
    }
    let change = FindingChange {
        title: changed(title, &before.title),
        severity: Some(severity).filter(|severity| *severity != before.severity),
        state: Some(state).filter(|state| *state != before.state),
        verdict: verdict.filter(|verdict| Some(*verdict) != before.verdict),
        owner: changed(form.typed(OWNER), &before.owner),
        due: changed(due, &before.due),
        remedy: remedy.filter(|remedy| Some(*remedy) != before.remedy),
        link: changed(form.typed(LINK), &before.link),
        fixed_at,
        untag: before.tags.iter().filter(|tag| !wanted.contains(tag)).cloned().collect(),
        tag: wanted.into_iter().filter(|tag| !before.tags.contains(tag)).collect(),
        ..FindingChange::default()
    };
    if change == FindingChange::default() {
        return refuse(model, "nothing was changed");
    }
    write(model, AnnotationRequest::Annotation(Annotation::ChangeFinding { finding: uid.to_owned(), change }))
}

/// Returns the time of the fix that was typed, if it is another one; `None` if it is not a time.
fn fix_time(model: &Model, typed: &str, before: &Finding) -> Option<Option<String>> {
    if typed.is_empty() || typed == before.fixed_at {
        return Some(None);
    }
    let context = QueryContext { zone: model.case.zone(), now: model.case.now, fields: &[] };
    parse_time(typed, &context).ok().map(|time| Some(time.to_string()))
}

pub(super) fn confirm_reopen(model: &mut Model, form: &FormDialog, uid: &str) -> Vec<Effect> {
    let reason = form.typed(REASON).to_owned();
    if reason.is_empty() {
        return refuse(model, "enter a reason for reopening it");
    }
    write(model, AnnotationRequest::Annotation(Annotation::ReopenFinding { finding: uid.to_owned(), reason }))
}
