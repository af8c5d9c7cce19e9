//! A folder behind its path, where the system has no `openat`: each name is
//! looked at before it is opened.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{FileKind, MOST_ENTRIES, sorted, strange, too_many};

/// A folder. Names are single components. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Dir {
    path: PathBuf,
}

impl Dir {
    /// Opens a folder that the user named; links on the way to it are followed.
    pub fn open(path: &Path) -> io::Result<Dir> {
        if fs::metadata(path)?.is_dir() {
            Ok(Dir { path: path.to_owned() })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// Makes a folder, and those above it, and opens it.
    pub fn create(path: &Path) -> io::Result<Dir> {
        fs::create_dir_all(path)?;
        Dir::open(path)
    }

    /// Opens a folder in this one; a link is refused.
    pub fn dir(&self, name: &str) -> io::Result<Dir> {
        match self.kind(name)? {
            Some(FileKind::Folder) => Ok(Dir { path: self.place(name)? }),
            Some(kind) => Err(strange(kind, "a folder")),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Opens a folder in this one, and makes it where it is not there.
    pub fn make_dir(&self, name: &str) -> io::Result<Dir> {
        match fs::create_dir(self.place(name)?) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.dir(name),
        }
    }

    /// Opens a plain file for reading.
    pub fn file(&self, name: &str) -> io::Result<File> {
        self.open_plain(name, OpenOptions::new().read(true))
    }

    /// Opens a plain file for reading and writing, and makes it where it is not there.
    pub fn write(&self, name: &str) -> io::Result<File> {
        self.open_plain(name, OpenOptions::new().read(true).write(true).create(true))
    }

    /// Opens a plain file for reading and appending; see [`Dir::write`].
    pub fn append(&self, name: &str) -> io::Result<File> {
        self.open_plain(name, OpenOptions::new().read(true).append(true).create(true))
    }

    fn open_plain(&self, name: &str, options: &OpenOptions) -> io::Result<File> {
        match self.kind(name)? {
            None | Some(FileKind::File(_)) => options.open(self.place(name)?),
            Some(kind) => Err(strange(kind, "a plain file")),
        }
    }

    /// Does nothing: who may enter a folder is not told by a mode here.
    pub fn tighten(&self) -> io::Result<()> {
        Ok(())
    }

    /// Makes a file that must not be there yet, for reading and writing.
    pub fn create_new(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(self.place(name)?)
    }

    /// Tells what has a name; none where nothing has.
    pub fn kind(&self, name: &str) -> io::Result<Option<FileKind>> {
        let meta = match fs::symlink_metadata(self.place(name)?) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(match meta.file_type() {
            kind if kind.is_symlink() => FileKind::Link,
            kind if kind.is_dir() => FileKind::Folder,
            kind if kind.is_file() => FileKind::File(meta.len()),
            _ => FileKind::Special,
        }))
    }

    /// Lists the names in the folder, sorted.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            if names.len() >= MOST_ENTRIES {
                return Err(too_many());
            }
            names.push(entry?.file_name());
        }
        sorted(names)
    }

    /// Removes a file or a link.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.place(name)?)
    }

    /// Removes an empty folder.
    pub fn remove_dir(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.place(name)?)
    }

    /// Removes what has a name that is not Unicode: a file, a link, an empty folder.
    pub(super) fn remove_any(&self, name: &OsStr) -> io::Result<()> {
        let path = self.path.join(name);
        fs::remove_file(&path).or_else(|_| fs::remove_dir(&path))
    }

    /// Renames without replacing: `AlreadyExists` where something has the new name.
    pub fn rename_new(&self, from: &str, to: &Dir, name: &str) -> io::Result<()> {
        if to.has(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(self.place(from)?, to.place(name)?)
    }

    /// Renames within the folder, in place of a file that has the new name.
    pub fn rename_over(&self, from: &str, name: &str) -> io::Result<()> {
        fs::rename(self.place(from)?, self.place(name)?)
    }

    /// Folders cannot be locked here.
    pub fn try_lock(&self) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whose a folder is cannot be told here.
    pub fn is_ours(&self) -> bool {
        false
    }

    /// Does nothing: names are synced with their files here.
    pub fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// Returns the path by which it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes a name that is one component, and leads nowhere else.
    fn place(&self, name: &str) -> io::Result<PathBuf> {
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', ':', '\0']) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain name"));
        }
        Ok(self.path.join(name))
    }
}
