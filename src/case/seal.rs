//! Checkpoints of a case: written, signed, stamped.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result};
use crate::journal::{self, CHECKPOINT_NAMESPACE, Checkpoint, Journal, Signed, Signer, anchors};
use crate::record::{Clock, SourceId};

use super::{About, Hold};

/// A checkpoint that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Where it lies; its signature is beside it (`.sig`).
    pub path: PathBuf,
    /// Who signed it.
    pub signed: Option<Signed>,
}

/// Writes the checkpoint of a journal's present end into `anchors/`, signed
/// where a signer is given. One that is there already is left as it is.
pub fn seal(folder: &Path, journal: &Journal, signer: Option<&Signer>) -> Result<Sealed> {
    let about = About::read(folder)?;
    let checkpoint = Checkpoint::of(journal, &about.id);
    let place = anchors(folder);
    super::private_folder(&place).attempt(|| "cannot make the folder of checkpoints".to_owned())?;
    let name = journal::checkpoint_name(checkpoint.size);
    let path = place.join(&name);
    let text = checkpoint.text();
    let signature = beside(&path, "sig");
    // The signature first: a checkpoint without one was never signed, or was robbed of it.
    if let Some(signer) = signer.filter(|_| !signature.exists()) {
        write_new(&signature, signer.sign(CHECKPOINT_NAMESPACE, text.as_bytes())?.as_bytes())?;
    }
    match std::fs::read(&path) {
        Ok(known) if known == text.as_bytes() => {}
        Ok(_) => {
            return Err(Error::integrity(format!("anchors/{name} says something else of the same entries"))
                .hint("The journal or the checkpoint was changed; run `vestigo verify --deep`."));
        }
        Err(_) => write_new(&path, text.as_bytes())?,
    }
    let pem = std::fs::read(&signature).ok();
    let check = |pem: Vec<u8>| journal::check_signature(CHECKPOINT_NAMESPACE, text.as_bytes(), &pem).ok();
    Ok(Sealed { checkpoint, path, signed: pem.and_then(check) })
}

/// Writes down whose key signs, where that is not known yet, and the checkpoint
/// of the journal's end.
pub fn checkpoint(hold: &mut Hold, signer: Option<&Signer>, clock: &dyn Clock) -> Result<Sealed> {
    if let Some(signer) = signer {
        hold.introduce(signer, clock)?;
    }
    let folder = hold.folder().to_owned();
    seal(&folder, hold.journal(), signer)
}

/// Has the signature of the present checkpoint stamped by the authority at a
/// URL (RFC 3161); gives when. The token lies beside the checkpoint (`.tsr`),
/// and an `anchor.stamp` entry names its hash.
pub fn stamp(hold: &mut Hold, signer: &Signer, url: &str, clock: &dyn Clock) -> Result<String> {
    let folder = hold.folder().to_owned();
    let sealed = seal(&folder, hold.journal(), Some(signer))?;
    let signature =
        std::fs::read(beside(&sealed.path, "sig")).attempt(|| "cannot read the signature".to_owned())?;
    let response = journal::fetch_stamp(url, &Sha256::digest(signature).into())?;
    let stamped =
        journal::read_stamp(&response).ok_or_else(|| Error::case("the authority gave no time stamp"))?;
    write_new(&beside(&sealed.path, "tsr"), &response)?;
    let token = SourceId(Sha256::digest(&response).into()).to_string();
    let what = json!({ "entries": sealed.checkpoint.size, "authority": url, "stamped": stamped.at,
        "token_sha256": token });
    hold.note("anchor.stamp", what, clock)?;
    seal(&folder, hold.journal(), Some(signer))?;
    Ok(stamped.at)
}

/// Gives the name of what stands beside a file: `checkpoint-000012.txt.sig`.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a file that is not there yet, whole or not at all.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        std::fs::File::open(folder)?.sync_all()
    };
    write().attempt(|| format!("cannot write {}", crate::error::visible(&path.to_string_lossy())))
}
