//! What can be proved about a case, check by check, and what cannot.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Result, visible};
use crate::evidence::{check, leftovers};
use crate::fs::{Dir, FileKind};
use crate::journal::{self, Anchors, CaseCreate, CaseMemory, History, Journal};
use crate::verify::{
    Damage, DamageScope, Depth, Levels, NEVER_PROVEN, TrustInputs, VerifyReport, VerifyScope,
};

use super::checks::climb;
use super::commits::committed;
use super::compare::index_note;
use super::folder_shape::shape;
use super::reread::Committed;
use super::{CaseMetadata, Watch};

/// How often a verification is repeated while the case is being written to, …
const TRIES: u32 = 8;
/// … how often it waits for the checkpoint of what was written, …
const SEALING: u32 = 200;
/// … and how long it waits each time.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(25);

/// Verifies a case, and never writes to it. `progress` is called with the bytes done so
/// far, and in total. It judges one moment even beside a writer: if something does not
/// match and the case is being written to, it checks again.
pub fn verify(
    folder: &Path,
    depth: Depth,
    brought: &TrustInputs,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<VerifyReport> {
    let case = &CaseMetadata::folder(folder)?;
    let mut tries = 0;
    loop {
        let before = journal_length(case);
        let verdict = judge(case, depth, brought, progress)?;
        let moved = journal::has_writer(case) || journal_length(case) != before;
        if verdict.damage.is_empty() || !moved || tries == TRIES {
            return Ok(verdict);
        }
        tries += 1;
        std::thread::sleep(PAUSE);
    }
}

fn journal_length(case: &Dir) -> Option<FileKind> {
    case.kind(journal::FILE).ok().flatten()
}

/// Reads the checkpoints, and then the journal, so that it contains what they cover.
/// Waits for a writer that is about to write the checkpoint of its entries.
pub fn one_moment(case: &Dir) -> (std::io::Result<Anchors>, Result<Journal>) {
    let mut tries = 0;
    loop {
        let (held, before) = (journal::has_writer(case), journal_length(case));
        let (anchors, journal) = (Anchors::read(case), journal::read(case));
        // A writer may have written its checkpoint between the two readings.
        let quiet = !held && !journal::has_writer(case) && journal_length(case) == before;
        let end = journal.as_ref().map(|journal| journal::checkpoint_name(journal.entries.len() as u64));
        let sealed = anchors.as_ref().is_ok_and(|anchors| end.is_ok_and(|end| anchors.has(&end)));
        if sealed || tries >= SEALING || quiet {
            return (anchors, journal);
        }
        // A journal may be large: it is read again only if something was written.
        let end = journal.ok().map(|journal| journal::checkpoint_name(journal.entries.len() as u64));
        loop {
            std::thread::sleep(PAUSE);
            tries += 1;
            let sealed =
                case.dir(journal::ANCHORS).is_ok_and(|anchors| end.iter().any(|end| anchors.has(end)));
            if sealed || tries >= SEALING || !journal::has_writer(case) || journal_length(case) != before {
                break;
            }
        }
    }
}

/// What checking the evidence of a case found.
#[derive(Default)]
struct EvidenceReport {
    damage: Vec<Damage>,
    notes: Vec<String>,
    sources: u64,
    /// Bytes of evidence that were read.
    read: u64,
    /// Bytes of evidence in total.
    bytes: u64,
}

/// Checks the committed batches, and compares the index with them if every byte is read.
fn check_evidence(
    case: &Dir,
    about: &CaseMetadata,
    journal: &Journal,
    depth: Depth,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> EvidenceReport {
    let mut report = EvidenceReport::default();
    let batches = match committed(&journal.entries) {
        Ok(batches) => batches,
        Err(error) => {
            report.damage.push(in_journal(error.to_string()));
            return report;
        }
    };
    // Everything is read twice if the index is compared, too.
    let (deep, read) = (depth != Depth::Quick, AtomicU64::new(0));
    let first = |done, total| {
        read.fetch_max(done, Ordering::Relaxed);
        progress(done, if deep { total * 2 } else { total });
    };
    report.damage = check(case, &batches, depth, &first);
    report.read = read.into_inner();
    report.notes = leftovers(case, &batches);
    if let Ok(Committed { store, .. }) = Committed::open(case, journal) {
        report.sources = store.manifests().map(|(_, m)| m.sources.len() as u64).sum();
        report.bytes = store.manifests().map(|(_, m)| m.length).sum();
        let second = |done, total| progress(total + done, total * 2);
        let watch = Watch { progress: &second, stop: None };
        // Nothing depends on the index: a difference is not damage.
        report.notes.extend(deep.then(|| index_note(case, &about.id, &store, &batches, watch)).flatten());
    }
    report
}

fn judge(
    case: &Dir,
    depth: Depth,
    brought: &TrustInputs,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<VerifyReport> {
    let about = match CaseMetadata::of(case) {
        Ok(about) => about,
        Err(error) if CaseMetadata::is_in(case) => return Ok(unreadable(case, "case.toml", &error)),
        Err(error) => return Err(error),
    };
    let (anchors, journal) = one_moment(case);
    let journal = match journal {
        Ok(journal) => journal,
        Err(error) => return Ok(unreadable(case, journal::FILE, &error)),
    };
    let mut damage = journal_damage(&journal, &about, case);
    let anchors = anchors.unwrap_or_else(|error| {
        let reason = format!("it cannot be read: {error}");
        damage.push(Damage::new(DamageScope::Journal, journal::ANCHORS, reason));
        Anchors::default()
    });
    let mut notes = torn_note(&journal);
    let evidence = check_evidence(case, &about, &journal, depth, progress);
    damage.extend(evidence.damage);
    notes.extend(evidence.notes);
    let (sources, read, bytes) = (evidence.sources, evidence.read, evidence.bytes);
    let climbed = climb(&about, &journal, &anchors, brought);
    damage.extend(climbed.damage);
    let shape = shape(case, &journal);
    damage.extend(shape.damage);
    notes.extend(climbed.notes);
    notes.extend(shape.notes);
    let history = remembered(case, &about, &journal, brought, damage.is_empty());
    notes.extend(history.remarks().into_iter().map(|remark| format!("{remark}.")));
    let (sound, whole) = (damage.is_empty(), depth != Depth::Quick);
    let levels = Levels {
        consistent: sound && whole,
        signed: climbed.signed.filter(|_| sound),
        anchored: climbed.anchored.filter(|_| sound),
        extends: if history.contradiction().is_some() { Some(false) } else { climbed.extends },
    };
    let mut not_proven: Vec<String> = unread(depth).map(str::to_owned).into_iter().collect();
    not_proven.extend(climbed.not_proven);
    not_proven.push(NEVER_PROVEN.to_owned());
    let entries = journal.entries.len() as u64;
    let target = crate::error::visible(&case.path().to_string_lossy());
    let scope = VerifyScope { whole, read, bytes, ..climbed.scope };
    Ok(VerifyReport { target, levels, damage, notes, not_proven, entries, sources, scope, history })
}

/// Describes what a verification of this depth leaves unread.
fn unread(depth: Depth) -> Option<&'static str> {
    match depth {
        Depth::Quick => Some(
            "That the evidence is what was sealed: names, lengths, the manifests' hashes, the journal's chain, and the first and last frame of each source were checked, not every byte; run it with --deep.",
        ),
        Depth::Deep => Some(
            "That the record trees follow from the records: their roots are sealed; --roots computes them again.",
        ),
        Depth::Roots => None,
    }
}

/// Compares the journal with what this machine remembers, and remembers it.
fn remembered(
    case: &Dir,
    about: &CaseMetadata,
    journal: &Journal,
    brought: &TrustInputs,
    sound: bool,
) -> History {
    let Some(known) = CaseMemory::new(&brought.home, &about.id, case.path()) else {
        return History::default();
    };
    let mut history = known.history(journal);
    if history.contradiction().is_some()
        && let Ok(now) = known.history_at(case)
    {
        // Another process may have written, and remembered what it wrote, since the
        // journal was read.
        history = now;
    }
    if sound {
        // A failure to remember makes no difference until the next time.
        let _ = known.remember(journal, brought.now);
    }
    history
}

/// Returns the report on a case whose metadata or journal cannot be read.
fn unreadable(case: &Dir, file: &str, error: &crate::error::Error) -> VerifyReport {
    let levels = Levels { consistent: false, signed: None, anchored: None, extends: None };
    let not_proven = vec![format!("Anything else: without {file} the rest was not looked at.")];
    let target = crate::error::visible(&case.path().to_string_lossy());
    let damage = vec![Damage::new(DamageScope::Journal, file, error.chain())];
    let (scope, history) = (VerifyScope::default(), History::default());
    VerifyReport {
        target,
        levels,
        damage,
        notes: Vec::new(),
        not_proven,
        entries: 0,
        sources: 0,
        scope,
        history,
    }
}

fn journal_damage(journal: &journal::Journal, about: &CaseMetadata, case: &Dir) -> Vec<Damage> {
    let mut damage = Vec::new();
    if let Some((line, how)) = &journal.broken {
        damage.push(in_journal(format!("line {line}: {how}")));
    }
    if journal.torn_is_whole() {
        damage.push(in_journal("the line end of the last entry was changed".to_owned()));
    }
    match journal.entries.first().map(|first| first.read::<CaseCreate>()) {
        Some(Some(create)) if create.id == about.id => {
            let found = about.sha256(case).unwrap_or_default();
            if create.case_toml_sha256 != found {
                let meant = visible(&create.case_toml_sha256);
                damage.push(in_about(format!("its SHA-256 is {found}, the journal begins with {meant}")));
            }
            let named = about.key.as_ref().map(|key| key.fingerprint.as_str());
            if create.key.as_deref() != named {
                let (named, begun) = (named.unwrap_or("no key"), create.key.as_deref().unwrap_or("none"));
                let begun = visible(begun);
                damage.push(in_about(format!("it names {named}, the journal begins with the key {begun}")));
            }
        }
        Some(_) => damage.push(in_about("its id is not the one with which the journal begins".to_owned())),
        None => damage.push(in_journal("it is empty: the entry that made the case is missing".to_owned())),
    }
    damage
}

/// Describes a write that was cut off: it was never acknowledged, so it is not damage.
fn torn_note(journal: &journal::Journal) -> Vec<String> {
    let cut = !journal.torn.is_empty() && !journal.torn_is_whole();
    let bytes = journal.torn.len();
    cut.then(|| format!("journal.jsonl ends with {bytes} bytes of an entry that was cut off; the next write sets them aside."))
        .into_iter()
        .collect()
}

fn in_about(reason: String) -> Damage {
    Damage::new(DamageScope::Journal, "case.toml", reason)
}

fn in_journal(reason: String) -> Damage {
    Damage::new(DamageScope::Journal, journal::FILE, reason)
}
