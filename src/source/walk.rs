//! Finds the files below the paths that the user named.

use std::path::{Path, PathBuf};

use crate::error::{Context, Error, Result, visible};

use super::file_state::FileState;
use super::member_name::MemberName;
use super::provenance::{Skipped, Weight};
use super::rotation;
use crate::record::Provenance;

/// A path that the user named, or a file found below it; or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// Its state when it was found; `None` for standard input.
    pub state: Option<FileState>,
    /// The link that the user named, if one led here.
    pub link: Option<PathBuf>,
}

impl Input {
    /// Returns where it is, with its length.
    pub fn provenance(&self) -> Provenance {
        let MemberName { text: path, bytes: path_bytes } = MemberName::from_path(&self.path);
        let link = self.link.as_ref().map(|link| MemberName::from_path(link).text);
        Provenance { path, path_bytes, link, size: self.length(), ..Provenance::default() }
    }

    /// Returns its length in bytes when it was found; `None` for standard input.
    pub fn length(&self) -> Option<u64> {
        self.state.as_ref().map(FileState::length)
    }
}

/// What a walk over the named paths found, sorted by path; the files of a rotated log stand
/// from the oldest to the newest.
#[derive(Debug, Default)]
pub struct Walk {
    /// What will be read.
    pub inputs: Vec<Input>,
    /// What will not.
    pub skipped: Vec<Skipped>,
}

/// Finds every file under the named paths, recursively and sorted; `-` is standard
/// input. Links, devices, pipes and sockets inside folders are listed as skipped. A
/// link that the user named is followed, and its target keeps the name of the link.
///
/// # Errors
///
/// Fails where a path that the user named cannot be read.
pub fn walk(paths: &[PathBuf]) -> Result<Walk> {
    let mut found = Walk::default();
    for path in paths {
        if path.as_os_str() == "-" {
            found.inputs.push(Input { path: path.clone(), state: None, link: None });
            continue;
        }
        let shown = || visible(&MemberName::from_path(path).text);
        let real = std::fs::canonicalize(path).map_err(|error| {
            Error::case(format!("cannot read {}", shown()))
                .with_source(error)
                .hint("Check the path and its permissions.")
        })?;
        let meta = std::fs::metadata(&real).context(|| format!("cannot read {}", shown()))?;
        // A link is replaced by its target: links are not followed when a file is
        // opened.
        let is_link = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
        let link = is_link.then(|| path.clone());
        let path = if is_link { real } else { path.clone() };
        if meta.is_dir() {
            walk_folder(&path, link.as_deref(), &mut found);
        } else if meta.is_file() {
            found.inputs.push(Input { path, state: Some(FileState::from_metadata(&meta)), link });
        } else {
            found.skipped.push(skipped(&path, "is neither a file nor a folder", Weight::Unread));
        }
    }
    found.inputs.sort_by(|a, b| a.path.cmp(&b.path));
    found.inputs.dedup_by(|a, b| a.path == b.path);
    found.inputs.sort_by(|a, b| rotation::compare(&a.path, &b.path));
    found.skipped.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    Ok(found)
}

/// Walks a folder and those inside it; `link` led to it.
fn walk_folder(top: &Path, link: Option<&Path>, found: &mut Walk) {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                found.skipped.push(skipped(&folder, &format!("cannot be listed: {error}"), Weight::Unread));
                continue;
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => add_entry(&entry.path(), link, &mut folders, found),
                Err(error) => {
                    let reason = format!("cannot be listed completely: {error}");
                    found.skipped.push(skipped(&folder, &reason, Weight::Partial));
                }
            }
        }
    }
}

fn add_entry(path: &Path, link: Option<&Path>, folders: &mut Vec<PathBuf>, found: &mut Walk) {
    match std::fs::symlink_metadata(path) {
        Err(error) => {
            found.skipped.push(skipped(path, &format!("cannot be examined: {error}"), Weight::Unread));
        }
        Ok(meta) if meta.is_dir() => folders.push(path.to_owned()),
        Ok(meta) if meta.is_file() => {
            let (state, link) = (Some(FileState::from_metadata(&meta)), link.map(Path::to_owned));
            found.inputs.push(Input { path: path.to_owned(), state, link });
        }
        Ok(meta) if meta.is_symlink() => {
            found.skipped.push(skipped(path, "is a symbolic link", Weight::Listed))
        }
        Ok(_) => found.skipped.push(skipped(path, "is a device, a pipe or a socket", Weight::Listed)),
    }
}

fn skipped(path: &Path, reason: &str, weight: Weight) -> Skipped {
    Skipped { name: MemberName::from_path(path), reason: visible(reason), unread: None, weight }
}
