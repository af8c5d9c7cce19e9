//! Looks up what can be exported, and exports it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant;

use crate::case::{Case, may_vouch};
use crate::error::{Error, ErrorKind, Result, visible};
use crate::export::{
    BundleSummary, ExportOptions, Note, SelectedQuery, Selection, bundle_name, record_export,
    register_signing_key, write_bundle,
};
use crate::index::{CancelToken, Hit, Request};
use crate::query::Expr;
use crate::record::{FixedClock, Timestamp, counted};
use crate::tui::protocol::{
    ExportChoices, ExportOrder, ExportResult, ExportScope, SearchScope, WorkProgress, WorkerResponse,
};

use super::identity::Identity;
use super::verification::STEP;

/// Looks up what can be exported.
pub(super) fn choices(
    case: &Case,
    text: &str,
    scope: &SearchScope,
    selected: Option<Hit>,
    first: Option<&ExportScope>,
    identity: &Identity,
) -> Result<ExportChoices> {
    let case = case.reread()?;
    let state = case.state();
    let request = Request { expr: case.resolve(scope.expr.clone())?, window: scope.window };
    let count = case.index().count(&request, &CancelToken::new())?;
    let mut choices = Vec::new();
    for finding in &state.findings {
        choices.push((
            format!("finding {}: {}", finding.number, finding.title),
            ExportScope::Finding(finding.number),
        ));
    }
    if !state.bookmarks.is_empty() {
        choices.push((
            format!("bookmarks: {}", counted(state.bookmarks.len() as u64, "event")),
            ExportScope::Bookmarks,
        ));
    }
    let asked = scope.expr != Expr::All || scope.window != crate::record::TimeRange::ALL;
    let search = (
        format!("this search: {}", counted(count, "event")),
        ExportScope::Search(text.to_owned(), scope.clone()),
    );
    // A search that asks for something is what its investigator has in mind.
    let place = if asked { 0 } else { choices.len() };
    choices.insert(place, search);
    if let Some(hit) = selected {
        let id = crate::record::EventId::new(&hit.source, hit.record);
        choices.push((format!("this event: {id}"), ExportScope::Event(hit)));
    }
    if let Some(at) = choices.iter().position(|(_, what)| Some(what) == first) {
        choices[..=at].rotate_right(1);
    }
    let signer = identity.signer.as_ref().map_or_else(
        || "unsigned: no key available; verifiers will reject it".to_owned(),
        |signer| signer.identity().fingerprint,
    );
    Ok(ExportChoices { choices, name: bundle_name(&case), signer })
}

/// Exports a bundle.
pub(super) fn export(
    case: &Case,
    order: &ExportOrder,
    identity: &Identity,
    now: Timestamp,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<ExportResult> {
    let clock = FixedClock(now);
    let mut case = case.reread()?;
    let redact = order.redact.iter().map(|name| case.redactable(name)).collect::<Result<_>>()?;
    let mut notes = Vec::new();
    if let Some(signer) = &identity.signer {
        match register_signing_key(&case, signer, &identity.who, &clock) {
            Ok(known) => case = known,
            // What nobody signed is not signed by being exported.
            Err(error) if error.kind() == ErrorKind::Integrity => return Err(error),
            Err(error) => {
                may_vouch(&case, signer, &identity.who)?;
                notes.push(format!("it could not be recorded in the journal: {error}"));
            }
        }
    }
    let options = ExportOptions {
        out: Some(PathBuf::from(&order.to)),
        tar: order.tar,
        signer: identity.signer.clone(),
        tsa: None,
        redact,
        named: Vec::new(),
        reason: "not stated".to_owned(),
        originals: order.originals,
        zone: case.about().zone,
        stop: Arc::default(),
    };
    let made = watched(&case, &asked(&case, &order.what)?, &options, respond)?;
    if notes.is_empty()
        && let Err(error) = record_export(&case, &made, &options, &identity.who, &clock)
    {
        notes.push(format!("it could not be recorded in the journal: {error}"));
    }
    let alarm = made.notes.iter().any(Note::is_alarm);
    notes.extend(made.notes.iter().map(ToString::to_string));
    let signed = made.signer.as_deref().map_or("UNSIGNED".to_owned(), |signer| format!("signed {signer}"));
    Ok(ExportResult {
        to: visible(&made.bundle.to_string_lossy()),
        events: made.events,
        line: format!("{} sha-256 {} {signed}", made.name, made.tagmanifest),
        notes,
        alarm,
    })
}

/// Writes the bundle on a thread of its own, and reports its progress.
fn watched(
    case: &Case,
    ask: &Selection,
    options: &ExportOptions,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<BundleSummary> {
    let (progress, news) = channel();
    std::thread::scope(|scope| {
        let work = scope.spawn(move || {
            write_bundle(case, ask, options, &|_, done, total| {
                let _ = progress.send(WorkProgress { done, total });
            })
        });
        let mut told = Instant::now();
        // The channel closes when the work is done.
        while let Ok(now) = news.recv() {
            if told.elapsed() >= STEP {
                respond(WorkerResponse::Progress(now));
                told = Instant::now();
            }
        }
        work.join().expect("a panic there is reported by the worker")
    })
}

fn asked(case: &Case, what: &ExportScope) -> Result<Selection> {
    Ok(match what {
        ExportScope::Search(text, scope) => {
            let text = if text.is_empty() { "*".to_owned() } else { scope.expr.to_string() };
            let query = SelectedQuery { text, expr: scope.expr.clone(), window: scope.window };
            Selection { query: Some(query), ..Selection::default() }
        }
        ExportScope::Event(hit) => Selection { events: vec![*hit], ..Selection::default() },
        ExportScope::Bookmarks => Selection { bookmarks: true, ..Selection::default() },
        ExportScope::Finding(number) => {
            let known = case.state().finding(*number).is_some();
            known.then_some(()).ok_or_else(|| Error::usage(format!("there is no finding {number}")))?;
            Selection { findings: vec![*number], ..Selection::default() }
        }
    })
}
