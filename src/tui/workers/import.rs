//! Imports evidence behind the screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::app::{
    CancelToken, ImportReport, ImportRequest, ImportRow, ImportStatus, NewCase, PendingImport, Progress,
    Session, Warning,
};
use crate::error::{Error, Result};
use crate::record::{counted, format_bytes, thousands};
use crate::tui::protocol::{ImportOutcome, ImportProgress, WorkProgress, WorkerResponse};

/// How often is told how far it is.
const STEP: Duration = Duration::from_millis(250);

/// What an import gives in the end.
type Imported = Result<(ImportReport, Option<Warning>)>;

/// Imports, and tells how far it is. Stopped, it ends with what was committed by then.
pub(super) fn answer(
    request: &ImportRequest,
    session: &Session,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<WorkerResponse> {
    // Whoever stops an export does not stop an import.
    let session = Session { stop: Arc::new(AtomicBool::new(false)), ..session.clone() };
    let progress = Progress::default();
    let (finish, outcome) = channel();
    std::thread::scope(|scope| {
        let (session, progress) = (&session, &progress);
        scope.spawn(move || {
            let mut rows = Vec::new();
            let imported = run(request, session, progress, &mut rows);
            let _ = finish.send(imported.map(|(report, warning)| outcome_of(&rows, &report, warning)));
        });
        loop {
            match outcome.recv_timeout(STEP) {
                Ok(outcome) => return outcome.map(|outcome| WorkerResponse::Imported(Box::new(outcome))),
                Err(RecvTimeoutError::Timeout) => {
                    session.stop.fetch_or(cancel.is_cancelled(), Ordering::Relaxed);
                    let bytes = WorkProgress { done: progress.bytes_read(), total: progress.total_bytes() };
                    let events = progress.events_read();
                    respond(WorkerResponse::Importing(ImportProgress { bytes, events }));
                }
                // A panic there is reported by the worker.
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::case("the import ended without a result"));
                }
            }
        }
    })
}

/// Imports; keeps the rows of what is not imported whole.
fn run(
    request: &ImportRequest,
    session: &Session,
    progress: &Progress,
    incomplete: &mut Vec<ImportRow>,
) -> Imported {
    let (pending, unsigned) = PendingImport::new(NewCase::default(), session)?;
    let (report, warning) = pending.run(request, session, progress, &mut |row| {
        if row.incomplete || matches!(row.status, ImportStatus::Failed | ImportStatus::Unread) {
            incomplete.push(row.clone());
        }
    })?;
    Ok((report, warning.or(unsigned)))
}

fn outcome_of(rows: &[ImportRow], report: &ImportReport, warning: Option<Warning>) -> ImportOutcome {
    let (total, receipt) = (&report.total, &report.total.receipt);
    let mut summary = format!(
        "imported {}, {}, {}",
        counted(total.sources, "source"),
        counted(receipt.events, "event"),
        format_bytes(receipt.bytes.total)
    );
    for status in ImportStatus::ALL {
        if status != ImportStatus::Imported && total.with(status) > 0 {
            summary += &format!("; {} {}", thousands(total.with(status)), status.word());
        }
    }
    let incomplete = rows.iter().map(|row| match &row.reason {
        Some(reason) => format!("{}: {reason}", row.path),
        None => format!("{}: {}", row.path, row.status.word()),
    });
    ImportOutcome {
        summary,
        incomplete: incomplete.collect(),
        interrupted: report.interrupted,
        warning: warning.map(|warning| warning.to_string()),
    }
}
