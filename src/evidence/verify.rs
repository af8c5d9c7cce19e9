//! Verifies committed batches: lists all damage, repairs nothing, writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Visible;
use crate::fs::Dir;
use crate::record::{Digest, root};
use crate::verify::{Damage, Depth};

use super::digest::{hash_reader, parse_digest};
use super::fault::{Fault, damage_in_batch};
use super::layout::{BatchFile, FOLDER, ORIGINALS, UNCOMMITTED, UNFINISHED, batch_name, open_batch_folder};
use super::manifest::Manifest;
use super::ordered_hash::{Hashes, OrderedHasher};
use super::seeds::Seeds;
use super::seek_table::{packed_length, seek_table};
use super::store::{Batch, SourceHandle, open_batch, read_at};
use super::verify_continuations::check_continuations;
use super::verify_frames::verify_frames;

/// Checks the committed batches of a case and returns all damage; never writes. `progress`
/// is called with the bytes of content that are done, and the total.
pub fn check(
    case: &Dir,
    committed: &[(u32, [u8; 32])],
    depth: Depth,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<Damage> {
    let mut damage = Vec::new();
    let mut batches = Vec::new();
    for (number, sha256) in committed {
        match open_batch(case, *number, sha256) {
            Ok(batch) => batches.push((*number, batch)),
            Err(unopened) => {
                damage.push(damage_in_batch(*number, unopened.file.name(), unopened.error.chain()));
            }
        }
    }
    let total = batches.iter().map(|(_, batch)| batch.manifest.length).sum();
    let (done, seeds) = (AtomicU64::new(0), Seeds::new(&batches));
    damage.extend(check_continuations(&batches));
    for (number, batch) in &batches {
        let step = |bytes: u64| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, total);
        damage.extend(check_batch(case, *number, batch, depth, &seeds, &step));
    }
    damage.sort();
    damage
}

/// Describes what is in the evidence folder of a case without a journal entry that names
/// it: what a crash left behind, which was never acknowledged, or what somebody put there.
pub fn leftovers(case: &Dir, committed: &[(u32, [u8; 32])]) -> Vec<String> {
    let known: BTreeSet<String> = committed.iter().map(|(number, _)| batch_name(*number)).collect();
    let mut found = Vec::new();
    for name in case.dir(FOLDER).and_then(|evidence| evidence.names()).unwrap_or_default() {
        let name = name.to_string_lossy().into_owned();
        let what = match name.as_str() {
            _ if known.contains(&name) => continue,
            _ if name.starts_with(UNFINISHED) => "an interrupted import; the next write removes it",
            _ if name.starts_with(UNCOMMITTED) => {
                "a batch that was set aside because no journal entry named it"
            }
            _ if name.parse::<u32>().is_ok() => {
                "a batch that no journal entry names: its import was interrupted before the commit, or the end of the journal was removed"
            }
            _ => "nothing that vestigo writes",
        };
        found.push(format!("{FOLDER}/{} is {what}.", Visible(&name)));
    }
    found.sort();
    found
}

fn check_batch(
    case: &Dir,
    number: u32,
    batch: &Batch,
    depth: Depth,
    seeds: &Seeds,
    step: &(dyn Fn(u64) + Sync),
) -> Vec<Damage> {
    let manifest = &batch.manifest;
    let folder = match open_batch_folder(case, number) {
        Ok(folder) => folder,
        Err(error) => return vec![damage_in_batch(number, BatchFile::Manifest.name(), error.chain())],
    };
    let mut damage = check_files(number, &folder, manifest, depth);
    damage.extend(check_layout(number, batch));
    if depth == Depth::Quick {
        let (in_frames, _) =
            verify_frames(number, batch, depth, OrderedHasher::new(number, manifest, None), step);
        damage.extend(in_frames);
        return damage;
    }
    let (packed, (in_frames, hashes)) = std::thread::scope(|scope| {
        // The compressed file is hashed at the same time, in the idle time of the other threads.
        let packed = scope.spawn(|| check_packed(number, &folder, manifest));
        let read =
            verify_frames(number, batch, depth, OrderedHasher::new(number, manifest, Some(seeds)), step);
        (packed.join().expect("hashing a file does not panic"), read)
    });
    let has_bad_frames = !in_frames.is_empty();
    let in_contents =
        if has_bad_frames { Vec::new() } else { check_contents(number, manifest, hashes, seeds) };
    if !has_bad_frames && in_contents.is_empty() {
        damage.extend(packed);
        return damage;
    }
    // Something was changed: the hashes of the frames show where.
    let hasher = OrderedHasher::new(number, manifest, None);
    let (located, _) = verify_frames(number, batch, Depth::Roots, hasher, &|_| {});
    if located.is_empty() {
        damage.extend(in_contents.into_iter().chain(packed));
    } else {
        damage.extend(in_frames.into_iter().chain(located));
        damage.sort();
        damage.dedup();
    }
    damage
}

/// Checks which files exist, and the lengths and hashes of the originals.
fn check_files(number: u32, folder: &Dir, manifest: &Manifest, depth: Depth) -> Vec<Damage> {
    let mut damage = Vec::new();
    let files = [BatchFile::Content, BatchFile::Spans, BatchFile::Manifest];
    for name in folder.names().unwrap_or_default() {
        let name = name.to_string_lossy().into_owned();
        if name != ORIGINALS && !files.iter().any(|file| file.name() == name) {
            damage.push(damage_in_batch(number, &name, "it is not named by any manifest"));
        }
    }
    let originals = match folder.dir(ORIGINALS) {
        Ok(originals) => originals,
        // An empty folder may get lost where only files are stored.
        Err(error) if error.kind() == ErrorKind::NotFound && manifest.originals.is_empty() => return damage,
        Err(error) => {
            damage.push(damage_in_batch(number, ORIGINALS, format!("it cannot be read: {error}")));
            return damage;
        }
    };
    for name in originals.names().unwrap_or_default() {
        let name = name.to_string_lossy().into_owned();
        if !manifest.originals.contains_key(&name) {
            let name = format!("{ORIGINALS}/{name}");
            damage.push(damage_in_batch(number, &name, "it is not named by any manifest"));
        }
    }
    for (name, length) in &manifest.originals {
        if let Err(reason) = check_original(&originals, name, *length, depth) {
            damage.push(damage_in_batch(number, &format!("{ORIGINALS}/{name}"), reason));
        }
    }
    damage
}

fn check_original(folder: &Dir, name: &str, length: u64, depth: Depth) -> Result<(), String> {
    let unreadable = |error| format!("it cannot be read: {error}");
    let mut file = folder.file(name).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?.len();
    if found != length {
        return Err(format!("it has {found} bytes, the manifest says {length}"));
    }
    if depth != Depth::Quick {
        let found = Digest(hash_reader(&mut file).map_err(unreadable)?).to_string();
        if found != name {
            return Err(format!("it has SHA-256 {found}, its name and the manifest say {name}"));
        }
    }
    Ok(())
}

/// Checks that the frames are contiguous and fill their files, and that the roots of
/// sources follow from those of their frames.
fn check_layout(number: u32, batch: &Batch) -> Vec<Damage> {
    let (manifest, mut damage) = (&batch.manifest, Vec::new());
    let (mut offset, mut spans, mut content) = (0u64, 0u64, 0u64);
    for row in &manifest.sources {
        let (mut start, mut record, mut is_contiguous) = (row.start(), row.first_record(), true);
        for frame in &row.frames {
            is_contiguous &= frame.offset == offset
                && frame.spans.0 == spans
                && frame.start == start
                && frame.first_record == record;
            offset = offset.saturating_add(frame.length);
            spans = spans.saturating_add(frame.spans.1);
            start = start.saturating_add(frame.raw_length);
            record = record.saturating_add(frame.records);
        }
        let roots: Result<Vec<_>, _> = row.frames.iter().map(|frame| parse_digest(&frame.root)).collect();
        let is_root = roots.is_ok_and(|roots| Digest(root(&roots)).to_string() == row.root);
        let ends = (row.whole_length(), row.end_record()) == (start, record);
        if !is_contiguous || !is_root || row.offset != content || !ends {
            let reason = format!("the rows of source {} are inconsistent", row.source);
            damage.push(Fault::new(BatchFile::Manifest, reason).in_batch(number));
        }
        content = content.saturating_add(row.length);
    }
    if manifest.length != content {
        damage
            .push(Fault::new(BatchFile::Manifest, "its length is not that of its sources").in_batch(number));
    }
    let files = [
        (BatchFile::Content, &batch.content, packed_length(manifest)),
        (BatchFile::Spans, &batch.spans, spans),
    ];
    for (name, file, expected) in files {
        let found = file.metadata().map_or(0, |meta| meta.len());
        if found != expected {
            let reason = format!("it has {found} bytes, the manifest says {expected}");
            damage.push(Fault::new(name, reason).in_batch(number));
        }
    }
    if let Err(reason) = check_seek_table(&batch.content, manifest, offset) {
        damage.push(Fault::new(BatchFile::Content, reason).in_batch(number));
    }
    damage
}

fn check_seek_table(content: &File, manifest: &Manifest, offset: u64) -> Result<(), String> {
    let expected = seek_table(&manifest.sources);
    let found = read_at(content, offset, expected.len() as u64);
    if found.map_err(|error| format!("its seek table: {error}"))? == expected {
        Ok(())
    } else {
        Err("its seek table is not that of its frames".to_owned())
    }
}

/// Checks the content hashes of the sources and of the batch.
fn check_contents(number: u32, manifest: &Manifest, hashes: Hashes, seeds: &Seeds) -> Vec<Damage> {
    let mut damage = Vec::new();
    let mut known: BTreeMap<usize, [u8; 32]> = hashes.sources.into_iter().collect();
    for (n, row) in manifest.sources.iter().enumerate() {
        let at = SourceHandle { batch: number, row: n };
        if let Some(continues) =
            row.continues.as_ref().filter(|_| seeds.is_spoiled(at) || !known.contains_key(&n))
        {
            seeds.spoil(at);
            let (source, before) = (&row.source, &continues.source);
            let reason = format!("source {source} continues source {before}, which is missing or damaged");
            damage.push(Fault::new(BatchFile::Manifest, reason).in_batch(number));
            continue;
        }
        let found = Digest(known.remove(&n).unwrap_or_else(|| Digest::of([]).0)).to_string();
        if found != row.source {
            seeds.spoil(at);
            let reason = format!("source {} has content with SHA-256 {found}", row.source);
            damage.push(Fault::new(BatchFile::Manifest, reason).in_batch(number));
        }
    }
    let found = Digest(hashes.whole).to_string();
    if found != manifest.sha256 {
        let reason =
            format!("the batch's content has SHA-256 {found}, the manifest says {}", manifest.sha256);
        damage.push(Fault::new(BatchFile::Manifest, reason).in_batch(number));
    }
    damage
}

/// Checks the hash of the compressed file, for bits that decompression ignores. A file of
/// another length is damage already and is not read, since it may be endless.
fn check_packed(number: u32, folder: &Dir, manifest: &Manifest) -> Option<Damage> {
    let hash = || {
        let mut file = folder.file(BatchFile::Content.name())?;
        let whole = file.metadata()?.len() == packed_length(manifest);
        if whole { hash_reader(&mut file).map(Some) } else { Ok(None) }
    };
    let reason = match hash().map(|found: Option<[u8; 32]>| found.map(|found| Digest(found).to_string())) {
        Ok(None) => return None,
        Ok(Some(found)) if found == manifest.packed_sha256 => return None,
        Ok(Some(found)) => format!(
            "its SHA-256 is {found}, the manifest says {}; its content is intact",
            manifest.packed_sha256
        ),
        Err(error) => format!("it cannot be read: {error}"),
    };
    Some(Fault::new(BatchFile::Content, reason).in_batch(number))
}
