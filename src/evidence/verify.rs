//! Is it unchanged? Every damage found, none repaired, nothing written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::fs::Dir;
use crate::record::root;
use crate::verify::{Damage, DamageScope};

use super::frame::{SourceSecret, hash_reader, hex};
use super::manifest::Manifest;
use super::merkle::LeafHasher;
use super::ordered_hash::{Hashes, Line, read_through};
use super::store::{Batch, FrameBytes, open_batch, open_folder, read_at, unhex};
use super::{FOLDER, batch_name};

/// How much [`check`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names, lengths, manifests, and the first and last frame of each source.
    Quick,
    /// Every byte: frames, spans, content hashes, originals.
    Deep,
    /// Every byte, and every record's leaf and the roots above.
    Roots,
}

/// Checks the committed batches in a case folder and lists every damage found;
/// never writes. `progress` is called with bytes of content done and in all.
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
            Err(unopened) => damage.push(in_file(*number, unopened.file.name(), chain(&unopened.error))),
        }
    }
    let total = batches.iter().map(|(_, batch)| batch.manifest.length).sum();
    let done = AtomicU64::new(0);
    for (number, batch) in &batches {
        let step = |bytes: u64| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, total);
        damage.extend(check_batch(case, *number, batch, depth, &step));
    }
    damage.sort();
    damage
}

fn chain(error: &crate::error::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

pub(super) fn in_file(number: u32, file: &str, reason: String) -> Damage {
    Damage::new(DamageScope::Evidence, format!("evidence/{number:04}/{file}"), reason)
}

/// Says what lies in a case's evidence folder and no journal entry names: what a
/// crash left, which was never acknowledged, or what somebody put there.
pub fn leftovers(case: &Dir, committed: &[(u32, [u8; 32])]) -> Vec<String> {
    let known: BTreeSet<String> = committed.iter().map(|(number, _)| batch_name(*number)).collect();
    let mut found = Vec::new();
    for name in case.dir(FOLDER).and_then(|evidence| evidence.names()).unwrap_or_default() {
        let name = name.to_string_lossy().into_owned();
        let what = match name.as_str() {
            _ if known.contains(&name) => continue,
            _ if name.starts_with(super::batch::UNFINISHED) => {
                "an import that was cut off; the next write sweeps it away"
            }
            _ if name.starts_with(super::UNCOMMITTED) => {
                "a batch that was set aside because no journal entry named it"
            }
            _ if name.parse::<u32>().is_ok() => {
                "a batch that no journal entry names: its import was cut off before it was committed, or the journal's end was removed"
            }
            _ => "nothing that vestigo writes",
        };
        found.push(format!("evidence/{} is {what}.", crate::error::Visible(&name)));
    }
    found.sort();
    found
}

fn check_batch(
    case: &Dir,
    number: u32,
    batch: &Batch,
    depth: Depth,
    step: &(dyn Fn(u64) + Sync),
) -> Vec<Damage> {
    let manifest = &batch.manifest;
    let folder = match open_folder(case, number) {
        Ok(folder) => folder,
        Err(error) => return vec![in_file(number, "manifest.json", chain(&error))],
    };
    let mut damage = check_files(number, &folder, manifest, depth);
    damage.extend(check_layout(number, batch));
    if depth == Depth::Quick {
        let (in_frames, _) = read_through(number, batch, depth, Line::new(manifest, false), step);
        damage.extend(in_frames);
        return damage;
    }
    let (packed, (in_frames, hashes)) = std::thread::scope(|scope| {
        // The compressed file is hashed beside the frames, in what their threads leave idle.
        let packed = scope.spawn(|| check_packed(number, &folder, manifest));
        let read = read_through(number, batch, depth, Line::new(manifest, true), step);
        (packed.join().expect("hashing a file does not panic"), read)
    });
    let unread = !in_frames.is_empty();
    let in_contents = if unread { Vec::new() } else { check_contents(number, manifest, hashes) };
    if !unread && in_contents.is_empty() {
        damage.extend(packed);
        return damage;
    }
    // Something is not what it was: each frame's own hash tells where.
    let line = Line::new(manifest, false);
    let (located, _) = read_through(number, batch, Depth::Roots, line, &|_| {});
    if located.is_empty() {
        damage.extend(in_contents.into_iter().chain(packed));
    } else {
        damage.extend(in_frames.into_iter().chain(located));
        damage.sort();
        damage.dedup();
    }
    damage
}

/// Gives the root over a frame's records.
pub fn frame_root(bytes: &FrameBytes, secret: &SourceSecret) -> [u8; 32] {
    let (salter, mut at) = (LeafHasher::new(secret), 0);
    let mut leaves = Vec::with_capacity(bytes.spans.len());
    for (record, span) in (bytes.first_record..).zip(&bytes.spans) {
        leaves.push(salter.leaf(record, &bytes.content[at..at + span.length()]));
        at += span.length();
    }
    root(&leaves)
}

/// Checks which files there are, how long, and the originals' hashes.
fn check_files(number: u32, folder: &Dir, manifest: &Manifest, depth: Depth) -> Vec<Damage> {
    let mut damage = Vec::new();
    let expected = ["content.zst", "spans.bin", "manifest.json", "originals"];
    for name in folder.names().unwrap_or_default() {
        let name = name.to_string_lossy().into_owned();
        if !expected.contains(&name.as_str()) {
            damage.push(in_file(number, &name, "it is not named by any manifest".to_owned()));
        }
    }
    let originals = match folder.dir("originals") {
        Ok(originals) => originals,
        // An empty folder may have been lost where files alone are kept.
        Err(error) if error.kind() == ErrorKind::NotFound && manifest.originals.is_empty() => return damage,
        Err(error) => {
            damage.push(in_file(number, "originals", format!("it cannot be read: {error}")));
            return damage;
        }
    };
    for name in originals.names().unwrap_or_default() {
        let name = name.to_string_lossy().into_owned();
        if !manifest.originals.contains_key(&name) {
            damage.push(in_file(
                number,
                &format!("originals/{name}"),
                "it is not named by any manifest".to_owned(),
            ));
        }
    }
    for (name, length) in &manifest.originals {
        if let Err(reason) = check_original(&originals, name, *length, depth) {
            damage.push(in_file(number, &format!("originals/{name}"), reason));
        }
    }
    damage
}

fn check_original(folder: &Dir, name: &str, length: u64, depth: Depth) -> Result<(), String> {
    let unread = |error| format!("it cannot be read: {error}");
    let mut file = folder.file(name).map_err(unread)?;
    let found = file.metadata().map_err(unread)?.len();
    if found != length {
        return Err(format!("it has {found} bytes, the manifest says {length}"));
    }
    if depth != Depth::Quick {
        let found = hex(&hash_reader(&mut file).map_err(unread)?);
        if found != name {
            return Err(format!("it has SHA-256 {found}, its name and the manifest say {name}"));
        }
    }
    Ok(())
}

/// Checks that frames lie one behind another and fill their files, and that
/// roots follow from roots.
fn check_layout(number: u32, batch: &Batch) -> Vec<Damage> {
    let (manifest, mut damage) = (&batch.manifest, Vec::new());
    let (mut offset, mut spans, mut content) = (0u64, 0u64, 0u64);
    for row in &manifest.sources {
        let (mut start, mut record, mut line_ok) = (0u64, 0u64, true);
        for frame in &row.frames {
            line_ok &= frame.offset == offset
                && frame.spans.0 == spans
                && frame.start == start
                && frame.first_record == record;
            offset = offset.saturating_add(frame.length);
            spans = spans.saturating_add(frame.spans.1);
            start = start.saturating_add(frame.raw_length);
            record = record.saturating_add(frame.records);
        }
        let roots: Result<Vec<_>, _> = row.frames.iter().map(|frame| unhex(&frame.root)).collect();
        let root_ok = roots.is_ok_and(|roots| hex(&root(&roots)) == row.root);
        if !line_ok || !root_ok || row.offset != content || row.length != start || row.records != record {
            let reason = format!("the rows of source {} do not fit together", row.source);
            damage.push(in_file(number, "manifest.json", reason));
        }
        content = content.saturating_add(start);
    }
    if manifest.length != content {
        damage.push(in_file(number, "manifest.json", "its length is not that of its sources".to_owned()));
    }
    let files =
        [("content.zst", &batch.content, packed_length(manifest)), ("spans.bin", &batch.spans, spans)];
    for (name, file, expected) in files {
        let found = file.metadata().map_or(0, |meta| meta.len());
        if found != expected {
            damage.push(in_file(number, name, format!("it has {found} bytes, the manifest says {expected}")));
        }
    }
    if let Err(reason) = check_seek_table(&batch.content, manifest, offset) {
        damage.push(in_file(number, "content.zst", reason));
    }
    damage
}

fn check_seek_table(content: &File, manifest: &Manifest, offset: u64) -> Result<(), String> {
    let meant = super::batch::seek_table(&manifest.sources);
    let found = read_at(content, offset, meant.len() as u64);
    if found.map_err(|error| format!("its seek table: {error}"))? == meant {
        Ok(())
    } else {
        Err("its seek table is not that of its frames".to_owned())
    }
}

/// Checks each source's content hash, and the batch's.
fn check_contents(number: u32, manifest: &Manifest, hashes: Hashes) -> Vec<Damage> {
    let mut damage = Vec::new();
    let mut known: BTreeMap<usize, [u8; 32]> = hashes.sources.into_iter().collect();
    for (n, row) in manifest.sources.iter().enumerate() {
        let found = hex(&known.remove(&n).unwrap_or_else(|| Sha256::digest([]).into()));
        if found != row.source {
            let reason = format!("source {} has content with SHA-256 {found}", row.source);
            damage.push(in_file(number, "manifest.json", reason));
        }
    }
    let found = hex(&hashes.whole);
    if found != manifest.sha256 {
        let reason =
            format!("the batch's content has SHA-256 {found}, the manifest says {}", manifest.sha256);
        damage.push(in_file(number, "manifest.json", reason));
    }
    damage
}

/// Checks the compressed file itself: bits that decompression does not look at.
/// One of another length is damage already, and is not read: it may be endless.
fn check_packed(number: u32, folder: &Dir, manifest: &Manifest) -> Option<Damage> {
    let hash = || {
        let mut file = folder.file("content.zst")?;
        let whole = file.metadata()?.len() == packed_length(manifest);
        if whole { hash_reader(&mut file).map(Some) } else { Ok(None) }
    };
    let reason = match hash().map(|found: Option<[u8; 32]>| found.map(|found| hex(&found))) {
        Ok(None) => return None,
        Ok(Some(found)) if found == manifest.packed_sha256 => return None,
        Ok(Some(found)) => format!(
            "its SHA-256 is {found}, the manifest says {}; the content in it is whole",
            manifest.packed_sha256
        ),
        Err(error) => format!("it cannot be read: {error}"),
    };
    Some(in_file(number, "content.zst", reason))
}

/// Returns how long the compressed file is: its frames, and the table behind them.
fn packed_length(manifest: &Manifest) -> u64 {
    let frames = manifest.sources.iter().flat_map(|row| &row.frames);
    let (length, count) =
        frames.fold((0u64, 0u64), |(length, count), frame| (length.saturating_add(frame.length), count + 1));
    length.saturating_add(count * 8 + 17)
}
