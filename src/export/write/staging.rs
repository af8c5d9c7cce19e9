//! The folder in which a bundle is made until it is whole: the owner's alone, and
//! removed when the bundle is not finished, by the next export at the latest.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Context, Error, Result, visible};
use crate::fs::Dir;

/// How these folders are named; a UUID follows.
const PREFIX: &str = ".vestigo-export-";

/// How often making one is tried: another export may take it for a stale one in
/// the moment before it is locked.
const TRIES: usize = 8;

/// A folder next to where the bundle will be. It is locked as long as
/// this exists, so that nobody mistakes it for an abandoned one.
pub struct StagingFolder {
    parent: Dir,
    name: String,
    dir: Dir,
    kept: bool,
}

impl StagingFolder {
    /// Removes what exports that were killed left in a folder, and makes a new one.
    pub fn create(parent: &Path) -> Result<StagingFolder> {
        let why = || format!("cannot write in {}", visible(&parent.to_string_lossy()));
        let parent = Dir::open(parent).context(why)?;
        sweep(&parent);
        let mut made = StagingFolder::make(&parent);
        for _ in 1..TRIES {
            if made.is_ok() {
                break;
            }
            made = StagingFolder::make(&parent);
        }
        made.context(why)
    }

    fn make(parent: &Dir) -> io::Result<StagingFolder> {
        let name = format!("{PREFIX}{}", uuid::Uuid::new_v4().simple());
        let dir = parent.make_dir(&name)?;
        let made = StagingFolder { parent: parent.clone(), name, dir, kept: false };
        // Where folders cannot be locked (some network file systems), none is swept either.
        if made.dir.try_lock().is_ok_and(|locked| !locked) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        made.dir.make_dir("data")?;
        Ok(made)
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Puts the whole folder in its place, where nothing may be yet.
    pub fn place(mut self, out: &Path) -> Result<()> {
        let (parent, name) = (self.parent.clone(), self.name.clone());
        moved(&parent, &name, out)?;
        self.kept = true;
        Ok(())
    }

    /// Puts one file of it in its place, where nothing may be yet.
    pub fn place_file(&self, name: &str, out: &Path) -> Result<()> {
        moved(&self.dir, name, out)
    }
}

impl Drop for StagingFolder {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept by the next export.
            let _ = self.parent.remove_all(&self.name);
        }
    }
}

/// Describes that something already exists.
pub fn already_exists(out: &Path) -> Error {
    Error::case(format!("{} already exists", visible(&out.to_string_lossy())))
        .hint("Bundles are never overwritten: choose another path with --out.")
}

/// Returns the folder in which a path lies.
pub fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Renames into place without replacing anything, and syncs.
fn moved(from: &Dir, name: &str, out: &Path) -> Result<()> {
    let why = || format!("cannot put the bundle at {}", visible(&out.to_string_lossy()));
    let to = Dir::open(&parent_of(out)).context(why)?;
    let placed = match out.file_name().and_then(|name| name.to_str()) {
        Some(wanted) => from.rename_new(name, &to, wanted),
        // `Dir` knows names that are UTF-8; others are looked at first.
        None if out.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        None => std::fs::rename(from.at(name), out),
    };
    match placed {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(already_exists(out)),
        placed => placed.and_then(|()| to.sync()).context(why),
    }
}

/// Removes folders of vestigo that nobody holds any more.
fn sweep(parent: &Dir) {
    // Sweeping is a courtesy to the user: what fails stays for the next time.
    for name in parent.names().unwrap_or_default() {
        let Some(name) = name.to_str().filter(|name| is_named(name)) else { continue };
        let Ok(dir) = parent.dir(name) else { continue };
        if dir.is_ours() && dir.try_lock().is_ok_and(|locked| locked) {
            let _ = parent.remove_all(name);
        }
    }
}

fn is_named(name: &str) -> bool {
    let id = name.strip_prefix(PREFIX);
    id.is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_export_left_is_swept_and_nothing_else() {
        let keep = tempfile::tempdir().expect("a folder");
        let id = "0123456789abcdef0123456789abcdef";
        let made = |name: &str| {
            let path = keep.path().join(name);
            std::fs::create_dir_all(path.join("data/raw")).expect("it is made");
            std::fs::write(path.join("data/raw/0001.log"), "evidence").expect("it is written");
        };
        made(&format!("{PREFIX}{id}"));
        made(&format!("{PREFIX}notes"));
        made(&format!("{PREFIX}{id}x"));
        std::os::unix::fs::symlink(keep.path().join("elsewhere"), keep.path().join("l")).expect("a link");
        let alive = StagingFolder::create(keep.path()).expect("it is made");
        let other = StagingFolder::create(keep.path()).expect("it is made");
        let mut left = Dir::open(keep.path()).and_then(|dir| dir.names()).expect("it is listed");
        left.retain(|name| name != "l");
        let mut wanted =
            [format!("{PREFIX}{id}x"), format!("{PREFIX}notes"), alive.name.clone(), other.name.clone()];
        wanted.sort();
        assert_eq!(left, wanted.iter().map(std::ffi::OsString::from).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_left_of_what_is_not_finished_and_nothing_is_replaced() {
        let keep = tempfile::tempdir().expect("a folder");
        let out = keep.path().join("bundle");
        std::fs::create_dir(&out).expect("it is made");
        let made = StagingFolder::create(keep.path()).expect("it is made");
        made.dir().create_new("bagit.txt").expect("it is new");
        assert!(made.place(&out).expect_err("something is there").to_string().contains("already exists"));
        let left = Dir::open(keep.path()).and_then(|dir| dir.names()).expect("it is listed");
        assert_eq!(left, ["bundle"]);
    }
}
