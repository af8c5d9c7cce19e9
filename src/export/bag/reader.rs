//! The strict reader of a bundle: a bag as vestigo writes it, and nothing else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{Context, Error, Result, visible};
use crate::fs::{Dir, FileKind, open_named};
use crate::record::Digest;
use crate::verify::Damage;

use super::damage::file_damage;
use super::file_span::FileSpan;
use super::files::{BAG_INFO, BAGIT, MANIFEST, TAGMANIFEST, VERIFY_MD, is_payload};
use super::limits::{LARGEST, MOST_FILES};
use super::lines::BagLines;
use super::tar_reader;

/// How many folders lie in one another at most.
const DEEPEST: usize = 8;

/// A bundle: a folder, or a tar of one.
pub struct BagReader {
    path: PathBuf,
    /// The folder; none where it is a tar.
    folder: Option<Dir>,
    /// The file that a stretch was read from last.
    open: RefCell<Option<(String, File)>>,
    /// Files by name, with their lengths.
    pub(in crate::export) files: BTreeMap<String, FileSpan>,
    /// Of a tar: the folder in it; empty where there is none.
    pub(in crate::export) top: Option<String>,
    /// Whether another program packed it.
    pub(in crate::export) repacked: bool,
    /// What is wrong with how it is packed.
    pub(in crate::export) odd: Vec<Damage>,
}

impl BagReader {
    /// Returns whether a path looks like a bundle: a folder with a bag's lists, or a
    /// file. A case's file in a bag does not make it a case.
    pub fn is_at(path: &Path) -> bool {
        let marked = |marks: &[&str]| marks.iter().any(|name| path.join(name).exists());
        let bag = marked(&[BAGIT, MANIFEST, TAGMANIFEST]);
        let rest = !path.join("case.toml").exists() && marked(&[BAG_INFO, VERIFY_MD]);
        path.is_file() || path.is_dir() && (bag || rest)
    }

    /// Opens a bundle and lists what is in it.
    pub fn open(path: &Path) -> Result<BagReader> {
        let why = || format!("cannot read the bundle {}", visible(&path.to_string_lossy()));
        let mut bag = BagReader {
            path: path.to_owned(),
            folder: None,
            open: RefCell::default(),
            files: BTreeMap::new(),
            top: None,
            repacked: false,
            odd: Vec::new(),
        };
        if path.is_file() {
            let mut file = open_named(path).context(why)?;
            let Some(listing) = tar_reader::list(&mut file).context(why)? else {
                return Err(Error::case(format!("{} is not a bundle", visible(&path.to_string_lossy())))
                    .hint("Name a bundle's folder or its tar, or a case's folder."));
            };
            (bag.top, bag.repacked) = (Some(listing.top), !listing.as_packed);
            (bag.files, bag.odd) = (listing.files, listing.odd);
        } else {
            let folder = Dir::open(path).context(why)?;
            bag.list_folder(&folder, "", 0).context(why)?;
            bag.folder = Some(folder);
        }
        Ok(bag)
    }

    fn list_folder(&mut self, folder: &Dir, prefix: &str, depth: usize) -> std::io::Result<()> {
        let names = folder.names()?;
        let empty = names.is_empty();
        for own in names {
            let name = format!("{prefix}{}", own.to_string_lossy());
            // A name that is not UTF-8 is none that a list can have.
            let kind = own.to_str().map(|own| folder.kind(own)).transpose()?.flatten();
            match (kind, own.to_str()) {
                (Some(FileKind::Folder), Some(own)) if depth < DEEPEST => {
                    self.list_folder(&folder.dir(own)?, &format!("{name}/"), depth + 1)?;
                }
                (Some(FileKind::File(length)), _) if self.files.len() < MOST_FILES => {
                    self.files.insert(name, FileSpan { offset: 0, length });
                }
                _ => self.odd.push(file_damage(&visible(&name), "it is not a plain file")),
            }
        }
        if empty {
            let name = prefix.trim_end_matches('/');
            self.odd.push(file_damage(&visible(name), "it is an empty folder: it was added"));
        }
        Ok(())
    }

    /// Returns whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Returns the names that begin so.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        self.files.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    /// Returns a file's length.
    pub fn length(&self, name: &str) -> Option<u64> {
        self.files.get(name).map(|piece| piece.length)
    }

    /// Opens a file for reading.
    pub fn reader(&self, name: &str) -> Result<Take<File>> {
        let why = || format!("cannot read {} of the bundle", visible(name));
        let piece = self.files.get(name).ok_or_else(|| Error::case(why()))?;
        let mut file = self.file_of(name).context(why)?;
        file.seek(SeekFrom::Start(piece.offset)).context(why)?;
        Ok(file.take(piece.length))
    }

    fn file_of(&self, name: &str) -> std::io::Result<File> {
        let Some(folder) = &self.folder else { return open_named(&self.path) };
        match name.rsplit_once('/') {
            None => folder.file(name),
            Some((folders, name)) => {
                let inside = folders.split('/').try_fold(folder.clone(), |folder, name| folder.dir(name))?;
                inside.file(name)
            }
        }
    }

    /// Opens a file for reading line by line, however large it is.
    pub fn lines(&self, name: &str) -> Result<BagLines, String> {
        let reader = self.reader(name).map_err(|error| error.to_string())?;
        Ok(BagLines::new(reader))
    }

    /// Reads a whole file.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        if self.length(name).is_some_and(|length| length > LARGEST) {
            return Err(Error::case(format!("{} of the bundle is too large to be read", visible(name))));
        }
        let mut bytes = Vec::new();
        self.reader(name)?
            .read_to_end(&mut bytes)
            .context(|| format!("cannot read {} of the bundle", visible(name)))?;
        Ok(bytes)
    }

    /// Reads a stretch of a file.
    pub fn stretch(&self, name: &str, offset: u64, length: u64) -> Option<Vec<u8>> {
        let whole = self.length(name)?;
        if offset.checked_add(length)? > whole || length > LARGEST {
            return None;
        }
        let start = self.files.get(name)?.offset + offset;
        let mut open = self.open.borrow_mut();
        if open.as_ref().is_none_or(|(known, _)| known != name) {
            *open = Some((name.to_owned(), self.file_of(name).ok()?));
        }
        let (_, file) = open.as_mut()?;
        file.seek(SeekFrom::Start(start)).ok()?;
        let mut bytes = vec![0; length as usize];
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Hashes a file. Of one that belongs to the bag itself, and no maker of bags
    /// would make so large, nothing: no list says how long it has to be.
    pub(in crate::export) fn hash(&self, name: &str) -> Option<String> {
        if !is_payload(name) && self.length(name).is_some_and(|length| length > LARGEST) {
            return None;
        }
        let (mut reader, mut hash) = (self.reader(name).ok()?, Sha256::new());
        let mut buffer = vec![0; 1 << 18];
        loop {
            match reader.read(&mut buffer).ok()? {
                0 => return Some(Digest::from(hash).to_string()),
                n => hash.update(&buffer[..n]),
            }
        }
    }

    /// Reads `bag-info.txt`, in which each name occurs once.
    pub fn info(&self) -> Result<BTreeMap<String, String>, String> {
        let bytes = self.read(BAG_INFO).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let mut info = BTreeMap::new();
        for line in text.lines() {
            let (name, value) =
                line.split_once(": ").ok_or("it has a line that is not a name and a value")?;
            if info.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(format!("it says {} twice", visible(name)));
            }
        }
        Ok(info)
    }
}
