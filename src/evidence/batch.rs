//! Writing one batch, so that a crash at any moment leaves all of it or none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use crate::error::{Context, Error, Result};
use crate::fs::{Dir, FileKind, TEMPORARY, is_temporary};
use crate::record::{SourceId, root};
use crate::source::Provenance;

use super::frame::{Frame, SourceSecret, hash_reader, hex};
use super::manifest::{Manifest, SourceRow, VERSION};
use super::store::{FrameBytes, fits, read_frame, unhex};
use super::{FOLDER, UNCOMMITTED, batch_name, folder, manifest::FrameRow};

/// How unfinished batches begin their names.
pub const UNFINISHED: &str = TEMPORARY;

/// Writes one batch: everything goes to a temporary folder inside `evidence/`,
/// is synced, read back and checked, renamed without replacing, and the folders
/// above are synced. The journal entry that commits it is the caller's next
/// step. Dropped before [`BatchWriter::finish`], it leaves nothing.
pub struct BatchWriter {
    case: Dir,
    number: u32,
    folder: Unfinished,
    content: BufWriter<File>,
    spans: BufWriter<File>,
    written: Written,
    mark: Written,
    sources: Vec<SourceRow>,
    frames: Vec<FrameRow>,
    originals: BTreeMap<String, u64>,
}

/// The folder of a batch that is being written; dropped, it is removed.
struct Unfinished {
    evidence: Dir,
    name: String,
    inside: Dir,
    originals: Dir,
}

impl Unfinished {
    fn create(evidence: Dir) -> std::io::Result<Unfinished> {
        let name = format!("{UNFINISHED}{}", uuid::Uuid::new_v4().simple());
        let inside = evidence.make_dir(&name)?;
        let originals = inside.make_dir("originals")?;
        Ok(Unfinished { evidence, name, inside, originals })
    }
}

impl Drop for Unfinished {
    /// Removes what was not put in its place; what stays, the next writer sweeps away.
    fn drop(&mut self) {
        let _ = self.evidence.remove_all(&self.name);
    }
}

/// How far the files have been written.
#[derive(Clone)]
struct Written {
    packed: u64,
    spans: u64,
    raw: u64,
    /// Over the content, over the compressed content, over the span tables.
    hashes: [Sha256; 3],
}

impl BatchWriter {
    /// Begins the batch of this number in a case.
    pub fn create(case: &Dir, number: u32) -> Result<BatchWriter> {
        let evidence = folder(case)?;
        let begin = || -> std::io::Result<BatchWriter> {
            let folder = Unfinished::create(evidence)?;
            let file = |name: &str| folder.inside.create_new(name);
            let content = BufWriter::with_capacity(1 << 20, file("content.zst")?);
            let spans = BufWriter::with_capacity(1 << 16, file("spans.bin")?);
            let written =
                Written { packed: 0, spans: 0, raw: 0, hashes: std::array::from_fn(|_| Sha256::new()) };
            Ok(BatchWriter {
                case: case.clone(),
                number,
                content,
                spans,
                mark: written.clone(),
                written,
                folder,
                sources: Vec::new(),
                frames: Vec::new(),
                originals: BTreeMap::new(),
            })
        };
        begin().context(|| format!("cannot begin batch {number}"))
    }

    /// Gives an empty file inside the batch in which a container's bytes are kept.
    pub fn create_original(&self) -> Result<File> {
        let nameless = || -> std::io::Result<File> {
            let name = format!("{UNFINISHED}{}", uuid::Uuid::new_v4().simple());
            let file = self.folder.inside.create_new(&name)?;
            self.folder.inside.remove(&name)?;
            Ok(file)
        };
        nameless().context(|| "cannot make a file for an original".to_owned())
    }

    /// Names a kept container by its hash; the same bytes twice are kept once.
    pub fn add_original(&mut self, mut file: File, sha256: [u8; 32], length: u64) -> Result<()> {
        let name = hex(&sha256);
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
        row.start = self.written.raw - self.mark.raw;
        row.spans.0 = self.written.spans;
        let both = self.content.write_all(&frame.packed).and_then(|()| self.spans.write_all(&frame.spans));
        both.context(|| format!("cannot write to batch {}", self.number))?;
        self.written.packed += frame.packed.len() as u64;
        self.written.spans += frame.spans.len() as u64;
        self.written.raw += row.raw_length;
        for (hash, bytes) in self.written.hashes.iter_mut().zip([&frame.content, &frame.packed, &frame.spans])
        {
            hash.update(bytes);
        }
        self.frames.push(row);
        Ok(())
    }

    /// Ends the source whose frames were just added.
    pub fn finish_source(
        &mut self,
        id: SourceId,
        found: Provenance,
        secret: &SourceSecret,
        plan: serde_json::Value,
        receipt: serde_json::Value,
    ) -> Result<()> {
        let frames = std::mem::take(&mut self.frames);
        let roots = frames.iter().map(|frame| unhex(&frame.root)).collect::<Result<Vec<_>>>()?;
        self.sources.push(SourceRow {
            source: id.to_string(),
            found,
            offset: self.mark.raw,
            length: self.written.raw - self.mark.raw,
            records: frames.iter().map(|frame| frame.records).sum(),
            root: hex(&root(&roots)),
            secret: hex(&secret.0),
            plan,
            receipt,
            reread: None,
            frames,
        });
        self.mark = self.written.clone();
        Ok(())
    }

    /// Takes back the frames added since the last finished source.
    pub fn abandon_source(&mut self) -> Result<()> {
        self.frames.clear();
        self.written = self.mark.clone();
        let why = || "cannot take back an unfinished source".to_owned();
        for (file, length) in
            [(&mut self.content, self.written.packed), (&mut self.spans, self.written.spans)]
        {
            file.flush().context(why)?;
            file.get_mut().set_len(length).context(why)?;
            file.seek(SeekFrom::Start(length)).context(why)?;
        }
        Ok(())
    }

    /// Tells how many bytes of content have been added.
    pub fn length(&self) -> u64 {
        self.written.raw
    }

    /// Tells whether no source has been finished and no container was kept.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.originals.is_empty()
    }

    /// Reads the frames added since the last finished source once more.
    pub fn read_back(&mut self, take: &mut dyn FnMut(&FrameBytes)) -> Result<()> {
        let why = || "cannot read an unfinished source again".to_owned();
        self.content.flush().context(why)?;
        self.spans.flush().context(why)?;
        for row in &self.frames {
            let frame = read_frame(self.content.get_ref(), self.spans.get_ref(), row)
                .map_err(|fault| Error::case(fault.reason))?;
            take(&frame);
        }
        Ok(())
    }

    /// Syncs, checks by reading back, renames into place. Returns the manifest
    /// and its SHA-256, which the committing journal entry names.
    pub fn finish(mut self) -> Result<(Manifest, [u8; 32])> {
        let what = format!("batch {}", self.number);
        let seek_table = seek_table(&self.sources);
        self.content.write_all(&seek_table).context(|| format!("cannot write {what}"))?;
        self.written.hashes[1].update(&seek_table);
        let manifest = Manifest {
            version: VERSION,
            sha256: hex(&self.written.hashes[0].clone().finalize().into()),
            packed_sha256: hex(&self.written.hashes[1].clone().finalize().into()),
            length: self.written.raw,
            sources: std::mem::take(&mut self.sources),
            originals: std::mem::take(&mut self.originals),
        };
        let text =
            serde_json::to_vec(&manifest).context(|| format!("cannot write the manifest of {what}"))?;
        if !fits(&text) {
            return Err(Error::case(format!("{what} holds more sources than could be read back"))
                .hint("Import fewer files at once; nothing of this batch was committed."));
        }
        let sha256: [u8; 32] = Sha256::digest(&text).into();
        self.settle(&text, &manifest.originals).context(|| format!("cannot bring {what} to disk"))?;
        self.check(&text)?;
        self.rename().context(|| format!("cannot put {what} in its place"))?;
        Ok((manifest, sha256))
    }

    /// Writes what is held back and syncs every file and folder.
    fn settle(&mut self, manifest: &[u8], kept: &BTreeMap<String, u64>) -> std::io::Result<()> {
        self.content.flush()?;
        self.spans.flush()?;
        self.content.get_ref().sync_all()?;
        self.spans.get_ref().sync_all()?;
        let Unfinished { inside, originals, .. } = &self.folder;
        let mut file = inside.create_new("manifest.json")?;
        file.write_all(manifest)?;
        file.sync_all()?;
        for name in inside.names()?.iter().map(|name| name.to_string_lossy()) {
            if is_temporary(&name) {
                // Its name could not be taken away when it was made.
                inside.remove(&name)?;
            }
        }
        for name in originals.names()? {
            let name = name.to_string_lossy();
            if kept.contains_key(&*name) {
                originals.file(&name)?.sync_all()?;
            } else {
                // A container that could not be kept whole: it was told as failed.
                originals.remove(&name)?;
            }
        }
        originals.sync()?;
        inside.sync()
    }

    /// Reads back what was written and compares it with what was meant.
    fn check(&self, manifest: &[u8]) -> Result<()> {
        let [_, packed, spans] = self.written.hashes.clone();
        let mut text = Sha256::new();
        text.update(manifest);
        for (name, meant) in [("content.zst", packed), ("spans.bin", spans), ("manifest.json", text)] {
            let found = self.folder.inside.file(name).and_then(|mut file| hash_reader(&mut file));
            let found = found.context(|| format!("cannot read back {name}"))?;
            if found != <[u8; 32]>::from(meant.finalize()) {
                let what = format!("batch {} does not read back as it was written ({name})", self.number);
                return Err(Error::case(what).hint("Check the disk; nothing of this batch was committed."));
            }
        }
        Ok(())
    }

    fn rename(self) -> std::io::Result<()> {
        let Unfinished { evidence, name, .. } = &self.folder;
        evidence.rename_new(name, evidence, &batch_name(self.number))?;
        evidence.sync()?;
        self.case.sync()
    }
}

/// Gives the seek table of the zstd seekable format (zstd,
/// contrib/seekable_format): a skippable frame that other tools pass over.
pub(super) fn seek_table(sources: &[SourceRow]) -> Vec<u8> {
    let rows: Vec<&FrameRow> = sources.iter().flat_map(|source| &source.frames).collect();
    let length = rows.len() as u32 * 8 + 9;
    let mut bytes = Vec::with_capacity(length as usize + 8);
    bytes.extend(0x184D_2A5E_u32.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    for row in &rows {
        bytes.extend((row.length as u32).to_le_bytes());
        bytes.extend((row.raw_length as u32).to_le_bytes());
    }
    bytes.extend((rows.len() as u32).to_le_bytes());
    bytes.push(0);
    bytes.extend(0x8F92_EAB1_u32.to_le_bytes());
    bytes
}

/// Removes unfinished batches that a crash left, and nothing but folders.
pub fn sweep(case: &Dir) -> Result<()> {
    let evidence = folder(case)?;
    for name in names(&evidence)?.iter().filter(|name| name.starts_with(UNFINISHED)) {
        if matches!(evidence.kind(name), Ok(Some(FileKind::Folder))) {
            evidence.remove_all(name).context(|| "cannot remove an unfinished batch".to_owned())?;
        }
    }
    Ok(())
}

/// Sets aside the batches whose number is not among the known ones, calling each
/// `.uncommitted-<number>-<mark>`; returns from where to where, inside the case.
pub fn set_aside(case: &Dir, known: &[u32], mark: usize) -> Result<Vec<(String, String)>> {
    let evidence = folder(case)?;
    let mut moved = Vec::new();
    for name in names(&evidence)? {
        let unknown = name.parse().is_ok_and(|number| !known.contains(&number));
        if unknown && matches!(evidence.kind(&name), Ok(Some(FileKind::Folder))) {
            let aside = format!("{UNCOMMITTED}{name}-{mark}");
            evidence
                .rename_new(&name, &evidence, &aside)
                .context(|| format!("cannot set the uncommitted batch {name} aside"))?;
            moved.push((format!("{FOLDER}/{name}"), format!("{FOLDER}/{aside}")));
        }
    }
    Ok(moved)
}

fn names(evidence: &Dir) -> Result<Vec<String>> {
    let names = evidence.names().context(|| "cannot list the evidence folder".to_owned())?;
    Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
}
