//! The members of zip files, found by walking over the whole file: those of
//! every directory and those of none, and what stands between and behind them.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::error::Result;

use super::codec::Codec;
use super::content::Unpacked;
use super::directory::{
    self, Directory, DirectoryEntry, big_sizes, bytes_at, directories, field, is_short, u16_at, u32_at,
};
use super::layers::Opener;
use super::peek::{PeekReader, PositionedFile};
use super::provenance::{ByteRange, Provenance, Weight};
use super::sniff::ContentKind;

/// How the parts of a zip begin.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const SIGNATURE: [u8; 4] = *b"PK\x05\x05";
const BIG_END: [u8; 4] = *b"PK\x06\x06";
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Gives out everything in a zip; `archives` counts it and those around it.
pub fn entries(opening: &mut Opener<'_>, file: &File, found: &Provenance, archives: usize) -> Result<()> {
    let length = file.metadata().map_or(0, |meta| meta.len());
    let walked = directories(file, length, opening.limits.entries).and_then(|directories| {
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
        zip.walk(opening)
    });
    match walked {
        Ok(outcome) => outcome,
        Err(error) => opening.tell(found, &format!("cannot be read as zip: {error}"), Weight::Partial, None),
    }
}

/// A zip that is being read.
struct Zip<'f> {
    file: &'f File,
    length: u64,
    found: &'f Provenance,
    archives: usize,
    /// What directories say, by the place of the local header.
    listed: HashMap<u64, DirectoryEntry>,
    directories: HashMap<u64, Directory>,
    /// The local headers that were met, and the names in them.
    seen: HashSet<u64>,
    names: HashSet<Vec<u8>>,
    count: u64,
    /// The end records that were met.
    ends: Vec<u64>,
}

/// Longest comment that is taken to describe the archive.
const LONG_COMMENT: u64 = 128;

/// What a local header says.
struct Local {
    flags: u16,
    method: u16,
    crc: u32,
    /// Length of the packed content, where it is known.
    packed: Option<u64>,
    size: Option<u64>,
    /// Where the content begins.
    start: u64,
    name: Vec<u8>,
    mtime: Option<i64>,
    is_big: bool,
    /// Its header holds more than the fields that are known.
    is_long: bool,
}

/// What went wrong: with the file, or with whoever takes what is found.
type Walked<T> = io::Result<Result<T>>;

impl Zip<'_> {
    /// Walks over the file from its start to its end.
    fn walk(&mut self, opening: &mut Opener<'_>) -> Walked<()> {
        let mut at = 0;
        while at < self.length {
            if self.count > opening.limits.entries {
                let reason =
                    format!("has more than {} entries; the rest is not read", opening.limits.entries);
                let stretch = ByteRange { offset: at, length: self.length - at };
                return Ok(opening.tell(self.found, &reason, Weight::Partial, Some(stretch)));
            }
            at = match self.part(opening, at)? {
                Ok(next) => next.max(at + 1).min(self.length),
                Err(error) => return Ok(Err(error)),
            };
        }
        self.close(opening)
    }

    /// Takes what stands at a place and gives where the next part stands.
    fn part(&mut self, opening: &mut Opener<'_>, at: u64) -> Walked<u64> {
        let head = bytes_at(self.file, at, 46)?;
        let four: [u8; 4] = head.get(..4).and_then(|four| four.try_into().ok()).unwrap_or_default();
        Ok(match four {
            LOCAL if head.len() >= 30 => return self.member(opening, at),
            CENTRAL if head.len() >= 46 => return self.record(opening, at, &head),
            END if self.directories.contains_key(&at) || (head.len() >= 22 && u16_at(&head, 10) == 0) => {
                self.ends.push(at);
                let comment = u64::from(u16_at(&head, 20));
                return self.filling(opening, at + 22, comment, self.length, "a comment in the archive");
            }
            BIG_END if head.len() >= 12 => {
                let extra = directory::u64_at(&head, 4).saturating_sub(44);
                let what = "what stands behind the fields of the zip64 end record";
                return self.filled(opening, at + 56, extra, what);
            }
            LOCATOR if head.len() >= 20 => Ok(at + 20),
            SIGNATURE if head.len() >= 6 => {
                return self.filled(opening, at + 6, u64::from(u16_at(&head, 4)), "a signature");
            }
            // The first part of several begins so, and what was meant to be one.
            DESCRIPTOR | [b'P', b'K', b'0', b'0'] if at == 0 => Ok(4),
            _ => return self.gap(opening, at),
        })
    }

    /// Takes a record of a directory: its name is that of a member, and what
    /// else it holds is told.
    fn record(&self, opening: &mut Opener<'_>, at: u64, head: &[u8]) -> Walked<u64> {
        let [name, extra, comment] = [28, 30, 32].map(|at| u64::from(u16_at(head, at)));
        let next = at + 46 + name + extra + comment;
        if !self.begins(next)? {
            return self.damaged(opening, at + 46, "a record of the directory");
        }
        let text = bytes_at(self.file, at + 46, (name + extra) as usize)?;
        let (text, fields) = text.split_at((name as usize).min(text.len()));
        let parts = [
            (at + 46, if self.names.contains(text) { 0 } else { name }, "a name that no member has"),
            (at + 46 + name, if is_short(fields) { 0 } else { extra }, "a field of the directory"),
            (at + 46 + name + extra, comment, "a comment in the archive"),
        ];
        for (offset, length, what) in parts {
            if let Err(error) = self.unread(opening, offset, length, what) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(next))
    }

    /// Passes over so many bytes that should stand before another part.
    fn filled(&self, opening: &mut Opener<'_>, at: u64, length: u64, what: &str) -> Walked<u64> {
        let end = at.saturating_add(length);
        let room = if self.begins(end)? { end } else { 0 };
        self.filling(opening, at, length, room, what)
    }

    /// Passes over so many bytes, unless they reach over a place: the length is
    /// damaged then, and what follows is read as if it were none of the archive.
    fn filling(&self, opening: &mut Opener<'_>, at: u64, length: u64, room: u64, what: &str) -> Walked<u64> {
        let end = at.saturating_add(length);
        if end > room {
            return self.damaged(opening, at, what);
        }
        Ok(self.unread(opening, at, length, what).map(|()| end))
    }

    /// Tells whether a part of a zip begins at a place, or the file ends there.
    fn begins(&self, at: u64) -> io::Result<bool> {
        let parts = [LOCAL, CENTRAL, END, SIGNATURE, BIG_END, LOCATOR];
        Ok(at == self.length || parts.contains(&bytes_at(self.file, at, 4)?.try_into().unwrap_or_default()))
    }

    fn damaged(&self, opening: &mut Opener<'_>, at: u64, what: &str) -> Walked<u64> {
        let reason = format!("is damaged: {what} has a wrong length, and what follows is read as it is");
        Ok(opening.tell(self.found, &reason, Weight::Partial, None).map(|()| at))
    }

    /// Says that bytes of the archive are no content.
    fn unread(&self, opening: &mut Opener<'_>, offset: u64, length: u64, what: &str) -> Result<()> {
        if length == 0 {
            return Ok(());
        }
        let text = bytes_at(self.file, offset, length.min(LONG_COMMENT + 1) as usize).unwrap_or_default();
        // A short line describes the archive; anything else may be what somebody hid in it.
        let is_short = text.len() as u64 <= LONG_COMMENT && text.iter().all(|byte| *byte >= b' ');
        let weight = if is_short { Weight::Listed } else { Weight::Partial };
        opening.tell(self.found, &format!("{what} is not read"), weight, Some(ByteRange { offset, length }))
    }

    /// Reads the local header at a place.
    fn local(&self, at: u64) -> io::Result<Local> {
        let head = bytes_at(self.file, at, 30)?;
        let (name, extra) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
        let rest = bytes_at(self.file, at + 30, name + extra)?;
        let (name, extra) = rest.split_at(name.min(rest.len()));
        let mut sizes = [u64::from(u32_at(&head, 22)), u64::from(u32_at(&head, 18))];
        big_sizes(extra, &mut sizes);
        let flags = u16_at(&head, 6);
        let listed = self.listed.get(&at);
        let streamed = flags & 8 != 0 && sizes[1] == 0;
        let known = |own: u64, listed: Option<u64>| if streamed { listed } else { Some(own) };
        let mtime = field(extra, 0x5455).filter(|field| field.len() >= 5 && field[0] & 1 != 0);
        Ok(Local {
            flags,
            method: u16_at(&head, 8),
            crc: if flags & 8 != 0 { listed.map_or(0, |listed| listed.crc) } else { u32_at(&head, 14) },
            packed: known(sizes[1], listed.map(|listed| listed.packed)),
            size: known(sizes[0], listed.map(|listed| listed.size)),
            start: at + 30 + rest.len() as u64,
            name: name.to_vec(),
            mtime: mtime.map(|field| i64::from(u32_at(field, 1) as i32) * 1_000_000_000),
            is_big: field(extra, 1).is_some(),
            is_long: !is_short(extra),
        })
    }

    /// Takes the member whose local header stands at a place.
    fn member(&mut self, opening: &mut Opener<'_>, at: u64) -> Walked<u64> {
        self.seen.insert(at);
        self.count += 1;
        let mut local = self.local(at)?;
        self.names.insert(local.name.clone());
        if local.is_long {
            let (offset, length) = (at + 30 + local.name.len() as u64, local.start);
            let told =
                self.unread(opening, offset, length - offset.min(length), "a field of a member's header");
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
        let unread = if is_link {
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
        };
        if local.packed.is_none() && (kind == ContentKind::Plain || unread.is_some()) {
            local.packed = Some(self.next(local.start)? - local.start);
        }
        if let Some((reason, weight)) = unread {
            let length = local.packed.unwrap_or(0).min(self.length - local.start.min(self.length));
            let stretch = Some(ByteRange { offset: local.start, length });
            let told = opening.tell(&member, &reason, weight, stretch);
            return Ok(told.map(|()| local.start + length));
        }
        if local.name.ends_with(b"/") && local.packed == Some(0) {
            return Ok(Ok(local.start));
        }
        self.content(opening, &member, &local, kind)
    }

    /// Gives out a member's content, and where what stands behind it begins.
    fn content(
        &self,
        opening: &mut Opener<'_>,
        member: &Provenance,
        local: &Local,
        kind: ContentKind,
    ) -> Walked<u64> {
        let codec = Codec::new(kind)?;
        let mut file = self.file;
        file.seek(SeekFrom::Start(local.start))?;
        let room = local.packed.unwrap_or(u64::MAX).min(self.length - local.start.min(self.length));
        let crc = (local.crc != 0 || local.flags & 8 == 0).then_some(local.crc);
        let place = Cell::new(local.start);
        let packed = PeekReader::new(Box::new(PositionedFile { file, place: &place }.take(room)));
        let told = opening.told();
        let mut unpacked = Unpacked::new(packed, codec, local.packed, crc);
        let content = opening.bounded(&mut unpacked);
        if let Err(error) = opening.sniffed(content, member, self.archives, 0) {
            return Ok(Err(error));
        }
        let end = local.start + unpacked.taken();
        if unpacked.is_whole() {
            let next = self.behind(end, local, unpacked.crc())?;
            let follows = bytes_at(self.file, next, 2)?;
            if kind == ContentKind::Plain && !follows.is_empty() && follows != b"PK" && follows != [0, 0] {
                let reason = "is longer than the archive states: the rest is read apart";
                return Ok(opening.tell(member, reason, Weight::Partial, None).map(|()| next));
            }
            return Ok(Ok(next));
        }
        let next = match local.packed {
            Some(packed) if local.start.saturating_add(packed) <= self.length => local.start + packed,
            _ => self.next(end)?,
        };
        if next <= end || opening.told() > told {
            return Ok(Ok(next.max(end)));
        }
        let stretch = Some(ByteRange { offset: end, length: next - end });
        Ok(opening.tell(member, "was not read to its end", Weight::Partial, stretch).map(|()| next))
    }

    /// Passes over the data descriptor behind a member, where one is.
    fn behind(&self, end: u64, local: &Local, crc: u32) -> io::Result<u64> {
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

    /// Finds where the next part begins, from a place on.
    fn next(&self, from: u64) -> io::Result<u64> {
        let parts = [LOCAL, CENTRAL, END, BIG_END, DESCRIPTOR];
        Ok(directory::find(self.file, from, self.length, &parts)?.unwrap_or(self.length))
    }

    /// Gives out bytes that belong to no part.
    fn gap(&mut self, opening: &mut Opener<'_>, at: u64) -> Walked<u64> {
        self.count += 1;
        let parts = [LOCAL, CENTRAL, END, BIG_END];
        let next = directory::find(self.file, at + 1, self.length, &parts)?.unwrap_or(self.length);
        let mut file = self.file;
        file.seek(SeekFrom::Start(at))?;
        let place = Cell::new(at);
        let mut packed = PeekReader::new(Box::new(PositionedFile { file, place: &place }.take(next - at)));
        packed.zeros()?;
        let begins = at + packed.taken();
        if begins == next {
            return Ok(Ok(next));
        }
        let name = format!("bytes {begins} to {next} that belong to no member");
        let found = Provenance { size: Some(next - begins), ..self.found.member(name.as_bytes()) };
        Ok(opening.sniffed(Box::new(packed), &found, self.archives - 1, 0).map(|()| next))
    }

    /// Says what is missing, once the whole file was walked over.
    fn close(&mut self, opening: &mut Opener<'_>) -> Walked<()> {
        if self.ends.is_empty() {
            let reason = "has no directory at its end: it was cut, or is one part of several";
            return Ok(opening.tell(self.found, reason, Weight::Partial, None));
        }
        let ends = std::mem::take(&mut self.ends);
        let met: Vec<Directory> = ends.iter().filter_map(|end| self.directories.remove(end)).collect();
        for directory in met {
            if directory.is_part {
                let reason = "is one part of an archive of several";
                if let Err(error) = opening.tell(self.found, reason, Weight::Partial, None) {
                    return Ok(Err(error));
                }
            }
            for listed in directory.members {
                if !self.seen.contains(&listed.at)
                    && !self.seen.contains(&listed.stated)
                    && let Err(error) = self.elsewhere(opening, &listed)?
                {
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Takes a member that a directory lists and the walk did not meet.
    fn elsewhere(&mut self, opening: &mut Opener<'_>, listed: &DirectoryEntry) -> Walked<()> {
        for at in [listed.at, listed.stated] {
            if self.count <= opening.limits.entries && bytes_at(self.file, at, 4)? == LOCAL {
                return Ok(self.member(opening, at)?.map(drop));
            }
        }
        let reason = "is listed in the archive's directory, but is not there";
        Ok(opening.tell(&self.found.member(&listed.name), reason, Weight::Unread, None))
    }
}
