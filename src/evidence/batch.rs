//! Writes a batch atomically: a crash at any moment leaves all of it or nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use sha2::{Digest as _, Sha256};

use crate::error::{Context, Error, Result};
use crate::fs::{Dir, FileKind, is_temporary};
use crate::record::Provenance;
use crate::record::{Continuation, Digest, SourceId, root};

use super::digest::{hash_reader, parse_digest};
use super::frame::Frame;
use super::layout::{BatchFile, FOLDER, ORIGINALS, UNCOMMITTED, UNFINISHED, batch_name, open_evidence};
use super::manifest::{FrameRow, Manifest, SourceRow, version_of};
use super::merkle::SourceSecret;
use super::seek_table::seek_table;
use super::store::{FrameBytes, is_readable, read_frame};

/// Writes a batch to a temporary folder inside `evidence/`. [`BatchWriter::finish`] syncs
/// it, reads it back, renames it without replacing anything, and syncs the folders above;
/// the caller then commits it by a journal entry. Dropped before that, it leaves nothing.
pub struct BatchWriter {
    case: Dir,
    number: u32,
    folder: UnfinishedFolder,
    content: BufWriter<File>,
    spans: BufWriter<File>,
    written: Position,
    /// The hash of the content of the finished sources.
    content_hash: Sha256,
    /// The position after the last finished source.
    source_start: Position,
    sources: Vec<SourceRow>,
    frames: Vec<FrameRow>,
    originals: BTreeMap<String, u64>,
}

/// A source whose frames were all added.
pub struct FinishedSource<'a> {
    /// The SHA-256 of its whole content.
    pub id: SourceId,
    /// The hash of the batch's content up to the source's end. Whoever reads the content
    /// computes it: for the first source it is the one that gives the identity, too.
    pub content: Sha256,
    /// How it was found.
    pub found: Provenance,
    /// The secret that salts its leaves.
    pub secret: &'a SourceSecret,
    /// How it is read.
    pub plan: serde_json::Value,
    /// How its bytes were accounted for.
    pub receipt: serde_json::Value,
    /// The source that it continues.
    pub continues: Option<Continuation>,
}

/// The folder of a batch that is being written; removed when dropped.
struct UnfinishedFolder {
    evidence: Dir,
    name: String,
    inside: Dir,
    originals: Dir,
}

impl UnfinishedFolder {
    fn create(evidence: Dir) -> std::io::Result<UnfinishedFolder> {
        let name = format!("{UNFINISHED}{}", uuid::Uuid::new_v4().simple());
        let inside = evidence.make_dir(&name)?;
        let originals = inside.make_dir(ORIGINALS)?;
        Ok(UnfinishedFolder { evidence, name, inside, originals })
    }
}

impl Drop for UnfinishedFolder {
    /// Removes the folder if it was not renamed; if that fails, the next writer sweeps it.
    fn drop(&mut self) {
        let _ = self.evidence.remove_all(&self.name);
    }
}

/// How far the files have been written.
#[derive(Clone)]
struct Position {
    packed: u64,
    spans: u64,
    raw: u64,
    /// Of the compressed content, of the span tables.
    hashes: [Sha256; 2],
}

impl BatchWriter {
    /// Starts the batch with this number in a case.
    pub fn create(case: &Dir, number: u32) -> Result<BatchWriter> {
        let evidence = open_evidence(case)?;
        let create = || -> std::io::Result<BatchWriter> {
            let folder = UnfinishedFolder::create(evidence)?;
            let file = |file: BatchFile| folder.inside.create_new(file.name());
            let content = BufWriter::with_capacity(1 << 20, file(BatchFile::Content)?);
            let spans = BufWriter::with_capacity(1 << 16, file(BatchFile::Spans)?);
            let written =
                Position { packed: 0, spans: 0, raw: 0, hashes: std::array::from_fn(|_| Sha256::new()) };
            Ok(BatchWriter {
                case: case.clone(),
                number,
                content,
                spans,
                source_start: written.clone(),
                written,
                content_hash: Sha256::new(),
                folder,
                sources: Vec::new(),
                frames: Vec::new(),
                originals: BTreeMap::new(),
            })
        };
        create().context(|| format!("cannot start batch {number}"))
    }

    /// Creates an empty file without a name inside the batch, for the bytes of a container.
    pub fn create_original(&self) -> Result<File> {
        let create = || -> std::io::Result<File> {
            let name = format!("{UNFINISHED}{}", uuid::Uuid::new_v4().simple());
            let file = self.folder.inside.create_new(&name)?;
            self.folder.inside.remove(&name)?;
            Ok(file)
        };
        create().context(|| "cannot create a file for an original".to_owned())
    }

    /// Adds a container under its hash; the same bytes are kept once.
    pub fn add_original(&mut self, mut file: File, sha256: [u8; 32], length: u64) -> Result<()> {
        let name = Digest(sha256).to_string();
        if self.originals.contains_key(&name) {
            return Ok(());
        }
        let mut copy = || -> std::io::Result<()> {
            file.seek(SeekFrom::Start(0))?;
            std::io::copy(&mut file, &mut self.folder.originals.create_new(&name)?).map(drop)
        };
        copy().context(|| format!("cannot keep the original {name}"))?;
        self.originals.insert(name, length);
        Ok(())
    }

    /// Adds the next frame of the source that is being written.
    pub fn add_frame(&mut self, frame: Frame) -> Result<()> {
        let mut row = frame.row;
        row.offset = self.written.packed;
        row.start = self.written.raw - self.source_start.raw;
        row.spans.0 = self.written.spans;
        let written = self.content.write_all(&frame.packed).and_then(|()| self.spans.write_all(&frame.spans));
        written.context(|| format!("cannot write to batch {}", self.number))?;
        self.written.packed += frame.packed.len() as u64;
        self.written.spans += frame.spans.len() as u64;
        self.written.raw += row.raw_length;
        for (hash, bytes) in self.written.hashes.iter_mut().zip([&frame.packed, &frame.spans]) {
            hash.update(bytes);
        }
        self.frames.push(row);
        Ok(())
    }

    /// Finishes the source whose frames were just added.
    pub fn finish_source(&mut self, source: FinishedSource<'_>) -> Result<()> {
        let FinishedSource { id, content, found, secret, plan, receipt, continues } = source;
        let mut frames = std::mem::take(&mut self.frames);
        let before = continues.as_ref().map_or(0, |continues| continues.offset);
        frames.iter_mut().for_each(|frame| frame.start += before);
        let roots = frames.iter().map(|frame| parse_digest(&frame.root)).collect::<Result<Vec<_>>>()?;
        self.sources.push(SourceRow {
            source: id.to_string(),
            found,
            offset: self.source_start.raw,
            length: self.written.raw - self.source_start.raw,
            records: frames.iter().map(|frame| frame.records).sum(),
            root: Digest(root(&roots)).to_string(),
            secret: Digest(secret.0).to_string(),
            plan,
            receipt,
            continues,
            replaced: None,
            reread: None,
            frames,
        });
        self.source_start = self.written.clone();
        self.content_hash = content;
        Ok(())
    }

    /// Removes the frames added since the last finished source.
    pub fn abandon_source(&mut self) -> Result<()> {
        self.frames.clear();
        self.written = self.source_start.clone();
        let why = || "cannot remove an unfinished source".to_owned();
        for (file, length) in
            [(&mut self.content, self.written.packed), (&mut self.spans, self.written.spans)]
        {
            file.flush().context(why)?;
            file.get_mut().set_len(length).context(why)?;
            file.seek(SeekFrom::Start(length)).context(why)?;
        }
        Ok(())
    }

    /// Returns how many bytes of content have been added.
    pub fn length(&self) -> u64 {
        self.written.raw
    }

    /// Reports whether no source was finished and no container was added.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.originals.is_empty()
    }

    /// Reads the frames added since the last finished source, and passes each to `visit`.
    pub fn read_back(&mut self, visit: &mut dyn FnMut(&FrameBytes)) -> Result<()> {
        let why = || "cannot read an unfinished source again".to_owned();
        self.content.flush().context(why)?;
        self.spans.flush().context(why)?;
        for row in &self.frames {
            let frame = read_frame(self.content.get_ref(), self.spans.get_ref(), row)
                .map_err(|fault| Error::case(fault.reason))?;
            visit(&frame);
        }
        Ok(())
    }

    /// Syncs the batch, checks it by reading it back, and renames it into place. Returns
    /// the manifest and its SHA-256, which the committing journal entry names.
    pub fn finish(mut self) -> Result<(Manifest, [u8; 32])> {
        let what = format!("batch {}", self.number);
        let seek_table = seek_table(&self.sources);
        self.content.write_all(&seek_table).context(|| format!("cannot write {what}"))?;
        self.written.hashes[0].update(&seek_table);
        let manifest = Manifest {
            version: version_of(&self.sources),
            sha256: Digest::from(self.content_hash.clone()).to_string(),
            packed_sha256: Digest::from(self.written.hashes[0].clone()).to_string(),
            length: self.written.raw,
            sources: std::mem::take(&mut self.sources),
            originals: std::mem::take(&mut self.originals),
        };
        let text =
            serde_json::to_vec(&manifest).context(|| format!("cannot write the manifest of {what}"))?;
        if !is_readable(&text) {
            return Err(Error::case(format!("{what} holds too many sources to be read back"))
                .hint("Import fewer files at once. Nothing of this batch was committed."));
        }
        let sha256: [u8; 32] = Sha256::digest(&text).into();
        self.sync(&text, &manifest.originals).context(|| format!("cannot write {what} to disk"))?;
        self.check_written(&text)?;
        self.rename().context(|| format!("cannot move {what} into place"))?;
        Ok((manifest, sha256))
    }

    /// Flushes buffers, writes the manifest, and syncs every file and folder.
    fn sync(&mut self, manifest: &[u8], kept: &BTreeMap<String, u64>) -> std::io::Result<()> {
        self.content.flush()?;
        self.spans.flush()?;
        self.content.get_ref().sync_all()?;
        self.spans.get_ref().sync_all()?;
        let UnfinishedFolder { inside, originals, .. } = &self.folder;
        let mut file = inside.create_new(BatchFile::Manifest.name())?;
        file.write_all(manifest)?;
        file.sync_all()?;
        for name in inside.names()?.iter().map(|name| name.to_string_lossy()) {
            if is_temporary(&name) {
                // Its name could not be removed when it was created.
                inside.remove(&name)?;
            }
        }
        for name in originals.names()? {
            let name = name.to_string_lossy();
            if kept.contains_key(&*name) {
                originals.file(&name)?.sync_all()?;
            } else {
                // A container that could not be kept completely: it was reported as failed.
                originals.remove(&name)?;
            }
        }
        originals.sync()?;
        inside.sync()
    }

    /// Reads the files back and compares their hashes with what was written.
    fn check_written(&self, manifest: &[u8]) -> Result<()> {
        let [packed, spans] = self.written.hashes.clone();
        let mut text = Sha256::new();
        text.update(manifest);
        let files = [(BatchFile::Content, packed), (BatchFile::Spans, spans), (BatchFile::Manifest, text)];
        for (file, expected) in files {
            let name = file.name();
            let found = self.folder.inside.file(name).and_then(|mut file| hash_reader(&mut file));
            let found = found.context(|| format!("cannot read back {name}"))?;
            if found != <[u8; 32]>::from(expected.finalize()) {
                let what = format!("batch {} does not read back as written ({name})", self.number);
                return Err(Error::case(what).hint("Check the disk. Nothing of this batch was committed."));
            }
        }
        Ok(())
    }

    fn rename(self) -> std::io::Result<()> {
        let UnfinishedFolder { evidence, name, .. } = &self.folder;
        evidence.rename_new(name, evidence, &batch_name(self.number))?;
        evidence.sync()?;
        self.case.sync()
    }
}

/// Removes unfinished batches that a crash left behind; only folders, nothing else.
pub fn sweep(case: &Dir) -> Result<()> {
    let evidence = open_evidence(case)?;
    for name in names(&evidence)?.iter().filter(|name| name.starts_with(UNFINISHED)) {
        if matches!(evidence.kind(name), Ok(Some(FileKind::Folder))) {
            evidence.remove_all(name).context(|| "cannot remove an unfinished batch".to_owned())?;
        }
    }
    Ok(())
}

/// Sets aside the batches whose number is not among the known ones: renames each to
/// `.uncommitted-<number>-<mark>`. Returns the old and new paths inside the case.
pub fn set_aside(case: &Dir, known: &[u32], mark: usize) -> Result<Vec<(String, String)>> {
    let evidence = open_evidence(case)?;
    let mut moved = Vec::new();
    for name in names(&evidence)? {
        let unknown = name.parse().is_ok_and(|number| !known.contains(&number));
        if unknown && matches!(evidence.kind(&name), Ok(Some(FileKind::Folder))) {
            let new_name = format!("{UNCOMMITTED}{name}-{mark}");
            evidence
                .rename_new(&name, &evidence, &new_name)
                .context(|| format!("cannot set the uncommitted batch {name} aside"))?;
            moved.push((format!("{FOLDER}/{name}"), format!("{FOLDER}/{new_name}")));
        }
    }
    Ok(moved)
}

fn names(evidence: &Dir) -> Result<Vec<String>> {
    let names = evidence.names().context(|| "cannot list the evidence folder".to_owned())?;
    Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
}
