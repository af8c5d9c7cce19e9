//! Files that are written completely or not at all, and bounded reading.

use std::io::{self, Write};
use std::path::PathBuf;

use super::Dir;
use super::file_kind::{FileKind, wrong_kind};
use super::named::{bounded_text, read_bounded};

/// How temporary files begin their names; a crash may leave one.
pub const TEMPORARY: &str = ".tmp-";

/// Returns whether a name is that of one of our temporary files.
pub fn is_temporary(name: &str) -> bool {
    let rest = name.strip_prefix(TEMPORARY).unwrap_or_default();
    rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Dir {
    /// Returns the bytes of a plain file of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// `FileTooLarge` if it is larger, `InvalidInput` if it is not a plain file.
    pub fn read(&self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        read_bounded(self.file(name)?, most)
    }

    /// Returns the text of a plain file of at most `most` bytes.
    pub fn read_text(&self, name: &str, most: u64) -> io::Result<String> {
        bounded_text(self.read(name, most)?)
    }

    /// Writes a file that does not exist yet, completely or not at all, and syncs it and its folder.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if something has the name.
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

    /// Writes a file, in place of a plain file that may exist, completely or not at
    /// all, and syncs it and its folder.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self.kind(name)? {
            None | Some(FileKind::File(_)) => {}
            Some(kind) => return Err(wrong_kind(kind, "a plain file")),
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

    /// Returns the bytes of a plain file, or none if nothing has the name.
    pub fn read_if_there(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        match self.read(name, most) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            bytes => bytes.map(Some),
        }
    }

    /// Returns whether anything has a name, a dangling link included.
    pub fn has(&self, name: &str) -> bool {
        !matches!(self.kind(name), Ok(None))
    }

    /// Removes a folder with its contents. A link, inside it or with the name itself,
    /// is removed and not followed. It is not an error if nothing has the name.
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

    /// Returns the path of a name, for messages and for what needs a path.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}
