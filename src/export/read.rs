//! Reading a bundle, strictly: what a bag is, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result, visible};
use crate::evidence::Damage;
use crate::record::SourceId;

use super::bag::{DECLARATION, MANIFEST, SIGNATURE, STAMP, TAGMANIFEST};
use super::tar;

/// Most files that a bundle may have.
const MOST: usize = 1_000_000;

/// Largest list or tag file that is read into memory.
const LARGEST: u64 = 256 << 20;

/// A bundle: a folder, or a tar of one.
pub struct Bag {
    path: PathBuf,
    /// Files by name, with their lengths.
    files: BTreeMap<String, Piece>,
    tar: bool,
    /// What is wrong with how it is packed.
    odd: Vec<Damage>,
}

#[derive(Clone, Copy)]
struct Piece {
    /// Where it begins in the tar.
    offset: u64,
    length: u64,
}

/// Makes a finding about a file.
pub fn damage(file: &str, reason: impl Into<String>) -> Damage {
    Damage { file: file.to_owned(), frame: None, records: None, reason: reason.into() }
}

impl Bag {
    /// Tells whether a path looks like a bundle: a folder with a bag's lists, or a tar.
    pub fn is_at(path: &Path) -> bool {
        if path.is_dir() {
            let marks = ["bagit.txt", "bag-info.txt", MANIFEST, TAGMANIFEST, "VERIFY.md"];
            return !path.join("case.toml").exists() && marks.iter().any(|name| path.join(name).exists());
        }
        path.is_file()
    }

    /// Opens a bundle and lists what is in it.
    pub fn open(path: &Path) -> Result<Bag> {
        let mut bag =
            Bag { path: path.to_owned(), files: BTreeMap::new(), tar: path.is_file(), odd: Vec::new() };
        let listed = if bag.tar { bag.list_tar() } else { bag.list_folder(path, "") };
        listed.attempt(|| format!("cannot read the bundle {}", visible(&path.to_string_lossy())))?;
        Ok(bag)
    }

    fn list_folder(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.list_folder(&entry.path(), &format!("{name}/"))?;
            } else if kind.is_file() && self.files.len() < MOST {
                let length = entry.metadata()?.len();
                self.files.insert(name, Piece { offset: 0, length });
            } else {
                self.odd.push(damage(&visible(&name), "it is not a plain file"));
            }
        }
        Ok(())
    }

    /// Lists a tar: every header must be, to the byte, the one we would write.
    fn list_tar(&mut self) -> std::io::Result<()> {
        let mut file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        let (mut at, mut head, mut time) = (0u64, [0u8; 512], None);
        let packing = |reason: &str| damage("(tar)", reason);
        loop {
            file.seek(SeekFrom::Start(at))?;
            if file.read_exact(&mut head).is_err() {
                self.odd.push(packing("it is cut off"));
                return Ok(());
            }
            if head == [0; 512] {
                let mut rest = Vec::new();
                file.take(2048).read_to_end(&mut rest)?;
                if rest != [0; 512] {
                    self.odd.push(packing("something stands behind its end"));
                }
                return Ok(());
            }
            let mut header = ::tar::Header::new_old();
            header.as_mut_bytes().copy_from_slice(&head);
            let path = String::from_utf8_lossy(&header.path_bytes()).into_owned();
            let (Ok(size), Ok(mtime)) = (header.size(), header.mtime()) else {
                self.odd.push(packing("a header is not one"));
                return Ok(());
            };
            let shown = path.split_once('/').map_or(path.as_str(), |(_, name)| name).to_owned();
            let now = *time.get_or_insert(mtime);
            let instant = crate::record::Instant::from_secs(i64::try_from(now).unwrap_or(0));
            let meant = tar::header(&path, size, instant).ok();
            if meant.is_none_or(|meant| meant.as_bytes()[..] != head[..]) {
                self.odd.push(damage(
                    &visible(&shown),
                    "its header in the tar is not the one that belongs there",
                ));
            }
            let end = at.saturating_add(512).saturating_add(size);
            if end > length || self.files.len() >= MOST {
                self.odd.push(packing("it is cut off"));
                return Ok(());
            }
            let mut zeros = vec![0; tar::padding(size)];
            file.seek(SeekFrom::Start(end))?;
            if file.read_exact(&mut zeros).is_err() || zeros.iter().any(|byte| *byte != 0) {
                self.odd.push(damage(&visible(&shown), "something stands behind it in the tar"));
            }
            if self.files.insert(shown.clone(), Piece { offset: at + 512, length: size }).is_some() {
                self.odd.push(damage(&visible(&shown), "it is in the tar twice"));
            }
            at = end + zeros.len() as u64;
        }
    }

    /// Tells whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Gives the names that begin so.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        self.files.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    /// Gives a file's length.
    pub fn length(&self, name: &str) -> Option<u64> {
        self.files.get(name).map(|piece| piece.length)
    }

    /// Opens a file for reading.
    pub fn reader(&self, name: &str) -> Result<std::io::Take<File>> {
        let why = || format!("cannot read {} of the bundle", visible(name));
        let piece = self.files.get(name).ok_or_else(|| Error::case(why()))?;
        let mut file =
            if self.tar { File::open(&self.path) } else { File::open(self.path.join(name)) }.attempt(why)?;
        if self.tar {
            file.seek(SeekFrom::Start(piece.offset)).attempt(why)?;
        }
        Ok(file.take(piece.length))
    }

    /// Reads a whole file.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        if self.length(name).is_some_and(|length| length > LARGEST) {
            return Err(Error::case(format!("{} of the bundle is too large to be read", visible(name))));
        }
        let mut bytes = Vec::new();
        self.reader(name)?
            .read_to_end(&mut bytes)
            .attempt(|| format!("cannot read {} of the bundle", visible(name)))?;
        Ok(bytes)
    }

    /// Reads a stretch of a file.
    pub fn stretch(&self, name: &str, offset: u64, length: u64) -> Option<Vec<u8>> {
        let whole = self.length(name)?;
        if offset.checked_add(length)? > whole || length > LARGEST {
            return None;
        }
        let start = self.files.get(name)?.offset + offset;
        let mut file =
            if self.tar { File::open(&self.path) } else { File::open(self.path.join(name)) }.ok()?;
        file.seek(SeekFrom::Start(if self.tar { start } else { offset })).ok()?;
        let mut bytes = vec![0; length as usize];
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn hash(&self, name: &str) -> Option<String> {
        let (mut reader, mut hash) = (self.reader(name).ok()?, Sha256::new());
        let mut buffer = vec![0; 1 << 18];
        loop {
            match reader.read(&mut buffer).ok()? {
                0 => return Some(SourceId(hash.finalize().into()).to_string()),
                n => hash.update(&buffer[..n]),
            }
        }
    }

    /// Checks that it is a bag, whole and unchanged, as its lists say. `progress`
    /// is told bytes done, and in all.
    pub fn check(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Vec<Damage> {
        let mut found = self.odd.clone();
        if self.read("bagit.txt").ok().as_deref() != Some(DECLARATION.as_bytes()) {
            found.push(damage("bagit.txt", "it is not what it must be"));
        }
        if self.has("fetch.txt") {
            found.push(damage("fetch.txt", "a bundle never fetches anything"));
        }
        let (tags, payload) = (self.listed(TAGMANIFEST, &mut found), self.listed(MANIFEST, &mut found));
        let mut wanted: BTreeSet<&str> =
            ["bagit.txt", "bag-info.txt", MANIFEST, TAGMANIFEST, SIGNATURE].into_iter().collect();
        wanted.extend(tags.keys().chain(payload.keys()).map(String::as_str));
        let total: u64 = self.files.values().map(|piece| piece.length).sum();
        let mut done = 0;
        for name in &wanted {
            if !self.has(name) {
                let unsigned = name.starts_with(TAGMANIFEST);
                let reason =
                    if unsigned { "it is missing: this bundle is UNSIGNED" } else { "it is missing" };
                found.push(damage(name, reason));
            }
        }
        for name in self.files.keys().filter(|name| !wanted.contains(name.as_str()) && *name != STAMP) {
            found.push(damage(&visible(name), "no list names it: it was added"));
        }
        for (name, hash) in tags.iter().chain(&payload) {
            let Some(piece) = self.files.get(name) else { continue };
            let is = self.hash(name).unwrap_or_else(|| "not readable".to_owned());
            if is != *hash {
                found.push(damage(name, format!("its SHA-256 is {is}, its list says {hash}")));
            }
            done += piece.length;
            progress(done, total);
        }
        self.check_oxum(&payload, &mut found);
        found
    }

    /// Reads a list of hashes, which must be written as we write it.
    fn listed(&self, list: &str, found: &mut Vec<Damage>) -> BTreeMap<String, String> {
        let mut rows = BTreeMap::new();
        let Ok(bytes) = self.read(list) else { return rows };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let payload = list == MANIFEST;
        for line in text.lines() {
            let row = line.split_once("  ").filter(|(hash, name)| {
                hash.parse::<SourceId>().is_ok() && is_plain(name) && name.starts_with("data/") == payload
            });
            match row {
                Some((hash, name)) => drop(rows.insert(name.to_owned(), hash.to_owned())),
                None => found.push(damage(list, "it has a line that is no hash and name")),
            }
        }
        let again: String = rows.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        if again.as_bytes() != bytes {
            found.push(damage(list, "it is not written as it must be"));
        }
        rows
    }

    fn check_oxum(&self, payload: &BTreeMap<String, String>, found: &mut Vec<Damage>) {
        let bytes: u64 = payload.keys().filter_map(|name| self.length(name)).sum();
        let wanted = format!("Payload-Oxum: {bytes}.{}", payload.len());
        let info = self.read("bag-info.txt").unwrap_or_default();
        let text = String::from_utf8_lossy(&info);
        if self.has("bag-info.txt") && !text.lines().any(|line| line == wanted) {
            found.push(damage("bag-info.txt", format!("it does not say `{wanted}`")));
        }
    }
}

/// Tells whether a name is of the characters that bundles use, and stays inside.
fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    name.split('/').all(plain)
}
