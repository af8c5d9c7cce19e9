//! A folder reached through a file descriptor (`openat` and its kin, POSIX.1-2008).

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Mode, OFlags};

use super::file_kind::{FileKind, MOST_ENTRIES, hard_linked, not_plain, too_many, wrong_kind};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Opening never follows a link, and never waits for the other end of a FIFO.
const SAFE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// A folder, held open. Names are single components. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Dir {
    handle: Arc<OwnedFd>,
    path: PathBuf,
}

impl Dir {
    /// Opens a folder that the user named; links on the way to it are followed.
    pub fn open(path: &Path) -> io::Result<Dir> {
        let named = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let handle = rustix::fs::open(named, FOLDER, Mode::empty())?;
        Ok(Dir { handle: Arc::new(handle), path: path.to_owned() })
    }

    /// Creates a folder that only its owner can enter, and its missing parents, and
    /// opens it. An existing one is opened unchanged.
    pub fn create(path: &Path) -> io::Result<Dir> {
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(path)?;
        Dir::open(path)
    }

    /// Opens a folder in this one; a link is refused.
    pub fn dir(&self, name: &str) -> io::Result<Dir> {
        match self.open_at(name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(handle) => Ok(Dir { handle: Arc::new(handle), path: self.path.join(name) }),
            Err(error) => Err(self
                .kind(name)?
                .filter(|kind| *kind != FileKind::Folder)
                .map_or(error, |kind| wrong_kind(kind, "a folder"))),
        }
    }

    /// Opens a folder in this one, and creates it (0700) if it does not exist.
    pub fn make_dir(&self, name: &str) -> io::Result<Dir> {
        match rustix::fs::mkdirat(&self.handle, checked_name(name)?, Mode::RWXU) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => self.dir(name),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a plain file for reading.
    pub fn file(&self, name: &str) -> io::Result<File> {
        let opened = self.open_at(name, OFlags::RDONLY | SAFE, Mode::empty()).and_then(checked_plain);
        opened.map(|(file, _)| file).map_err(|error| self.explain(name, error))
    }

    /// Opens a plain file for reading and writing, and creates it (0600) if it
    /// does not exist. One that has another name elsewhere (a hard link) is refused.
    pub fn write(&self, name: &str) -> io::Result<File> {
        self.open_to_write(name, OFlags::RDWR | OFlags::CREATE | SAFE)
    }

    /// Opens a plain file for reading and appending; see [`Dir::write`].
    pub fn append(&self, name: &str) -> io::Result<File> {
        self.open_to_write(name, OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | SAFE)
    }

    fn open_to_write(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let opened = self.open_at(name, flags, Mode::RUSR | Mode::WUSR).and_then(checked_plain);
        let (file, shared) = opened.map_err(|error| self.explain(name, error))?;
        if shared { Err(hard_linked()) } else { Ok(file) }
    }

    /// Turns an error into one that says what the name is, if not a plain file.
    fn explain(&self, name: &str, error: io::Error) -> io::Error {
        match self.kind(name) {
            Ok(Some(kind @ (FileKind::Folder | FileKind::Link | FileKind::Special))) => {
                wrong_kind(kind, "a plain file")
            }
            _ => error,
        }
    }

    /// Restricts the folder to its owner (0700), if it is ours.
    pub fn tighten(&self) -> io::Result<()> {
        let stat = rustix::fs::fstat(&self.handle)?;
        if stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_mode & 0o077 != 0 {
            rustix::fs::fchmod(&self.handle, Mode::RWXU)?;
        }
        Ok(())
    }

    /// Creates a file (0600) that must not exist yet, for reading and writing.
    pub fn create_new(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | SAFE;
        Ok(File::from(self.open_at(name, flags, Mode::RUSR | Mode::WUSR)?))
    }

    /// Returns what has a name; none if nothing has.
    pub fn kind(&self, name: &str) -> io::Result<Option<FileKind>> {
        let stat = match rustix::fs::statat(&self.handle, checked_name(name)?, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => FileKind::File(u64::try_from(stat.st_size).unwrap_or(0)),
            FileType::Directory => FileKind::Folder,
            FileType::Symlink => FileKind::Link,
            _ => FileKind::Special,
        }))
    }

    /// Lists the names in the folder, sorted.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&*self.handle)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                if names.len() >= MOST_ENTRIES {
                    return Err(too_many());
                }
                names.push(OsString::from_vec(name));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Removes a file or a link.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, checked_name(name)?, AtFlags::empty())?)
    }

    /// Removes an empty folder.
    pub fn remove_dir(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, checked_name(name)?, AtFlags::REMOVEDIR)?)
    }

    /// Removes what has a name that is not UTF-8: a file, a link, an empty folder.
    pub(super) fn remove_any(&self, name: &OsStr) -> io::Result<()> {
        let file = rustix::fs::unlinkat(&self.handle, name, AtFlags::empty());
        Ok(file.or_else(|_| rustix::fs::unlinkat(&self.handle, name, AtFlags::REMOVEDIR))?)
    }

    /// Renames without replacing: `AlreadyExists` if something has the new name.
    pub fn rename_new(&self, from: &str, to: &Dir, name: &str) -> io::Result<()> {
        let (from, name) = (checked_name(from)?, checked_name(name)?);
        #[cfg(target_os = "linux")]
        {
            let flags = rustix::fs::RenameFlags::NOREPLACE;
            match rustix::fs::renameat_with(&self.handle, from, &to.handle, name, flags) {
                // Some file systems do not support the flag; the check below comes close.
                Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
                done => return Ok(done?),
            }
        }
        match rustix::fs::statat(&to.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => Ok(rustix::fs::renameat(&self.handle, from, &to.handle, name)?),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Renames within the folder, in place of a file that has the new name.
    pub fn rename_over(&self, from: &str, name: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, checked_name(from)?, &self.handle, checked_name(name)?)?)
    }

    /// Locks the folder for this process until the last clone of this handle is
    /// gone; returns whether nobody else holds it.
    ///
    /// # Errors
    ///
    /// Fails if the file system cannot lock folders.
    pub fn try_lock(&self) -> io::Result<bool> {
        match rustix::fs::flock(&self.handle, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns whether the folder belongs to the user of this process.
    pub fn is_ours(&self) -> bool {
        let user = rustix::process::geteuid().as_raw();
        rustix::fs::fstat(&self.handle).is_ok_and(|stat| stat.st_uid == user)
    }

    /// Syncs the folder itself: the names in it.
    pub fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.handle)?)
    }

    /// Returns the path by which it was opened, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn open_at(&self, name: &str, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        match rustix::fs::openat(&self.handle, checked_name(name)?, flags, mode) {
            // O_NOFOLLOW fails so on a link, and opening fails so on a socket or a device without a driver.
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO | rustix::io::Errno::ISDIR) => {
                Err(not_plain())
            }
            opened => Ok(opened?),
        }
    }
}

/// Checks that a name is one component and leads nowhere else.
fn checked_name(name: &str) -> io::Result<&str> {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain name"));
    }
    Ok(name)
}

/// Checks that an open file is a plain one; also returns whether it has another name.
fn checked_plain(handle: OwnedFd) -> io::Result<(File, bool)> {
    let stat = rustix::fs::fstat(&handle)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(not_plain());
    }
    Ok((File::from(handle), stat.st_nlink > 1))
}
