//! Writing a BagIt bag (RFC 8493): payload under `data/`, hashes of everything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result, visible};
use crate::journal::Signer;
use crate::record::SourceId;

/// The namespace of signatures over bundles.
pub const NAMESPACE: &str = "vestigo-bundle";

/// What `bagit.txt` is: exactly these two lines.
pub const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The list of the payload's hashes.
pub const MANIFEST: &str = "manifest-sha256.txt";

/// The list of the other files' hashes, which is what is signed.
pub const TAGMANIFEST: &str = "tagmanifest-sha256.txt";

/// The signature over [`TAGMANIFEST`].
pub const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";

/// The time stamp over [`SIGNATURE`].
pub const STAMP: &str = "tagmanifest-sha256.txt.tsr";

/// A bag that is being written: in a folder of its own until it is whole.
pub struct BagWriter {
    folder: tempfile::TempDir,
    payload: BTreeMap<String, (String, u64)>,
    tags: BTreeMap<String, String>,
}

/// A payload file that is being written.
pub struct BagFile {
    name: String,
    file: BufWriter<File>,
    hash: Sha256,
    length: u64,
}

impl BagWriter {
    /// Begins a bag in a folder, in which it will be put in its place.
    pub fn create(parent: &Path) -> Result<BagWriter> {
        let why = || format!("cannot write in {}", visible(&parent.to_string_lossy()));
        let folder = tempfile::Builder::new().prefix(".vestigo-export-").tempdir_in(parent).attempt(why)?;
        std::fs::create_dir(folder.path().join("data")).attempt(why)?;
        Ok(BagWriter { folder, payload: BTreeMap::new(), tags: BTreeMap::new() })
    }

    /// Gives where it lies for the time being.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Begins a payload file, named from the bag's root: `data/events.jsonl`.
    pub fn begin(&self, name: &str) -> Result<BagFile> {
        let path = self.folder.path().join(name);
        let open = || -> std::io::Result<File> {
            std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
            File::create_new(&path)
        };
        let file = BufWriter::with_capacity(1 << 18, open().attempt(|| format!("cannot write {name}"))?);
        Ok(BagFile { name: name.to_owned(), file, hash: Sha256::new(), length: 0 })
    }

    /// Ends a payload file.
    pub fn end(&mut self, file: BagFile) -> Result<()> {
        let BagFile { name, file, hash, length } = file;
        let end = || -> std::io::Result<()> { file.into_inner()?.sync_all() };
        end().attempt(|| format!("cannot write {name}"))?;
        self.payload.insert(name, (SourceId(hash.finalize().into()).to_string(), length));
        Ok(())
    }

    /// Writes a whole payload file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.begin(name)?;
        file.write(bytes)?;
        self.end(file)
    }

    /// Writes a file that is no payload.
    fn tag(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.path().join(name);
        let write = || -> std::io::Result<()> {
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().attempt(|| format!("cannot write {name}"))?;
        self.tags.insert(name.to_owned(), hash_of(bytes));
        Ok(())
    }

    /// Gives the bytes and the number of the payload's files: `Payload-Oxum`.
    fn oxum(&self) -> String {
        let bytes: u64 = self.payload.values().map(|(_, length)| length).sum();
        format!("{bytes}.{}", self.payload.len())
    }

    /// Writes what makes the payload a bag, and signs it. `info` stands in
    /// `bag-info.txt` before the payload's size; `tags` are further files.
    pub fn finish(
        mut self,
        info: &[(&str, String)],
        tags: &[(&str, &str)],
        signer: Option<&Signer>,
    ) -> Result<Finished> {
        self.tag("bagit.txt", DECLARATION.as_bytes())?;
        let mut text: String =
            info.iter().map(|(name, value)| format!("{name}: {}\n", one_line(value))).collect();
        text.push_str(&format!("Payload-Oxum: {}\n", self.oxum()));
        self.tag("bag-info.txt", text.as_bytes())?;
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
            let pem = signer.sign(NAMESPACE, tagmanifest.as_bytes())?;
            self.tag(SIGNATURE, pem.as_bytes())?;
            signature = Some(pem);
        }
        make_runnable(&self.folder.path().join("verify.sh"));
        let bytes = self.payload.values().map(|(_, length)| length).sum();
        let files = self.payload.len() + self.tags.len();
        let tagmanifest = hash_of(tagmanifest.as_bytes());
        Ok(Finished { folder: self.folder, files, bytes, tagmanifest, signature })
    }
}

impl BagFile {
    /// Writes more of it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).attempt(|| format!("cannot write {}", self.name))
    }

    /// Tells how much was written.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// A bag that is whole and not yet in its place.
pub struct Finished {
    folder: tempfile::TempDir,
    /// How many files it has.
    pub files: usize,
    /// The payload's length.
    pub bytes: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hex.
    pub tagmanifest: String,
    /// The signature, armoured.
    pub signature: Option<String>,
}

impl Finished {
    /// Gives where it lies for the time being.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds the time stamp over the signature.
    pub fn stamp(&mut self, token: &[u8]) -> Result<()> {
        let path = self.folder.path().join(STAMP);
        std::fs::write(path, token).attempt(|| format!("cannot write {STAMP}"))?;
        self.files += 1;
        Ok(())
    }

    /// Puts the folder in its place, where nothing may be yet.
    pub fn place(self, out: &Path) -> Result<()> {
        if out.exists() {
            return Err(taken(out));
        }
        let why = || format!("cannot put the bundle at {}", visible(&out.to_string_lossy()));
        let folder = self.folder.keep();
        let place = || -> std::io::Result<()> {
            #[cfg(unix)]
            {
                let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
                std::fs::set_permissions(&folder, mode)?;
            }
            std::fs::rename(&folder, out)?;
            File::open(parent_of(out))?.sync_all()
        };
        place().attempt(why)
    }
}

/// Says that something is there already.
pub fn taken(out: &Path) -> Error {
    Error::case(format!("{} is there already", visible(&out.to_string_lossy())))
        .hint("Bundles are never written over: name another place with --out.")
}

/// Gives the folder in which a path lies.
pub fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Gives the SHA-256 of bytes in hex.
pub fn hash_of(bytes: &[u8]) -> String {
    SourceId(Sha256::digest(bytes).into()).to_string()
}

/// Makes a text fit for one line of `bag-info.txt`.
fn one_line(text: &str) -> String {
    visible(text).trim().to_owned()
}

#[cfg(unix)]
fn make_runnable(path: &Path) {
    // That it can be run directly is a courtesy; `sh verify.sh` always works.
    let _ = std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755));
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) {}
