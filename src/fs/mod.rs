//! How are files reached without being led elsewhere?
//!
//! Owns [`Dir`]: a folder that is held open, whose files are reached by their
//! name relative to that handle. Promises that no link is followed, that only
//! plain files and real folders are taken, that new files are the owner's alone
//! and never replace another unasked, and that nothing is read past a bound.

mod json;
#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

pub use json::{read_json, weight_of_json};
#[cfg(not(unix))]
pub use other::Dir;
#[cfg(unix)]
pub use unix::Dir;

/// What lies under a name. Links are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A plain file, and its length in bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A FIFO, socket, or device.
    Special,
}

/// How temporary files begin their names; a crash may leave one.
pub const TEMPORARY: &str = ".tmp-";

/// Tells whether a file bears the name of one of our temporary files.
pub fn is_temporary(name: &str) -> bool {
    let rest = name.strip_prefix(TEMPORARY).unwrap_or_default();
    rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Most entries of one folder that are listed.
const MOST_ENTRIES: usize = 1_000_000;

impl Dir {
    /// Returns the bytes of a plain file of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// `FileTooLarge` where it is larger, `InvalidInput` where it is not a plain file.
    pub fn read(&self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        read_bounded(self.file(name)?, most)
    }

    /// Returns the text of a plain file of at most `most` bytes.
    pub fn read_text(&self, name: &str, most: u64) -> io::Result<String> {
        text(self.read(name, most)?)
    }

    /// Writes a file that is not there yet, whole or not at all, and syncs it and its folder.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` where something has the name.
    pub fn write_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.write_temporary(bytes)?;
        let placed = self.rename_new(&temporary, self, name);
        if placed.is_err() {
            // The failure that counts is that of the rename.
            let _ = self.remove(&temporary);
        }
        placed?;
        self.sync()
    }

    /// Writes a file, in place of a plain file that may be there, whole or not at
    /// all, and syncs it and its folder.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self.kind(name)? {
            None | Some(FileKind::File(_)) => {}
            Some(kind) => return Err(strange(kind, "a plain file")),
        }
        let temporary = self.write_temporary(bytes)?;
        let placed = self.rename_over(&temporary, name);
        if placed.is_err() {
            let _ = self.remove(&temporary);
        }
        placed?;
        self.sync()
    }

    fn write_temporary(&self, bytes: &[u8]) -> io::Result<String> {
        let name = format!("{TEMPORARY}{}", uuid::Uuid::new_v4().simple());
        let mut file = self.create_new(&name)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if written.is_err() {
            let _ = self.remove(&name);
        }
        written.map(|()| name)
    }

    /// Returns the bytes of a plain file, or nothing where nothing has the name.
    pub fn read_if_there(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        match self.read(name, most) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            bytes => bytes.map(Some),
        }
    }

    /// Tells whether anything, a dangling link too, has a name.
    pub fn has(&self, name: &str) -> bool {
        !matches!(self.kind(name), Ok(None))
    }

    /// Removes a folder with all that is in it. A link, inside or under the name
    /// itself, is removed and not followed. What is not there is no error.
    pub fn remove_all(&self, name: &str) -> io::Result<()> {
        match self.kind(name)? {
            None => Ok(()),
            Some(FileKind::Folder) => {
                let inside = self.dir(name)?;
                for name in inside.names()? {
                    match name.to_str() {
                        Some(name) => inside.remove_all(name)?,
                        None => inside.remove_any(&name)?,
                    }
                }
                self.remove_dir(name)
            }
            Some(_) => self.remove(name),
        }
    }

    /// Returns the place of a name, for messages and for what needs a path.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

/// Returns the text of a plain file that the user named; see [`read_named`].
pub fn read_text_named(path: &Path, most: u64) -> io::Result<String> {
    text(read_named(path, most)?)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Reads a plain file that the user named by its path; its last component may be
/// a link, since the user chose it.
///
/// # Errors
///
/// `InvalidInput` where it is not a plain file (a FIFO would be waited for),
/// `FileTooLarge` where it has more than `most` bytes.
pub fn read_named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_bounded(open_named(path)?, most)
}

/// Opens a plain file that the user named by its path, for reading.
pub fn open_named(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, nonblocking);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_plain()) }
}

fn read_bounded(file: File, most: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes"));
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) }
}

/// Says which file of a case could not be used. Where something else lies under
/// its name, or more than such a file ever holds, the case is not what vestigo
/// made: that is a failure of integrity.
pub fn unusable(error: io::Error, file: &str) -> Error {
    use io::ErrorKind::{FileTooLarge, InvalidData, InvalidInput};
    if !matches!(error.kind(), FileTooLarge | InvalidData | InvalidInput) {
        return Error::case(format!("cannot read {file}")).with_source(error);
    }
    let what = error.to_string();
    let what = what.strip_prefix("it ").unwrap_or(&what);
    Error::integrity(format!("{file} {what}"))
        .hint("A case holds plain files and folders only; run `vestigo verify` to see all that is wrong.")
}

impl std::fmt::Display for FileKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FileKind::File(_) => "a plain file",
            FileKind::Folder => "a folder",
            FileKind::Link => "a symbolic link",
            FileKind::Special => "a FIFO, a socket or a device",
        })
    }
}

/// Says that something else lies where a plain file, or a folder, is wanted.
fn strange(kind: FileKind, wanted: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("it is {kind}, not {wanted}"))
}

fn not_plain() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file")
}

fn linked() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "it has another name elsewhere (a hard link), which writing would change, too",
    )
}

fn sorted(mut names: Vec<OsString>) -> io::Result<Vec<OsString>> {
    names.sort();
    Ok(names)
}

fn too_many() -> io::Error {
    io::Error::other(format!("the folder has more than {MOST_ENTRIES} entries"))
}
