//! Plain files that the user named by their path.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::file_kind::not_plain;

/// Returns the text of a plain file that the user named; see [`read_named`].
pub fn read_text_named(path: &Path, most: u64) -> io::Result<String> {
    bounded_text(read_named(path, most)?)
}

/// Decodes the bytes of a file as UTF-8.
pub(super) fn bounded_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Reads a plain file that the user named by its path; its last component may be
/// a link, since the user chose it.
///
/// # Errors
///
/// `InvalidInput` if it is not a plain file (opening a FIFO would block),
/// `FileTooLarge` if it has more than `most` bytes.
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

/// Reads a file of at most `most` bytes.
pub(super) fn read_bounded(file: File, most: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes"));
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) }
}
