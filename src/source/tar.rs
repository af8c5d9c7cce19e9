//! The members of tar archives, and what is between and after them. Names are only
//! metadata.

use std::io::{self, Read};

use crate::error::Result;

use super::opener::Opener;
use super::pax_header::{self, PaxHeader};
use super::peek_reader::PeekReader;
use super::provenance::{ByteRange, Weight};
use super::sniff::{ContentKind, is_tar, sniff_kind};
use super::sparse_map::{SparseMap, SparseReader};
use crate::record::Provenance;

const BLOCK: usize = 512;

/// The most bytes of a long name or of an extended header.
const LONGEST_HEADER: u64 = 1 << 20;

/// The longest file name of any system.
const LONGEST_NAME: usize = 4096;

/// The most bytes of holes that are filled with zeros.
const HOLES: u64 = 16 << 20;

/// Delivers everything in a tar; `archives` counts it and those around it. An archive
/// that follows the end of another is read too; so are bytes that belong to no member.
pub fn entries(
    opener: &mut Opener<'_>,
    stream: Box<dyn Read + '_>,
    found: &Provenance,
    archives: usize,
) -> Result<()> {
    let mut tar =
        Tar { packed: PeekReader::new(stream), found, archives, next: PaxHeader::default(), marked: true };
    let mut count = 0u64;
    loop {
        let Tar { packed, .. } = &mut tar;
        let offset = packed.position();
        let block = match packed.peek(BLOCK) {
            Ok(block) => block[..block.len().min(BLOCK)].to_vec(),
            Err(error) => {
                let reason = format!("ends early after {count} entries: {error}");
                return opener.report_skipped(found, &reason, Weight::Partial, None);
            }
        };
        if block.is_empty() {
            break;
        }
        if count >= opener.limits.entries {
            let reason = format!("has more than {} entries; the rest is not read", opener.limits.entries);
            let (length, _) = packed.drain_rest();
            return opener.report_skipped(
                found,
                &reason,
                Weight::Partial,
                Some(ByteRange { offset, length }),
            );
        }
        if block.iter().all(|byte| *byte == 0) {
            packed.consume(block.len());
            tar.marked |= block.len() == BLOCK;
        } else if is_tar(&block) {
            packed.consume(BLOCK);
            count += 1;
            tar.read_member(opener, &block)?;
        } else {
            count += 1;
            tar.deliver_gap(opener)?;
        }
    }
    if !tar.marked && count > 0 {
        let reason = "ends without the end mark of a complete tar: members may be missing";
        return opener.report_skipped(found, reason, Weight::Partial, None);
    }
    Ok(())
}

/// A tar that is being read.
struct Tar<'a, 'f> {
    packed: PeekReader<'a>,
    found: &'f Provenance,
    archives: usize,
    /// What the extended headers say about the next member.
    next: PaxHeader,
    /// An end mark follows the last member.
    marked: bool,
}

impl Tar<'_, '_> {
    fn read_member(&mut self, opener: &mut Opener<'_>, header: &[u8]) -> Result<()> {
        self.marked = false;
        let mut raw = tar::Header::new_old();
        raw.as_mut_bytes().copy_from_slice(header);
        let size = raw.entry_size().unwrap_or(u64::MAX);
        let flag = header[156];
        if matches!(flag, b'L' | b'K' | b'x' | b'X' | b'g')
            && size <= LONGEST_HEADER
            && self.read_extended_header(opener, flag, size)?
        {
            return Ok(());
        }
        let next = std::mem::take(&mut self.next);
        let size = next.size.unwrap_or(size);
        let name = next.path.unwrap_or_else(|| raw.path_bytes().into_owned());
        let mtime = next.mtime.or_else(|| {
            let secs = i64::try_from(raw.mtime().ok()?).ok()?;
            secs.checked_mul(1_000_000_000)
        });
        let member = Provenance {
            size: Some(size),
            mtime,
            owner: raw.uid().ok().zip(raw.gid().ok()).map(|(uid, gid)| format!("{uid}:{gid}")),
            ..self.found.member(&name)
        };
        if flag == b'2' && size == 0 {
            let target = next.link.clone().or_else(|| raw.link_name_bytes().map(|name| name.into_owned()));
            target.iter().for_each(|target| opener.sink.link(&member, target));
        }
        if matches!(flag, b'0' | 0) && !opener.sink.wants(&member) {
            self.skip(size);
            return self.read_padding(opener, size);
        }
        match flag {
            b'S' => self.read_sparse(opener, &member, header, size),
            b'1'..=b'6' if size == 0 || !self.has_unexpected_content() => match flag {
                b'5' => Ok(()),
                _ => opener.report_skipped(
                    &member,
                    "is a link or a device inside an archive",
                    Weight::Listed,
                    None,
                ),
            },
            _ if size == 0 && name.ends_with(b"/") => Ok(()),
            _ => {
                if next.is_sparse {
                    let reason = "is sparse: its holes are left out";
                    opener.report_skipped(&member, reason, Weight::Listed, None)?;
                }
                self.deliver_content(opener, &member, size, None)
            }
        }
    }

    /// Returns whether the header of a member that should have no content is followed
    /// by something other than a header, an end mark or the end.
    fn has_unexpected_content(&mut self) -> bool {
        let next = self.packed.peek(BLOCK).unwrap_or_default();
        let block = &next[..next.len().min(BLOCK)];
        !is_tar(block) && block.iter().any(|byte| *byte != 0)
    }

    /// Reads an extended header of the next member; returns false if it is not one, and
    /// its data is content then.
    fn read_extended_header(&mut self, opener: &mut Opener<'_>, flag: u8, size: u64) -> Result<bool> {
        let offset = self.packed.position();
        let Ok(data) = self.packed.peek(size as usize) else { return Ok(false) };
        let Some(data) = data.get(..size as usize) else { return Ok(false) };
        let mut long = false;
        // A name with line ends, or with something after it, is not a name: it is read
        // as content.
        let name = pax_header::until_zero(data);
        if matches!(flag, b'L' | b'K')
            && (name.len() > LONGEST_NAME
                || name.contains(&b'\n')
                || data[name.len()..].iter().any(|byte| *byte != 0))
        {
            return Ok(false);
        }
        match flag {
            b'L' => self.next.path = Some(name.to_vec()),
            b'K' => self.next.link = Some(name.to_vec()),
            _ => match pax_header::records(data) {
                None => return Ok(false),
                Some(records) => {
                    long = pax_header::has_unknown_content(&records);
                    // Times and owners of a global header are not needed.
                    if flag != b'g' {
                        self.next.apply(&records);
                    }
                }
            },
        }
        self.packed.consume(size as usize);
        if long {
            let stretch = ByteRange { offset, length: size };
            let reason = "has a header with a comment or unknown fields, which are not read";
            opener.report_skipped(self.found, reason, Weight::Partial, Some(stretch))?;
        }
        self.read_padding(opener, size)?;
        Ok(true)
    }

    fn read_sparse(
        &mut self,
        opener: &mut Opener<'_>,
        member: &Provenance,
        header: &[u8],
        size: u64,
    ) -> Result<()> {
        let map = SparseMap::read(header, &mut self.packed).filter(|map| map.data() == size);
        match map {
            Some(map) if map.holes() <= HOLES => self.deliver_content(opener, member, size, Some(map)),
            map => {
                let holes = map
                    .map_or_else(|| "its holes".to_owned(), |map| format!("{} bytes of holes", map.holes()));
                let reason = format!("is sparse: {holes} are left out");
                opener.report_skipped(member, &reason, Weight::Listed, None)?;
                self.deliver_content(opener, member, size, None)
            }
        }
    }

    /// Delivers one member's content, or opens it where it is a container itself.
    fn deliver_content(
        &mut self,
        opener: &mut Opener<'_>,
        member: &Provenance,
        size: u64,
        map: Option<SparseMap>,
    ) -> Result<()> {
        let told = opener.skip_count();
        let mut body = Body { packed: &mut self.packed, left: size, size };
        let stream: Box<dyn Read + '_> = match map {
            Some(map) => opener.bounded(SparseReader::new(&mut body, map)),
            None => Box::new(&mut body),
        };
        opener.open_sniffed(stream, member, self.archives, 0)?;
        let left = body.left;
        if left > 0 {
            let offset = self.packed.position();
            let length = self.skip(left);
            if length > 0 && opener.skip_count() == told {
                let stretch = Some(ByteRange { offset, length });
                opener.report_skipped(member, "was not read to its end", Weight::Partial, stretch)?;
            }
        }
        self.read_padding(opener, size)
    }

    /// Skips `count` bytes; returns how many there were.
    fn skip(&mut self, count: u64) -> u64 {
        let before = self.packed.position();
        loop {
            let left = count - (self.packed.position() - before);
            let room = self.packed.peek(1).map_or(0, |next| next.len() as u64).min(left);
            if room == 0 {
                break;
            }
            self.packed.consume(room as usize);
        }
        self.packed.position() - before
    }

    /// Skips the padding of a member's last block; delivers it if it is not zeros.
    fn read_padding(&mut self, opener: &mut Opener<'_>, size: u64) -> Result<()> {
        let count = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        let offset = self.packed.position();
        let bytes = self.packed.read_up_to(count as usize).unwrap_or_default();
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let name = format!("padding at byte {offset}");
        let found = Provenance { size: Some(bytes.len() as u64), ..self.found.member(name.as_bytes()) };
        opener.open_sniffed(Box::new(io::Cursor::new(bytes)), &found, self.archives, 0)
    }

    /// Delivers what is in the place of a header: a stream of its own, up to the next
    /// header or end mark.
    fn deliver_gap(&mut self, opener: &mut Opener<'_>) -> Result<()> {
        let name = format!("bytes from {} that belong to no member", self.packed.position());
        let found = self.found.member(name.as_bytes());
        // It is beside this archive, not in it.
        let around = self.archives - 1;
        let head = self.packed.peek(BLOCK).unwrap_or_default();
        let whole = sniff_kind(head);
        let block = &head[..head.len().min(BLOCK)];
        let text = block.iter().rposition(|byte| *byte != 0).map_or(block, |at| &block[..at]);
        let is_damaged = text.contains(&0);
        if whole != ContentKind::Plain {
            // A container is read by its own rules, to where it ends.
            let rest: Box<dyn Read + '_> = Box::new(&mut self.packed);
            let told = opener.skip_count();
            opener.open_nested(whole, rest, found, around, 0)?;
            let (offset, (length, filled)) = (self.packed.position(), self.packed.drain_rest());
            if filled && opener.skip_count() == told {
                let stretch = Some(ByteRange { offset, length });
                return opener.report_skipped(
                    self.found,
                    "was not read to its end",
                    Weight::Partial,
                    stretch,
                );
            }
            return Ok(());
        }
        if is_damaged {
            let reason = "is not a header: it may be damaged, and is read as is with what follows";
            let stretch = Some(ByteRange { offset: self.packed.position(), length: BLOCK as u64 });
            opener.report_skipped(&found, reason, Weight::Partial, stretch)?;
        }
        opener.open_sniffed(Box::new(Gap { packed: &mut self.packed, left: 0 }), &found, self.archives, 0)
    }
}

/// The content of a member.
struct Body<'p, 'a> {
    packed: &'p mut PeekReader<'a>,
    left: u64,
    size: u64,
}

impl Read for Body<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if room == 0 {
            return Ok(0);
        }
        let count = self.packed.read(&mut buffer[..room])?;
        if count == 0 {
            let there = self.size - self.left;
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the archive is truncated: {there} of {} bytes are there", self.size),
            ));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Bytes that belong to no member, block by block.
struct Gap<'p, 'a> {
    packed: &'p mut PeekReader<'a>,
    /// Bytes of the current block that are left to return.
    left: usize,
}

impl Read for Gap<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            let next = self.packed.peek(2 * BLOCK)?;
            let block = &next[..next.len().min(BLOCK)];
            if is_tar(block) || block.iter().all(|byte| *byte == 0) {
                return Ok(0);
            }
            self.left = block.len();
            // The zeros that fill the last block are not content.
            let behind = &next[block.len()..next.len().min(2 * BLOCK)];
            if is_tar(behind) || behind.iter().all(|byte| *byte == 0) {
                self.left = block.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
            }
        }
        let count = self.left.min(buffer.len());
        let next = self.packed.peek(count)?;
        let count = count.min(next.len());
        buffer[..count].copy_from_slice(&next[..count]);
        self.packed.consume(count);
        self.left -= count;
        if self.left == 0 {
            // On to the next block.
            let over = (BLOCK as u64 - self.packed.position() % BLOCK as u64) % BLOCK as u64;
            let fill = self.packed.peek(over as usize).map_or(0, |fill| fill.len().min(over as usize));
            self.packed.consume(fill);
        }
        Ok(count)
    }
}
