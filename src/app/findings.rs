//! Findings: creating, changing and showing them.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Request};
use crate::journal::{
    Acceptance, Annotation, Finding, FindingChange, FindingVerdict, FixProof, HistoryItem, NewFinding,
    Remedy, SavedQuery, Severity, Status,
};
use crate::record::{TimeRange, Timestamp};

use super::{EvidenceScope, finding};

/// A finding as it is shown and printed, with the events that it shows now (DESIGN
/// §7). Bundles have a form of their own, which is a format on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingView {
    /// Its number in this case.
    #[serde(rename = "finding")]
    pub number: u64,
    /// Its name in every copy of the case: SHA-256 of the line that made it.
    pub fingerprint: String,
    /// What found it; none where a person did.
    pub detector: Option<String>,
    /// Its title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure its detector is, from 0 to 1.
    pub confidence: Option<f64>,
    /// Whom it is about.
    pub entity: Map<String, Value>,
    /// The first time among its events.
    pub start: Option<String>,
    /// The last time among its events.
    pub end: Option<String>,
    /// How many events it shows now.
    pub events: u64,
    /// The query that lists them.
    pub query: String,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// Why it was raised.
    pub why: Option<String>,
    /// The numbers behind it.
    pub numbers: Map<String, Value>,
    /// Its state.
    pub state: Status,
    /// What it turned out to be.
    pub verdict: Option<FindingVerdict>,
    /// The incident that it belongs to.
    pub incident: Option<u64>,
    /// Its owner; may be empty.
    pub owner: String,
    /// When it is due (`YYYY-MM-DD`), by itself or by the terms of the case; may be empty.
    pub due: String,
    /// Whether that day is over, and it is not settled.
    pub overdue: bool,
    /// What kind of remedy it needs.
    pub remedy: Option<Remedy>,
    /// What its detector advises.
    pub advice: Option<String>,
    /// Where the remedy is tracked; may be empty.
    pub link: String,
    /// When its fix took effect; may be empty.
    pub fixed_at: String,
    /// What proves its fix.
    pub proof: Option<FixProof>,
    /// Who accepts its risk, and until when.
    pub acceptance: Option<Acceptance>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The query by which it was created, as saved.
    pub saved_query: Option<SavedQuery>,
    /// The events by which it was created (`<source>:<record>`).
    pub event_ids: Vec<String>,
    /// When it was created.
    pub created_at: String,
    /// Who created it.
    pub created_by: String,
    /// What was said of it, in order.
    pub notes: Vec<HistoryItem>,
    /// What was done to it, in order.
    pub history: Vec<HistoryItem>,
    /// How many of its events are not what they were.
    pub orphaned: usize,
    /// Those events, each with why.
    #[serde(skip)]
    pub orphans: Vec<(String, String)>,
}

impl FindingView {
    /// Looks up a finding's events, and reads those that it names again. `day` is today
    /// (`YYYY-MM-DD`).
    pub fn new(case: &Case, finding: &Finding, day: &str, cancel: &CancelToken) -> Result<FindingView> {
        let request = request_of(case, finding)?;
        let range = case.index().span(&request, cancel)?;
        let shown = |time: Timestamp| time.to_string();
        let mut view = FindingView::recorded(case, finding, day);
        view.start = range.map(|range| shown(range.0));
        view.end = range.map(|range| shown(range.1));
        view.events = case.index().count(&request, cancel)?;
        let orphan = |event| Some((event, case.standing(event).orphaned()?.to_owned()));
        let orphans = finding.events.values().filter_map(orphan);
        let orphans: Vec<_> = orphans.map(|(event, why)| (event.event.clone(), why)).collect();
        view.orphaned = orphans.len();
        view.orphans = orphans;
        Ok(view)
    }

    /// Returns what the journal says of a finding, without looking up its events.
    pub fn recorded(case: &Case, finding: &Finding, day: &str) -> FindingView {
        let detected = finding.detected.as_deref();
        let state = finding.state_on(day);
        let due = due_day(case, finding).unwrap_or_default();
        let (at, by) = finding.created();
        FindingView {
            number: finding.number,
            fingerprint: detected.map_or(&finding.uid, |detected| &detected.fingerprint).clone(),
            detector: detected.map(|detected| detected.detector.clone()),
            title: finding.title.clone(),
            severity: finding.severity,
            confidence: detected.and_then(|detected| detected.confidence.as_f64()),
            entity: detected.map(|detected| detected.entity.clone()).unwrap_or_default(),
            start: detected.and_then(|detected| detected.start.clone()),
            end: detected.and_then(|detected| detected.end.clone()),
            events: detected.map_or(finding.events.len() as u64, |detected| detected.count),
            query: format!("finding:{}", finding.number),
            attack: detected.map(|detected| detected.attack.clone()).unwrap_or_default(),
            why: detected.map(|detected| detected.why.clone()),
            numbers: detected.map(|detected| detected.numbers.clone()).unwrap_or_default(),
            state,
            verdict: finding.verdict,
            incident: None,
            owner: finding.owner.clone(),
            overdue: is_overdue(state, &due, day),
            due,
            remedy: finding.remedy,
            advice: detected
                .and_then(|detected| detected.advice.as_ref())
                .map(|(kind, text)| format!("{kind}: {text}")),
            link: finding.link.clone(),
            fixed_at: finding.fixed_at.clone(),
            proof: finding.proof.as_deref().cloned(),
            acceptance: finding.acceptance.clone(),
            tags: finding.tags.iter().cloned().collect(),
            saved_query: finding.query.clone(),
            event_ids: finding.events.keys().cloned().collect(),
            created_at: at.to_owned(),
            created_by: by.to_owned(),
            notes: finding.notes.clone(),
            history: finding.history.clone(),
            orphaned: 0,
            orphans: Vec::new(),
        }
    }
}

/// Returns the day (`YYYY-MM-DD`) on which a finding is due: its own, or by the terms of the
/// case.
pub fn due_day(case: &Case, finding: &Finding) -> Option<String> {
    if !finding.due.is_empty() {
        return Some(finding.due.clone());
    }
    case.state().sla.as_ref()?.due(finding.severity, finding.created().0)
}

fn is_overdue(state: Status, due: &str, day: &str) -> bool {
    !state.is_settled() && !due.is_empty() && due < day
}

/// Counts the findings that are overdue on a day (`YYYY-MM-DD`).
pub fn count_overdue(case: &Case, day: &str) -> usize {
    let is_over = |finding: &&Finding| {
        due_day(case, finding).is_some_and(|due| is_overdue(finding.state_on(day), &due, day))
    };
    case.state().findings.iter().filter(is_over).count()
}

/// Counts the events that a finding shows now.
pub fn count_finding_events(case: &Case, finding: &Finding, cancel: &CancelToken) -> Result<u64> {
    case.index().count(&request_of(case, finding)?, cancel)
}

fn request_of(case: &Case, finding: &Finding) -> Result<Request> {
    Ok(Request { expr: case.events_of(finding)?, window: TimeRange::ALL })
}

/// A finding that is to be created.
#[derive(Debug, Clone)]
pub struct FindingDraft {
    /// Its title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The events that it shows.
    pub scopes: Vec<EvidenceScope>,
    /// A first note.
    pub note: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its owner.
    pub owner: Option<String>,
    /// When it is due.
    pub due: Option<String>,
}

/// Returns the annotation that creates a finding. Of several queries the last one counts.
pub fn create_finding(case: &Case, draft: FindingDraft) -> Result<Annotation> {
    let FindingDraft { title, severity, scopes, note, tags, owner, due } = draft;
    if title.trim().is_empty() {
        return Err(Error::usage("a finding needs a title"));
    }
    let (mut events, mut query) = (Vec::new(), None);
    for scope in scopes {
        let (shown, saved) = scope.shown_by(case)?;
        events.extend(shown);
        query = saved.or(query);
    }
    let due = due_date(due.as_deref())?;
    Ok(Annotation::AddFinding(NewFinding {
        title,
        severity,
        events,
        query,
        note,
        tags,
        owner,
        due,
        detected: None,
    }))
}

/// Returns the annotation that changes a finding. It moves between the states of work;
/// what settles it has verbs of its own.
pub fn change_finding(case: &Case, number: u64, change: FindingChange) -> Result<Annotation> {
    if change == FindingChange::default() {
        return Err(Error::usage("nothing to change").hint("See `vestigo finding set --help`."));
    }
    due_date(change.due.as_deref())?;
    let known = finding(case, number)?;
    if let Some(state) = change.state {
        check_move(known, state)?;
    }
    if change.fixed_at.is_some() && change.state.unwrap_or(known.state) != Status::FixClaimed {
        return Err(Error::usage("a time of the fix needs a fix that is claimed")
            .hint(format!("`vestigo finding set {number} --state fix-claimed --fixed-at TIME` says both.")));
    }
    Ok(Annotation::ChangeFinding { finding: known.uid.clone(), change })
}

fn check_move(known: &Finding, state: Status) -> Result<()> {
    let number = known.number;
    let how = match state {
        Status::Verified => format!("`vestigo finding verify {number}` does, where the logs prove its fix."),
        Status::Accepted => {
            format!("`vestigo finding accept {number} --by WHO --until DAY --reason WHY` does.")
        }
        Status::Closed => format!("`vestigo finding close {number} --reason WHY --verdict VERDICT` does."),
        Status::Open | Status::Acknowledged | Status::InProgress | Status::FixClaimed => {
            return match known.state.is_settled() {
                true => Err(settled(known)),
                false => Ok(()),
            };
        }
    };
    Err(Error::usage(format!("no change makes a finding {state}")).hint(how))
}

fn settled(known: &Finding) -> Error {
    Error::usage(format!("finding {} is already {}", known.number, known.state))
        .hint("Reopen it first, or add a note.")
}

/// Returns the annotation that closes a finding as something that needs no repair.
pub fn close_finding(
    case: &Case,
    number: u64,
    reason: String,
    verdict: Option<FindingVerdict>,
) -> Result<Annotation> {
    let known = finding(case, number)?;
    if known.state.is_settled() {
        return Err(settled(known));
    }
    match verdict.or(known.verdict) {
        Some(judged) if judged.needs_no_fix() => {
            Ok(Annotation::CloseFinding { finding: known.uid.clone(), reason, verdict })
        }
        Some(judged) => Err(Error::usage(format!("a finding that is {judged} is not closed without a proof"))
            .hint(format!(
                "Claim its fix (`vestigo finding set {number} --state fix-claimed`) and prove it (`finding verify`), or let somebody answer for it (`finding accept`)."
            ))),
        None => Err(Error::usage(format!("finding {number} has no verdict, so that nothing says why it can be closed"))
            .hint("Give one: --verdict false-positive, legitimate, or not-applicable.")),
    }
}

/// Returns the annotation by which somebody answers for what a finding shows.
pub fn accept_finding(case: &Case, number: u64, acceptance: Acceptance, day: &str) -> Result<Annotation> {
    let known = finding(case, number)?;
    if known.state_on(day).is_settled() {
        return Err(settled(known));
    }
    due_date(Some(&acceptance.until))?;
    if acceptance.until.as_str() < day {
        return Err(Error::usage(format!("{} is over", visible(&acceptance.until))));
    }
    if !acceptance.is_named() {
        return Err(Error::usage("an acceptance names who answers for it, until when, and why"));
    }
    Ok(Annotation::AcceptRisk { finding: known.uid.clone(), acceptance })
}

/// Returns the annotation that settles a finding whose fix is proved.
pub fn verify_finding(finding: &Finding, proof: FixProof) -> Result<Annotation> {
    let missing = proof.missing();
    if !missing.is_empty() {
        return Err(Error::usage(format!(
            "the fix of finding {} is not proved: {}",
            finding.number,
            missing.join("; ")
        ))
        .hint("Import logs of a longer time after the fix and try again, or let somebody accept the risk."));
    }
    Ok(Annotation::VerifyFix { finding: finding.uid.clone(), proof: Box::new(proof) })
}

/// Returns the annotation that reopens a finding that was closed, verified or accepted.
pub fn reopen_finding(case: &Case, number: u64, reason: String) -> Result<Annotation> {
    let known = finding(case, number)?;
    if !known.state.is_settled() {
        return Err(Error::usage(format!("finding {number} is not closed: it is {}", known.state)));
    }
    Ok(Annotation::ReopenFinding { finding: known.uid.clone(), reason })
}

/// Checks a due date (`YYYY-MM-DD`); an empty one removes it.
pub fn due_date(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    if !text.is_empty() && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_err() {
        return Err(
            Error::usage(format!("`{}` is not a date", visible(text))).hint("Write it as 2026-03-31.")
        );
    }
    Ok(Some(text.to_owned()))
}
