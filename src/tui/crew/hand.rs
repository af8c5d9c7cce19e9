//! Bundles: what can be made, and making one.

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
use crate::journal::{Actor, Signer};
use crate::query::Expr;
use crate::record::{FixedClock, Timestamp};

use super::super::effect::Scope;
use super::super::event::Answer;
use super::super::model::{ExportOrder, Exported, Offer, Progress, What};
use super::check::STEP;

/// Who acts, and whose key signs.
#[derive(Clone)]
pub struct Hands {
    /// Who acts.
    pub who: Actor,
    /// Whose key signs; nobody's where none can be had.
    pub signer: Option<Signer>,
}

/// Looks up what can be exported.
pub(super) fn offer(
    case: &Case,
    text: &str,
    scope: &Scope,
    selected: Option<Hit>,
    first: Option<&What>,
    hands: &Hands,
) -> Result<Offer> {
    let case = case.reread()?;
    let state = case.state();
    let request = Request { expr: case.resolve(scope.expr.clone())?, window: scope.window };
    let count = case.index().count(&request, &CancelToken::new())?;
    let mut choices = Vec::new();
    for finding in &state.findings {
        choices
            .push((format!("finding {}: {}", finding.number, finding.title), What::Finding(finding.number)));
    }
    if !state.bookmarks.is_empty() {
        choices.push((format!("bookmarks: {} events", state.bookmarks.len()), What::Bookmarks));
    }
    let asked = scope.expr != Expr::All || scope.window != crate::record::TimeRange::ALL;
    let search = (format!("this search: {count} events"), What::Search(text.to_owned(), scope.clone()));
    // A search that asks for something is what its investigator has in mind.
    let place = if asked { 0 } else { choices.len() };
    choices.insert(place, search);
    if let Some(hit) = selected {
        let id = crate::record::EventId::of(&hit.source, hit.record);
        choices.push((format!("this event: {id}"), What::Event(hit)));
    }
    if let Some(at) = choices.iter().position(|(_, what)| Some(what) == first) {
        choices[..=at].rotate_right(1);
    }
    let signer = hands.signer.as_ref().map_or_else(
        || "nobody: no key can be had, and no verifier accepts it".to_owned(),
        |signer| signer.signed().fingerprint,
    );
    Ok(Offer { choices, name: bundle_name(&case), signer })
}

/// Makes a bundle.
pub(super) fn export(
    case: &Case,
    order: &ExportOrder,
    hands: &Hands,
    now: Timestamp,
    tell: &mut dyn FnMut(Answer),
) -> Result<Exported> {
    let clock = FixedClock(now);
    let mut case = case.reread()?;
    let redact = order.redact.iter().map(|name| case.redactable(name)).collect::<Result<_>>()?;
    let mut notes = Vec::new();
    if let Some(signer) = &hands.signer {
        match register_signing_key(&case, signer, &hands.who, &clock) {
            Ok(known) => case = known,
            // What nobody signed is not signed by being exported.
            Err(error) if error.kind() == ErrorKind::Integrity => return Err(error),
            Err(error) => {
                may_vouch(&case, signer, &hands.who)?;
                notes.push(format!("the journal does not tell of it: {error}"));
            }
        }
    }
    let options = ExportOptions {
        out: Some(PathBuf::from(&order.to)),
        tar: order.tar,
        signer: hands.signer.clone(),
        tsa: None,
        redact,
        named: Vec::new(),
        reason: "not stated".to_owned(),
        originals: order.originals,
        zone: case.about().zone,
        stop: Arc::default(),
    };
    let made = watched(&case, &asked(&case, &order.what)?, &options, tell)?;
    if notes.is_empty()
        && let Err(error) = record_export(&case, &made, &options, &hands.who, &clock)
    {
        notes.push(format!("the journal does not tell of it: {error}"));
    }
    let alarm = made.notes.iter().any(Note::is_alarm);
    notes.extend(made.notes.iter().map(ToString::to_string));
    let signer = made.signer.as_deref().unwrap_or("nobody");
    Ok(Exported {
        to: visible(&made.bundle.to_string_lossy()),
        events: made.events,
        line: format!("{} sha-256 {} signed {signer}", made.name, made.tagmanifest),
        notes,
        alarm,
    })
}

/// Makes the bundle on a thread of its own, and tells now and then how far it has come.
fn watched(
    case: &Case,
    ask: &Selection,
    options: &ExportOptions,
    tell: &mut dyn FnMut(Answer),
) -> Result<BundleSummary> {
    let (progress, news) = channel();
    std::thread::scope(|scope| {
        let work = scope.spawn(move || {
            write_bundle(case, ask, options, &|_, done, total| {
                let _ = progress.send(Progress { done, total });
            })
        });
        let mut told = Instant::now();
        // The channel closes when the work is done.
        while let Ok(now) = news.recv() {
            if told.elapsed() >= STEP {
                tell(Answer::Progress(now));
                told = Instant::now();
            }
        }
        work.join().expect("what panics there is told by the crew")
    })
}

fn asked(case: &Case, what: &What) -> Result<Selection> {
    Ok(match what {
        What::Search(text, scope) => {
            let text = if text.is_empty() { "*".to_owned() } else { scope.expr.to_string() };
            let query = SelectedQuery { text, expr: scope.expr.clone(), window: scope.window };
            Selection { query: Some(query), ..Selection::default() }
        }
        What::Event(hit) => Selection { events: vec![*hit], ..Selection::default() },
        What::Bookmarks => Selection { bookmarks: true, ..Selection::default() },
        What::Finding(number) => {
            let known = case.state().finding(*number).is_some();
            known.then_some(()).ok_or_else(|| Error::usage(format!("there is no finding {number}")))?;
            Selection { findings: vec![*number], ..Selection::default() }
        }
    })
}
