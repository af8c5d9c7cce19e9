//! Containers inside containers, within the limits.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};

use crate::error::{Context, Result, visible};

use super::embedded::plain;
use super::members::Members;
use super::peek::PeekReader;
use super::provenance::{ByteRange, Limits, Provenance, Skipped, StreamSink, Weight};
use super::readers::{Bounded, ExpansionLimit};
use super::sniff::{ContentKind, SNIFFED, kind};
use super::utf16::Utf16;
use super::{tar, zip};

/// Opens containers inside containers, within the limits.
pub struct Opener<'a> {
    pub limits: &'a Limits,
    pub receiver: &'a mut dyn StreamSink,
    /// How much was expanded in all, and how much may be.
    bound: ExpansionLimit,
    /// How often it was told that something was not read.
    told: u64,
    /// How many streams are open inside one another.
    nested: usize,
}

/// Most streams open inside one another, also where they stand behind one another.
const NESTED: usize = 40;

/// Reads the first bytes of a stream; where it breaks off, what there is.
pub fn head(stream: &mut dyn Read) -> Vec<u8> {
    let mut head = Vec::with_capacity(SNIFFED);
    // A failure comes again with the next read, and is told then.
    let _ = stream.take(SNIFFED as u64).read_to_end(&mut head);
    head
}

/// Copies a stream into a file. A stream that breaks off is copied as far as it
/// goes, and the reason is returned.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub fn copy(stream: &mut dyn Read, file: &mut File) -> io::Result<Option<String>> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(count) => file.write_all(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Some(error.to_string())),
        }
    }
}

impl<'a> Opener<'a> {
    /// Opens what is in a container of this length.
    pub fn new(limits: &'a Limits, receiver: &'a mut dyn StreamSink, length: u64) -> Opener<'a> {
        let bound = ExpansionLimit::new(length, limits.ratio, limits.expanded);
        Opener { limits, receiver, bound, told: 0, nested: 0 }
    }

    /// Opens a stream of this kind; `archives` and `layers` stand around it.
    pub fn layer(
        &mut self,
        kind: ContentKind,
        stream: Box<dyn Read + '_>,
        found: Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        match kind {
            ContentKind::Plain => plain(self.receiver, &found, &mut { stream }),
            ContentKind::Gzip | ContentKind::Zstd | ContentKind::Bzip2 | ContentKind::Xz => {
                self.packed(kind, stream, found, archives, layers)
            }
            ContentKind::Utf16Le | ContentKind::Utf16Be => {
                let text = self.bounded(Utf16::new(stream, kind == ContentKind::Utf16Le));
                self.sniffed(text, &found, archives, layers)
            }
            ContentKind::Tar => tar::entries(self, stream, &found, archives + 1),
            ContentKind::Zip => self.spooled_zip(stream, &found, archives),
            ContentKind::Other(name) => {
                self.tell(&found, &format!("is {name}, which is not read"), Weight::Unread, None)
            }
        }
    }

    /// Opens a compressed stream, and what stands behind its end.
    fn packed(
        &mut self,
        first: ContentKind,
        stream: Box<dyn Read + '_>,
        found: Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        let mut packed = PeekReader::new(stream);
        let (mut kind, mut part) = (first, found.clone());
        for _ in 0..=self.limits.entries {
            let whole = match kind {
                ContentKind::Gzip | ContentKind::Zstd | ContentKind::Bzip2 | ContentKind::Xz => {
                    self.members(kind, &mut packed, &part, archives, layers)?
                }
                _ => {
                    self.within(kind, Box::new(&mut packed), part, archives, layers)?;
                    false
                }
            };
            if !whole || packed.zeros().is_err() {
                break;
            }
            let offset = packed.taken();
            let Ok(next) = packed.peek(SNIFFED) else { break };
            if next.is_empty() {
                return Ok(());
            }
            kind = super::sniff::kind(next);
            part = found.member(format!("bytes from {offset}, behind its end").as_bytes());
        }
        let (offset, (length, filled)) = (packed.taken(), packed.drain());
        if !filled {
            return Ok(());
        }
        self.tell(&found, "was not read to its end", Weight::Partial, Some(ByteRange { offset, length }))
    }

    /// Counts what a stream gives against the bound of its input.
    pub fn bounded<'r>(&self, stream: impl Read + 'r) -> Box<dyn Read + 'r> {
        Box::new(Bounded::new(stream, self.bound.clone()))
    }

    /// Reads the members of one kind; true where the last was read to its end.
    fn members(
        &mut self,
        kind: ContentKind,
        packed: &mut PeekReader<'_>,
        found: &Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<bool> {
        let mut members = Members::new(packed, kind);
        let bounded = self.bounded(&mut members);
        self.sniffed(bounded, found, archives, layers)?;
        for note in std::mem::take(&mut members.notes) {
            let stretch = ByteRange { offset: note.offset, length: note.length };
            let reason = format!("{} is not read", note.what);
            self.tell(found, &reason, Weight::Partial, Some(stretch))?;
        }
        Ok(members.is_whole())
    }

    /// Gives out a stream, or opens it where it is a container.
    pub fn sniffed(
        &mut self,
        mut stream: Box<dyn Read + '_>,
        found: &Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        let head = head(&mut stream);
        let kind = kind(&head);
        let whole = Cursor::new(head).chain(stream);
        self.within(kind, Box::new(whole), found.clone(), archives, layers)
    }

    /// Gives out a stream, or opens it further.
    pub fn within(
        &mut self,
        kind: ContentKind,
        mut stream: Box<dyn Read + '_>,
        mut found: Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        if kind == ContentKind::Plain {
            return plain(self.receiver, &found, &mut stream);
        }
        let too_deep =
            if kind.is_archive() { archives >= self.limits.depth } else { layers >= self.limits.depth };
        if (too_deep && !matches!(kind, ContentKind::Other(_))) || self.nested >= NESTED {
            let reason = format!("holds {} more than {} containers deep", kind.name(), self.limits.depth);
            return self.tell(&found, &reason, Weight::Unread, None);
        }
        found.containers.push((kind.name().to_owned(), String::new()));
        let layers = if kind.is_archive() { 0 } else { layers + 1 };
        self.nested += 1;
        let outcome = self.layer(kind, stream, found, archives, layers);
        self.nested -= 1;
        outcome
    }

    /// A zip is read by its places: one inside another stream is copied aside first.
    fn spooled_zip(
        &mut self,
        mut stream: Box<dyn Read + '_>,
        found: &Provenance,
        archives: usize,
    ) -> Result<()> {
        let shown = visible(&found.path);
        let mut file =
            tempfile::tempfile().context(|| format!("cannot make a temporary file for {shown}"))?;
        let broken =
            copy(&mut stream, &mut file).context(|| format!("cannot write a temporary file for {shown}"))?;
        if let Some(why) = broken {
            self.tell(found, &format!("breaks off: {why}"), Weight::Partial, None)?;
        }
        zip::entries(self, &file, found, archives + 1)
    }

    /// Tells how often something was said not to be read.
    pub fn told(&self) -> u64 {
        self.told
    }

    /// Says why something is not read; what holds it is kept.
    pub fn tell(
        &mut self,
        found: &Provenance,
        reason: &str,
        weight: Weight,
        unread: Option<ByteRange>,
    ) -> Result<()> {
        self.told += u64::from(weight != Weight::Listed);
        self.receiver.skipped(Skipped { name: found.name(), reason: visible(reason), unread, weight })
    }
}
