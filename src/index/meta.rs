//! Which segments make up the index, and what they were made from: `meta.json`,
//! replaced as a whole, under a seal that only its user can make.

use std::collections::{HashMap, HashSet};
use std::io;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::corruption::damaged;
use super::layout::{PartHash, VERSION};
use super::writer::Segment;
use crate::error::{Context, Error, Result, visible};
use crate::fs::{Dir, FileKind, is_temporary};
use crate::record::{Digest, SourceId};

/// The file's name in the index folder.
const FILE: &str = "meta.json";
/// No index has a longer list of segments.
const MOST_BYTES: u64 = 256 << 20;
/// How the names of segments end.
const ENDING: &str = ".segment";

/// Whose index it is, and of which case.
#[derive(Clone)]
pub struct IndexBinding {
    /// The case's id.
    pub case: String,
    /// What only this user knows: an index that was not sealed with it is not used.
    pub secret: [u8; 32],
}

/// What the rows of one batch are made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexBasis {
    /// The batch's number.
    pub batch: u32,
    /// SHA-256 of its manifest.
    pub manifest: Digest,
    /// Digest of how its sources are read, and by which version of the parsers.
    pub readings: Digest,
    /// How many events it has.
    pub events: u64,
}

/// The rows of one batch, written and not yet part of an index.
pub struct Indexed {
    /// What they were made from.
    pub basis: IndexBasis,
    /// Where they are.
    pub segments: Vec<Segment>,
    /// The sources of the keys of [`super::SegmentWriter::source`].
    pub sources: HashMap<u64, SourceId>,
}

/// The whole index.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    /// The version of everything in the folder.
    version: u32,
    /// The case.
    case: String,
    /// What was published, by batch, ascending.
    pub batches: Vec<BatchMeta>,
    /// HMAC-SHA-256 of the above as it is written here (RFC 2104).
    seal: Digest,
}

/// The segments of one batch.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BatchMeta {
    /// What they were made from.
    #[serde(flatten)]
    pub basis: IndexBasis,
    /// Its segments.
    pub segments: Vec<SegmentMeta>,
}

/// One segment.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SegmentMeta {
    /// Its file in the folder.
    pub file: String,
    /// The file's length.
    pub bytes: u64,
    /// The hash of its footer, which has the hash of every other part.
    pub footer: PartHash,
    /// How many rows.
    pub rows: u32,
    /// Its sources, by their number in the segment.
    pub sources: Vec<SourceId>,
}

impl Meta {
    /// Creates what is written of these batches.
    fn of(batches: Vec<BatchMeta>, binding: &IndexBinding) -> io::Result<Meta> {
        let mut meta = Meta { version: VERSION, case: binding.case.clone(), batches, seal: Digest([0; 32]) };
        let mut seal =
            Hmac::<Sha256>::new_from_slice(&binding.secret).expect("HMAC takes a key of any length");
        seal.update(&serde_json::to_vec(&meta)?);
        meta.seal = Digest(seal.finalize().into_bytes().into());
        Ok(meta)
    }

    /// Holds it against what it must have been made from; says what differs.
    fn against(&self, case: &str, expected: &[IndexBasis]) -> Result<()> {
        if self.case != case {
            return Err(damaged("it is of another case"));
        }
        for batch in &self.batches {
            if let Err(differs) = batch.against(expected) {
                return Err(damaged(format!("batch {}: {differs}", batch.basis.batch)));
            }
        }
        Ok(())
    }
}

impl BatchMeta {
    /// Holds it against what it must have been made from; says what differs.
    fn against(&self, expected: &[IndexBasis]) -> Result<(), &'static str> {
        let BatchMeta { basis, segments } = self;
        let wanted = expected.iter().find(|wanted| wanted.batch == basis.batch);
        let rows: u64 = segments.iter().map(|segment| u64::from(segment.rows)).sum();
        match wanted {
            None => Err("there is no such batch"),
            Some(wanted) if wanted.manifest != basis.manifest => Err("it was made from another manifest"),
            Some(wanted) if wanted.readings != basis.readings => Err("it was read in another way"),
            Some(wanted) if wanted.events != basis.events || rows != basis.events => Err("rows are missing"),
            Some(_) => Ok(()),
        }
    }
}

/// Reads which segments there are, sealed by this user or not, and holds that
/// against the case and its batches.
pub(super) fn inspect(dir: &Dir, case: &str, expected: &[IndexBasis]) -> Result<Meta> {
    let meta = parsed(dir)?.0;
    meta.against(case, expected)?;
    Ok(meta)
}

/// Reads which segments there are, where this user's seal is on it.
pub(super) fn read(dir: &Dir, binding: &IndexBinding, expected: &[IndexBasis]) -> Result<Meta> {
    let meta = sealed(dir, binding)?;
    meta.against(&binding.case, expected)?;
    Ok(meta)
}

/// Returns the batches whose rows were made from what they must be made from, and
/// which stay when [`publish`] replaces the others.
///
/// # Errors
///
/// Fails where the index is not this user's, of another case, or has a batch that
/// is not expected at all.
pub fn agreeing(dir: &Dir, binding: &IndexBinding, expected: &[IndexBasis]) -> Result<Vec<u32>> {
    let meta = sealed(dir, binding)?;
    let known = |batch: &BatchMeta| expected.iter().any(|wanted| wanted.batch == batch.basis.batch);
    if meta.case != binding.case || !meta.batches.iter().all(known) {
        return Err(damaged("it is of another case"));
    }
    let agree = meta.batches.iter().filter(|batch| batch.against(expected).is_ok());
    Ok(agree.map(|batch| batch.basis.batch).collect())
}

fn sealed(dir: &Dir, binding: &IndexBinding) -> Result<Meta> {
    let (meta, bytes) = parsed(dir)?;
    let again = Meta::of(meta.batches, binding).and_then(|again| Ok((serde_json::to_vec(&again)?, again)));
    match again {
        Ok((written, again)) if written == bytes => Ok(again),
        _ => Err(damaged(format!("{FILE} is not what this user wrote"))),
    }
}

fn parsed(dir: &Dir) -> Result<(Meta, Vec<u8>)> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let strange = |error| damaged(format!("{FILE} is strange: {error}"));
    let bytes =
        dir.read(FILE, MOST_BYTES).map_err(|error| damaged(format!("cannot read {FILE}: {error}")))?;
    let Version { version } = serde_json::from_slice(&bytes).map_err(strange)?;
    if version != VERSION {
        return Err(damaged(format!("{FILE} has version {version}, this program reads {VERSION}")));
    }
    Ok((serde_json::from_slice(&bytes).map_err(strange)?, bytes))
}

/// Makes a batch part of the index: from here on readers see it. Atomic: a
/// reader or a crash sees all of the batch or none. A batch that was published
/// before is replaced; what stood there without this user's seal is given up.
pub fn publish(dir: &Dir, binding: &IndexBinding, batch: Indexed) -> Result<()> {
    let row = described(batch)?;
    let mut batches = sealed(dir, binding).map(|meta| meta.batches).unwrap_or_default();
    batches.retain(|other| other.basis.batch != row.basis.batch);
    batches.push(row);
    replace(dir, binding, batches)
}

/// Makes these batches the whole index, in place of what was there. Atomic.
pub fn publish_all(dir: &Dir, binding: &IndexBinding, batches: Vec<Indexed>) -> Result<()> {
    replace(dir, binding, batches.into_iter().map(described).collect::<Result<_>>()?)
}

/// Returns the row of a batch.
fn described(batch: Indexed) -> Result<BatchMeta> {
    let Indexed { basis, segments, sources } = batch;
    let segments = segments.into_iter().filter_map(|segment| row(segment, &sources).transpose());
    let segments: Vec<SegmentMeta> = segments.collect::<Result<_>>()?;
    let rows: u64 = segments.iter().map(|segment| u64::from(segment.rows)).sum();
    if rows != basis.events {
        let (batch, events) = (basis.batch, basis.events);
        return Err(Error::integrity(format!(
            "batch {batch} gives {rows} events, and its manifest says {events}"
        ))
        .hint("Run `vestigo verify --roots`."));
    }
    Ok(BatchMeta { basis, segments })
}

/// Returns the row of a segment; none if no event was added.
fn row(segment: Segment, sources: &HashMap<u64, SourceId>) -> Result<Option<SegmentMeta>> {
    let Some(file) = segment.file else { return Ok(None) };
    let id = |key: &u64| {
        sources
            .get(key)
            .copied()
            .ok_or_else(|| Error::case(format!("a segment names source {key}, which nobody resolved")))
    };
    let sources = segment.keys.iter().map(id).collect::<Result<_>>()?;
    let Segment { bytes, footer, rows, .. } = segment;
    Ok(Some(SegmentMeta { file, bytes, footer, rows, sources }))
}

fn replace(dir: &Dir, binding: &IndexBinding, mut batches: Vec<BatchMeta>) -> Result<()> {
    batches.sort_by_key(|batch| batch.basis.batch);
    let write = || {
        // The names of the segments first, then the list that speaks of them.
        dir.sync()?;
        dir.replace(FILE, &serde_json::to_vec(&Meta::of(batches, binding)?)?)
    };
    write().context(|| format!("cannot write {}", visible(&dir.at(FILE).to_string_lossy())))
}

/// Returns the segments that no published batch names: those of a write that is
/// under way or was cut off, or what somebody put there. Nothing is returned where
/// the index cannot be read.
pub fn unnamed(dir: &Dir) -> Vec<String> {
    let (Ok((meta, _)), Ok(names)) = (parsed(dir), dir.names()) else { return Vec::new() };
    let named: HashSet<&str> =
        meta.batches.iter().flat_map(|batch| &batch.segments).map(|segment| segment.file.as_str()).collect();
    let names = names.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(ENDING) && !named.contains(name.as_str())).collect()
}

/// Removes segments that no published batch names (a crash left them) and
/// temporary files. Whatever is not a plain file, or not so called, is left alone.
pub fn sweep(dir: &Dir) -> Result<()> {
    // What a damaged index names is not known: whoever rebuilds it sweeps afterwards.
    let Ok((meta, _)) = parsed(dir) else { return Ok(()) };
    let named: HashSet<&str> =
        meta.batches.iter().flat_map(|batch| &batch.segments).map(|segment| segment.file.as_str()).collect();
    let shown = |name: &str| visible(&dir.at(name).to_string_lossy());
    let names = dir.names().context(|| format!("cannot list {}", visible(&dir.path().to_string_lossy())))?;
    for name in names.iter().filter_map(|name| name.to_str()) {
        let old = name.starts_with("meta-") && name.ends_with(".tmp");
        let ours = name.ends_with(ENDING) || is_temporary(name) || old;
        let plain = || matches!(dir.kind(name), Ok(Some(FileKind::File(_))));
        if ours && !named.contains(name) && plain() {
            dir.remove(name).context(|| format!("cannot remove {}", shown(name)))?;
        }
    }
    Ok(())
}
