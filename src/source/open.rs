//! One input opened: plain, or a container whose streams are given out.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use crate::error::{Attempt, Error, Result, visible};

use super::Input;
use super::archive::{Archive, entries};
use super::bound::{Bounded, Counted, Hashed};
use super::sniff::{Kind, SNIFFED, kind};
use super::utf16::Utf16;

/// Something that was found and not read, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The path, made visible.
    pub path: String,
    /// Why, in a clause: `is a symbolic link`.
    pub reason: String,
}

/// Where a stream of log content was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// The path as given or found; for a member of a container
    /// `outer.tar.gz!inner/name`. Foreign text: show through `Visible`.
    pub path: String,
    /// Bytes of the file on disk, or of the member as its container says.
    pub size: Option<u64>,
    /// Last change, nanoseconds since the epoch: of the file, or of the member where its container says.
    pub mtime: Option<i64>,
    /// Owner as `uid:gid`, on systems that have them.
    pub owner: Option<String>,
    /// Layers that were opened, outermost first: kind, and SHA-256 in hex of the
    /// outermost container's bytes (empty for those inside it).
    pub containers: Vec<(String, String)>,
}

/// Bounds on what hostile containers may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Stop a stream that expands more than this …
    pub ratio: u64,
    /// … once it has also passed so many bytes.
    pub expanded: u64,
    /// Most archives inside one another, and most compressions around or inside each.
    pub depth: usize,
    /// Most entries of one archive.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { ratio: 200, expanded: 1 << 30, depth: 2, entries: 1_000_000 }
    }
}

/// What takes the streams that [`open`] finds.
pub trait Receiver {
    /// A container was met: gives an empty file in which its bytes are kept as
    /// found. `open` fills it, then reads the container from it.
    fn keep(&mut self) -> Result<File>;

    /// The container in the file that [`Receiver::keep`] gave is complete, with
    /// its SHA-256 and length. Returns false where its content is already
    /// known, and the container is then not opened.
    fn kept(&mut self, file: File, sha256: [u8; 32], length: u64, found: &Found) -> Result<bool>;

    /// Takes one stream of log content, to its end. Where the stream breaks off
    /// (cut gzip, bound reached) its reader gives what there is, then an error.
    fn stream(&mut self, found: &Found, content: &mut dyn Read) -> Result<()>;

    /// Something was met that is not read: a link in an archive, a device, an
    /// entry past a bound, a container that cannot be opened at all.
    fn skipped(&mut self, skipped: Skipped);
}

/// Opens one input (without following a link, checking that it is a regular
/// file), tells its kind by content, and hands each stream inside to `receiver`.
/// UTF-16 with a byte order mark is a container too: its content is UTF-8.
/// Says how the input changed while it was read, if it did.
///
/// # Errors
///
/// Fails where the input cannot be opened or kept, and where the receiver does.
pub fn open(input: &Input, limits: &Limits, receiver: &mut dyn Receiver) -> Result<Option<String>> {
    let path = input.path.to_string_lossy().into_owned();
    if input.path.as_os_str() == "-" {
        let found = Found { path, ..Found::default() };
        return outermost(&mut io::stdin().lock(), found, limits, receiver).map(|()| None);
    }
    let mut file = regular(&input.path)?;
    let before = Look::at(&file);
    let found = described(path, &file);
    outermost(&mut file, found, limits, receiver)?;
    Ok(before.changed(&file, &input.path))
}

/// A file as it was when it was opened.
struct Look {
    length: Option<u64>,
    modified: Option<std::time::SystemTime>,
}

impl Look {
    fn at(file: &File) -> Look {
        let meta = file.metadata().ok();
        let modified = meta.as_ref().and_then(|meta| meta.modified().ok());
        Look { length: meta.map(|meta| meta.len()), modified }
    }

    /// Says how a file changed while it was read, if it did.
    fn changed(&self, file: &File, path: &Path) -> Option<String> {
        let now = Look::at(file);
        let size = |length: Option<u64>| length.map_or_else(|| "?".to_owned(), |length| length.to_string());
        if now.length != self.length || now.modified != self.modified {
            let (then, now) = (size(self.length), size(now.length));
            return Some(format!(
                "it changed while it was read: {then} bytes when it was opened, {now} at the end; what was read is kept"
            ));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let same =
                |a: &std::fs::Metadata, b: &std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
            let here = std::fs::symlink_metadata(path).ok();
            let is_here = here.zip(file.metadata().ok()).is_some_and(|(here, open)| same(&here, &open));
            if !is_here {
                return Some("it was renamed or removed while it was read; what was read is kept".to_owned());
            }
        }
        None
    }
}

/// Opens a file that is neither a link nor a device nor a pipe.
fn regular(path: &Path) -> Result<File> {
    let shown = || visible(&path.to_string_lossy());
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits() as i32);
    }
    let file = options.open(path).attempt(|| format!("cannot open {}", shown()))?;
    let meta = file.metadata().attempt(|| format!("cannot look at {}", shown()))?;
    if !meta.is_file() {
        return Err(Error::case(format!("{} is not a regular file", shown())));
    }
    Ok(file)
}

fn described(path: String, file: &File) -> Found {
    let meta = file.metadata().ok();
    let mtime = meta.as_ref().and_then(|meta| meta.modified().ok());
    let since = mtime.map(|mtime| match mtime.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
    });
    #[cfg(unix)]
    let owner = meta.as_ref().map(|meta| {
        use std::os::unix::fs::MetadataExt;
        format!("{}:{}", meta.uid(), meta.gid())
    });
    #[cfg(not(unix))]
    let owner = None;
    Found { path, size: meta.as_ref().map(|meta| meta.len()), mtime: since, owner, containers: Vec::new() }
}

/// Reads the first bytes of a stream; where it breaks off, what there is.
pub(super) fn head(stream: &mut dyn Read) -> Vec<u8> {
    let mut head = Vec::with_capacity(SNIFFED);
    // A failure comes again with the next read, and is told then.
    let _ = stream.take(SNIFFED as u64).read_to_end(&mut head);
    head
}

/// Takes what the user named: streams it, or keeps it and opens the copy.
fn outermost(
    stream: &mut dyn Read,
    mut found: Found,
    limits: &Limits,
    receiver: &mut dyn Receiver,
) -> Result<()> {
    let head = head(stream);
    let kind = kind(&head);
    let whole = &mut head.as_slice().chain(stream);
    if kind == Kind::Plain {
        return receiver.stream(&found, whole);
    }
    let shown = visible(&found.path);
    let mut file = receiver.keep()?;
    let mut hashed = Hashed::new(whole);
    io::copy(&mut hashed, &mut file).attempt(|| format!("cannot keep {shown}"))?;
    let (sha256, length) = hashed.finish();
    let copy = file.try_clone().attempt(|| format!("cannot read the kept copy of {shown}"))?;
    found.containers.push((kind.name().to_owned(), hex(&sha256)));
    if !receiver.kept(file, sha256, length, &found)? {
        return Ok(());
    }
    let mut copy = copy;
    copy.seek(SeekFrom::Start(0)).attempt(|| format!("cannot read the kept copy of {shown}"))?;
    let mut opening = Opening { limits, receiver };
    if kind == Kind::Zip {
        return opening.archive(Archive::Zip(copy), &found, 0);
    }
    let packed = Rc::new(Cell::new(0));
    let counted = Counted::new(BufReader::with_capacity(1 << 18, copy), packed.clone());
    opening.layer(kind, Box::new(counted), &packed, found, 0, 1)
}

/// Opens containers inside containers, within the limits.
pub(super) struct Opening<'a> {
    pub limits: &'a Limits,
    pub receiver: &'a mut dyn Receiver,
}

impl Opening<'_> {
    /// Opens a stream of this kind; `archives` and `layers` stand around it.
    fn layer(
        &mut self,
        kind: Kind,
        stream: Box<dyn Read + '_>,
        packed: &Rc<Cell<u64>>,
        found: Found,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        let expanded: Box<dyn Read + '_> = match kind {
            Kind::Plain => stream,
            Kind::Gzip => Box::new(flate2::read::MultiGzDecoder::new(stream)),
            Kind::Zstd => match zstd::Decoder::new(stream) {
                Ok(decoder) => Box::new(decoder),
                Err(error) => return self.give_up(&found, &format!("cannot be opened as zstd: {error}")),
            },
            Kind::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(stream)),
            Kind::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(stream)),
            Kind::Utf16Le => Box::new(Utf16::new(stream, true)),
            Kind::Utf16Be => Box::new(Utf16::new(stream, false)),
            Kind::Tar => return self.archive(Archive::Tar(stream), &found, archives),
            Kind::Zip => return self.spooled_zip(stream, &found, archives),
        };
        let mut bounded: Box<dyn Read + '_> =
            Box::new(Bounded::new(expanded, packed.clone(), self.limits.ratio, self.limits.expanded));
        let head = head(&mut bounded);
        let inner = super::sniff::kind(&head);
        let whole = std::io::Cursor::new(head).chain(bounded);
        self.within(inner, Box::new(whole), packed, found, archives, layers)
    }

    /// Gives out a stream, or opens it further.
    pub fn within(
        &mut self,
        kind: Kind,
        mut stream: Box<dyn Read + '_>,
        packed: &Rc<Cell<u64>>,
        mut found: Found,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        if kind == Kind::Plain {
            return self.receiver.stream(&found, &mut stream);
        }
        let too_deep =
            if kind.is_archive() { archives >= self.limits.depth } else { layers >= self.limits.depth };
        if too_deep {
            return self.give_up(
                &found,
                &format!("holds {} more than {} containers deep", kind.name(), self.limits.depth),
            );
        }
        found.containers.push((kind.name().to_owned(), String::new()));
        let layers = if kind.is_archive() { 0 } else { layers + 1 };
        self.layer(kind, stream, packed, found, archives, layers)
    }

    /// Reads the entries of an archive.
    fn archive(&mut self, archive: Archive<'_>, found: &Found, archives: usize) -> Result<()> {
        entries(self, archive, found, archives + 1)
    }

    /// A zip is read from its end: one inside another stream is copied aside first.
    fn spooled_zip(&mut self, mut stream: Box<dyn Read + '_>, found: &Found, archives: usize) -> Result<()> {
        let shown = visible(&found.path);
        let mut file =
            tempfile::tempfile().attempt(|| format!("cannot make a temporary file for {shown}"))?;
        if let Err(error) = io::copy(&mut stream, &mut file) {
            return self.give_up(found, &format!("breaks off: {error}"));
        }
        file.seek(SeekFrom::Start(0)).attempt(|| format!("cannot read {shown}"))?;
        self.archive(Archive::Zip(file), found, archives)
    }

    /// Says why something is not read; what holds it is kept.
    pub fn give_up(&mut self, found: &Found, reason: &str) -> Result<()> {
        self.receiver.skipped(Skipped { path: visible(&found.path), reason: visible(reason) });
        Ok(())
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
