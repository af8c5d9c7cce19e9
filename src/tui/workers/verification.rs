//! Verifies the case, and writes a checkpoint to keep elsewhere.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::app::{
    self, ANCHORS, CancelToken, CheckpointRequest, Depth, Session, VerifyReport, VerifyRequest, VerifyTarget,
};
use crate::error::{Error, Result, visible};
use crate::tui::protocol::{WorkProgress, WorkerResponse, WrittenCheckpoint};

/// How often progress is reported.
pub(super) const STEP: Duration = Duration::from_millis(100);

/// Verifies a case. The work runs on a thread of its own, which is left alone
/// when nobody waits for it anymore: it never writes.
pub(super) fn verify(
    depth: Depth,
    session: &Session,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<VerifyReport> {
    let (progress, news) = channel();
    let (finish, verdict) = channel();
    let session = session.clone();
    let work = move || {
        // Nobody listens any more where the verification was canceled.
        let step = |done, total| {
            let _ = progress.send((done, total));
        };
        let request = VerifyRequest::new(depth);
        let verified = app::verify(&VerifyTarget::Case, &request, &session, &step);
        let _ = finish.send(verified.map(|verified| verified.report));
    };
    std::thread::Builder::new()
        .name("check".to_owned())
        .spawn(work)
        .map_err(|error| Error::case("cannot start the verification").with_source(error))?;
    loop {
        match verdict.recv_timeout(STEP) {
            Ok(verdict) => return verdict,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::case("the verification ended without a result"));
            }
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                return Err(Error::case("the verification was canceled"));
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some((done, total)) = news.try_iter().max() {
                    respond(WorkerResponse::Progress(WorkProgress { done, total }));
                }
            }
        }
    }
}

/// Writes a checkpoint of the journal, to be kept elsewhere; an authority that is
/// configured stamps it.
pub(super) fn checkpoint(session: &Session) -> Result<WrittenCheckpoint> {
    let request = CheckpointRequest { allow_unsigned: true, ..CheckpointRequest::default() };
    let receipt = app::sign_checkpoint(&request, session)?;
    let checkpoint = &receipt.info.checkpoint;
    let file = session.folder.join(ANCHORS).join(app::checkpoint_name(checkpoint.size));
    Ok(WrittenCheckpoint {
        entries: checkpoint.size,
        line: checkpoint.line(),
        file: visible(&file.to_string_lossy()),
        signer: receipt.info.signed.map(|signed| signed.fingerprint),
        stamped: receipt.stamped,
        warnings: receipt.warnings.iter().map(ToString::to_string).collect(),
    })
}
