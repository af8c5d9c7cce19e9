//! The members of zip files, found by walking the whole file: those that a directory
//! lists and others, and what is between and after them.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::error::Result;

use super::central_directory::{
    self, CentralDirectory, DirectoryEntry, bytes_at, directories, is_short, u16_at, u32_at,
};
use super::codec::Codec;
use super::local_header::LocalHeader;
use super::member_content::MemberContent;
use super::opener::Opener;
use super::peek_reader::{PeekReader, PositionedFile};
use super::provenance::{ByteRange, Weight};
use super::sniff::ContentKind;
use crate::record::Provenance;

/// The signatures of the parts of a zip.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const SIGNATURE: [u8; 4] = *b"PK\x05\x05";
const BIG_END: [u8; 4] = *b"PK\x06\x06";
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Delivers everything in a zip; `archives` counts it and those around it.
pub fn entries(opener: &mut Opener<'_>, file: &File, found: &Provenance, archives: usize) -> Result<()> {
    let length = file.metadata().map_or(0, |meta| meta.len());
    let walked = directories(file, length, opener.limits.entries).and_then(|directories| {
        let listed = directories.values().flat_map(|directory| &directory.members);
        let places = listed.clone().map(|member| (member.stated, member.clone()));
        let listed = places.chain(listed.map(|member| (member.at, member.clone()))).collect();
        let mut zip = Zip {
            file,
            length,
            found,
            archives,
            listed,
            directories,
            seen: HashSet::new(),
            names: HashSet::new(),
            count: 0,
            ends: Vec::new(),
        };
        zip.walk(opener)
    });
    match walked {
        Ok(outcome) => outcome,
        Err(error) => {
            opener.report_skipped(found, &format!("cannot be read as zip: {error}"), Weight::Partial, None)
        }
    }
}

/// A zip that is being read.
struct Zip<'f> {
    file: &'f File,
    length: u64,
    found: &'f Provenance,
    archives: usize,
    /// The entries of all directories, by the offset of the local header.
    listed: HashMap<u64, DirectoryEntry>,
    directories: HashMap<u64, CentralDirectory>,
    /// The offsets of the local headers that were found, and the names in them.
    seen: HashSet<u64>,
    names: HashSet<Vec<u8>>,
    count: u64,
    /// The end records that were found.
    ends: Vec<u64>,
}

/// The longest comment that is assumed to describe the archive.
const LONG_COMMENT: u64 = 128;

/// What failed: reading the file (outer), or the sink (inner).
type Walked<T> = io::Result<Result<T>>;

impl Zip<'_> {
    /// Walks the file from its start to its end.
    fn walk(&mut self, opener: &mut Opener<'_>) -> Walked<()> {
        let mut at = 0;
        while at < self.length {
            if self.count > opener.limits.entries {
                let reason = format!("has more than {} entries; the rest is not read", opener.limits.entries);
                let stretch = ByteRange { offset: at, length: self.length - at };
                return Ok(opener.report_skipped(self.found, &reason, Weight::Partial, Some(stretch)));
            }
            at = match self.read_part(opener, at)? {
                Ok(next) => next.max(at + 1).min(self.length),
                Err(error) => return Ok(Err(error)),
            };
        }
        self.report_missing(opener)
    }

    /// Reads the part at an offset; returns the offset of the next part.
    fn read_part(&mut self, opener: &mut Opener<'_>, at: u64) -> Walked<u64> {
        let head = bytes_at(self.file, at, 46)?;
        let four: [u8; 4] = head.get(..4).and_then(|four| four.try_into().ok()).unwrap_or_default();
        Ok(match four {
            LOCAL if head.len() >= 30 => return self.read_member(opener, at),
            CENTRAL if head.len() >= 46 => return self.read_directory_record(opener, at, &head),
            END if self.directories.contains_key(&at) || (head.len() >= 22 && u16_at(&head, 10) == 0) => {
                self.ends.push(at);
                let comment = u64::from(u16_at(&head, 20));
                return self.skip_within(opener, at + 22, comment, self.length, "a comment in the archive");
            }
            BIG_END if head.len() >= 12 => {
                let extra = central_directory::u64_at(&head, 4).saturating_sub(44);
                let what = "data after the fields of the zip64 end record";
                return self.skip_field(opener, at + 56, extra, what);
            }
            LOCATOR if head.len() >= 20 => Ok(at + 20),
            SIGNATURE if head.len() >= 6 => {
                return self.skip_field(opener, at + 6, u64::from(u16_at(&head, 4)), "a signature");
            }
            // The first volume of several begins with it, or what was meant to be one.
            DESCRIPTOR | [b'P', b'K', b'0', b'0'] if at == 0 => Ok(4),
            _ => return self.deliver_gap(opener, at),
        })
    }

    /// Reads a record of a directory: its name is that of a member, and anything else
    /// in it is reported.
    fn read_directory_record(&self, opener: &mut Opener<'_>, at: u64, head: &[u8]) -> Walked<u64> {
        let [name, extra, comment] = [28, 30, 32].map(|at| u64::from(u16_at(head, at)));
        let next = at + 46 + name + extra + comment;
        if !self.is_part_at(next)? {
            return self.report_damaged(opener, at + 46, "a record of the directory");
        }
        let text = bytes_at(self.file, at + 46, (name + extra) as usize)?;
        let (text, fields) = text.split_at((name as usize).min(text.len()));
        let parts = [
            (at + 46, if self.names.contains(text) { 0 } else { name }, "a name that no member has"),
            (at + 46 + name, if is_short(fields) { 0 } else { extra }, "a field of the directory"),
            (at + 46 + name + extra, comment, "a comment in the archive"),
        ];
        for (offset, length, what) in parts {
            if let Err(error) = self.report_unread(opener, offset, length, what) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(next))
    }

    /// Skips a field that another part should follow.
    fn skip_field(&self, opener: &mut Opener<'_>, at: u64, length: u64, what: &str) -> Walked<u64> {
        let end = at.saturating_add(length);
        let room = if self.is_part_at(end)? { end } else { 0 };
        self.skip_within(opener, at, length, room, what)
    }

    /// Skips a field, unless it extends past `room`: its length is damaged then, and
    /// what follows is read as if it were not part of the archive.
    fn skip_within(
        &self,
        opener: &mut Opener<'_>,
        at: u64,
        length: u64,
        room: u64,
        what: &str,
    ) -> Walked<u64> {
        let end = at.saturating_add(length);
        if end > room {
            return self.report_damaged(opener, at, what);
        }
        Ok(self.report_unread(opener, at, length, what).map(|()| end))
    }

    /// Returns whether a part of a zip begins at a place, or the file ends there.
    fn is_part_at(&self, at: u64) -> io::Result<bool> {
        let parts = [LOCAL, CENTRAL, END, SIGNATURE, BIG_END, LOCATOR];
        Ok(at == self.length || parts.contains(&bytes_at(self.file, at, 4)?.try_into().unwrap_or_default()))
    }

    fn report_damaged(&self, opener: &mut Opener<'_>, at: u64, what: &str) -> Walked<u64> {
        let reason = format!("is damaged: {what} has a wrong length, and what follows is read as is");
        Ok(opener.report_skipped(self.found, &reason, Weight::Partial, None).map(|()| at))
    }

    /// Reports bytes of the archive that are not content.
    fn report_unread(&self, opener: &mut Opener<'_>, offset: u64, length: u64, what: &str) -> Result<()> {
        if length == 0 {
            return Ok(());
        }
        let text = bytes_at(self.file, offset, length.min(LONG_COMMENT + 1) as usize).unwrap_or_default();
        // A short line describes the archive; anything else may be what somebody hid in it.
        let is_short = text.len() as u64 <= LONG_COMMENT && text.iter().all(|byte| *byte >= b' ');
        let weight = if is_short { Weight::Listed } else { Weight::Partial };
        opener.report_skipped(
            self.found,
            &format!("{what} is not read"),
            weight,
            Some(ByteRange { offset, length }),
        )
    }

    /// Reads the member whose local header is at an offset.
    fn read_member(&mut self, opener: &mut Opener<'_>, at: u64) -> Walked<u64> {
        self.seen.insert(at);
        self.count += 1;
        let mut local = LocalHeader::read(self.file, at, self.listed.get(&at))?;
        self.names.insert(local.name.clone());
        if local.is_long {
            let (offset, length) = (at + 30 + local.name.len() as u64, local.start);
            let told = self.report_unread(
                opener,
                offset,
                length - offset.min(length),
                "a field of a member's header",
            );
            if let Err(error) = told {
                return Ok(Err(error));
            }
        }
        let member = Provenance { size: local.size, mtime: local.mtime, ..self.found.member(&local.name) };
        let is_link = self.listed.get(&at).is_some_and(|listed| listed.is_link);
        let kind = match local.method {
            0 => ContentKind::Plain,
            8 => ContentKind::Gzip,
            12 => ContentKind::Bzip2,
            20 | 93 => ContentKind::Zstd,
            95 => ContentKind::Xz,
            _ => ContentKind::Tar,
        };
        let unread = skip_reason(&local, kind, is_link);
        if local.packed.is_none() && (kind == ContentKind::Plain || unread.is_some()) {
            local.packed = Some(self.find_next_part(local.start)? - local.start);
        }
        if is_link && local.method == 0 {
            let size = local.size.unwrap_or(0).min(LONG_COMMENT) as usize;
            opener.sink.link(&member, &bytes_at(self.file, local.start, size)?);
        }
        if let (None, Some(packed)) = (&unread, local.packed)
            && local.start.saturating_add(packed) <= self.length
            && !opener.sink.wants(&member)
        {
            let end = local.start + packed;
            return Ok(Ok(self.skip_descriptor(end, &local, local.crc)?));
        }
        if let Some((reason, weight)) = unread {
            let length = local.packed.unwrap_or(0).min(self.length - local.start.min(self.length));
            let stretch = Some(ByteRange { offset: local.start, length });
            let told = opener.report_skipped(&member, &reason, weight, stretch);
            return Ok(told.map(|()| local.start + length));
        }
        if local.name.ends_with(b"/") && local.packed == Some(0) {
            return Ok(Ok(local.start));
        }
        self.deliver_content(opener, &member, &local, kind)
    }

    /// Delivers the content of a member; returns the offset after it.
    fn deliver_content(
        &self,
        opener: &mut Opener<'_>,
        member: &Provenance,
        local: &LocalHeader,
        kind: ContentKind,
    ) -> Walked<u64> {
        let codec = Codec::new(kind)?;
        let mut file = self.file;
        file.seek(SeekFrom::Start(local.start))?;
        let room = local.packed.unwrap_or(u64::MAX).min(self.length - local.start.min(self.length));
        let crc = (local.crc != 0 || local.flags & 8 == 0).then_some(local.crc);
        let place = Cell::new(local.start);
        let packed = PeekReader::new(Box::new(PositionedFile { file, place: &place }.take(room)));
        let told = opener.skip_count();
        let mut unpacked = MemberContent::new(packed, codec, local.packed, crc);
        let content = opener.bounded(&mut unpacked);
        if let Err(error) = opener.open_sniffed(content, member, self.archives, 0) {
            return Ok(Err(error));
        }
        let end = local.start + unpacked.position();
        if unpacked.is_whole() {
            let next = self.skip_descriptor(end, local, unpacked.crc())?;
            let follows = bytes_at(self.file, next, 2)?;
            if kind == ContentKind::Plain && !follows.is_empty() && follows != b"PK" && follows != [0, 0] {
                let reason = "is longer than the archive states: the rest is read separately";
                return Ok(opener.report_skipped(member, reason, Weight::Partial, None).map(|()| next));
            }
            return Ok(Ok(next));
        }
        let next = match local.packed {
            Some(packed) if local.start.saturating_add(packed) <= self.length => local.start + packed,
            _ => self.find_next_part(end)?,
        };
        if next <= end || opener.skip_count() > told {
            return Ok(Ok(next.max(end)));
        }
        let stretch = Some(ByteRange { offset: end, length: next - end });
        Ok(opener.report_skipped(member, "was not read to its end", Weight::Partial, stretch).map(|()| next))
    }

    /// Skips the data descriptor after a member, if there is one.
    fn skip_descriptor(&self, end: u64, local: &LocalHeader, crc: u32) -> io::Result<u64> {
        if local.flags & 8 == 0 {
            return Ok(end);
        }
        let next = bytes_at(self.file, end, 28)?;
        let signed = if next.starts_with(&DESCRIPTOR) { 4 } else { 0 };
        if u32_at(&next, signed) != crc {
            return Ok(end);
        }
        let goes_on = |length: usize| {
            next.len() == length || next.get(length..).is_some_and(|rest| rest.starts_with(b"PK"))
        };
        let (small, big) = (signed + 12, signed + 20);
        let length = if goes_on(big) && (local.is_big || !goes_on(small)) { big } else { small };
        Ok(end + length as u64)
    }

    /// Finds the offset of the next part, from an offset on.
    fn find_next_part(&self, from: u64) -> io::Result<u64> {
        let parts = [LOCAL, CENTRAL, END, BIG_END, DESCRIPTOR];
        Ok(central_directory::find(self.file, from, self.length, &parts)?.unwrap_or(self.length))
    }

    /// Delivers bytes that belong to no part.
    fn deliver_gap(&mut self, opener: &mut Opener<'_>, at: u64) -> Walked<u64> {
        self.count += 1;
        let parts = [LOCAL, CENTRAL, END, BIG_END];
        let next = central_directory::find(self.file, at + 1, self.length, &parts)?.unwrap_or(self.length);
        let mut file = self.file;
        file.seek(SeekFrom::Start(at))?;
        let place = Cell::new(at);
        let mut packed = PeekReader::new(Box::new(PositionedFile { file, place: &place }.take(next - at)));
        packed.skip_zeros()?;
        let begins = at + packed.position();
        if begins == next {
            return Ok(Ok(next));
        }
        let name = format!("bytes {begins} to {next} that belong to no member");
        let found = Provenance { size: Some(next - begins), ..self.found.member(name.as_bytes()) };
        Ok(opener.open_sniffed(Box::new(packed), &found, self.archives - 1, 0).map(|()| next))
    }

    /// Reports what is missing, after the whole file was walked.
    fn report_missing(&mut self, opener: &mut Opener<'_>) -> Walked<()> {
        if self.ends.is_empty() {
            let reason = "has no directory at its end: it was truncated, or is one volume of several";
            return Ok(opener.report_skipped(self.found, reason, Weight::Partial, None));
        }
        let ends = std::mem::take(&mut self.ends);
        let met: Vec<CentralDirectory> = ends.iter().filter_map(|end| self.directories.remove(end)).collect();
        for directory in met {
            if directory.is_part {
                let reason = "is one volume of a multi-volume archive";
                if let Err(error) = opener.report_skipped(self.found, reason, Weight::Partial, None) {
                    return Ok(Err(error));
                }
            }
            for listed in directory.members {
                if !self.seen.contains(&listed.at)
                    && !self.seen.contains(&listed.stated)
                    && let Err(error) = self.read_unvisited(opener, &listed)?
                {
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Reads a member that a directory lists and the walk did not find.
    fn read_unvisited(&mut self, opener: &mut Opener<'_>, listed: &DirectoryEntry) -> Walked<()> {
        for at in [listed.at, listed.stated] {
            if self.count <= opener.limits.entries && bytes_at(self.file, at, 4)? == LOCAL {
                return Ok(self.read_member(opener, at)?.map(drop));
            }
        }
        let reason = "is listed in the archive's directory, but is not there";
        Ok(opener.report_skipped(&self.found.member(&listed.name), reason, Weight::Unread, None))
    }
}

/// Returns why a member is not read and how much that matters; `None` if it is read.
fn skip_reason(local: &LocalHeader, kind: ContentKind, is_link: bool) -> Option<(String, Weight)> {
    if is_link {
        // What is longer than a path may be anything.
        let is_short = local.size.is_some_and(|size| size <= LONG_COMMENT);
        let weight = if is_short { Weight::Listed } else { Weight::Unread };
        Some(("is a link inside an archive".to_owned(), weight))
    } else if local.flags & 1 != 0 || local.method == 99 {
        Some(("is encrypted".to_owned(), Weight::Unread))
    } else if kind == ContentKind::Tar {
        Some((format!("is compressed by method {}, which is not read", local.method), Weight::Unread))
    } else {
        None
    }
}
