//! Answering a question from a case.

use std::error::Error as _;

use crate::case::Case;
use crate::error::{Error, ErrorKind, Result, visible};
use crate::index::{CancelToken, Request, TermOrder};
use crate::query::{Expr, FieldRef};
use crate::record::{TimeRange, Timestamp};
use crate::tui::protocol::{Answer, Question, Scope, Trouble};

use super::{Current, Hands, annotations, event_detail, export, paging, verification};

/// The field under which the index knows formats.
const FORMAT: &str = "vestigo.format";

/// How many outcomes, and how many formats, a timeline tells apart.
const SERIES: usize = 8;

/// Answers a question; several answers may come of one. What was cancelled may
/// end without an answer.
pub fn carry_out(
    current: &Current,
    hands: &Hands,
    question: &Question,
    cancel: &CancelToken,
    tell: &mut dyn FnMut(Answer),
) {
    let case = &current.get();
    let done = match question {
        Question::Page { scope, order, place, limit } => request(case, scope).and_then(|request| {
            let page = paging::page(case, &request, *order, *place, *limit, cancel)?;
            let nothing = if page.rows.is_empty() { current.grown()? } else { None };
            tell(nothing.map_or(Answer::Page(page), Answer::Grown));
            Ok(())
        }),
        Question::Count(scope) => request(case, scope).and_then(|request| {
            let count = case.index().count(&request, cancel)?;
            let nothing = if count == 0 { current.grown()? } else { None };
            tell(nothing.map_or(Answer::Count(count), Answer::Grown));
            Ok(())
        }),
        Question::Look => current.grown().map(|grown| tell(grown.map_or(Answer::Same, Answer::Grown))),
        Question::Histogram { scope, edges, by } => histogram(case, scope, edges, by, cancel).map(&mut *tell),
        Question::Facets { scope, fields } => facets(case, scope, fields, cancel, tell),
        Question::Notes => annotations::notes(case, cancel).map(|notes| tell(Answer::Notes(Box::new(notes)))),
        Question::Found(hits) => annotations::found(case, hits, cancel).map(|hits| tell(Answer::Found(hits))),
        Question::Annotate { deed, now } => annotations::write(case, deed, hands, *now).map(&mut *tell),
        Question::Verify { depth, now } => verification::verify(case, *depth, hands, *now, cancel, tell)
            .map(|verdict| tell(Answer::Checked(Box::new(verdict)))),
        Question::Anchor { now } => {
            verification::anchor(case, hands, *now).map(|anchor| tell(Answer::Anchored(anchor)))
        }
        Question::Offer { text, scope, selected, first } => {
            export::offer(case, text, scope, *selected, first.as_deref(), hands)
                .map(|offer| tell(Answer::Offer(offer)))
        }
        Question::Export { order, now } => export::export(case, order, hands, *now, tell)
            .map(|exported| tell(Answer::Exported(Box::new(exported)))),
        Question::Entry(hit) => event_detail::card(case, hit).map(|card| tell(Answer::Entry(Box::new(card)))),
        Question::Values { field, prefix, limit } => {
            case.index().values(field, prefix, *limit, cancel).map(|values| tell(Answer::Values(values)))
        }
    };
    if let Err(error) = done
        && !cancel.is_cancelled()
    {
        tell(Answer::Failed(trouble(&error)));
    }
}

/// Makes a request of a scope. Where it names tags or findings, it means those
/// of now: they change while the case is open.
fn request(case: &Case, scope: &Scope) -> Result<Request> {
    let expr = scope.expr.clone();
    let expr = if names_notes(&expr) { case.reread()?.resolve(expr)? } else { case.resolve(expr)? };
    Ok(Request { expr, window: scope.window })
}

fn names_notes(expr: &Expr) -> bool {
    match expr {
        Expr::All => false,
        Expr::And(members) | Expr::Or(members) => members.iter().any(names_notes),
        Expr::Not(inner) => names_notes(inner),
        Expr::Leaf(leaf) => matches!(leaf.field, Some(FieldRef::Tag | FieldRef::Finding)),
    }
}

fn histogram(
    case: &Case,
    scope: &Scope,
    edges: &[Timestamp],
    by: &str,
    cancel: &CancelToken,
) -> Result<Answer> {
    let index = case.index();
    let request = request(case, scope)?;
    let matching = index.histogram(&request, edges, Some(by), SERIES, cancel)?;
    let all = Request { expr: Expr::All, window: TimeRange::ALL };
    let present = index.histogram(&all, edges, Some(FORMAT), SERIES, cancel)?;
    let formats = match scope.expr {
        Expr::All => Vec::new(),
        _ => index
            .top(&request, FORMAT, TermOrder::Most, SERIES, cancel)?
            .into_iter()
            .map(|top| top.value)
            .collect(),
    };
    Ok(Answer::Histogram { matching, present, formats })
}

fn facets(
    case: &Case,
    scope: &Scope,
    fields: &[(String, usize)],
    cancel: &CancelToken,
    tell: &mut dyn FnMut(Answer),
) -> Result<()> {
    let request = request(case, scope)?;
    for (field, limit) in fields {
        let mut values = case.index().top(&request, field, TermOrder::Most, *limit, cancel)?;
        let more = values.len() == *limit;
        values.truncate(limit.saturating_sub(1));
        tell(Answer::Facet { field: field.clone(), values, more });
    }
    tell(Answer::FacetsDone);
    Ok(())
}

/// Says what an error is, its causes after it, safe to show.
pub(super) fn trouble(error: &Error) -> Trouble {
    let mut what = visible(&error.to_string());
    let mut cause = error.source();
    while let Some(next) = cause {
        what = format!("{what}: {}", visible(&next.to_string()));
        cause = next.source();
    }
    Trouble {
        what,
        hint: error.hints().first().map(|hint| visible(hint)),
        integrity: error.kind() == ErrorKind::Integrity,
    }
}
