//! The state of a file when it was found, and how it changed while it was read.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::path::Path;

/// What identifies a file and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    length: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    unix: Unix,
}

/// The part of a file's state that only Unix has.
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
    /// Creates the state of a file from its metadata.
    pub fn from_metadata(meta: &Metadata) -> FileState {
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

    /// Returns the length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns how the content may have changed between this state and a later one, if
    /// `read` bytes were read.
    fn content_change(&self, now: &FileState, read: u64) -> Option<FileChange> {
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
                "it was changed while it was read, and its modification time restored: what was read may be partly from before and partly from after"
                    .to_owned(),
            );
        }
        None
    }

    /// Returns how a file changed between this state and now, if `read` bytes of it
    /// were read.
    pub fn changed(&self, file: &File, path: &Path, read: u64) -> Option<FileChange> {
        let Ok(meta) = file.metadata() else {
            return Some(FileChange { how: "its state could not be read again".to_owned(), missing: false });
        };
        let now = FileState::from_metadata(&meta);
        let content = self.content_change(&now, read);
        let place = path_change(&now, path);
        match (content, place) {
            (Some(change), Some(place)) => {
                Some(FileChange { how: format!("{}; {place}", change.how), ..change })
            }
            (None, Some(place)) => Some(FileChange { how: place, missing: false }),
            (content, None) => content,
        }
    }
}

/// Returns what happened to the path of an open file, if it no longer leads to that
/// file.
#[cfg(unix)]
fn path_change(now: &FileState, path: &Path) -> Option<String> {
    match std::fs::symlink_metadata(path) {
        Ok(meta) if FileState::from_metadata(&meta).unix.place == now.unix.place => None,
        Ok(_) => Some("another file is in its place now".to_owned()),
        Err(_) => Some("it was renamed or deleted while it was read".to_owned()),
    }
}

#[cfg(not(unix))]
fn path_change(_: &FileState, path: &Path) -> Option<String> {
    (!path.exists()).then(|| "it was renamed or deleted while it was read".to_owned())
}

/// Reads a file, and checks at the end how it changed meanwhile.
pub struct WatchedFile<'a> {
    file: &'a File,
    path: &'a Path,
    then: &'a FileState,
    read: u64,
    seen: Option<Option<FileChange>>,
    /// Missing bytes make the read fail at the end.
    pub breaks: bool,
}

impl<'a> WatchedFile<'a> {
    /// Watches a file that had this state before it was read.
    pub fn new(file: &'a File, path: &'a Path, then: &'a FileState) -> WatchedFile<'a> {
        WatchedFile { file, path, then, read: 0, seen: None, breaks: true }
    }

    /// Calls `look` with the file and its length; reading continues where it was.
    pub fn peek<T>(&self, look: impl FnOnce(&File, u64) -> io::Result<T>) -> io::Result<T> {
        let mut file = self.file;
        let place = file.stream_position()?;
        let outcome = look(file, file.metadata()?.len());
        file.seek(io::SeekFrom::Start(place))?;
        outcome
    }

    /// Returns how the file changed, unless reading it failed for that reason.
    pub fn finish(mut self) -> Option<FileChange> {
        let change = match self.seen.take() {
            Some(change) => change,
            None => self.then.changed(self.file, self.path, self.read),
        };
        change.filter(|change| !(change.missing && self.breaks))
    }
}

impl Read for WatchedFile<'_> {
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
