//! Runs detection, and counts a finding's events over time.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::app::{self, CancelToken, Case, DetectReport, DetectRequest, Request, Session, Watch};
use crate::error::{Error, Result};
use crate::query::Expr;
use crate::record::{TimeRange, Timestamp};
use crate::tui::protocol::{DetectionDone, FindingCurve, LastDetection, WorkProgress, WorkerResponse};

use super::annotations;
use super::current_case::CurrentCase;

/// How often is told that detection still looks.
const STEP: Duration = Duration::from_secs(1);

/// Looks for what is unusual, and keeps it as findings.
pub(super) fn answer(
    current: &CurrentCase,
    session: &Session,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<WorkerResponse> {
    let before = current.get();
    let report = watched(&before.reread()?, session, cancel, respond)?;
    let notes = annotations::read(&report.case, &CancelToken::new())?;
    current.follow(&before, report.case);
    let warnings = report.warnings.iter().map(annotations::journal_warning);
    let done = DetectionDone {
        ids: report.ids,
        run: LastDetection {
            found: report.found.len(),
            new: report.new,
            changed: report.changed,
            gone: report.gone,
            reopened: report.reopened,
            filtered: report.filtered,
            ran: report.ran,
            not_evaluated: report
                .not_evaluated
                .into_iter()
                .map(|left| (left.detector, left.reason))
                .collect(),
            unread: report.unread,
        },
        warning: warnings.max_by_key(|warning| warning.integrity),
        notes,
    };
    Ok(WorkerResponse::Detected(Box::new(done)))
}

/// Runs detection on a thread of its own, and tells every second that it still looks.
fn watched(
    case: &Case,
    session: &Session,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<DetectReport> {
    let (finish, report) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let request = DetectRequest::default();
            let _ = finish.send(app::detect(case, &request, session, cancel, Watch::silent()));
        });
        loop {
            match report.recv_timeout(STEP) {
                Ok(report) => return report,
                Err(RecvTimeoutError::Timeout) => {
                    respond(WorkerResponse::Progress(WorkProgress::default()));
                }
                // A panic there is reported by the worker.
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::case("detection ended without a result"));
                }
            }
        }
    })
}

/// Counts a finding's events over time, and all events beside them.
pub(super) fn curve(
    case: &Case,
    finding: &str,
    edges: &[Timestamp],
    cancel: &CancelToken,
) -> Result<FindingCurve> {
    let case = &case.reread()?;
    let known = app::finding_of_uid(case, finding);
    let known = known.ok_or_else(|| Error::usage("the finding no longer exists"))?;
    let count = |expr| {
        let request = Request { expr, window: TimeRange::ALL };
        let histogram = case.index().histogram(&request, edges, None, 0, cancel)?;
        Ok::<_, Error>(histogram.buckets.iter().map(|bucket| bucket.count).collect())
    };
    let (events, all) = (count(case.events_of(known)?)?, count(Expr::All)?);
    Ok(FindingCurve { finding: finding.to_owned(), events, all })
}
