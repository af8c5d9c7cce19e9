//! Looks up what can be exported, and exports it.

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Instant;

use crate::app::{self, CancelToken, Case, EvidenceScope, ExportRequest, ExportedBundle, Hit, Session};
use crate::error::{Result, visible};
use crate::tui::protocol::{
    ExportChoices, ExportOrder, ExportResult, SearchScope, WorkProgress, WorkerResponse,
};

use super::verification::STEP;

/// Looks up what can be exported.
pub(super) fn choices(
    case: &Case,
    scope: &SearchScope,
    selected: Option<Hit>,
    first: Option<&EvidenceScope>,
    session: &Session,
) -> Result<ExportChoices> {
    let case = case.reread()?;
    let cancel = CancelToken::new();
    let mut choices = app::export_choices(&case, &scope.expr, scope.window, selected, &cancel)?;
    if let Some(at) = choices.iter().position(|(_, what)| Some(what) == first) {
        choices[..=at].rotate_right(1);
    }
    let signer = session.signer(None).map_or_else(
        |_| "unsigned: no key available; verifiers will reject it".to_owned(),
        |signer| signer.identity().fingerprint,
    );
    Ok(ExportChoices { choices, name: app::bundle_name(&case), signer })
}

/// Exports a bundle.
pub(super) fn export(
    case: &Case,
    order: &ExportOrder,
    session: &Session,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<ExportResult> {
    let case = case.reread()?;
    let request = ExportRequest {
        out: Some(PathBuf::from(&order.to)),
        tar: order.tar,
        redact: order.redact.clone(),
        redact_reason: Some(order.reason.clone()).filter(|reason| !reason.is_empty()),
        originals: order.originals,
        zone: Some(order.zone),
        allow_unsigned: true,
        ..ExportRequest::new(order.what.selection(&case)?)
    };
    let ExportedBundle { made, warnings } = watched(&case, &request, session, respond)?;
    let signed = made.signer.as_deref().map_or("UNSIGNED".to_owned(), |signer| format!("signed {signer}"));
    let warnings = warnings.iter().map(ToString::to_string);
    Ok(ExportResult {
        to: visible(&made.bundle.to_string_lossy()),
        events: made.events,
        line: format!("{} sha-256 {} {signed}", made.name, made.tagmanifest),
        alarm: made.notes.iter().any(app::Note::is_alarm),
        notes: warnings.chain(made.notes.iter().map(ToString::to_string)).collect(),
    })
}

/// Exports the bundle on a thread of its own, and reports its progress.
fn watched(
    case: &Case,
    request: &ExportRequest,
    session: &Session,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<ExportedBundle> {
    let (progress, news) = channel();
    std::thread::scope(|scope| {
        let work = scope.spawn(move || {
            app::export(case, request, session, &|_, done, total| {
                let _ = progress.send(WorkProgress { done, total });
            })
        });
        let mut reported = Instant::now();
        // The channel closes when the work is done.
        while let Ok(now) = news.recv() {
            if reported.elapsed() >= STEP {
                respond(WorkerResponse::Progress(now));
                reported = Instant::now();
            }
        }
        work.join().expect("a panic there is reported by the worker")
    })
}
