//! Opens one input: plain content, or a container whose streams are delivered.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::{Context, Error, Result, visible};

use super::central_directory::ends_as_zip;
use super::embedded::deliver_plain;
use super::file_state::{FileChange, FileState, WatchedFile};
use super::member_name::{MemberName, hex};
use super::opener::{ArchiveReaders, Opener, copy, head};
use super::provenance::{Limits, StreamSink, Weight};
use super::readers::HashingReader;
use super::sniff::{ContentKind, sniff_kind};
use super::walk::Input;
use super::{tar, zip};
use crate::record::Provenance;

/// The readers of the archives that are opened.
const READERS: ArchiveReaders = ArchiveReaders { tar: tar::entries, zip: zip::entries };

/// Opens one input (without following a link, checking that it is a regular file),
/// recognizes its kind by content, and delivers each stream inside to `sink`. UTF-16
/// with a byte order mark is a container too: its content is UTF-8. Returns how the
/// input changed while it was read, unless a stream failed for that reason.
///
/// # Errors
///
/// Fails where the input cannot be opened or kept, and where the sink does.
pub fn open(input: &Input, limits: &Limits, sink: &mut dyn StreamSink) -> Result<Option<FileChange>> {
    let found = Provenance { size: None, ..input.provenance() };
    if input.path.as_os_str() == "-" {
        let mut stdin = standard_input()?;
        return open_outermost(Outer::Stream(&mut stdin), found, limits, sink).map(|()| None);
    }
    let file = open_regular(&input.path)?;
    let opened = FileState::from_metadata(
        &file.metadata().context(|| format!("cannot read the metadata of {}", visible(&found.path)))?,
    );
    let found = with_metadata(found, &file);
    let mut watched = WatchedFile::new(&file, &input.path, input.state.as_ref().unwrap_or(&opened));
    open_outermost(Outer::File(&mut watched), found, limits, sink)?;
    Ok(watched.finish())
}

/// Returns the SHA-256 of a whole file, if it can be read and does not change
/// meanwhile.
pub fn hash_file(input: &Input) -> Option<[u8; 32]> {
    let file = open_regular(&input.path).ok()?;
    let look = input.state.as_ref()?;
    let mut watched = WatchedFile::new(&file, &input.path, look);
    let mut hashed = HashingReader::new(&mut watched);
    io::copy(&mut hashed, &mut io::sink()).ok()?;
    let (sha256, _) = hashed.finish();
    watched.finish().is_none().then_some(sha256)
}

/// Returns standard input, if there is one. A descriptor that was closed is `/dev/null`
/// for reading and writing by the time a Rust program begins.
#[cfg(unix)]
fn standard_input() -> Result<File> {
    use std::os::fd::AsFd;
    let closed = || {
        Error::case("standard input is closed: there is nothing to read")
            .hint("Name a file, or pipe something into vestigo.")
    };
    let file = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(|_| closed())?);
    let meta = file.metadata().context(|| "cannot read the metadata of standard input".to_owned())?;
    let device = |meta: &std::fs::Metadata| std::os::unix::fs::MetadataExt::rdev(meta);
    let is_null = !meta.is_file()
        && std::fs::metadata("/dev/null")
            .is_ok_and(|null| device(&null) != 0 && device(&null) == device(&meta));
    let writes = rustix::fs::fcntl_getfl(&file).is_ok_and(|flags| flags.contains(rustix::fs::OFlags::RDWR));
    if is_null && writes { Err(closed()) } else { Ok(file) }
}

#[cfg(not(unix))]
fn standard_input() -> Result<io::Stdin> {
    Ok(io::stdin())
}

/// Opens a file that is neither a link nor a device nor a pipe.
pub fn open_regular(path: &Path) -> Result<File> {
    let shown = || visible(&MemberName::from_path(path).text);
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits() as i32);
    }
    let file = options.open(path).context(|| format!("cannot open {}", shown()))?;
    let meta = file.metadata().context(|| format!("cannot read the metadata of {}", shown()))?;
    if !meta.is_file() {
        return Err(Error::case(format!("{} is not a regular file", shown())));
    }
    Ok(file)
}

fn with_metadata(found: Provenance, file: &File) -> Provenance {
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
    Provenance { size: meta.as_ref().map(|meta| meta.len()), mtime: since, owner, ..found }
}

/// An input as the user named it, or found below that.
enum Outer<'o, 'f> {
    /// A file that is watched.
    File(&'o mut WatchedFile<'f>),
    /// Standard input.
    Stream(&'o mut dyn Read),
}

impl Outer<'_, '_> {
    /// Returns whether it is a file that ends as a zip does.
    fn ends_as_zip(&mut self) -> bool {
        match self {
            Outer::File(watched) => watched.peek(ends_as_zip).unwrap_or(false),
            Outer::Stream(_) => false,
        }
    }
}

/// Opens an input: streams it, or keeps a copy and opens that.
fn open_outermost(
    mut outer: Outer<'_, '_>,
    mut found: Provenance,
    limits: &Limits,
    sink: &mut dyn StreamSink,
) -> Result<()> {
    let head = match &mut outer {
        Outer::File(watched) => head(watched),
        Outer::Stream(stream) => head(stream),
    };
    let kind = match sniff_kind(&head) {
        // Something precedes the first member, or everything is in the tail.
        ContentKind::Plain if outer.ends_as_zip() => ContentKind::Zip,
        kind => kind,
    };
    let stream: &mut dyn Read = match outer {
        Outer::File(watched) => {
            // A container is read from the copy that is kept, whatever happens to the
            // file.
            watched.breaks = kind == ContentKind::Plain;
            watched
        }
        Outer::Stream(stream) => stream,
    };
    let whole = &mut head.as_slice().chain(stream);
    if kind == ContentKind::Plain {
        return deliver_plain(sink, &found, whole);
    }
    let shown = visible(&found.path);
    let mut file = sink.keep()?;
    let mut hashed = HashingReader::new(whole);
    let broken = copy(&mut hashed, &mut file).context(|| format!("cannot write the copy of {shown}"))?;
    let (sha256, length) = hashed.finish();
    let copied = file.try_clone().context(|| format!("cannot read the kept copy of {shown}"))?;
    found.containers.push((kind.name().to_owned(), hex(&sha256)));
    if !sink.kept(file, sha256, length, &found)? {
        return Ok(());
    }
    let mut copied = copied;
    copied.seek(SeekFrom::Start(0)).context(|| format!("cannot read the kept copy of {shown}"))?;
    let mut opener = Opener::new(limits, sink, READERS, length);
    if let Some(why) = broken {
        opener.report_skipped(&found, &format!("ends early: {why}"), Weight::Partial, None)?;
    }
    open_kept(&mut opener, kind, copied, found)
}

/// Opens the container that a file holds, from its start.
pub fn open_container(
    file: &File,
    found: &Provenance,
    limits: &Limits,
    sink: &mut dyn StreamSink,
) -> Result<()> {
    let failed = || format!("cannot read {}", visible(&found.path));
    let mut copy = file.try_clone().context(failed)?;
    let length = copy.metadata().context(failed)?.len();
    let kind = match sniff_kind(&head(&mut copy)) {
        ContentKind::Plain if ends_as_zip(&copy, length).unwrap_or(false) => ContentKind::Zip,
        kind => kind,
    };
    copy.seek(SeekFrom::Start(0)).context(failed)?;
    open_kept(&mut Opener::new(limits, sink, READERS, length), kind, copy, found.clone())
}

fn open_kept(opener: &mut Opener<'_>, kind: ContentKind, file: File, found: Provenance) -> Result<()> {
    match kind {
        ContentKind::Zip => zip::entries(opener, &file, &found, 1),
        _ => opener.open_layer(kind, Box::new(file), found, 0, 1),
    }
}
