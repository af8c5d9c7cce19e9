//! Finds what does not belong in a case's folder, or is not of the expected kind.

use std::collections::BTreeSet;

use crate::error::{Visible, visible};
use crate::evidence;
use crate::fs::{Dir, FileKind, is_temporary};
use crate::index;
use crate::journal::{self, ANCHORS, Journal, Recovery, TORN, each_of};
use crate::verify::{Damage, DamageScope};

use super::layout::INDEX;

/// Maximum size of a journal's end that was set aside, in bytes.
const MOST_TORN: u64 = 128 << 20;

/// What an examination of the names in a case found.
#[derive(Default)]
pub(super) struct FolderShape {
    /// Files of the case that are not plain files, folders that are not folders, and ends
    /// of the journal that are not what was set aside.
    pub damage: Vec<Damage>,
    /// What does not belong there, in sentences.
    pub notes: Vec<String>,
}

/// Examines every name in a case without following any.
pub(super) fn shape(case: &Dir, journal: &Journal) -> FolderShape {
    let mut shape = FolderShape::default();
    let set_aside = shape.set_aside(case, journal);
    for name in names(case) {
        let folder = [evidence::FOLDER, INDEX, ANCHORS].contains(&&*name);
        let known =
            folder || ["case.toml", journal::FILE, journal::LOCK, journal::IMPORT_LOCK].contains(&&*name);
        match case.kind(&name) {
            _ if !known && !set_aside.contains(&name) => shape.stranger(&name),
            Ok(Some(FileKind::Folder)) if folder => {}
            Ok(Some(FileKind::File(_))) if !folder => {}
            // Reading the checkpoints reports what is wrong with their folder.
            _ if name == ANCHORS => {}
            Ok(Some(kind)) if folder => shape.wrong(&name, format!("it is {kind}, not a folder")),
            Ok(Some(kind)) => shape.wrong(&name, format!("it is {kind}, not a plain file")),
            Ok(None) => {}
            Err(error) => shape.wrong(&name, format!("it cannot be looked at: {error}")),
        }
    }
    shape.index(case);
    shape.anchors(case);
    shape.batches(case);
    shape
}

/// Returns the note that a file does not belong in a case.
pub(super) fn stranger(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    let what = if is_temporary(last) {
        "a temporary file of a write that is under way or was cut off; the next write sweeps it away"
    } else {
        "nothing that vestigo writes"
    };
    format!("{} is {what}.", Visible(name))
}

fn names(dir: &Dir) -> Vec<String> {
    let names = dir.names().unwrap_or_default();
    names.iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

impl FolderShape {
    fn wrong(&mut self, file: &str, reason: String) {
        self.damage.push(Damage::new(DamageScope::Journal, file, reason));
    }

    fn stranger(&mut self, name: &str) {
        self.notes.push(stranger(name));
    }

    /// Checks the ends that were set aside when a cut-off journal was repaired; returns
    /// the names that the journal states for them.
    fn set_aside(&mut self, case: &Dir, journal: &Journal) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        for (_, Recovery { to: name, sha256, .. }) in each_of(&journal.entries) {
            if !name.starts_with(TORN) {
                continue;
            }
            let sha256 = sha256.unwrap_or_default();
            match case.read(&name, MOST_TORN).map(|bytes| journal::entry_hash(&bytes)) {
                Ok(found) if sha256 == found => {}
                Ok(found) => {
                    let meant = visible(&sha256);
                    self.wrong(&name, format!("its SHA-256 is {found}, the journal says {meant}"));
                }
                Err(error) => self.wrong(&name, format!("it cannot be read: {error}")),
            }
            known.insert(name);
        }
        known
    }

    /// Examines the index: nothing depends on it, but it must not lead outside the case.
    fn index(&mut self, case: &Dir) {
        let Ok(index) = case.dir(INDEX) else { return };
        self.notes.extend(index::unnamed(&index).iter().map(|id| {
            let id = Visible(id);
            format!(
                "{INDEX}/{id}.* is a segment that the index does not name; the next write sweeps it away."
            )
        }));
        for name in names(&index) {
            match index.kind(&name) {
                _ if !index::is_index_file(&name) => self.stranger(&format!("{INDEX}/{name}")),
                Ok(Some(FileKind::File(_)) | None) => {}
                Ok(Some(kind)) => {
                    self.wrong(&format!("{INDEX}/{name}"), format!("it is {kind}, not a plain file"));
                }
                Err(error) => {
                    self.wrong(&format!("{INDEX}/{name}"), format!("it cannot be looked at: {error}"))
                }
            }
        }
    }

    /// Examines what kind of files the checkpoints are; their contents are checked elsewhere.
    fn anchors(&mut self, case: &Dir) {
        let Ok(anchors) = case.dir(ANCHORS) else { return };
        for name in names(&anchors).iter().filter(|name| name.starts_with("checkpoint-")) {
            if let Ok(Some(kind @ (FileKind::Folder | FileKind::Link | FileKind::Special))) =
                anchors.kind(name)
            {
                self.wrong(&format!("{ANCHORS}/{name}"), format!("it is {kind}, not a plain file"));
            }
        }
    }

    /// Examines what kind of files the batches are; the contents of those that were
    /// committed are checked elsewhere, and the others are listed there.
    fn batches(&mut self, case: &Dir) {
        let Ok(evidence) = case.dir(evidence::FOLDER) else { return };
        for name in names(&evidence) {
            let batch = name.parse::<u32>().is_ok() || name.starts_with('.');
            if let (true, Ok(Some(kind @ (FileKind::Link | FileKind::Special)))) =
                (batch, evidence.kind(&name))
            {
                self.wrong(&format!("{}/{name}", evidence::FOLDER), format!("it is {kind}, not a folder"));
            }
        }
    }
}
