//! A file as it was found, and how it changed while it was read.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::path::Path;

/// What tells whether a file is still the one it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    length: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    unix: Unix,
}

/// What only Unix tells of a file.
#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unix {
    /// Device and inode.
    place: (u64, u64),
    /// Last change of content or metadata: it cannot be set by a user.
    changed: (i64, i64),
    /// Mode, owner, group, links: what may change without the content.
    meta: (u32, u32, u32, u64),
}

/// How a file changed while it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// How, in a clause.
    pub how: String,
    /// Bytes that were there at the start may be missing from what was read.
    pub missing: bool,
}

impl FileState {
    /// Notes a file's state.
    pub fn of(meta: &Metadata) -> FileState {
        #[cfg(unix)]
        let unix = {
            use std::os::unix::fs::MetadataExt;
            Unix {
                place: (meta.dev(), meta.ino()),
                changed: (meta.ctime(), meta.ctime_nsec()),
                meta: (meta.mode(), meta.uid(), meta.gid(), meta.nlink()),
            }
        };
        FileState {
            length: meta.len(),
            modified: meta.modified().ok(),
            #[cfg(unix)]
            unix,
        }
    }

    /// Gives the length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Says how the content may have changed between this look and a later
    /// one, of which `read` bytes were read.
    fn content(&self, now: &FileState, read: u64) -> Option<FileChange> {
        let (then, end) = (self.length, now.length);
        let change = |missing, how: String| Some(FileChange { how, missing });
        #[cfg(unix)]
        if self.unix.place != now.unix.place {
            return change(true, "it was replaced by another file before it was opened".to_owned());
        }
        if read < then {
            return change(
                true,
                format!(
                    "it shrank while it was read: {then} bytes at the start, {end} at the end, {read} read"
                ),
            );
        }
        if end != then || read != then {
            let missing = end < read;
            let how = if missing { "changed" } else { "grew" };
            return change(
                missing,
                format!(
                    "it {how} while it was read: {then} bytes at the start, {end} at the end, {read} read"
                ),
            );
        }
        if now.modified != self.modified {
            return change(
                true,
                "it was written to while it was read: what was read may be partly from before and partly from after"
                    .to_owned(),
            );
        }
        #[cfg(unix)]
        if now.unix.changed != self.unix.changed && now.unix.meta == self.unix.meta {
            return change(
                true,
                "it was changed while it was read, and its time of change put back: what was read may be partly from before and partly from after"
                    .to_owned(),
            );
        }
        None
    }

    /// Says how a file changed between this look and now, where `read` bytes of it were read.
    pub fn changed(&self, file: &File, path: &Path, read: u64) -> Option<FileChange> {
        let Ok(meta) = file.metadata() else {
            return Some(FileChange { how: "it could not be looked at again".to_owned(), missing: false });
        };
        let now = FileState::of(&meta);
        let content = self.content(&now, read);
        let place = place(&now, path);
        match (content, place) {
            (Some(change), Some(place)) => {
                Some(FileChange { how: format!("{}; {place}", change.how), ..change })
            }
            (None, Some(place)) => Some(FileChange { how: place, missing: false }),
            (content, None) => content,
        }
    }
}

/// Says what became of the path of a file that is still open, where it does not
/// lead to that file any more.
#[cfg(unix)]
fn place(now: &FileState, path: &Path) -> Option<String> {
    match std::fs::symlink_metadata(path) {
        Ok(meta) if FileState::of(&meta).unix.place == now.unix.place => None,
        Ok(_) => Some("another file stands in its place now".to_owned()),
        Err(_) => Some("it was renamed or deleted while it was read".to_owned()),
    }
}

#[cfg(not(unix))]
fn place(_: &FileState, path: &Path) -> Option<String> {
    (!path.exists()).then(|| "it was renamed or deleted while it was read".to_owned())
}

/// Reads a file and looks at its end how it changed meanwhile.
pub struct Watched<'a> {
    file: &'a File,
    path: &'a Path,
    then: &'a FileState,
    read: u64,
    seen: Option<Option<FileChange>>,
    /// Whether missing bytes are told by breaking off at the end.
    pub breaks: bool,
}

impl<'a> Watched<'a> {
    /// Watches a file that looked so before it was read.
    pub fn new(file: &'a File, path: &'a Path, then: &'a FileState) -> Watched<'a> {
        Watched { file, path, then, read: 0, seen: None, breaks: true }
    }

    /// Looks at another place of the file, given its length; reading goes on where it was.
    pub fn peek<T>(&self, look: impl FnOnce(&File, u64) -> io::Result<T>) -> io::Result<T> {
        let mut file = self.file;
        let place = file.stream_position()?;
        let outcome = look(file, file.metadata()?.len());
        file.seek(io::SeekFrom::Start(place))?;
        outcome
    }

    /// Gives how the file changed, unless reading it broke off for that reason.
    pub fn finish(mut self) -> Option<FileChange> {
        let change = match self.seen.take() {
            Some(change) => change,
            None => self.then.changed(self.file, self.path, self.read),
        };
        change.filter(|change| !(change.missing && self.breaks))
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        let (then, file, path, read) = (self.then, self.file, self.path, self.read);
        match self.seen.get_or_insert_with(|| then.changed(file, path, read)) {
            Some(change) if change.missing && self.breaks => Err(io::Error::other(change.how.clone())),
            _ => Ok(0),
        }
    }
}
