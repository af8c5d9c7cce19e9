//! Verifies the case, and writes a checkpoint to keep elsewhere.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::case::{self, Case, CaseWriter};
use crate::error::{Error, Result, visible};
use crate::evidence::Depth;
use crate::index::CancelToken;
use crate::journal::{ANCHORS, checkpoint_name};
use crate::record::{FixedClock, Timestamp};
use crate::tui::protocol::{WorkProgress, WorkerResponse, WrittenCheckpoint};
use crate::verify::{TrustInputs, VerifyReport};

use super::identity::Identity;

/// How often progress is reported.
pub(super) const STEP: Duration = Duration::from_millis(100);

/// Verifies a case. The work runs on a thread of its own, which is left alone
/// when nobody waits for it anymore: it never writes.
pub(super) fn verify(
    case: &Case,
    depth: Depth,
    identity: &Identity,
    now: Timestamp,
    cancel: &CancelToken,
    respond: &mut dyn FnMut(WorkerResponse),
) -> Result<VerifyReport> {
    let (progress, news) = channel();
    let (finish, verdict) = channel();
    let (folder, home) = (case.folder().to_owned(), identity.who.home.clone());
    let work = move || {
        let brought = TrustInputs { now, home, ..TrustInputs::default() };
        // Nobody listens any more where the verification was canceled.
        let step = |done, total| {
            let _ = progress.send((done, total));
        };
        let _ = finish.send(case::verify(&folder, depth, &brought, &step));
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

/// Writes a checkpoint of the journal, to be kept elsewhere.
pub(super) fn checkpoint(case: &Case, identity: &Identity, now: Timestamp) -> Result<WrittenCheckpoint> {
    let clock = FixedClock(now);
    let mut hold = CaseWriter::open(case.folder(), &identity.who, &clock)?;
    let sealed = case::checkpoint(&mut hold, identity.signer.as_ref(), &clock)?;
    Ok(WrittenCheckpoint {
        entries: sealed.checkpoint.size,
        line: sealed.checkpoint.line(),
        file: visible(
            &case.folder().join(ANCHORS).join(checkpoint_name(sealed.checkpoint.size)).to_string_lossy(),
        ),
        signer: sealed.signed.map(|signed| signed.fingerprint),
    })
}
