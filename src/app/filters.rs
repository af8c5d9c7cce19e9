//! Filters: what was called a false positive is kept out of the findings from then on.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::analyse::Alert;
use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Order, Request};
use crate::journal::{Annotation, Detected, Finding, FindingFilter, FindingVerdict, Status};
use crate::query::{Expr, FieldRef, Leaf, Pattern, Test};
use crate::record::{SourceId, TimeRange};

use super::finding;

/// The fields of which a filter can be made, those that say most of an event first.
const FIELDS: [&str; 14] = [
    "source.ip",
    "user.name",
    "host.name",
    "event.action",
    "process.executable",
    "process.command_line",
    "user_agent.original",
    "url.path",
    "file.path",
    "destination.ip",
    "destination.port",
    "http.request.method",
    "event.code",
    "event.dataset",
];

/// How many of them say whom an event is about.
const WHOM: usize = 3;

/// A filter that was made from a finding, and what it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilterProposal {
    /// The detector whose findings it keeps out.
    pub detector: String,
    /// The query that matches all of their events.
    pub query: String,
    /// The findings that it matches, by their numbers.
    pub hides: Vec<u64>,
    /// How many confirmed findings of the detector it was checked against: it matches none
    /// of their events.
    pub confirmed: usize,
    /// The finding that it was made from, by its uid.
    #[serde(skip)]
    pub finding: String,
}

/// Makes a filter from a finding: the fewest values that all of its events share, whom it is
/// about first, which match no event of a confirmed finding. With `query`, that is checked
/// in the same way.
///
/// # Errors
///
/// Fails if the finding is not a detector's or is judged true, or if no such filter keeps
/// every confirmed finding.
pub fn propose_filter(
    case: &Case,
    number: u64,
    query: Option<&str>,
    cancel: &CancelToken,
) -> Result<FilterProposal> {
    let finding = finding(case, number)?;
    let Some(detected) = finding.detected.as_deref() else {
        return Err(Error::usage(format!(
            "finding {number} was made by a person, and no detector finds it again"
        ))
        .hint("A filter keeps out what a rule or detector finds."));
    };
    if is_confirmed(finding) {
        return Err(Error::usage(format!("finding {number} is confirmed, so that nothing may hide it"))
            .hint(format!("Judge it first: `vestigo finding set {number} --verdict false-positive`.")));
    }
    let confirmed: Vec<&Finding> =
        case.state().findings.iter().filter(|known| is_confirmed_by(known, detected)).collect();
    let (expr, conflict) = match query {
        Some(query) => {
            let expr = case.resolve(case.parse(query)?)?;
            let conflict = first_conflict(case, &expr, &confirmed, cancel)?;
            (Some(expr), conflict)
        }
        None => narrowest(case, finding, &confirmed, cancel)?,
    };
    let Some(expr) = expr.filter(|_| conflict.is_none()) else {
        return Err(match conflict {
            Some(other) => Error::usage(format!(
                "such a filter would hide events of finding {other}, which is confirmed"
            ))
            .hint("Give a narrower one with --query."),
            None => Error::usage(format!(
                "the events of finding {number} have no value in common of which a filter could be made"
            ))
            .hint("Give one with --query."),
        });
    };
    let own = detected.detector.as_str();
    let mut hides = Vec::new();
    for known in &case.state().findings {
        if known.detected.as_ref().is_some_and(|detected| detected.detector == own)
            && is_hidden(case, known, &expr, cancel)?
        {
            hides.push(known.number);
        }
    }
    if !hides.contains(&number) {
        return Err(Error::usage(format!("the query does not match all events of finding {number}")));
    }
    Ok(FilterProposal {
        detector: own.to_owned(),
        query: expr.to_string(),
        hides,
        confirmed: confirmed.len(),
        finding: finding.uid.clone(),
    })
}

impl FilterProposal {
    /// Returns the annotation that adds the filter.
    pub fn annotation(self, reason: String) -> Annotation {
        let FilterProposal { detector, query, finding, .. } = self;
        Annotation::AddFilter { detector, query, reason, finding: Some(finding) }
    }
}

/// Returns the annotation that removes a filter, by its number from 1.
pub fn remove_filter(case: &Case, number: usize, reason: String) -> Result<Annotation> {
    let filter = number.checked_sub(1).and_then(|at| case.state().filters.get(at));
    let filter = filter.ok_or_else(|| {
        Error::usage(format!("there is no filter {number}")).hint("See `vestigo rules filter list`.")
    })?;
    Ok(Annotation::RemoveFilter { filter: filter.id.clone(), reason })
}

/// Removes from alerts what filters keep out; returns how many.
pub fn keep_out(case: &Case, alerts: &mut Vec<Alert>, cancel: &CancelToken) -> Result<usize> {
    let before = alerts.len();
    for filter in &case.state().filters {
        if !alerts.iter().any(|alert| alert.detector == filter.detector) {
            continue;
        }
        let matched = matched(case, filter, cancel)?;
        alerts.retain(|alert| {
            let is_matched = |hit: &crate::index::Hit| matched.contains(&(hit.source, hit.record));
            alert.detector != filter.detector || alert.hits.is_empty() || !alert.hits.iter().all(is_matched)
        });
    }
    Ok(before - alerts.len())
}

/// How a detector's findings were judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerdictShare {
    /// How many have a verdict.
    pub judged: u64,
    /// How many of them are false positives.
    pub wrong: u64,
}

/// So many verdicts are needed before a detector's share of false positives says anything.
pub const LEAST_VERDICTS: u64 = 10;

/// Counts the verdicts on each detector's findings.
pub fn verdict_shares(case: &Case) -> BTreeMap<String, VerdictShare> {
    let mut shares: BTreeMap<String, VerdictShare> = BTreeMap::new();
    for finding in &case.state().findings {
        if let (Some(detected), Some(verdict)) = (&finding.detected, finding.verdict) {
            let share = shares.entry(detected.detector.clone()).or_default();
            share.judged += 1;
            share.wrong += u64::from(verdict == FindingVerdict::FalsePositive);
        }
    }
    shares
}

fn matched(case: &Case, filter: &FindingFilter, cancel: &CancelToken) -> Result<HashSet<(SourceId, u64)>> {
    let asked = case.parse(&filter.query).and_then(|expr| case.resolve(expr));
    let expr = asked.map_err(|error| {
        Error::case(format!(
            "the filter `{}` of {} cannot be read: {error}",
            visible(&filter.query),
            filter.detector
        ))
        .hint("`vestigo rules filter remove` removes it.")
    })?;
    let request = Request { expr, window: TimeRange::ALL };
    let count = case.index().count(&request, cancel)? as usize;
    let hits = case.index().page(&request, Order::Oldest, None, count, cancel)?;
    Ok(hits.into_iter().map(|hit| (hit.source, hit.record)).collect())
}

/// Returns whether somebody stands by a finding: nothing may hide it.
fn is_confirmed(finding: &Finding) -> bool {
    match finding.verdict {
        Some(verdict) => verdict.is_true(),
        None => matches!(
            finding.state,
            Status::InProgress | Status::FixClaimed | Status::Verified | Status::Accepted
        ),
    }
}

fn is_confirmed_by(known: &Finding, detected: &Detected) -> bool {
    let is_same = known.detected.as_ref().is_some_and(|other| other.detector == detected.detector);
    is_same && is_confirmed(known)
}

/// Returns whether all events of a finding match.
fn is_hidden(case: &Case, finding: &Finding, filter: &Expr, cancel: &CancelToken) -> Result<bool> {
    let events = case.events_of(finding)?;
    let left = Expr::And(vec![events.clone(), Expr::Not(Box::new(filter.clone()))]);
    let count = |expr| case.index().count(&Request { expr, window: TimeRange::ALL }, cancel);
    Ok(count(left)? == 0 && count(events)? > 0)
}

/// Returns the first confirmed finding of which an event matches.
fn first_conflict(
    case: &Case,
    filter: &Expr,
    confirmed: &[&Finding],
    cancel: &CancelToken,
) -> Result<Option<u64>> {
    for known in confirmed {
        let expr = Expr::And(vec![case.events_of(known)?, filter.clone()]);
        if case.index().count(&Request { expr, window: TimeRange::ALL }, cancel)? > 0 {
            return Ok(Some(known.number));
        }
    }
    Ok(None)
}

/// Returns the filter with the fewest values that keeps all confirmed findings, or the
/// confirmed finding that stands in its way.
fn narrowest(
    case: &Case,
    finding: &Finding,
    confirmed: &[&Finding],
    cancel: &CancelToken,
) -> Result<(Option<Expr>, Option<u64>)> {
    let request = Request { expr: case.events_of(finding)?, window: TimeRange::ALL };
    let mut columns = case.index().event_columns(&request, &FIELDS, cancel)?;
    let rows = columns.times().len();
    let columns = columns.take_columns();
    let shared = FIELDS.iter().zip(&columns).enumerate().filter_map(|(at, (field, column))| {
        let first = column.text(0).filter(|_| column.distinct() == 1)?;
        let is_everywhere = (0..rows).all(|row| column.ordinal(row).is_some());
        is_everywhere.then(|| (at, value_test(field, first)))
    });
    let (whom, what): (Vec<_>, Vec<_>) = shared.partition(|(at, _)| *at < WHOM);
    let mut tests: Vec<Expr> = whom.into_iter().map(|(_, test)| test).collect();
    let mut more = what.into_iter().map(|(_, test)| test);
    if tests.is_empty() {
        tests.extend(more.next());
    }
    if tests.is_empty() {
        return Ok((None, None));
    }
    loop {
        let expr = Expr::And(tests.clone());
        let conflict = first_conflict(case, &expr, confirmed, cancel)?;
        match (conflict, more.next()) {
            (Some(_), Some(test)) => tests.push(test),
            (conflict, _) => return Ok((Some(expr), conflict)),
        }
    }
}

fn value_test(field: &str, value: &str) -> Expr {
    let pattern = Pattern { text: value.to_owned(), quoted: true };
    Expr::Leaf(Leaf { field: Some(FieldRef::of(field)), test: Test::Is(pattern) })
}
