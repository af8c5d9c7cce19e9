//! Which files there are beneath what the user named.

use std::path::{Path, PathBuf};

use crate::error::{Attempt, Error, Result, visible};

use super::Skipped;

/// Something the user named, or found beneath it: one file or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// Its length in bytes when it was found; none for standard input.
    pub length: Option<u64>,
}

/// What a walk over the named paths found, sorted by path.
#[derive(Debug, Default)]
pub struct Walk {
    /// What will be read.
    pub inputs: Vec<Input>,
    /// What will not.
    pub skipped: Vec<Skipped>,
}

/// Finds every file under the named paths, recursively and sorted; `-` is
/// standard input. Links, devices, pipes and sockets inside folders are listed
/// as skipped; a link that the user named is followed.
///
/// # Errors
///
/// Fails where a path that the user named cannot be read.
pub fn walk(paths: &[PathBuf]) -> Result<Walk> {
    let mut found = Walk::default();
    for path in paths {
        if path.as_os_str() == "-" {
            found.inputs.push(Input { path: path.clone(), length: None });
            continue;
        }
        let shown = || visible(&path.to_string_lossy());
        let real = std::fs::canonicalize(path).map_err(|error| {
            Error::case(format!("cannot read {}", shown()))
                .because(error)
                .hint("Check the path and its permissions.")
        })?;
        let meta = std::fs::metadata(&real).attempt(|| format!("cannot read {}", shown()))?;
        // A link is replaced by what it leads to: links are not followed when a file is opened.
        let is_link = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
        let path = if is_link { real } else { path.clone() };
        if meta.is_dir() {
            folder(&path, &mut found);
        } else if meta.is_file() {
            found.inputs.push(Input { path, length: Some(meta.len()) });
        } else {
            found.skipped.push(skipped(&path, "is neither a file nor a folder"));
        }
    }
    found.inputs.sort_by(|a, b| a.path.cmp(&b.path));
    found.inputs.dedup_by(|a, b| a.path == b.path);
    found.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Looks through a folder and those inside it.
fn folder(top: &Path, found: &mut Walk) {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                found.skipped.push(skipped(&folder, &format!("cannot be listed: {error}")));
                continue;
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => one(&entry.path(), &mut folders, found),
                Err(error) => {
                    found.skipped.push(skipped(&folder, &format!("cannot be listed whole: {error}")))
                }
            }
        }
    }
}

fn one(path: &Path, folders: &mut Vec<PathBuf>, found: &mut Walk) {
    match std::fs::symlink_metadata(path) {
        Err(error) => found.skipped.push(skipped(path, &format!("cannot be looked at: {error}"))),
        Ok(meta) if meta.is_dir() => folders.push(path.to_owned()),
        Ok(meta) if meta.is_file() => {
            found.inputs.push(Input { path: path.to_owned(), length: Some(meta.len()) })
        }
        Ok(meta) if meta.is_symlink() => found.skipped.push(skipped(path, "is a symbolic link")),
        Ok(_) => found.skipped.push(skipped(path, "is a device, a pipe or a socket")),
    }
}

fn skipped(path: &Path, reason: &str) -> Skipped {
    Skipped { path: visible(&path.to_string_lossy()), reason: reason.to_owned() }
}
