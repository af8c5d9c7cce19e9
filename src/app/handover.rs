//! What comes after a bundle was made: transfer, reveal, replay.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::export::{BagReader, ReplayReport, TransferCheck, TransferRecord, read_query, replay, reveal};
use crate::journal::{AllowedSigners, Reveal, Signer};

use super::{Session, Warning};

/// A bundle that is to change hands.
#[derive(Debug, Clone)]
pub struct TransferRequest {
    /// The bundle.
    pub bundle: PathBuf,
    /// Who releases it.
    pub released_by: String,
    /// Who receives it.
    pub received_by: String,
    /// What for.
    pub purpose: String,
    /// Where.
    pub place: String,
    /// The key that signs; none for the one configured, or the case's own.
    pub sign: Option<PathBuf>,
}

/// Writes a transfer beside its bundle, signs it, and records it in the journal; returns
/// where it lies.
pub fn start_transfer(request: &TransferRequest, session: &Session) -> Result<(PathBuf, Vec<Warning>)> {
    let name = request.bundle.file_name().map(|name| name.to_string_lossy().into_owned());
    let transfer = TransferRecord {
        bundle: name.ok_or_else(|| Error::usage("name the bundle by its file name"))?,
        tagmanifest_sha256: TransferRecord::hash_of(&request.bundle)?,
        released_by: request.released_by.clone(),
        received_by: request.received_by.clone(),
        purpose: request.purpose.clone(),
        place: request.place.clone(),
        at: session.clock.now().to_string(),
    };
    let path = transfer.write(&request.bundle, &session.signer(request.sign.as_deref())?)?;
    let mut writer = session.writer()?;
    writer.append(transfer.entry(), session.clock.as_ref())?;
    Ok((path, session.checkpoint(&mut writer)))
}

/// Signs a transfer as the one who receives.
pub fn receive_transfer(file: &Path, key: &Path) -> Result<TransferRecord> {
    TransferRecord::receive(file, &Signer::open(key)?)
}

/// Checks a transfer: the bundle and both signatures.
pub fn check_transfer(
    file: &Path,
    allowed_signers: Option<&Path>,
    now: crate::record::Timestamp,
) -> Result<TransferCheck> {
    let allowed = allowed_signers.map(|path| AllowedSigners::read(path, None)).transpose()?;
    TransferRecord::check(file, allowed.as_ref(), now)
}

/// Returns the value behind one token of a redacted bundle, with what proves it. The
/// journal records that it was revealed, not what it is.
pub fn reveal_token(
    case: &Case,
    bundle: &Path,
    token: &str,
    value: Option<&str>,
    session: &Session,
) -> Result<(Value, Vec<Warning>)> {
    let revealed = reveal(case, &BagReader::open(bundle)?, token, value)?;
    let mut writer = session.writer()?;
    let token = revealed["token"].as_str().unwrap_or_default().to_owned();
    let entry = Reveal { token, bundle: visible(&bundle.to_string_lossy()) };
    writer.append(entry, session.clock.as_ref())?;
    Ok((revealed, session.checkpoint(&mut writer)))
}

/// Runs the query of a bundle, or of its `query.json`, again and compares.
pub fn replay_bundle(case: &Case, path: &Path) -> Result<ReplayReport> {
    let (read_query, bag) = read_query(path)?;
    replay(case, &read_query, bag.as_ref())
}
