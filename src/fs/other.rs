//! A folder reached by its path, on systems without `openat`: each name is
//! checked before it is opened.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::file_kind::{FileKind, MOST_ENTRIES, too_many, wrong_kind};

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

    /// Creates a folder, and its missing parents, and opens it.
    pub fn create(path: &Path) -> io::Result<Dir> {
        fs::create_dir_all(path)?;
        Dir::open(path)
    }

    /// Opens a folder in this one; a link is refused.
    pub fn dir(&self, name: &str) -> io::Result<Dir> {
        match self.kind(name)? {
            Some(FileKind::Folder) => Ok(Dir { path: self.path_of(name)? }),
            Some(kind) => Err(wrong_kind(kind, "a folder")),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Opens a folder in this one, and creates it if it does not exist.
    pub fn make_dir(&self, name: &str) -> io::Result<Dir> {
        match fs::create_dir(self.path_of(name)?) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.dir(name),
        }
    }

    /// Opens a plain file for reading.
    pub fn file(&self, name: &str) -> io::Result<File> {
        self.open_plain(name, OpenOptions::new().read(true))
    }

    /// Opens a plain file for reading and writing, and creates it if it does not exist.
    pub fn write(&self, name: &str) -> io::Result<File> {
        self.open_plain(name, OpenOptions::new().read(true).write(true).create(true))
    }

    /// Opens a plain file for reading and appending; see [`Dir::write`].
    pub fn append(&self, name: &str) -> io::Result<File> {
        self.open_plain(name, OpenOptions::new().read(true).append(true).create(true))
    }

    fn open_plain(&self, name: &str, options: &OpenOptions) -> io::Result<File> {
        match self.kind(name)? {
            None | Some(FileKind::File(_)) => options.open(self.path_of(name)?),
            Some(kind) => Err(wrong_kind(kind, "a plain file")),
        }
    }

    /// Does nothing: folders have no mode bits here.
    pub fn tighten(&self) -> io::Result<()> {
        Ok(())
    }

    /// Creates a file that must not exist yet, for reading and writing.
    pub fn create_new(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(self.path_of(name)?)
    }

    /// Returns what has a name; none if nothing has.
    pub fn kind(&self, name: &str) -> io::Result<Option<FileKind>> {
        let meta = match fs::symlink_metadata(self.path_of(name)?) {
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
        names.sort();
        Ok(names)
    }

    /// Removes a file or a link.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path_of(name)?)
    }

    /// Removes an empty folder.
    pub fn remove_dir(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.path_of(name)?)
    }

    /// Removes what has a name that is not Unicode: a file, a link, an empty folder.
    pub(super) fn remove_any(&self, name: &OsStr) -> io::Result<()> {
        let path = self.path.join(name);
        fs::remove_file(&path).or_else(|_| fs::remove_dir(&path))
    }

    /// Renames without replacing: `AlreadyExists` if something has the new name.
    pub fn rename_new(&self, from: &str, to: &Dir, name: &str) -> io::Result<()> {
        if to.has(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(self.path_of(from)?, to.path_of(name)?)
    }

    /// Renames within the folder, in place of a file that has the new name.
    pub fn rename_over(&self, from: &str, name: &str) -> io::Result<()> {
        fs::rename(self.path_of(from)?, self.path_of(name)?)
    }

    /// Folders cannot be locked here.
    pub fn try_lock(&self) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns false: the owner of a folder is unknown here.
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

    /// Returns the path of a name that is one component and leads nowhere else.
    fn path_of(&self, name: &str) -> io::Result<PathBuf> {
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', ':', '\0']) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain name"));
        }
        Ok(self.path.join(name))
    }
}
