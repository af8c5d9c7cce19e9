//! Kinds of files, and the errors for those that are refused.

use std::io;

use crate::error::Error;

/// What a name belongs to. Links are not followed.
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

/// The most entries of one folder that are listed.
pub(super) const MOST_ENTRIES: usize = 1_000_000;

/// Creates the error for a name that belongs to something other than a plain file
/// or a folder.
pub(super) fn wrong_kind(kind: FileKind, wanted: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("it is {kind}, not {wanted}"))
}

pub(super) fn not_plain() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file")
}

pub(super) fn hard_linked() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "it has another name elsewhere (a hard link), which writing would change, too",
    )
}

pub(super) fn too_many() -> io::Error {
    io::Error::other(format!("the folder has more than {MOST_ENTRIES} entries"))
}

/// Creates the error for a file of a case that cannot be used. If its name belongs to
/// something else, or the file is larger than such a file ever is, the case is not as
/// vestigo wrote it: that is a failure of integrity.
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
