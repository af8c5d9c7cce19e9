//! Reading a bundle, strictly: what a bag is, and nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result, visible};
use crate::evidence::Damage;
use crate::record::{Hash, SourceId};

use super::bag::{MANIFEST, TAGMANIFEST};
use super::tar;

/// Most files that a bundle may have.
pub(super) const MOST: usize = 1_000_000;

/// Largest list, tag file, line or record that is read into memory.
const LARGEST: u64 = 256 << 20;

/// Most JSON values that a file or a line of a bundle may become, about 100 bytes each.
pub const MOST_VALUES: u64 = 2_000_000;

/// A bundle: a folder, or a tar of one.
pub struct Bag {
    path: PathBuf,
    /// Files by name, with their lengths.
    pub(super) files: BTreeMap<String, Piece>,
    /// Of a tar: the folder in it, and the time that its members have.
    pub(super) packed: Option<(String, u64)>,
    /// What is wrong with how it is packed.
    pub(super) odd: Vec<Damage>,
}

/// A file of a bundle.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Where it begins in the tar.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}

/// A file of a bundle, line by line.
pub struct Lines {
    reader: BufReader<Take<File>>,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    /// Reads the next line, with its line end; none behind the last.
    pub fn read(&mut self) -> Result<Option<&[u8]>, String> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.reader).take(LARGEST + 1).read_until(b'\n', &mut self.line);
        match read.map_err(|error| format!("line {}: it cannot be read: {error}", self.number))? {
            0 => Ok(None),
            n if n as u64 > LARGEST => Err(format!("line {} is too long to be read", self.number)),
            _ => Ok(Some(&self.line)),
        }
    }
}

/// Makes a finding about a file.
pub fn damage(file: &str, reason: impl Into<String>) -> Damage {
    Damage { file: file.to_owned(), frame: None, records: None, reason: reason.into() }
}

impl Bag {
    /// Tells whether a path looks like a bundle: a folder with a bag's lists, or a
    /// file. A case's file in a bag does not make it a case.
    pub fn is_at(path: &Path) -> bool {
        let marked = |marks: &[&str]| marks.iter().any(|name| path.join(name).exists());
        let bag = marked(&["bagit.txt", MANIFEST, TAGMANIFEST]);
        let rest = !path.join("case.toml").exists() && marked(&["bag-info.txt", "VERIFY.md"]);
        path.is_file() || path.is_dir() && (bag || rest)
    }

    /// Opens a bundle and lists what is in it.
    pub fn open(path: &Path) -> Result<Bag> {
        let why = || format!("cannot read the bundle {}", visible(&path.to_string_lossy()));
        let mut bag = Bag { path: path.to_owned(), files: BTreeMap::new(), packed: None, odd: Vec::new() };
        if path.is_file() {
            let Some(listing) = tar::list(path).attempt(why)? else {
                return Err(Error::case(format!("{} is no bundle", visible(&path.to_string_lossy())))
                    .hint("Name a bundle's folder or its tar, or a case's folder."));
            };
            bag.packed = Some((listing.top, listing.time));
            (bag.files, bag.odd) = (listing.files, listing.odd);
        } else {
            bag.list_folder(path, "").attempt(why)?;
        }
        Ok(bag)
    }

    fn list_folder(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        let mut empty = true;
        for entry in std::fs::read_dir(folder)? {
            empty = false;
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
        if empty {
            let name = prefix.trim_end_matches('/');
            self.odd.push(damage(&visible(name), "it is an empty folder: it was added"));
        }
        Ok(())
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
    pub fn reader(&self, name: &str) -> Result<Take<File>> {
        let why = || format!("cannot read {} of the bundle", visible(name));
        let piece = self.files.get(name).ok_or_else(|| Error::case(why()))?;
        let mut file = self.file_of(name).attempt(why)?;
        file.seek(SeekFrom::Start(piece.offset)).attempt(why)?;
        Ok(file.take(piece.length))
    }

    fn file_of(&self, name: &str) -> std::io::Result<File> {
        if self.packed.is_some() { File::open(&self.path) } else { File::open(self.path.join(name)) }
    }

    /// Opens a file for reading line by line, however large it is.
    pub fn lines(&self, name: &str) -> Result<Lines, String> {
        let reader = self.reader(name).map_err(|error| error.to_string())?;
        Ok(Lines { reader: BufReader::with_capacity(1 << 16, reader), line: Vec::new(), number: 0 })
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
        let mut file = self.file_of(name).ok()?;
        file.seek(SeekFrom::Start(start)).ok()?;
        let mut bytes = vec![0; length as usize];
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    pub(super) fn hash(&self, name: &str) -> Option<String> {
        let (mut reader, mut hash) = (self.reader(name).ok()?, Sha256::new());
        let mut buffer = vec![0; 1 << 18];
        loop {
            match reader.read(&mut buffer).ok()? {
                0 => return Some(SourceId(hash.finalize().into()).to_string()),
                n => hash.update(&buffer[..n]),
            }
        }
    }
}

/// Reads a hash that is written as we write it.
pub fn unhex(text: &str) -> Option<Hash> {
    text.parse::<SourceId>().ok().filter(|id| id.to_string() == text).map(|id| id.0)
}

/// Reads the sixteen bytes of a salt.
pub fn unhex_salt(text: &str) -> Option<[u8; 16]> {
    let mut salt = [0; 16];
    let whole = unhex(&format!("{text}{:032}", 0))?;
    salt.copy_from_slice(&whole[..16]);
    Some(salt)
}
