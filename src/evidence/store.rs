//! Reads committed batches and checks their hashes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::fs::{self, Dir, unusable};
use crate::record::{Digest, Replaced, SourceId};

use super::fault::{Fault, Unopened};
use super::layout::{BatchFile, ORIGINALS, open_batch_folder, path_in_batch};
use super::manifest::{FrameRow, Manifest, SourceRow, version_of};
use super::span_table::{RecordSpan, Span, decode};

/// Most bytes that a frame may claim to hold: a hostile manifest is rejected before memory
/// is allocated.
const MOST_FRAME_BYTES: u64 = 64 << 20;

/// Largest manifest in bytes. That of 4,000 sources has about eight million.
const MOST_MANIFEST_BYTES: u64 = 128 << 20;

/// Most JSON values in a manifest, see [`fs::weight_of_json`]. That of 4,000 sources has
/// about half a million.
const MOST_MANIFEST_VALUES: u64 = 4_000_000;

/// Most records that a frame may claim to hold. vestigo ends frames at 384 KiB.
const MOST_FRAME_RECORDS: u64 = 2 << 20;

/// How many frames are cached, …
const CACHED: usize = 32;
/// … and at most how many bytes of content.
const CACHED_BYTES: usize = 64 << 20;

/// The committed batches of a case, open for reading. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<OpenStore>,
}

struct OpenStore {
    case: Dir,
    batches: BTreeMap<u32, Batch>,
    sources: HashMap<SourceId, SourceHandle>,
    recent: Mutex<VecDeque<CacheRow>>,
}

/// A cached frame with its key: the source, and the number of the frame in it.
type CacheRow = ((SourceHandle, usize), Arc<CachedFrame>);

/// A frame with the start of each of its spans (bytes and line ends before it), so that a
/// record is found without a walk over the records before it.
struct CachedFrame {
    frame: FrameBytes,
    starts: Vec<(usize, u64)>,
}

impl CachedFrame {
    fn new(frame: FrameBytes) -> CachedFrame {
        let before = |at: &mut (usize, u64), span: &Span| {
            let start = *at;
            *at = (start.0 + span.length(), start.1 + u64::from(span.lines));
            Some(start)
        };
        let starts = frame.spans.iter().scan((0, 0), before).collect();
        CachedFrame { frame, starts }
    }
}

/// A batch with its open files.
pub(super) struct Batch {
    pub manifest: Manifest,
    pub content: File,
    pub spans: File,
}

/// The position of a source in the store: its batch and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceHandle {
    /// The batch's number, from 1.
    pub batch: u32,
    /// The row in that batch's manifest.
    pub row: usize,
}

impl SourceHandle {
    /// Reports whether the source was committed before another one.
    pub(super) fn precedes(self, other: SourceHandle) -> bool {
        (self.batch, self.row) < (other.batch, other.row)
    }
}

/// A record that was read; the hash of its frame was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBytes {
    /// The record's number.
    pub record: u64,
    /// Number of the first line of the event's text, from 1.
    pub line: u64,
    /// Where the event's text begins in the source.
    pub offset: u64,
    /// The event's text.
    pub text: Vec<u8>,
    /// Which part of an overlong line it is, from 1; 0 for a whole record.
    pub part: u32,
    /// Whether the record is not an event.
    pub rejected: bool,
}

/// A frame that was read and whose hash was checked.
#[derive(Debug)]
pub struct FrameBytes {
    /// The content.
    pub content: Vec<u8>,
    /// The spans of its records.
    pub spans: Vec<Span>,
    /// Number of the first record.
    pub first_record: u64,
    /// Number of the first line, from 1.
    pub first_line: u64,
    /// Where the content begins in the source.
    pub start: u64,
}

impl Store {
    /// Opens the batches of a case that are committed according to the journal: (number,
    /// SHA-256 of its manifest).
    ///
    /// # Errors
    ///
    /// Fails if a manifest has another hash.
    pub fn open(case: &Dir, committed: &[(u32, [u8; 32])]) -> Result<Store> {
        Store::open_with(case, committed, |_| ())
    }

    /// Opens the batches like [`Store::open`]; `reread` may change how a source is read.
    pub fn open_with(
        case: &Dir,
        committed: &[(u32, [u8; 32])],
        reread: impl Fn(&mut SourceRow),
    ) -> Result<Store> {
        let (mut batches, mut sources) = (BTreeMap::new(), HashMap::new());
        for (number, sha256) in committed {
            let mut batch = open_batch(case, *number, sha256)?;
            batch.manifest.sources.iter_mut().for_each(&reread);
            for (row, source) in batch.manifest.sources.iter().enumerate() {
                let id: SourceId =
                    source.source.parse().map_err(|_| damaged(*number, "it names no valid source"))?;
                sources.entry(id).or_insert(SourceHandle { batch: *number, row });
            }
            batches.insert(*number, batch);
        }
        mark_replaced(&mut batches, &sources);
        let inner = OpenStore { case: case.clone(), batches, sources, recent: Mutex::default() };
        Ok(Store { inner: Arc::new(inner) })
    }

    /// Returns the manifests with their batch numbers, in order.
    pub fn manifests(&self) -> impl Iterator<Item = (u32, &Manifest)> {
        self.inner.batches.iter().map(|(number, batch)| (*number, &batch.manifest))
    }

    /// Finds a source.
    pub fn find(&self, id: &SourceId) -> Option<SourceHandle> {
        self.inner.sources.get(id).copied()
    }

    /// Returns the row of a source.
    pub fn row(&self, at: SourceHandle) -> &SourceRow {
        &self.batch(at).manifest.sources[at.row]
    }

    pub(super) fn batch(&self, at: SourceHandle) -> &Batch {
        self.inner.batches.get(&at.batch).expect("a handle comes from this store")
    }

    /// Reports whether a container with this hash is kept.
    pub fn has_original(&self, sha256: &[u8; 32]) -> bool {
        let name = Digest(*sha256).to_string();
        self.inner.batches.values().any(|batch| batch.manifest.originals.contains_key(&name))
    }

    /// Opens a kept container, by its SHA-256 in hex, for reading.
    pub fn open_original(&self, sha256: &str) -> Result<File> {
        let mut kept = self.inner.batches.iter();
        let (number, _) = kept
            .find(|(_, batch)| batch.manifest.originals.contains_key(sha256))
            .ok_or_else(|| Error::integrity(format!("the original {sha256} is not in this case")))?;
        let folder = open_batch_folder(&self.inner.case, *number)?;
        let open = || folder.dir(ORIGINALS)?.file(sha256);
        let path = path_in_batch(*number, &format!("{ORIGINALS}/{sha256}"));
        open().map_err(|error| unusable(error, &path))
    }

    /// Reads a frame of a source and checks its hash.
    pub fn frame(&self, at: SourceHandle, frame: usize) -> Result<FrameBytes> {
        let batch = self.batch(at);
        let row = self.row(at).frames.get(frame).ok_or_else(|| Error::integrity("a frame is missing"))?;
        read_frame(&batch.content, &batch.spans, row).map_err(|Fault { file, reason }| {
            let path = path_in_batch(at.batch, file.name());
            Error::integrity(format!("{path}, frame {frame}: {reason}"))
        })
    }

    /// Reads a record and checks the hash of its frame. Recent frames are cached.
    pub fn record(&self, at: SourceHandle, record: u64) -> Result<RecordBytes> {
        let frames = &self.row(at).frames;
        let after = frames.partition_point(|frame| frame.first_record <= record);
        let number = after.checked_sub(1).ok_or_else(|| Error::integrity("a record has no frame"))?;
        let kept = self.cached(at, number)?;
        let (frame, missing) =
            (&kept.frame, || Error::integrity(format!("record {record} is not in its frame")));
        let index = usize::try_from(record - frame.first_record).map_err(|_| missing())?;
        let (span, (start, lines)) =
            frame.spans.get(index).zip(kept.starts.get(index).copied()).ok_or_else(missing)?;
        let start = start + span.lead as usize;
        Ok(RecordBytes {
            record,
            line: frame.first_line + lines + u64::from(span.lead_lines),
            offset: frame.start + start as u64,
            text: frame.content[start..start + span.text as usize].to_vec(),
            part: span.part,
            rejected: span.rejected,
        })
    }

    /// Finds a record in a frame of a source.
    pub(super) fn span_in(&self, at: SourceHandle, number: usize, record: u64) -> Result<RecordSpan> {
        let kept = self.cached(at, number)?;
        let index = record.checked_sub(kept.frame.first_record).and_then(|index| usize::try_from(index).ok());
        let found = index.and_then(|index| kept.frame.spans.get(index).zip(kept.starts.get(index)));
        let (span, (start, _)) =
            found.ok_or_else(|| Error::integrity(format!("record {record} is not in its frame")))?;
        Ok(RecordSpan { start: kept.frame.start + *start as u64, span: *span })
    }

    fn cached(&self, at: SourceHandle, number: usize) -> Result<Arc<CachedFrame>> {
        let key = (at, number);
        let lock = || self.inner.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, frame)) = lock().iter().find(|(known, _)| *known == key) {
            return Ok(frame.clone());
        }
        let frame = Arc::new(CachedFrame::new(self.frame(at, number)?));
        let mut recent = lock();
        recent.push_front((key, frame.clone()));
        let mut bytes = 0;
        let fits = recent.iter().take(CACHED).take_while(|(_, kept)| {
            bytes += kept.frame.content.len();
            bytes <= CACHED_BYTES
        });
        let kept = fits.count();
        recent.truncate(kept);
        Ok(frame)
    }
}

/// Marks which records of each source the sources that continue it have whole. If
/// several continue it, only what all of them replace counts.
fn mark_replaced(batches: &mut BTreeMap<u32, Batch>, sources: &HashMap<SourceId, SourceHandle>) {
    let mut kept: HashMap<SourceHandle, Replaced> = HashMap::new();
    for (number, batch) in batches.iter() {
        for (row, source) in batch.manifest.sources.iter().enumerate() {
            let at = SourceHandle { batch: *number, row };
            let Some(continues) = &source.continues else { continue };
            let before = continues.source.parse::<SourceId>().ok().and_then(|id| sources.get(&id));
            let (before, by) = (before.filter(|before| before.precedes(at)), source.source.parse());
            // Of a source that is there twice, only the first counts: so no chain is a circle.
            if let (Some(before), Ok(by)) = (before, by)
                && sources.get(&by) == Some(&at)
            {
                let replaced = Replaced { from: continues.record, events: continues.replaced, by };
                let most = kept.entry(*before).or_insert(replaced);
                if most.from < replaced.from {
                    *most = replaced;
                }
            }
        }
    }
    for (at, replaced) in kept {
        let batch = batches.get_mut(&at.batch).expect("the handle was just found");
        let row: &mut SourceRow = &mut batch.manifest.sources[at.row];
        row.replaced = (replaced.from < row.end_record()).then_some(replaced);
    }
}

fn damaged(number: u32, reason: &str) -> Error {
    Error::integrity(format!("{}: {reason}", path_in_batch(number, BatchFile::Manifest.name())))
        .hint("Run `vestigo verify --deep` to list all damage.")
}

/// Opens a batch whose manifest must have this hash.
pub(super) fn open_batch(case: &Dir, number: u32, sha256: &[u8; 32]) -> Result<Batch, Unopened> {
    let in_manifest = |error| Unopened { file: BatchFile::Manifest, error };
    let folder = open_batch_folder(case, number).map_err(in_manifest)?;
    let unreadable = |file: BatchFile, error| {
        let error = unusable(error, &path_in_batch(number, file.name()));
        Unopened { file, error }
    };
    let damaged = |reason: &str| in_manifest(damaged(number, reason));
    let text = folder.read(BatchFile::Manifest.name(), MOST_MANIFEST_BYTES);
    let text = text.map_err(|error| unreadable(BatchFile::Manifest, error))?;
    let found: [u8; 32] = Sha256::digest(&text).into();
    if found != *sha256 {
        return Err(damaged(&format!(
            "its SHA-256 is {}, the journal says {}",
            Digest(found),
            Digest(*sha256)
        )));
    }
    let manifest: Manifest =
        fs::read_json(&text, MOST_MANIFEST_VALUES).map_err(|_| damaged("it is not a manifest"))?;
    if manifest.version != version_of(&manifest.sources) {
        return Err(damaged(&format!("unknown layout version {}", manifest.version)));
    }
    let open = |file: BatchFile| folder.file(file.name()).map_err(|error| unreadable(file, error));
    let (content, spans) = (open(BatchFile::Content)?, open(BatchFile::Spans)?);
    Ok(Batch { manifest, content, spans })
}

/// Reports whether a manifest is within the limits of [`open_batch`].
pub(super) fn is_readable(text: &[u8]) -> bool {
    text.len() as u64 <= MOST_MANIFEST_BYTES && fs::weight_of_json(text) <= MOST_MANIFEST_VALUES
}

/// Reads a frame and checks everything that its row states, except the root.
pub(super) fn read_frame(content: &File, spans: &File, row: &FrameRow) -> Result<FrameBytes, Fault> {
    let bytes = unpack_frame(content, spans, row)?;
    expect_hash(&bytes.content, &row.sha256, "its content")
        .map_err(|reason| Fault::new(BatchFile::Content, reason))?;
    Ok(bytes)
}

/// Reads a frame without hashing its content, which the caller does.
pub(super) fn unpack_frame(content: &File, spans: &File, row: &FrameRow) -> Result<FrameBytes, Fault> {
    let in_content = |reason| Fault::new(BatchFile::Content, reason);
    let in_spans = |reason| Fault::new(BatchFile::Spans, reason);
    if row.raw_length > MOST_FRAME_BYTES
        || row.length > MOST_FRAME_BYTES
        || row.spans.1 > MOST_FRAME_BYTES
        || row.records > MOST_FRAME_RECORDS
    {
        return Err(in_content("it claims to be larger than a frame can be".to_owned()));
    }
    let packed = read_at(content, row.offset, row.length).map_err(in_content)?;
    let table = read_at(spans, row.spans.0, row.spans.1).map_err(in_spans)?;
    expect_hash(&table, &row.spans.2, "its span table").map_err(in_spans)?;
    let raw = zstd::bulk::decompress(&packed, row.raw_length as usize)
        .map_err(|error| in_content(format!("it does not decompress: {error}")))?;
    if raw.len() as u64 != row.raw_length {
        let reason = format!("it holds {} bytes, the manifest says {}", raw.len(), row.raw_length);
        return Err(in_content(reason));
    }
    let most = (row.records as usize).saturating_mul(40).min(MOST_FRAME_BYTES as usize);
    let table = zstd::bulk::decompress(&table, most)
        .map_err(|error| in_spans(format!("its span table does not decompress: {error}")))?;
    let spans = decode(&table, row.records, row.raw_length).map_err(|error| in_spans(error.to_string()))?;
    let (first_record, first_line, start) = (row.first_record, row.first_line, row.start);
    Ok(FrameBytes { content: raw, spans, first_record, first_line, start })
}

fn expect_hash(bytes: &[u8], expected: &str, what: &str) -> Result<(), String> {
    let found = Digest::of(bytes).to_string();
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what} has SHA-256 {found}, the manifest says {expected}"))
    }
}

#[cfg(unix)]
pub(super) fn read_at(file: &File, offset: u64, length: u64) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; length as usize];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, offset)
        .map_err(|error| format!("it cannot be read: {error}"))?;
    Ok(bytes)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, offset: u64, length: u64) -> Result<Vec<u8>, String> {
    use std::os::windows::fs::FileExt;
    let (mut bytes, mut done) = (vec![0; length as usize], 0);
    while done < bytes.len() {
        match file.seek_read(&mut bytes[done..], offset + done as u64) {
            Ok(0) => return Err("it cannot be read: the file ends early".to_owned()),
            Ok(n) => done += n,
            Err(error) => return Err(format!("it cannot be read: {error}")),
        }
    }
    Ok(bytes)
}
