//! Which segments make up the index: `meta.json`, replaced as a whole.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::damage::damaged;
use super::layout::{VERSION, crc};
use super::writer::Segment;
use crate::error::{Attempt, Error, Result};
use crate::record::SourceId;

/// The file's name in the index folder.
const FILE: &str = "meta.json";

/// The whole index.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    /// The version of everything in the folder.
    version: u32,
    /// CRC-32 of the batches as they are written here.
    sum: u32,
    /// What was published, by batch, ascending.
    pub batches: Vec<BatchMeta>,
}

/// The segments of one batch.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BatchMeta {
    /// The batch's number.
    pub batch: u32,
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
    /// How many rows.
    pub rows: u32,
    /// Its sources, by their number in the segment.
    #[serde(with = "hex")]
    pub sources: Vec<SourceId>,
}

/// Source ids as JSON writes them.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::record::SourceId;

    pub fn serialize<S: Serializer>(ids: &[SourceId], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids.iter().map(SourceId::to_string))
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<SourceId>, D::Error> {
        let texts: Vec<String> = Vec::deserialize(from)?;
        texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

impl Meta {
    fn of(batches: Vec<BatchMeta>) -> io::Result<Meta> {
        let sum = crc(&serde_json::to_vec(&batches)?);
        Ok(Meta { version: VERSION, sum, batches })
    }
}

/// Reads which segments there are; none where nothing was published.
pub(super) fn read(folder: &Path) -> Result<Meta> {
    let path = folder.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Meta { version: VERSION, sum: 0, batches: Vec::new() });
        }
        Err(error) => return Err(Error::case(format!("cannot read {}", path.display())).because(error)),
    };
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let strange = |error| damaged(format!("{FILE} is strange: {error}"));
    let Version { version } = serde_json::from_slice(&bytes).map_err(strange)?;
    if version != VERSION {
        return Err(damaged(format!("{FILE} has version {version}, this program reads {VERSION}")));
    }
    let meta: Meta = serde_json::from_slice(&bytes).map_err(strange)?;
    let again = Meta::of(meta.batches).and_then(|again| Ok((serde_json::to_vec(&again)?, again)));
    match again {
        Ok((written, again)) if written == bytes => Ok(again),
        _ => Err(damaged(format!("{FILE} is not what was written"))),
    }
}

/// Makes segments part of the index: from here on readers see the batch.
/// `sources` resolves the keys of [`super::SegmentWriter::source`]; every key must be there.
/// Atomic: a reader or a crash sees all of the batch or none. A batch that was
/// published before is replaced.
pub fn publish(
    folder: &Path,
    batch: u32,
    segments: Vec<Segment>,
    sources: &HashMap<u64, SourceId>,
) -> Result<()> {
    fs::create_dir_all(folder).attempt(|| format!("cannot make the folder {}", folder.display()))?;
    let mut meta = read(folder)?;
    let segments = segments.into_iter().filter_map(|segment| described(segment, sources).transpose());
    let row = BatchMeta { batch, segments: segments.collect::<Result<_>>()? };
    meta.batches.retain(|other| other.batch != batch);
    meta.batches.push(row);
    meta.batches.sort_by_key(|batch| batch.batch);
    Meta::of(meta.batches)
        .and_then(|meta| replace(folder, &meta))
        .attempt(|| format!("cannot write {}", folder.join(FILE).display()))
}

/// Gives the row of a segment; none where no event was added.
fn described(segment: Segment, sources: &HashMap<u64, SourceId>) -> Result<Option<SegmentMeta>> {
    let Some(file) = segment.file else { return Ok(None) };
    let id = |key: &u64| {
        sources
            .get(key)
            .copied()
            .ok_or_else(|| Error::case(format!("a segment names source {key}, which nobody resolved")))
    };
    let sources = segment.keys.iter().map(id).collect::<Result<_>>()?;
    Ok(Some(SegmentMeta { file, bytes: segment.bytes, rows: segment.rows, sources }))
}

fn replace(folder: &Path, meta: &Meta) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix("meta-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec(meta)?)?;
    file.as_file().sync_all()?;
    File::open(folder)?.sync_all()?;
    file.persist(folder.join(FILE))?;
    File::open(folder)?.sync_all()
}

/// Removes segment files that no published batch names (left by a crash).
pub fn sweep(folder: &Path) -> Result<()> {
    // What a damaged index names is not known: whoever rebuilds it empties the folder.
    let Ok(meta) = read(folder) else { return Ok(()) };
    let named: HashSet<&str> =
        meta.batches.iter().flat_map(|batch| &batch.segments).map(|segment| segment.file.as_str()).collect();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.attempt(|| format!("cannot list {}", folder.display()))?,
    };
    for entry in entries {
        let entry = entry.attempt(|| format!("cannot list {}", folder.display()))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours = name.ends_with(".segment") || (name.starts_with("meta-") && name.ends_with(".tmp"));
        if ours && !named.contains(name) {
            fs::remove_file(entry.path()).attempt(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}
