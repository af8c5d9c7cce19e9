//! What can be proved of a case, rung by rung, and what cannot.

use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::evidence::{Damage, Depth, Store, check, leftovers};
use crate::fs::Dir;
use crate::journal;

use super::compare::index_note;
use super::hold::committed;
use super::ladder::climb;
use super::shape::shape;
use super::{About, Brought, Watch};

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

impl Verdict {
    /// Gives the ladder in words, each rung with whether it was reached: yes, no
    /// with something that speaks against it, or simply not.
    pub fn ladder(&self) -> Vec<(Option<bool>, String)> {
        let rungs = &self.rungs;
        let plural = |n: u64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let consistent = if rungs.consistent {
            let sources = plural(self.sources, "source", "sources");
            let entries = plural(self.entries, "journal entry", "journal entries");
            let said =
                format!("consistent: {sources} and {entries} agree with their hashes and with one another");
            (Some(true), said)
        } else {
            let places = plural(self.damage.len() as u64, "place is", "places are");
            (Some(false), format!("NOT consistent: {places} damaged"))
        };
        let named = |name: &Option<String>, what: &str, yes: &str, no: &str| match name {
            Some(name) => (Some(true), format!("{yes} {name}")),
            None if rungs.consistent => (None, no.to_owned()),
            None => (None, format!("not counted: {what}, since there is damage")),
        };
        let extends = match rungs.extends {
            Some(true) => "extends the checkpoint you brought",
            Some(false) => "does NOT extend the checkpoint you brought",
            None => "not shown to extend a checkpoint kept elsewhere (--anchor)",
        };
        vec![
            consistent,
            named(&rungs.signed, "a signature", "signed by", "UNSIGNED, or by nobody you trust"),
            named(&rungs.anchored, "a time stamp", "anchored at", "not anchored by a time stamp"),
            (rungs.extends, extends.to_owned()),
        ]
    }
}

/// Verifies a case and never writes to it. `progress` is told bytes done and in all.
pub fn verify(
    folder: &Path,
    depth: Depth,
    brought: &Brought,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Verdict> {
    let case = &About::folder(folder)?;
    let about = match About::of(case) {
        Ok(about) => about,
        Err(error) if About::is_in(case) => return Ok(unreadable(case, "case.toml", &error)),
        Err(error) => return Err(error),
    };
    let journal = match journal::read(case) {
        Ok(journal) => journal,
        Err(error) => return Ok(unreadable(case, journal::FILE, &error)),
    };
    let mut damage = journal_damage(&journal, &about, case);
    let (mut sources, mut notes) = (0, torn_note(&journal));
    match committed(&journal.lines) {
        Ok(batches) => {
            // Read twice, where the index is compared, too.
            let deep = depth != Depth::Quick;
            let first = |done, total| progress(done, if deep { total * 2 } else { total });
            damage.extend(check(case, &batches, depth, &first));
            notes.extend(leftovers(case, &batches));
            if let Ok(store) = Store::open(case, &batches) {
                sources = store.manifests().map(|(_, m)| m.sources.len() as u64).sum();
                let second = |done, total| progress(total + done, total * 2);
                let watch = Watch { progress: &second, stop: None };
                // Nothing rests on the index: that it differs is no damage.
                notes.extend(deep.then(|| index_note(case, &about.id, &store, &batches, watch)).flatten());
            }
        }
        Err(error) => damage.push(in_journal(error.to_string())),
    }
    let climbed = climb(case, &about, &journal, brought);
    damage.extend(climbed.damage);
    let shape = shape(case, &journal);
    damage.extend(shape.damage);
    notes.extend(climbed.notes);
    notes.extend(shape.notes);
    let consistent = damage.is_empty();
    let rungs = Rungs {
        consistent,
        signed: climbed.signed.filter(|_| consistent),
        anchored: climbed.anchored.filter(|_| consistent),
        extends: climbed.extends,
    };
    let mut not_proven = Vec::new();
    if depth == Depth::Quick {
        not_proven.push("Not every byte was read: run it with --deep.".to_owned());
    }
    if depth == Depth::Deep {
        not_proven.push(
            "That the record trees follow from the records: their roots are sealed; --roots computes them again."
                .to_owned(),
        );
    }
    not_proven.extend(climbed.not_proven);
    not_proven.push(NEVER_PROVEN.to_owned());
    let entries = journal.lines.len() as u64;
    let target = crate::error::visible(&folder.to_string_lossy());
    Ok(Verdict { target, rungs, damage, notes, not_proven, entries, sources })
}

/// Gives the verdict on a case whose description or journal cannot be read.
fn unreadable(case: &Dir, file: &str, error: &crate::error::Error) -> Verdict {
    let rungs = Rungs { consistent: false, signed: None, anchored: None, extends: None };
    let not_proven = vec![format!("Anything else: without {file} the rest was not looked at.")];
    let target = crate::error::visible(&case.path().to_string_lossy());
    let damage = vec![Damage { file: file.to_owned(), frame: None, records: None, reason: told(error) }];
    Verdict { target, rungs, damage, notes: Vec::new(), not_proven, entries: 0, sources: 0 }
}

/// Tells a failure with its cause.
fn told(error: &crate::error::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// What no check of a copy can show.
pub const NEVER_PROVEN: &str =
    "That the logs were complete and true before they were imported: no check of a copy can show that.";

fn journal_damage(journal: &journal::Journal, about: &About, case: &Dir) -> Vec<Damage> {
    let mut damage = Vec::new();
    if let Some((line, how)) = &journal.broken {
        damage.push(in_journal(format!("line {line}: {how}")));
    }
    if journal.torn_is_whole() {
        damage.push(in_journal("the line end of the last entry was changed".to_owned()));
    }
    match journal.lines.first() {
        Some(first) if first.act == "case.create" && first.what["id"] == about.id.as_str() => {
            let found = about.sha256(case).unwrap_or_default();
            if first.what["case_toml_sha256"] != found.as_str() {
                let meant = &first.what["case_toml_sha256"];
                damage.push(in_about(format!("its SHA-256 is {found}, the journal begins with {meant}")));
            }
        }
        Some(_) => damage.push(in_about("its id is not the one with which the journal begins".to_owned())),
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

fn in_about(reason: String) -> Damage {
    Damage { file: "case.toml".to_owned(), frame: None, records: None, reason }
}

fn in_journal(reason: String) -> Damage {
    Damage { file: "journal.jsonl".to_owned(), frame: None, records: None, reason }
}
