//! Containers inside containers, within the limits.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};

use crate::error::{Context, Result, visible};

use super::embedded::deliver_plain;
use super::evtx;
use super::member_reader::MemberReader;
use super::peek_reader::PeekReader;
use super::provenance::{ByteRange, Limits, Skipped, StreamSink, Weight};
use super::readers::{BoundedReader, ExpansionLimit};
use super::sniff::{ContentKind, SNIFFED, sniff_kind};
use super::utf16::Utf16Reader;
use super::utmp::LoginRecordReader;
use crate::record::Provenance;

/// Opens containers inside containers, within the limits.
pub struct Opener<'a> {
    pub limits: &'a Limits,
    pub sink: &'a mut dyn StreamSink,
    readers: ArchiveReaders,
    /// How much was expanded in total, and how much may be.
    bound: ExpansionLimit,
    /// How often something was reported as not read.
    skips: u64,
    /// How many streams are open inside one another.
    nested: usize,
}

/// How the archives that are found are read. Handed in, since their readers use the
/// opener themselves.
#[derive(Clone, Copy)]
pub struct ArchiveReaders {
    /// Reads a tar from a stream; the number counts it and the archives around it.
    pub tar: fn(&mut Opener<'_>, Box<dyn Read + '_>, &Provenance, usize) -> Result<()>,
    /// Reads a zip from a file.
    pub zip: fn(&mut Opener<'_>, &File, &Provenance, usize) -> Result<()>,
}

/// The most streams open inside one another, including those that follow one another.
const NESTED: usize = 40;

/// Reads the first bytes of a stream, or what there is of them if it fails.
pub fn head(stream: &mut dyn Read) -> Vec<u8> {
    let mut head = Vec::with_capacity(SNIFFED);
    // A failure occurs again at the next read, and is reported then.
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
    /// Creates the opener of a container of this length.
    pub fn new(
        limits: &'a Limits,
        sink: &'a mut dyn StreamSink,
        readers: ArchiveReaders,
        length: u64,
    ) -> Opener<'a> {
        let bound = ExpansionLimit::new(length, limits.ratio, limits.expanded);
        Opener { limits, sink, readers, bound, skips: 0, nested: 0 }
    }

    /// Opens a stream of this kind; `archives` and `layers` count what is around it.
    pub fn open_layer(
        &mut self,
        kind: ContentKind,
        stream: Box<dyn Read + '_>,
        found: Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        match kind {
            ContentKind::Plain => deliver_plain(self.sink, &found, &mut { stream }),
            ContentKind::Gzip | ContentKind::Zstd | ContentKind::Bzip2 | ContentKind::Xz => {
                self.open_compressed(kind, stream, found, archives, layers)
            }
            ContentKind::Utf16Le | ContentKind::Utf16Be => {
                let text = self.bounded(Utf16Reader::new(stream, kind == ContentKind::Utf16Le));
                self.open_sniffed(text, &found, archives, layers)
            }
            ContentKind::Tar => (self.readers.tar)(self, stream, &found, archives + 1),
            ContentKind::Zip => self.open_spooled_zip(stream, &found, archives),
            ContentKind::LoginRecords => {
                let text = self.bounded(LoginRecordReader::new(stream));
                deliver_plain(self.sink, &found, &mut { text })
            }
            ContentKind::Evtx => self.open_event_log(stream, &found),
            ContentKind::Other(name) => {
                self.report_skipped(&found, &format!("is {name}, which is not read"), Weight::Unread, None)
            }
        }
    }

    /// Opens a compressed stream, and what follows its end.
    fn open_compressed(
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
                    self.open_members(kind, &mut packed, &part, archives, layers)?
                }
                _ => {
                    self.open_nested(kind, Box::new(&mut packed), part, archives, layers)?;
                    false
                }
            };
            if !whole || packed.skip_zeros().is_err() {
                break;
            }
            let offset = packed.position();
            let Ok(next) = packed.peek(SNIFFED) else { break };
            if next.is_empty() {
                return Ok(());
            }
            kind = super::sniff::sniff_kind(next);
            part = found.member(format!("bytes from {offset}, behind its end").as_bytes());
        }
        let (offset, (length, filled)) = (packed.position(), packed.drain_rest());
        if !filled {
            return Ok(());
        }
        self.report_skipped(
            &found,
            "was not read to its end",
            Weight::Partial,
            Some(ByteRange { offset, length }),
        )
    }

    /// Counts the output of a stream against the limit of its input.
    pub fn bounded<'r>(&self, stream: impl Read + 'r) -> Box<dyn Read + 'r> {
        Box::new(BoundedReader::new(stream, self.bound.clone()))
    }

    /// Reads the members of one kind; returns true if the last one was read to its end.
    fn open_members(
        &mut self,
        kind: ContentKind,
        packed: &mut PeekReader<'_>,
        found: &Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<bool> {
        let mut members = MemberReader::new(packed, kind);
        let bounded = self.bounded(&mut members);
        self.open_sniffed(bounded, found, archives, layers)?;
        for note in std::mem::take(&mut members.notes) {
            let stretch = ByteRange { offset: note.offset, length: note.length };
            let reason = format!("{} is not read", note.what);
            self.report_skipped(found, &reason, Weight::Partial, Some(stretch))?;
        }
        Ok(members.is_whole())
    }

    /// Delivers a stream, or opens it if it is a container.
    pub fn open_sniffed(
        &mut self,
        mut stream: Box<dyn Read + '_>,
        found: &Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        let head = head(&mut stream);
        let kind = sniff_kind(&head);
        let whole = Cursor::new(head).chain(stream);
        self.open_nested(kind, Box::new(whole), found.clone(), archives, layers)
    }

    /// Delivers a stream of a known kind, or opens it.
    pub fn open_nested(
        &mut self,
        kind: ContentKind,
        mut stream: Box<dyn Read + '_>,
        mut found: Provenance,
        archives: usize,
        layers: usize,
    ) -> Result<()> {
        if kind == ContentKind::Plain {
            return deliver_plain(self.sink, &found, &mut stream);
        }
        let too_deep =
            if kind.is_archive() { archives >= self.limits.depth } else { layers >= self.limits.depth };
        if (too_deep && !matches!(kind, ContentKind::Other(_))) || self.nested >= NESTED {
            let reason =
                format!("contains {} nested more than {} containers deep", kind.name(), self.limits.depth);
            return self.report_skipped(&found, &reason, Weight::Unread, None);
        }
        found.containers.push((kind.name().to_owned(), String::new()));
        let layers = if kind.is_archive() { 0 } else { layers + 1 };
        self.nested += 1;
        let outcome = self.open_layer(kind, stream, found, archives, layers);
        self.nested -= 1;
        outcome
    }

    /// Opens a zip inside another stream. It needs seeking, so it is copied to a
    /// temporary file first.
    fn open_spooled_zip(
        &mut self,
        mut stream: Box<dyn Read + '_>,
        found: &Provenance,
        archives: usize,
    ) -> Result<()> {
        let shown = visible(&found.path);
        let mut file =
            tempfile::tempfile().context(|| format!("cannot create a temporary file for {shown}"))?;
        let broken =
            copy(&mut stream, &mut file).context(|| format!("cannot write a temporary file for {shown}"))?;
        if let Some(why) = broken {
            self.report_skipped(found, &format!("ends early: {why}"), Weight::Partial, None)?;
        }
        (self.readers.zip)(self, &file, found, archives + 1)
    }

    /// Decodes a Windows event log. It needs seeking, so it is copied to a temporary file
    /// first, and what is decoded goes into another.
    fn open_event_log(&mut self, mut stream: Box<dyn Read + '_>, found: &Provenance) -> Result<()> {
        let failed = || format!("cannot decode {}", visible(&found.path));
        let (mut file, mut lines) =
            (tempfile::tempfile().context(failed)?, tempfile::tempfile().context(failed)?);
        if let Some(why) = copy(&mut stream, &mut file).context(failed)? {
            self.report_skipped(found, &format!("ends early: {why}"), Weight::Partial, None)?;
        }
        let length = file.metadata().context(failed)?.len();
        let most = self.limits.expanded.max(length.saturating_mul(self.limits.ratio));
        let faults = evtx::decode(&file, &mut lines, most).context(failed)?;
        if faults.count > 0 && lines.metadata().context(failed)?.len() == 0 {
            // Nothing of it can be read: its bytes are kept as they are.
            let mut whole = found.clone();
            whole.containers.pop();
            file.rewind().context(failed)?;
            return deliver_plain(self.sink, &whole, &mut file);
        }
        if let Some(first) = faults.first {
            let what = if faults.count == 1 { "record or chunk" } else { "records or chunks" };
            let reason = format!("{} {what} could not be decoded, the first: {first}", faults.count);
            self.report_skipped(found, &reason, Weight::Partial, None)?;
        }
        deliver_plain(self.sink, found, &mut lines)
    }

    /// Returns how often something was reported as not read.
    pub fn skip_count(&self) -> u64 {
        self.skips
    }

    /// Reports why something is not read; its container is kept.
    pub fn report_skipped(
        &mut self,
        found: &Provenance,
        reason: &str,
        weight: Weight,
        unread: Option<ByteRange>,
    ) -> Result<()> {
        self.skips += u64::from(weight != Weight::Listed);
        self.sink.skipped(Skipped { name: found.name(), reason: visible(reason), unread, weight })
    }
}
