//! Writing one batch, so that a crash at any moment leaves all of it or none.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result, visible};
use crate::record::{SourceId, root};
use crate::source::Found;

use super::manifest::{Manifest, SourceRow, VERSION};
use super::seal::{Frame, SourceSecret, hash_of, hex};
use super::store::{FrameBytes, read_frame, unhex};
use super::{batch_folder, manifest::FrameRow};

/// How unfinished batches begin their names.
pub const UNFINISHED: &str = ".tmp-";

/// Writes one batch: everything goes to a temporary folder inside `evidence/`,
/// is synced, read back and checked, renamed without replacing, and the folders
/// above are synced. The journal entry that commits it is the caller's next
/// step. Dropped before [`BatchWriter::finish`], it leaves nothing.
pub struct BatchWriter {
    evidence: PathBuf,
    number: u32,
    folder: tempfile::TempDir,
    content: BufWriter<File>,
    spans: BufWriter<File>,
    written: Written,
    mark: Written,
    sources: Vec<SourceRow>,
    frames: Vec<FrameRow>,
    originals: BTreeMap<String, u64>,
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
    /// Begins the batch of this number in a case's `evidence/` folder.
    pub fn create(evidence: &Path, number: u32) -> Result<BatchWriter> {
        let begin = || -> std::io::Result<BatchWriter> {
            let folder = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(evidence)?;
            std::fs::create_dir(folder.path().join("originals"))?;
            let file = |name: &str| create_new(&folder.path().join(name));
            let content = BufWriter::with_capacity(1 << 20, file("content.zst")?);
            let spans = BufWriter::with_capacity(1 << 16, file("spans.bin")?);
            let written =
                Written { packed: 0, spans: 0, raw: 0, hashes: std::array::from_fn(|_| Sha256::new()) };
            Ok(BatchWriter {
                evidence: evidence.to_owned(),
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
        begin().attempt(|| format!("cannot begin batch {number} in {}", visible(&evidence.to_string_lossy())))
    }

    /// Gives an empty file inside the batch in which a container's bytes are kept.
    pub fn keep(&self) -> Result<File> {
        tempfile::tempfile_in(self.folder.path()).attempt(|| "cannot make a file for an original".to_owned())
    }

    /// Names a kept container by its hash; the same bytes twice are kept once.
    pub fn kept(&mut self, mut file: File, sha256: [u8; 32], length: u64) -> Result<()> {
        let name = hex(&sha256);
        if self.originals.contains_key(&name) {
            return Ok(());
        }
        let path = self.folder.path().join("originals").join(&name);
        let mut copy = || -> std::io::Result<()> {
            file.seek(SeekFrom::Start(0))?;
            std::io::copy(&mut file, &mut create_new(&path)?).map(drop)
        };
        copy().attempt(|| format!("cannot keep the original {name}"))?;
        self.originals.insert(name, length);
        Ok(())
    }

    /// Adds the next frame of the source that is being written.
    pub fn frame(&mut self, frame: Frame) -> Result<()> {
        let mut row = frame.row;
        row.offset = self.written.packed;
        row.start = self.written.raw - self.mark.raw;
        row.spans.0 = self.written.spans;
        let both = self.content.write_all(&frame.packed).and_then(|()| self.spans.write_all(&frame.spans));
        both.attempt(|| format!("cannot write to batch {}", self.number))?;
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
    pub fn source(
        &mut self,
        id: SourceId,
        found: Found,
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
            file.flush().attempt(why)?;
            file.get_mut().set_len(length).attempt(why)?;
            file.seek(SeekFrom::Start(length)).attempt(why)?;
        }
        Ok(())
    }

    /// Tells how many bytes of content have been added.
    pub fn length(&self) -> u64 {
        self.written.raw
    }

    /// Tells whether no source has been finished.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Reads the frames added since the last finished source once more.
    pub fn reread(&mut self, take: &mut dyn FnMut(&FrameBytes)) -> Result<()> {
        let why = || "cannot read an unfinished source again".to_owned();
        self.content.flush().attempt(why)?;
        self.spans.flush().attempt(why)?;
        for row in &self.frames {
            let frame = read_frame(self.content.get_ref(), self.spans.get_ref(), row).map_err(Error::case)?;
            take(&frame);
        }
        Ok(())
    }

    /// Syncs, checks by reading back, renames into place. Returns the manifest
    /// and its SHA-256, which the committing journal entry names.
    pub fn finish(mut self) -> Result<(Manifest, [u8; 32])> {
        let what = format!("batch {}", self.number);
        let seek_table = seek_table(&self.sources);
        self.content.write_all(&seek_table).attempt(|| format!("cannot write {what}"))?;
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
            serde_json::to_vec(&manifest).attempt(|| format!("cannot write the manifest of {what}"))?;
        let sha256: [u8; 32] = Sha256::digest(&text).into();
        self.settle(&text, &manifest.originals).attempt(|| format!("cannot bring {what} to disk"))?;
        self.check(&text)?;
        self.rename().attempt(|| format!("cannot put {what} in its place"))?;
        Ok((manifest, sha256))
    }

    /// Writes what is held back and syncs every file and folder.
    fn settle(&mut self, manifest: &[u8], kept: &BTreeMap<String, u64>) -> std::io::Result<()> {
        self.content.flush()?;
        self.spans.flush()?;
        self.content.get_ref().sync_all()?;
        self.spans.get_ref().sync_all()?;
        let mut file = create_new(&self.folder.path().join("manifest.json"))?;
        file.write_all(manifest)?;
        file.sync_all()?;
        let originals = self.folder.path().join("originals");
        for entry in std::fs::read_dir(&originals)? {
            let entry = entry?;
            if kept.contains_key(&*entry.file_name().to_string_lossy()) {
                File::open(entry.path())?.sync_all()?;
            } else {
                // A container that could not be kept whole: it was told as failed.
                std::fs::remove_file(entry.path())?;
            }
        }
        File::open(originals)?.sync_all()?;
        File::open(self.folder.path())?.sync_all()
    }

    /// Reads back what was written and compares it with what was meant.
    fn check(&self, manifest: &[u8]) -> Result<()> {
        let [_, packed, spans] = self.written.hashes.clone();
        let mut text = Sha256::new();
        text.update(manifest);
        for (name, meant) in [("content.zst", packed), ("spans.bin", spans), ("manifest.json", text)] {
            let found = File::open(self.folder.path().join(name)).and_then(|mut file| hash_of(&mut file));
            let found = found.attempt(|| format!("cannot read back {name}"))?;
            if found != <[u8; 32]>::from(meant.finalize()) {
                let what = format!("batch {} does not read back as it was written ({name})", self.number);
                return Err(Error::case(what).hint("Check the disk; nothing of this batch was committed."));
            }
        }
        Ok(())
    }

    fn rename(self) -> std::io::Result<()> {
        let target = batch_folder(&self.evidence, self.number);
        let folder = self.folder.keep();
        #[cfg(target_os = "linux")]
        rustix::fs::renameat_with(
            rustix::fs::CWD,
            &folder,
            rustix::fs::CWD,
            &target,
            rustix::fs::RenameFlags::NOREPLACE,
        )?;
        #[cfg(not(target_os = "linux"))]
        {
            if target.exists() {
                return Err(std::io::ErrorKind::AlreadyExists.into());
            }
            std::fs::rename(&folder, &target)?;
        }
        File::open(&self.evidence)?.sync_all()?;
        match self.evidence.parent() {
            Some(case) if !case.as_os_str().is_empty() => File::open(case)?.sync_all(),
            _ => Ok(()),
        }
    }
}

fn create_new(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
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

/// Removes unfinished batches that a crash left.
pub fn sweep(evidence: &Path) -> Result<()> {
    let entries = std::fs::read_dir(evidence).attempt(|| "cannot list the evidence folder".to_owned())?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_dir_all(entry.path())
                .attempt(|| "cannot remove an unfinished batch".to_owned())?;
        }
    }
    Ok(())
}
