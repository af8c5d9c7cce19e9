//! What can be proved of a case, rung by rung, and what cannot.

use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::evidence::{Damage, Depth, Store, check, leftovers};
use crate::index::{Cancel, Index};
use crate::journal;

use super::hold::committed;
use super::ladder::climb;
use super::{About, Brought, evidence_folder, index_folder};

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
    let about = match About::read(folder) {
        Ok(about) => about,
        Err(error) if About::path(folder).exists() => return Ok(unreadable(folder, &error)),
        Err(error) => return Err(error),
    };
    let journal = journal::read(&journal::path(folder))?;
    let mut damage = journal_damage(&journal, &about, folder);
    let (mut sources, mut notes) = (0, torn_note(&journal));
    match committed(&journal.lines) {
        Ok(batches) => {
            damage.extend(check(folder, &batches, depth, progress));
            notes.extend(leftovers(folder, &batches));
            let store = Store::open(&evidence_folder(folder), &batches);
            sources = store.map_or(0, |store| store.manifests().map(|(_, m)| m.sources.len() as u64).sum());
            if depth != Depth::Quick {
                damage.extend(index_damage(folder));
            }
        }
        Err(error) => damage.push(in_journal(error.to_string())),
    }
    let climbed = climb(folder, &about, &journal, brought);
    damage.extend(climbed.damage);
    damage.extend(set_aside(folder, &journal));
    notes.extend(climbed.notes);
    notes.extend(strangers(folder));
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

/// Gives the verdict on a case whose description is not one any more.
fn unreadable(folder: &Path, error: &crate::error::Error) -> Verdict {
    let rungs = Rungs { consistent: false, signed: None, anchored: None, extends: None };
    let not_proven = vec!["Anything else: without case.toml the rest was not looked at.".to_owned()];
    let target = crate::error::visible(&folder.to_string_lossy());
    let damage = vec![in_about(error.to_string())];
    Verdict { target, rungs, damage, notes: Vec::new(), not_proven, entries: 0, sources: 0 }
}

/// What no check of a copy can show.
pub const NEVER_PROVEN: &str =
    "That the logs were complete and true before they were imported: no check of a copy can show that.";

/// Reads the index through its checksums. Nothing rests on it: evidence is whole.
fn index_damage(folder: &Path) -> Option<Damage> {
    let place = index_folder(folder);
    let error = Index::open(&place).and_then(|index| index.check(&Cancel::new())).err()?;
    let reason = match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    let names = std::fs::read_dir(&place).into_iter().flatten().flatten();
    let named = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let gone = reason.split(['/', ' ', '\'', '`', ':']).find(|word| word.ends_with(".segment"));
    let file = named.into_iter().find(|name| reason.contains(name.as_str())).or(gone.map(str::to_owned));
    Some(Damage {
        file: format!("index/{}", file.unwrap_or_else(|| "meta.json".to_owned())),
        frame: None,
        records: None,
        reason: format!("{reason}; nothing rests on it: `vestigo reindex` makes it again"),
    })
}

/// Checks the ends that were set aside when a cut-off journal was mended.
fn set_aside(folder: &Path, journal: &journal::Journal) -> Vec<Damage> {
    let kept = journal.lines.iter().filter(|line| line.act == "recovery");
    let wrong = |line: &journal::Line| {
        let name = line.what["to"].as_str().filter(|name| name.starts_with("journal.torn-"))?;
        let found = std::fs::read(folder.join(name)).map(|bytes| journal::hash_of(&bytes));
        let reason = match found {
            Ok(found) if line.what["sha256"] == found.as_str() => return None,
            Ok(found) => format!("its SHA-256 is {found}, the journal says {}", line.what["sha256"]),
            Err(error) => format!("it cannot be read: {error}"),
        };
        Some(Damage { file: name.to_owned(), frame: None, records: None, reason })
    };
    kept.filter_map(wrong).collect()
}

/// Names what lies in a case's folder and is none of its parts.
fn strangers(folder: &Path) -> Vec<String> {
    let known = |name: &str| {
        ["case.toml", "journal.jsonl", "lock", "evidence", "index", "anchors"].contains(&name)
            || name.starts_with("journal.torn-")
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut strange: Vec<String> = names
        .filter(|name| !known(name))
        .map(|name| format!("{} is nothing that vestigo writes.", crate::error::Visible(&name)))
        .collect();
    strange.sort();
    strange
}

fn journal_damage(journal: &journal::Journal, about: &About, folder: &Path) -> Vec<Damage> {
    let mut damage = Vec::new();
    if let Some((line, how)) = &journal.broken {
        damage.push(in_journal(format!("line {line}: {how}")));
    }
    if journal.torn_is_whole() {
        damage.push(in_journal("the line end of the last entry was changed".to_owned()));
    }
    match journal.lines.first() {
        Some(first) if first.act == "case.create" && first.what["id"] == about.id.as_str() => {
            let found = about.sha256(folder).unwrap_or_default();
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
