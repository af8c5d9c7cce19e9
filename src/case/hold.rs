//! The right to write to a case.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::error::{Attempt, Error, Result, visible};
use crate::record::{Clock, SourceId};
use crate::{evidence, index, journal};

use crate::journal::{Journal, Line, Signer, Who};

use super::{About, New, evidence_folder, index_folder};

/// What journal entries say of the program that wrote them.
pub const TOOL: &str = concat!("vestigo ", env!("CARGO_PKG_VERSION"));

/// The right to write to a case: holds its lock until dropped.
pub struct Hold {
    folder: PathBuf,
    writer: journal::Writer,
}

impl Hold {
    /// Makes an empty case in a folder that is absent or empty, and holds it.
    pub fn create(folder: &Path, new: &New, who: &Who, clock: &dyn Clock) -> Result<Hold> {
        let shown = visible(&folder.to_string_lossy());
        if About::path(folder).exists() {
            return Err(Error::case(format!("{shown} is a case already"))
                .hint("Import into it, or choose another name."));
        }
        if occupied(folder) {
            return Err(Error::case(format!("{shown} has files in it and is no case"))
                .hint("Choose a name that does not exist yet."));
        }
        private_folder(folder).attempt(|| format!("cannot make the folder {shown}"))?;
        let place = journal::path(folder);
        let mut writer = journal::Writer::open(&place, who, clock)?;
        if !writer.journal().lines.is_empty() {
            // A making that was cut off before there was a case.
            drop(writer);
            std::fs::remove_file(&place).attempt(|| format!("cannot make {shown} a case"))?;
            writer = journal::Writer::open(&place, who, clock)?;
        }
        // The journal first: once there is a case.toml, there is a whole case.
        let about = About::new(folder, new, clock.now())?;
        let what = json!({ "id": about.id, "title": about.title, "examiner": about.examiner,
            "zone": about.zone.to_string(), "key": about.key.as_ref().map(|key| &key.fingerprint),
            "case_toml_sha256": about.hash_of_text()?, "tool": TOOL });
        writer.append("case.create", what, clock)?;
        about.write(folder)?;
        drop(writer);
        Hold::open(folder, who, clock)
    }

    /// Takes the lock of a case; sweeps away what a crash left uncommitted.
    pub fn open(folder: &Path, who: &Who, clock: &dyn Clock) -> Result<Hold> {
        About::read(folder)?;
        for part in [evidence_folder(folder), index_folder(folder)] {
            private_folder(&part).attempt(|| format!("cannot make {}", visible(&part.to_string_lossy())))?;
        }
        let writer = journal::Writer::open(&journal::path(folder), who, clock)?;
        let mut hold = Hold { folder: folder.to_owned(), writer };
        hold.sweep(clock)?;
        Ok(hold)
    }

    /// Gives the case's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Appends a journal entry: when this returns, it is committed.
    pub fn note(&mut self, act: &str, what: Value, clock: &dyn Clock) -> Result<Line> {
        self.writer.append(act, what, clock)
    }

    /// Gives the journal as it is now.
    pub fn journal(&self) -> &Journal {
        self.writer.journal()
    }

    /// Writes down that a key signs for this case, where that is not known yet.
    pub fn introduce(&mut self, signer: &Signer, clock: &dyn Clock) -> Result<()> {
        let signed = signer.signed();
        let about = About::read(&self.folder)?;
        if keys_of(&about, &self.journal().lines).contains(&signed.fingerprint) {
            return Ok(());
        }
        let what = json!({ "fingerprint": signed.fingerprint, "public_key": signed.public });
        self.note("key.add", what, clock).map(drop)
    }

    /// Gives the committed batches with the hashes of their manifests.
    pub fn committed(&self) -> Result<Vec<(u32, [u8; 32])>> {
        committed(&self.writer.journal().lines)
    }

    /// Gives the number that the next batch will have.
    pub fn next_batch(&self) -> Result<u32> {
        Ok(self.committed()?.last().map_or(1, |(number, _)| number + 1))
    }

    /// Gives the SHA-256 (hex) of every container that was imported to its end.
    pub fn containers(&self) -> HashSet<String> {
        let imports = self.writer.journal().lines.iter().filter(|line| line.act == "import.receipt");
        let lists = imports.filter_map(|line| line.what["containers"].as_array());
        lists.flatten().filter_map(|sha256| sha256.as_str().map(str::to_owned)).collect()
    }

    /// Removes temporary files that a crash left, and sets aside a batch that no
    /// journal entry names: either its import was cut off before the commit, or
    /// the journal's end was removed, and then it is evidence.
    fn sweep(&mut self, clock: &dyn Clock) -> Result<()> {
        let evidence = evidence_folder(&self.folder);
        evidence::sweep(&evidence)?;
        index::sweep(&index_folder(&self.folder))?;
        let committed = self.committed()?;
        let entries =
            std::fs::read_dir(&evidence).attempt(|| "cannot list the evidence folder".to_owned())?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(number) = name.parse::<u32>() else { continue };
            if committed.iter().all(|(known, _)| *known != number) {
                let aside = format!("{}{name}-{}", evidence::UNCOMMITTED, self.writer.journal().lines.len());
                std::fs::rename(entry.path(), evidence.join(&aside))
                    .attempt(|| format!("cannot set the uncommitted batch {name} aside"))?;
                let what = json!({ "moved": format!("evidence/{name}"), "to": format!("evidence/{aside}"),
                    "reason": "no journal entry names it: its import was cut off before it was committed" });
                self.note("recovery", what, clock)?;
            }
        }
        Ok(())
    }
}

/// Tells whether a folder has something in it besides what a making of a case
/// leaves that was cut off.
fn occupied(folder: &Path) -> bool {
    let left = |name: &str| matches!(name, "lock" | "journal.jsonl") || name.starts_with(".case");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).any(|name| !left(&name))
}

/// Gives the fingerprints of the keys that sign for a case.
pub fn keys_of(about: &About, lines: &[Line]) -> Vec<String> {
    let added = lines.iter().filter(|line| line.act == "key.add");
    let added = added.filter_map(|line| line.what["fingerprint"].as_str().map(str::to_owned));
    about.key.iter().map(|key| key.fingerprint.clone()).chain(added).collect()
}

/// Makes a folder (and those above it) that only its owner can look into.
pub(crate) fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Reads the committed batches out of the journal, ascending.
pub fn committed(lines: &[journal::Line]) -> Result<Vec<(u32, [u8; 32])>> {
    let mut batches = Vec::new();
    for line in lines.iter().filter(|line| line.act == "evidence.import") {
        let Some(number) = line.what["batch"].as_u64() else { continue };
        let hash = line.what["manifest_sha256"].as_str().unwrap_or_default();
        let damaged = || Error::integrity(format!("journal entry {} names no valid batch", line.seq));
        let hash: SourceId = hash.parse().map_err(|_| damaged())?;
        batches.push((u32::try_from(number).map_err(|_| damaged())?, hash.0));
    }
    batches.sort_unstable();
    Ok(batches)
}
