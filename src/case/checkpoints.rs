//! Writes, signs and time-stamps the checkpoints of a case.

use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

use crate::error::{Context, Error, Result};
use crate::fs::{Dir, unusable};
use crate::journal::{
    self, ANCHORS, AnchorStamp, CHECKPOINT_NAMESPACE, Checkpoint, MOST_CHECKPOINT, MOST_SIGNATURE, Signer,
    SignerIdentity,
};
use crate::record::{Clock, Digest};

use super::signing::may_sign;
use super::trust::trust_in;
use super::{CaseWriter, keys_of};

/// A checkpoint that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointInfo {
    /// What it states.
    pub checkpoint: Checkpoint,
    /// Its file; its signature is next to it (`.sig`).
    pub path: PathBuf,
    /// Who signed it, if anybody did.
    pub signed: Option<SignerIdentity>,
}

/// Writes the checkpoint of the journal's current end into `anchors/`, signed if a signer
/// is given. An existing one is left as it is.
///
/// # Errors
///
/// Fails if the signature would cover entries that others wrote and nobody signed before.
pub fn seal(hold: &CaseWriter, signer: Option<&Signer>) -> Result<CheckpointInfo> {
    signer.map_or(Ok(()), |signer| may_sign(hold, signer))?;
    write(hold, signer)
}

fn write(hold: &CaseWriter, signer: Option<&Signer>) -> Result<CheckpointInfo> {
    let checkpoint = Checkpoint::from_journal(hold.journal(), &hold.about().id);
    let anchors = hold.dir().make_dir(ANCHORS).map_err(|error| unusable(error, ANCHORS))?;
    let name = journal::checkpoint_name(checkpoint.size);
    let text = checkpoint.text();
    let signature = format!("{name}.sig");
    // The signature first: a checkpoint without one was never signed, or its signature was removed.
    let write = |name: &str, bytes: &[u8]| {
        anchors.write_new(name, bytes).context(|| format!("cannot write {ANCHORS}/{name}"))
    };
    if let Some(signer) = signer.filter(|_| !anchors.has(&signature)) {
        write(&signature, signer.sign(CHECKPOINT_NAMESPACE, text.as_bytes())?.as_bytes())?;
    }
    match read_anchor(&anchors, &name, MOST_CHECKPOINT)? {
        Some(known) if known == text.as_bytes() => {}
        Some(_) => {
            return Err(Error::integrity(format!("anchors/{name} disagrees about the same entries"))
                .hint("The journal or the checkpoint was changed; run `vestigo verify --deep`."));
        }
        None => write(&name, text.as_bytes())?,
    }
    let pem = read_anchor(&anchors, &signature, MOST_SIGNATURE)?;
    let check = |pem: Vec<u8>| journal::check_signature(CHECKPOINT_NAMESPACE, text.as_bytes(), &pem);
    let signed = pem.map(check).transpose().map_err(|why| {
        Error::integrity(format!("anchors/{signature} is not a signature of the checkpoint beside it: {why}"))
            .hint("Somebody put it there; run `vestigo verify --deep`.")
    })?;
    Ok(CheckpointInfo { checkpoint, path: anchors.at(&name), signed })
}

/// Reads a file among a case's checkpoints; `None` if it does not exist.
fn read_anchor(anchors: &Dir, name: &str, most: u64) -> Result<Option<Vec<u8>>> {
    anchors.read_if_there(name, most).map_err(|error| unusable(error, &format!("{ANCHORS}/{name}")))
}

/// Reads the signature (`sig`) or time stamp (`tsr`) of a case's checkpoint of so many
/// entries; `None` if it does not exist.
pub fn beside_checkpoint(case: &Dir, entries: u64, ending: &str) -> Result<Option<Vec<u8>>> {
    match case.dir(ANCHORS) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(error, ANCHORS)),
        Ok(anchors) => {
            let name = format!("{}.{ending}", journal::checkpoint_name(entries));
            read_anchor(&anchors, &name, MOST_SIGNATURE)
        }
    }
}

/// Records whose key signs, if that is not known yet, and writes the checkpoint of the
/// journal's end.
pub fn checkpoint(
    hold: &mut CaseWriter,
    signer: Option<&Signer>,
    clock: &dyn Clock,
) -> Result<CheckpointInfo> {
    if let Some(signer) = signer {
        introduce(hold, signer, clock)?;
    }
    seal(hold, signer)
}

/// Records that a key signs for this case, if that is not known yet. If its user also
/// holds a key of the case, that key signs the entry, which makes the new key one of the
/// case's.
pub fn introduce(hold: &mut CaseWriter, signer: &Signer, clock: &dyn Clock) -> Result<()> {
    let key = signer.identity().fingerprint;
    let keys = trust_in(hold.dir(), hold.about(), hold.journal(), false)?.keys;
    if keys.contains(&key) {
        return Ok(());
    }
    let own = signer.voucher().filter(|own| keys.contains(&own.identity().fingerprint));
    if own.is_none() && keys_of(hold.about(), &hold.journal().entries).contains(&key) {
        return Ok(());
    }
    // What one of a user's two keys signed, the other may sign, too.
    may_sign(hold, signer)?;
    hold.introduce(signer, clock)?;
    own.map_or(Ok(()), |own| write(hold, Some(own)).map(drop))
}

/// Has the authority at a URL stamp the signature of the current checkpoint (RFC 3161);
/// returns when. The token is written next to the checkpoint (`.tsr`), and an
/// `anchor.stamp` entry states its hash. That entry comes after what was stamped: the
/// stamp covers the checkpoint of the entries before it.
pub fn stamp(hold: &mut CaseWriter, signer: &Signer, url: &str, clock: &dyn Clock) -> Result<String> {
    let sealed = seal(hold, Some(signer))?;
    let size = sealed.checkpoint.size;
    let signature = beside_checkpoint(hold.dir(), size, "sig")?
        .ok_or_else(|| Error::case("the signature of the checkpoint is missing"))?;
    let response = journal::fetch_timestamp(url, &Sha256::digest(signature).into())?;
    let stamped =
        journal::read_timestamp(&response).ok_or_else(|| Error::case("the authority gave no time stamp"))?;
    let name = format!("{}.tsr", journal::checkpoint_name(size));
    let written = hold.dir().dir(ANCHORS).and_then(|anchors| anchors.write_new(&name, &response));
    written.context(|| format!("cannot write {ANCHORS}/{name}"))?;
    let token = Digest::of(&response).to_string();
    let stamp = AnchorStamp {
        entries: sealed.checkpoint.size,
        authority: journal::bare_url(url),
        stamped: stamped.at.clone(),
        token_sha256: token,
    };
    hold.append(stamp, clock)?;
    seal(hold, Some(signer))?;
    Ok(stamped.at)
}

/// Returns the path of a file's companion, such as `checkpoint-000012.txt.sig`.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a file that the user named and that does not exist yet, completely or not at all.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
        Dir::open(path.parent().unwrap_or(Path::new(".")))?.write_new(name, bytes)
    };
    write().context(|| format!("cannot write {}", crate::error::visible(&path.to_string_lossy())))
}
