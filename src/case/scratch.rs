//! Private folders for indexes that are temporary or still being built.

use std::fs::File;
use std::io;

use crate::fs::{Dir, FileKind, TEMPORARY};
use crate::journal::Home;

/// Locked while the folder is in use: if it is unlocked, a crash left the folder behind.
const LOCK: &str = "lock";
/// The prefix of the folders' names in the system's temporary folder.
const ELSEWHERE: &str = "vestigo-index-";
/// How often creating a folder is tried while another process sweeps.
const TRIES: u32 = 5;

/// A folder that only this user can enter, removed when it is dropped.
pub(super) struct Scratch {
    parent: Dir,
    name: String,
    dir: Dir,
    kept: bool,
    _lock: File,
}

impl Scratch {
    /// Creates one in the user's cache or, if there is none or no room in it, in the
    /// system's temporary folder.
    pub fn new(home: &Home, within_cache: bool) -> io::Result<Scratch> {
        let cache = home.cache.as_deref().filter(|_| within_cache);
        match cache.map(|cache| Dir::create(cache)?.make_dir("derived")) {
            Some(Ok(parent)) => Scratch::within(&parent, TEMPORARY),
            Some(Err(_)) | None => Scratch::within(&Dir::open(&std::env::temp_dir())?, ELSEWHERE),
        }
    }

    /// Creates one in a folder, and removes from there what a crash left.
    pub fn within(parent: &Dir, prefix: &str) -> io::Result<Scratch> {
        sweep(parent, prefix)?;
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..TRIES {
            let name = format!("{prefix}{}", uuid::Uuid::new_v4().simple());
            match make(parent, &name) {
                Ok((dir, lock)) => {
                    return Ok(Scratch { parent: parent.clone(), name, dir, kept: false, _lock: lock });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Renames it to a permanent name within its parent folder.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if something has that name.
    pub fn keep(&mut self, name: &str) -> io::Result<()> {
        self.dir.remove(LOCK)?;
        self.parent.rename_new(&self.name, &self.parent, name)?;
        self.kept = true;
        self.parent.sync()
    }
}

impl Drop for Scratch {
    /// Removes the folder; if that fails, the next process sweeps it.
    fn drop(&mut self) {
        if !self.kept {
            let _ = self.parent.remove_all(&self.name);
        }
    }
}

fn make(parent: &Dir, name: &str) -> io::Result<(Dir, File)> {
    let dir = parent.make_dir(name)?;
    let lock = dir.create_new(LOCK)?;
    lock.try_lock().map_err(|_| io::Error::from(io::ErrorKind::WouldBlock))?;
    // Another process may have swept it before it was locked.
    if dir.has(LOCK) { Ok((dir, lock)) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Removes folders that are no longer in use.
fn sweep(parent: &Dir, prefix: &str) -> io::Result<()> {
    for name in parent.names()?.iter().filter_map(|name| name.to_str()) {
        if !name.starts_with(prefix) || !matches!(parent.kind(name), Ok(Some(FileKind::Folder))) {
            continue;
        }
        let Ok(dir) = parent.dir(name) else { continue };
        match dir.file(LOCK) {
            Ok(lock) if lock.try_lock().is_ok() => {
                // Another user's folder cannot be removed, and need not be.
                let _ = parent.remove_all(name);
            }
            Ok(_) => {}
            // Its creation was cut off before it was locked; one that is not empty stays.
            Err(_) => drop(parent.remove_dir(name)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_stays_and_one_that_a_crash_left_is_swept() {
        let place = tempfile::tempdir().unwrap();
        let parent = Dir::open(place.path()).unwrap();
        let used = Scratch::within(&parent, TEMPORARY).unwrap();
        for left in [".tmp-one", ".tmp-two"] {
            std::fs::create_dir(place.path().join(left)).unwrap();
        }
        std::fs::write(place.path().join(".tmp-two/lock"), "").unwrap();
        std::fs::write(place.path().join(".tmp-two/a.segment"), "").unwrap();
        std::fs::create_dir(place.path().join("other")).unwrap();
        let second = Scratch::within(&parent, TEMPORARY).unwrap();
        let mut names = [used.name.as_str(), second.name.as_str(), "other"].map(std::ffi::OsString::from);
        names.sort();
        assert_eq!(parent.names().unwrap(), names);
        drop((used, second));
        assert_eq!(parent.names().unwrap(), ["other"]);
    }
}
