//! Writing a BagIt bag (RFC 8493): payload under `data/`, hashes of everything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::{Context, Error, ErrorKind, Result, escape_json_controls};
use crate::journal::Signer;
use crate::record::Digest;

use crate::export::bag::SIGNATURE_NAMESPACE;
use crate::export::bag::files::{BAG_INFO, BAGIT, MANIFEST, SIGNATURE, TAGMANIFEST, TIMESTAMP, VERIFY_SH};
use crate::export::rows::{BAGIT_DECLARATION, one_line};

use super::staging::StagingFolder;

/// A bag that is being written: in a folder of its own until it is complete.
pub struct BagWriter {
    folder: StagingFolder,
    stop: Arc<AtomicBool>,
    payload: BTreeMap<String, (String, u64)>,
    tags: BTreeMap<String, String>,
}

/// A payload file that is being written.
pub struct BagFile {
    name: String,
    file: BufWriter<File>,
    stop: Arc<AtomicBool>,
    hash: Sha256,
    length: u64,
}

impl BagWriter {
    /// Begins a bag in a folder, in which it will be put in its place; once `stop`
    /// is set, nothing more can be written.
    pub fn create(parent: &Path, stop: &Arc<AtomicBool>) -> Result<BagWriter> {
        let folder = StagingFolder::create(parent)?;
        Ok(BagWriter { folder, stop: Arc::clone(stop), payload: BTreeMap::new(), tags: BTreeMap::new() })
    }

    /// Returns where it lies until it is moved into place.
    pub fn folder(&self) -> &Path {
        self.folder.dir().path()
    }

    /// Begins a payload file, named from the bag's root: `data/events.jsonl`.
    pub fn begin(&self, name: &str) -> Result<BagFile> {
        let open = || -> std::io::Result<File> {
            let mut dir = self.folder.dir().clone();
            let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
            for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
                dir = dir.make_dir(folder)?;
            }
            dir.create_new(file)
        };
        let file = BufWriter::with_capacity(1 << 18, open().context(|| format!("cannot write {name}"))?);
        let stop = Arc::clone(&self.stop);
        Ok(BagFile { name: name.to_owned(), file, stop, hash: Sha256::new(), length: 0 })
    }

    /// Ends a payload file.
    pub fn end(&mut self, file: BagFile) -> Result<()> {
        let BagFile { name, file, hash, length, .. } = file;
        let end = || -> std::io::Result<()> { file.into_inner()?.sync_all() };
        end().context(|| format!("cannot write {name}"))?;
        self.payload.insert(name, (Digest::from(hash).to_string(), length));
        Ok(())
    }

    /// Writes a whole payload file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.begin(name)?;
        file.write(bytes)?;
        self.end(file)
    }

    /// Writes a whole payload file of JSON, indented.
    pub fn add_json(&mut self, name: &str, value: &Value) -> Result<()> {
        let text = serde_json::to_string_pretty(value).context(|| "cannot write JSON".to_owned())?;
        self.add(name, (escape_json_controls(text) + "\n").as_bytes())
    }

    /// Writes a file that is not payload.
    fn tag(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let mut file = self.folder.dir().create_new(name)?;
            if name == VERIFY_SH {
                make_runnable(&file);
            }
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().context(|| format!("cannot write {name}"))?;
        self.tags.insert(name.to_owned(), Digest::of(bytes).to_string());
        Ok(())
    }

    /// Returns the bytes and the number of the payload's files: `Payload-Oxum`.
    fn oxum(&self) -> String {
        let bytes: u64 = self.payload.values().map(|(_, length)| length).sum();
        format!("{bytes}.{}", self.payload.len())
    }

    /// Writes what makes the payload a bag, and signs it. `info` is written to
    /// `bag-info.txt` before the payload's size; `tags` are further files.
    pub fn finish(
        mut self,
        info: &[(&str, String)],
        tags: &[(&str, &str)],
        signer: Option<&Signer>,
    ) -> Result<FinishedBag> {
        self.tag(BAGIT, BAGIT_DECLARATION.as_bytes())?;
        let mut text: String =
            info.iter().map(|(name, value)| format!("{name}: {}\n", one_line(value))).collect();
        text.push_str(&format!("Payload-Oxum: {}\n", self.oxum()));
        self.tag(BAG_INFO, text.as_bytes())?;
        for (name, content) in tags {
            self.tag(name, content.as_bytes())?;
        }
        let manifest: String =
            self.payload.iter().map(|(name, (hash, _))| format!("{hash}  {name}\n")).collect();
        self.tag(MANIFEST, manifest.as_bytes())?;
        let tagmanifest: String = self.tags.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        self.tag(TAGMANIFEST, tagmanifest.as_bytes())?;
        let mut signature = None;
        if let Some(signer) = signer {
            let pem = signer.sign(SIGNATURE_NAMESPACE, tagmanifest.as_bytes())?;
            self.tag(SIGNATURE, pem.as_bytes())?;
            signature = Some(pem);
        }
        let bytes = self.payload.values().map(|(_, length)| length).sum();
        let files = self.payload.len() + self.tags.len();
        let tagmanifest = Digest::of(tagmanifest.as_bytes()).to_string();
        Ok(FinishedBag { folder: self.folder, stop: self.stop, files, bytes, tagmanifest, signature })
    }
}

impl BagFile {
    /// Writes more of it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).context(|| format!("cannot write {}", self.name))
    }

    /// Returns how much was written.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// A bag that is whole and not yet in its place.
pub struct FinishedBag {
    folder: StagingFolder,
    stop: Arc<AtomicBool>,
    /// How many files it has.
    pub files: usize,
    /// The payload's length.
    pub bytes: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hex.
    pub tagmanifest: String,
    /// The signature, armored.
    pub signature: Option<String>,
}

impl FinishedBag {
    /// Returns where it lies until it is moved into place.
    pub fn folder(&self) -> &StagingFolder {
        &self.folder
    }

    /// Fails once the bundle is not wanted any more.
    pub fn is_wanted(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(stopped()) } else { Ok(()) }
    }

    /// Adds the time stamp over the signature.
    pub fn add_timestamp(&mut self, token: &[u8]) -> Result<()> {
        let write = || self.folder.dir().create_new(TIMESTAMP)?.write_all(token);
        write().context(|| format!("cannot write {TIMESTAMP}"))?;
        self.files += 1;
        Ok(())
    }

    /// Puts the folder in its place, where nothing may be yet.
    pub fn place(self, out: &Path) -> Result<()> {
        self.is_wanted()?;
        self.folder.place(out)
    }
}

/// Describes that the export was stopped.
pub fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "the export was stopped; nothing of it was kept")
}

#[cfg(unix)]
fn make_runnable(file: &File) {
    // That its owner can run it directly is a courtesy; `sh verify.sh` always works.
    let _ = file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
}

#[cfg(not(unix))]
fn make_runnable(_: &File) {}
