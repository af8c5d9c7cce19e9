//! Which segments make up the index, and what they were made from: `meta.json`,
//! replaced as a whole, under a seal that only its user can make.
//!
//! The file is tantivy's own. What it does not know stands in the text that it keeps
//! for its users (`payload`): batches, hashes, seal. The rest of the file follows from
//! that, so that a change of any byte is seen.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use tantivy::index::{IndexSettings, SegmentId};
use tantivy::store::Compressor;

use super::companion_files::companion_files;
use super::corruption::damaged;
use super::schema::schema;
use super::segment_contents::{COLUMNS, HASHES, SegmentMeta};
use super::segment_writer::Segment;
use crate::error::{Context, Error, Result, visible};
use crate::fs::{Dir, FileKind, is_temporary};
use crate::record::{Digest, SourceId};

/// The file's name in the index folder.
const FILE: &str = "meta.json";
/// No index has a longer list of segments.
const MOST_BYTES: u64 = 256 << 20;
/// The version of everything in the folder, and of how values become columns; a reader
/// of another version refuses, and the index is built again.
const VERSION: u32 = 3;
/// How the names of segments ended in version 2.
const OLD_ENDING: &str = "segment";

/// Whose index it is, and of which case.
#[derive(Clone)]
pub struct IndexBinding {
    /// The case's id.
    pub case: String,
    /// What only this user knows: an index that was not sealed with it is not used.
    pub secret: [u8; 32],
}

impl IndexBinding {
    /// Returns the seal of a text: HMAC-SHA-256 with this user's secret (RFC 2104).
    pub fn seal(&self, text: &[u8]) -> Digest {
        let mut seal = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        seal.update(text);
        Digest(seal.finalize().into_bytes().into())
    }
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

/// The file, as tantivy writes it.
#[derive(Serialize)]
struct TantivyMeta {
    index_settings: IndexSettings,
    segments: Vec<TantivySegment>,
    schema: tantivy::schema::Schema,
    opstamp: u64,
    payload: String,
}

#[derive(Serialize)]
struct TantivySegment {
    segment_id: SegmentId,
    max_doc: u32,
    deletes: Option<()>,
}

impl Meta {
    /// Returns the bytes of the file.
    fn file(&self) -> io::Result<Vec<u8>> {
        let segments = self.batches.iter().flat_map(|batch| &batch.segments).map(|segment| {
            let segment_id = SegmentId::from_uuid_string(&segment.id).map_err(io::Error::other)?;
            Ok(TantivySegment { segment_id, max_doc: segment.rows, deletes: None })
        });
        let file = TantivyMeta {
            index_settings: IndexSettings {
                docstore_compression: Compressor::None,
                ..IndexSettings::default()
            },
            segments: segments.collect::<io::Result<_>>()?,
            schema: schema(),
            opstamp: 0,
            payload: serde_json::to_string(self)?,
        };
        Ok(serde_json::to_vec(&file)?)
    }

    /// Returns the ids of the segments.
    fn ids(&self) -> HashSet<&str> {
        self.batches.iter().flat_map(|batch| &batch.segments).map(|segment| segment.id.as_str()).collect()
    }

    /// Creates what is written of these batches.
    fn of(batches: Vec<BatchMeta>, binding: &IndexBinding) -> io::Result<Meta> {
        let mut meta = Meta { version: VERSION, case: binding.case.clone(), batches, seal: Digest([0; 32]) };
        meta.seal = binding.seal(&serde_json::to_vec(&meta)?);
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
    let again = Meta::of(meta.batches, binding).and_then(|again| Ok((again.file()?, again)));
    match again {
        Ok((written, again)) if written == bytes => Ok(again),
        _ => Err(damaged(format!("{FILE} is not what this user wrote"))),
    }
}

fn parsed(dir: &Dir) -> Result<(Meta, Vec<u8>)> {
    #[derive(Deserialize)]
    struct File {
        payload: Option<String>,
        version: Option<u32>,
    }
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let strange = |error| damaged(format!("{FILE} is strange: {error}"));
    let other = |version| damaged(format!("{FILE} has version {version}, this program reads {VERSION}"));
    let bytes =
        dir.read(FILE, MOST_BYTES).map_err(|error| damaged(format!("cannot read {FILE}: {error}")))?;
    let File { payload, version } = serde_json::from_slice(&bytes).map_err(strange)?;
    let Some(payload) = payload else {
        return Err(other(version.unwrap_or_default()));
    };
    let Version { version } = serde_json::from_str(&payload).map_err(strange)?;
    if version != VERSION {
        return Err(other(version));
    }
    let meta: Meta = serde_json::from_str(&payload).map_err(strange)?;
    match meta.file() {
        Ok(again) if again == bytes => Ok((meta, bytes)),
        _ => Err(damaged(format!("{FILE} is not as it is written"))),
    }
}

/// Makes a batch part of the index: from here on readers see it. Atomic: a
/// reader or a crash sees all of the batch or none. A batch that was published
/// before is replaced; what stood there without this user's seal is given up.
pub fn publish(dir: &Dir, binding: &IndexBinding, batch: Indexed) -> Result<()> {
    let row = described(dir, batch)?;
    let mut batches = sealed(dir, binding).map(|meta| meta.batches).unwrap_or_default();
    batches.retain(|other| other.basis.batch != row.basis.batch);
    batches.push(row);
    replace(dir, binding, batches)
}

/// Makes these batches the whole index, in place of what was there. Atomic.
pub fn publish_all(dir: &Dir, binding: &IndexBinding, batches: Vec<Indexed>) -> Result<()> {
    let batches = batches.into_iter().map(|batch| described(dir, batch));
    replace(dir, binding, batches.collect::<Result<_>>()?)
}

/// Completes the segments of a batch, and returns its row.
fn described(dir: &Dir, batch: Indexed) -> Result<BatchMeta> {
    let Indexed { basis, segments, sources } = batch;
    let rows: u64 = segments.iter().map(|segment| u64::from(segment.rows())).sum();
    if rows != basis.events {
        let (batch, events) = (basis.batch, basis.events);
        return Err(Error::integrity(format!(
            "batch {batch} gives {rows} events, and its manifest says {events}"
        ))
        .hint("Run `vestigo verify --roots`."));
    }
    let segments = segments.into_iter().filter_map(|segment| segment.seal(dir, &sources).transpose());
    Ok(BatchMeta { basis, segments: segments.collect::<Result<_>>()? })
}

fn replace(dir: &Dir, binding: &IndexBinding, mut batches: Vec<BatchMeta>) -> Result<()> {
    batches.sort_by_key(|batch| batch.basis.batch);
    let write = || {
        // The names of the segments first, then the list that speaks of them.
        dir.sync()?;
        dir.replace(FILE, &Meta::of(batches, binding)?.file()?)
    };
    write().context(|| format!("cannot write {}", visible(&dir.at(FILE).to_string_lossy())))
}

/// Returns the ids of segments that no published batch names: those of a write that is
/// under way or was cut off, or what somebody put there. Nothing is returned where the
/// index cannot be read.
pub fn unnamed(dir: &Dir) -> Vec<String> {
    let (Ok((meta, _)), Ok(names)) = (parsed(dir), dir.names()) else { return Vec::new() };
    let named = meta.ids();
    let found = names.iter().filter_map(|name| name.to_str()).filter_map(segment_of);
    let unnamed: BTreeSet<&str> = found.filter(|id| !named.contains(id)).collect();
    unnamed.into_iter().map(str::to_owned).collect()
}

/// Returns whether a file of the index folder is so called as we, or tantivy when it reads
/// the index, call ours.
pub fn is_index_file(name: &str) -> bool {
    let tantivys = [".tantivy-meta.lock", ".tantivy-writer.lock", ".managed.json"];
    name == FILE || tantivys.contains(&name) || is_leftover(name) || segment_of(name).is_some()
}

/// Returns whether a name is that of a temporary file, of this or an earlier version.
fn is_leftover(name: &str) -> bool {
    is_temporary(name) || (name.starts_with("meta-") && name.ends_with(".tmp"))
}

/// Removes files of segments that no published batch names (a crash left them) and
/// temporary files. Whatever is not a plain file, or not so called, is left alone.
pub fn sweep(dir: &Dir) -> Result<()> {
    // What a damaged index names is not known: whoever rebuilds it sweeps afterwards.
    let Ok((meta, _)) = parsed(dir) else { return Ok(()) };
    let named = meta.ids();
    let shown = |name: &str| visible(&dir.at(name).to_string_lossy());
    let names = dir.names().context(|| format!("cannot list {}", visible(&dir.path().to_string_lossy())))?;
    for name in names.iter().filter_map(|name| name.to_str()) {
        let unnamed = segment_of(name).is_some_and(|id| !named.contains(id));
        let plain = || matches!(dir.kind(name), Ok(Some(FileKind::File(_))));
        if (unnamed || is_leftover(name)) && plain() {
            dir.remove(name).context(|| format!("cannot remove {}", shown(name)))?;
        }
    }
    Ok(())
}

/// Returns the id of the segment to which a file belongs by its name; none if to none.
fn segment_of(name: &str) -> Option<&str> {
    let (id, ending) = name.split_once('.')?;
    let companions = companion_files().unwrap_or_default();
    let ours = [COLUMNS, HASHES, OLD_ENDING].contains(&ending)
        || companions.iter().any(|(companion, _)| *companion == ending);
    ours.then_some(id)
}
