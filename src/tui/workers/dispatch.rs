//! Answers requests from a case.

use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Request, TermOrder};
use crate::query::{Expr, FieldRef};
use crate::record::{TimeRange, Timestamp};
use crate::tui::protocol::{Failure, SearchScope, WorkerRequest, WorkerResponse};

use super::current_case::CurrentCase;
use super::identity::Identity;
use super::{annotations, event_detail, export, paging, verification};

/// The field under which the index knows formats.
const FORMAT: &str = "vestigo.format";

/// How many outcomes, and how many formats, a timeline tells apart.
const SERIES: usize = 8;

/// Answers a request, with one response or several. A canceled request may
/// end without a response.
pub fn carry_out(
    current: &CurrentCase,
    identity: &Identity,
    request: &WorkerRequest,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) {
    let case = &current.get();
    let done = match request {
        WorkerRequest::Page { scope, order, place, limit } => resolve(case, scope).and_then(|resolved| {
            let page = paging::page(case, &resolved, *order, *place, *limit, cancel)?;
            let nothing = if page.rows.is_empty() { current.grown()? } else { None };
            respond(nothing.map_or(WorkerResponse::Page(page), WorkerResponse::CaseChanged));
            Ok(())
        }),
        WorkerRequest::Count(scope) => resolve(case, scope).and_then(|resolved| {
            let count = case.index().count(&resolved, cancel)?;
            let nothing = if count == 0 { current.grown()? } else { None };
            respond(nothing.map_or(WorkerResponse::Count(count), WorkerResponse::CaseChanged));
            Ok(())
        }),
        WorkerRequest::CheckForChanges => current
            .grown()
            .map(|grown| respond(grown.map_or(WorkerResponse::Unchanged, WorkerResponse::CaseChanged))),
        WorkerRequest::Histogram { scope, edges, by } => {
            histogram(case, scope, edges, by, cancel).map(&mut *respond)
        }
        WorkerRequest::Facets { scope, fields } => facets(case, scope, fields, cancel, respond),
        WorkerRequest::Annotations => annotations::read(case, cancel)
            .map(|annotations| respond(WorkerResponse::Annotations(Box::new(annotations)))),
        WorkerRequest::FindingHits(hits) => annotations::in_findings(case, hits, cancel)
            .map(|hits| respond(WorkerResponse::FindingHits(hits))),
        WorkerRequest::Annotate { deed, now } => {
            annotations::write(case, deed, identity, *now).map(&mut *respond)
        }
        WorkerRequest::Verify { depth, now } => {
            verification::verify(case, *depth, identity, *now, cancel, respond)
                .map(|report| respond(WorkerResponse::Verified(Box::new(report))))
        }
        WorkerRequest::Checkpoint { now } => verification::anchor(case, identity, *now)
            .map(|anchor| respond(WorkerResponse::CheckpointWritten(anchor))),
        WorkerRequest::ExportChoices { text, scope, selected, first } => {
            export::choices(case, text, scope, *selected, first.as_deref(), identity)
                .map(|choices| respond(WorkerResponse::ExportChoices(choices)))
        }
        WorkerRequest::Export { order, now } => export::export(case, order, identity, *now, respond)
            .map(|result| respond(WorkerResponse::Exported(Box::new(result)))),
        WorkerRequest::Entry(hit) => {
            event_detail::event_detail(case, hit).map(|event| respond(WorkerResponse::Entry(Box::new(event))))
        }
        WorkerRequest::Values { field, prefix, limit } => case
            .index()
            .values(field, prefix, *limit, cancel)
            .map(|values| respond(WorkerResponse::Values(values))),
    };
    if let Err(error) = done
        && !cancel.is_cancelled()
    {
        respond(WorkerResponse::Failed(Failure::from(&error)));
    }
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
) -> Result<()> {
    let resolved = resolve(case, scope)?;
    for (field, limit) in fields {
        let mut values = case.index().top(&resolved, field, TermOrder::Most, *limit, cancel)?;
        let more = values.len() == *limit;
        values.truncate(limit.saturating_sub(1));
        respond(WorkerResponse::Facet { field: field.clone(), values, more });
    }
    respond(WorkerResponse::FacetsDone);
    Ok(())
}
