//! Answers requests from a case.

use crate::app::{CancelToken, Case, Request, Session, TermOrder};
use crate::error::Result;
use crate::query::{Expr, FieldRef};
use crate::record::{TimeRange, Timestamp};
use crate::tui::protocol::{Failure, Lane, SearchScope, WorkerRequest, WorkerResponse};

use super::current_case::CurrentCase;
use super::{annotations, detection, event_detail, export, import, paging, verification};

/// The field under which the index knows formats.
const FORMAT: &str = "vestigo.format";

/// How many outcomes, and how many formats, a timeline tells apart.
const SERIES: usize = 8;

/// Answers a request, with one response or several. A canceled request may
/// end without a response.
pub fn carry_out(
    current: &CurrentCase,
    session: &Session,
    request: &WorkerRequest,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) {
    match answer(current, session, request, cancel, respond) {
        Ok(response) => respond(response),
        Err(error) if !cancel.is_cancelled() => respond(WorkerResponse::Failed(Failure::from(&error))),
        Err(_) if request.lane() == Lane::Detect => respond(WorkerResponse::DetectionStopped),
        Err(_) => {}
    }
}

/// Returns the last response to a request; those before it go to `respond`.
fn answer(
    current: &CurrentCase,
    session: &Session,
    request: &WorkerRequest,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<WorkerResponse> {
    let case = &current.get();
    Ok(match request {
        WorkerRequest::Page { scope, order, place, limit } => {
            let page = paging::page(case, &resolve(case, scope)?, *order, *place, *limit, cancel)?;
            let changed = if page.rows.is_empty() { current.grown()? } else { None };
            changed.map_or(WorkerResponse::Page(page), WorkerResponse::CaseChanged)
        }
        WorkerRequest::Count(scope) => {
            let count = case.index().count(&resolve(case, scope)?, cancel)?;
            let changed = if count == 0 { current.grown()? } else { None };
            changed.map_or(WorkerResponse::Count(count), WorkerResponse::CaseChanged)
        }
        WorkerRequest::CheckForChanges => {
            current.grown()?.map_or(WorkerResponse::Unchanged, WorkerResponse::CaseChanged)
        }
        WorkerRequest::Histogram { scope, edges, by } => histogram(case, scope, edges, by, cancel)?,
        WorkerRequest::Facets { scope, fields } => facets(case, scope, fields, cancel, respond)?,
        WorkerRequest::Annotations => {
            WorkerResponse::Annotations(Box::new(annotations::read(&case.reread()?, cancel)?))
        }
        WorkerRequest::FindingHits(hits) => {
            WorkerResponse::FindingHits(annotations::in_findings(case, hits, cancel)?)
        }
        WorkerRequest::Annotate { annotation, now } => {
            annotations::write(current, annotation, &session.at(*now))?
        }
        WorkerRequest::Verify { depth, now } => {
            let report = verification::verify(*depth, &session.at(*now), cancel, respond)?;
            WorkerResponse::Verified(Box::new(report))
        }
        WorkerRequest::Import(request) => import::answer(request, session, cancel, respond)?,
        WorkerRequest::Detect { now } => detection::answer(current, &session.at(*now), cancel, respond)?,
        WorkerRequest::Curve { finding, edges } => {
            WorkerResponse::Curve(detection::curve(case, finding, edges, cancel)?)
        }
        WorkerRequest::Checkpoint { now } => {
            WorkerResponse::CheckpointWritten(verification::checkpoint(&session.at(*now))?)
        }
        WorkerRequest::ExportChoices { scope, selected, first } => {
            let first = first.as_deref();
            WorkerResponse::ExportChoices(export::choices(case, scope, *selected, first, session)?)
        }
        WorkerRequest::Export { order, now } => {
            WorkerResponse::Exported(Box::new(export::export(case, order, &session.at(*now), respond)?))
        }
        WorkerRequest::Entry(hit) => WorkerResponse::Entry(Box::new(event_detail::event_detail(case, hit)?)),
        WorkerRequest::Values { field, prefix, limit } => {
            WorkerResponse::Values(case.index().values(field, prefix, *limit, cancel)?)
        }
    })
}

/// Resolves a scope. If it names tags or findings, it means those
/// of now: they change while the case is open.
fn resolve(case: &Case, scope: &SearchScope) -> Result<Request> {
    let expr = scope.expr.clone();
    let expr =
        if references_annotations(&expr) { case.reread()?.resolve(expr)? } else { case.resolve(expr)? };
    Ok(Request { expr, window: scope.window })
}

fn references_annotations(expr: &Expr) -> bool {
    match expr {
        Expr::All => false,
        Expr::And(members) | Expr::Or(members) => members.iter().any(references_annotations),
        Expr::Not(inner) => references_annotations(inner),
        Expr::Leaf(leaf) => matches!(leaf.field, Some(FieldRef::Tag | FieldRef::Finding)),
    }
}

fn histogram(
    case: &Case,
    scope: &SearchScope,
    edges: &[Timestamp],
    by: &str,
    cancel: &CancelToken,
) -> Result<WorkerResponse> {
    let index = case.index();
    let resolved = resolve(case, scope)?;
    let matching = index.histogram(&resolved, edges, Some(by), SERIES, cancel)?;
    let all = Request { expr: Expr::All, window: TimeRange::ALL };
    let present = index.histogram(&all, edges, Some(FORMAT), SERIES, cancel)?;
    let formats = match scope.expr {
        Expr::All => Vec::new(),
        _ => index
            .top(&resolved, FORMAT, TermOrder::Most, SERIES, cancel)?
            .into_iter()
            .map(|top| top.value)
            .collect(),
    };
    Ok(WorkerResponse::Histogram { matching, present, formats })
}

fn facets(
    case: &Case,
    scope: &SearchScope,
    fields: &[(String, usize)],
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<WorkerResponse> {
    let resolved = resolve(case, scope)?;
    for (field, limit) in fields {
        let mut values = case.index().top(&resolved, field, TermOrder::Most, *limit, cancel)?;
        let more = values.len() == *limit;
        values.truncate(limit.saturating_sub(1));
        respond(WorkerResponse::Facet { field: field.clone(), values, more });
    }
    Ok(WorkerResponse::FacetsDone)
}
