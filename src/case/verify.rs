//! What can be proved of a case, rung by rung, and what cannot.

use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::evidence::{Damage, Depth, check, leftovers};
use crate::journal;

use super::hold::committed;
use super::{About, evidence_folder};

/// The ladder: each rung proves more than the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rungs {
    /// Hashes, frames, roots and the journal's chain agree with one another.
    pub consistent: bool,
    /// Fingerprint of the key that signed the newest checkpoint.
    pub signed: Option<String>,
    /// Time at which an outside party saw it.
    pub anchored: Option<String>,
    /// Whether it extends the checkpoint that the user brought.
    pub extends: Option<bool>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What was verified.
    pub target: String,
    /// How far up the ladder it stands.
    pub rungs: Rungs,
    /// Every place where something is not what it should be.
    pub damage: Vec<Damage>,
    /// What a crash left, which was never acknowledged, in sentences.
    pub notes: Vec<String>,
    /// What this verification does not show, in sentences.
    pub not_proven: Vec<String>,
    /// Journal entries whose chain holds.
    pub entries: u64,
    /// Batches and sources that were checked.
    pub sources: u64,
}

/// Verifies a case and never writes to it. `progress` is told bytes done and in all.
pub fn verify(folder: &Path, depth: Depth, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Verdict> {
    let about = About::read(folder)?;
    let journal = journal::read(&journal::path(folder))?;
    let mut damage = journal_damage(&journal, &about);
    let (mut sources, mut notes) = (0, torn_note(&journal));
    match committed(&journal.lines) {
        Ok(batches) => {
            damage.extend(check(folder, &batches, depth, progress));
            notes.extend(leftovers(folder, &batches));
            sources = crate::evidence::Store::open(&evidence_folder(folder), &batches)
                .map_or(0, |store| store.manifests().map(|(_, m)| m.sources.len() as u64).sum());
        }
        Err(error) => damage.push(in_journal(error.to_string())),
    }
    let rungs = Rungs { consistent: damage.is_empty(), signed: None, anchored: None, extends: None };
    let not_proven = not_proven(&rungs, depth, journal.lines.len());
    let entries = journal.lines.len() as u64;
    let target = crate::error::visible(&folder.to_string_lossy());
    Ok(Verdict { target, rungs, damage, notes, not_proven, entries, sources })
}

fn journal_damage(journal: &journal::Journal, about: &About) -> Vec<Damage> {
    let mut damage = Vec::new();
    if let Some((line, how)) = &journal.broken {
        damage.push(in_journal(format!("line {line}: {how}")));
    }
    if journal.torn_is_whole() {
        damage.push(in_journal("the line end of the last entry was changed".to_owned()));
    }
    match journal.lines.first() {
        Some(first) if first.act == "case.create" && first.what["id"] == about.id.as_str() => {}
        Some(_) => damage.push(Damage {
            file: "case.toml".to_owned(),
            frame: None,
            records: None,
            reason: "its id is not the one with which the journal begins".to_owned(),
        }),
        None => damage.push(in_journal("it is empty: the entry that made the case is missing".to_owned())),
    }
    damage
}

/// A write that was cut off was never acknowledged: it is no damage.
fn torn_note(journal: &journal::Journal) -> Vec<String> {
    let cut = !journal.torn.is_empty() && !journal.torn_is_whole();
    let bytes = journal.torn.len();
    cut.then(|| format!("journal.jsonl ends with {bytes} bytes of an entry that was cut off; the next write sets them aside."))
        .into_iter()
        .collect()
}

fn in_journal(reason: String) -> Damage {
    Damage { file: "journal.jsonl".to_owned(), frame: None, records: None, reason }
}

/// Says in words what each missing rung leaves open.
fn not_proven(rungs: &Rungs, depth: Depth, entries: usize) -> Vec<String> {
    let mut open = Vec::new();
    if depth == Depth::Quick {
        open.push("Not every byte was read: run it with --deep.".to_owned());
    }
    if rungs.signed.is_none() {
        open.push(
            "Who wrote it: no checkpoint is signed, so somebody who can write here could have rewritten all of it."
                .to_owned(),
        );
    }
    if rungs.anchored.is_none() {
        open.push(format!(
            "When it was so: none of the {entries} journal entries is anchored outside, so an older copy of the whole case would look the same."
        ));
    }
    open.push(
        "That the logs were complete and true before they were imported: no check of a copy can show that."
            .to_owned(),
    );
    open
}
