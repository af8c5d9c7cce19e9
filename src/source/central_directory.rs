//! The central directories of a zip file (APPNOTE.TXT 6.3.10), wherever they are.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// How many bytes are scanned at once.
const ROOM: usize = 1 << 20;

/// The longest end record: 22 bytes and a comment.
const LONGEST_END: usize = 22 + 0xffff;

/// The most directories that are read.
const MOST: usize = 10_000;

/// An entry of the central directory.
#[derive(Debug, Clone)]
pub struct DirectoryEntry {
    /// The offset of its local header, if nothing is between the members and the
    /// directory.
    pub at: u64,
    /// The offset that the directory states.
    pub stated: u64,
    /// Its name.
    pub name: Vec<u8>,
    /// Length of its packed content.
    pub packed: u64,
    /// Length of its content.
    pub size: u64,
    /// CRC-32 of its content.
    pub crc: u32,
    /// It is a symbolic link.
    pub is_link: bool,
}

/// A directory with its end record.
#[derive(Debug)]
pub struct CentralDirectory {
    /// The archive is one of several parts.
    pub is_part: bool,
    /// The members that it lists.
    pub members: Vec<DirectoryEntry>,
}

/// Reads little-endian numbers out of a record; 0 beyond its end.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

/// The same for four bytes.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// The same for eight bytes.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// Reads up to `count` bytes at a place.
pub fn bytes_at(mut file: &File, at: u64, count: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds the next offset from `at` on with one of the wanted signatures.
pub fn find(file: &File, mut at: u64, length: u64, wanted: &[[u8; 4]]) -> io::Result<Option<u64>> {
    while at < length {
        let bytes = bytes_at(file, at, ROOM)?;
        let places = memchr::memmem::find_iter(&bytes, b"PK");
        let hit = |place: &usize| wanted.iter().any(|four| bytes[*place..].starts_with(four));
        if let Some(place) = places.into_iter().find(hit) {
            return Ok(Some(at + place as u64));
        }
        if bytes.len() <= 3 {
            break;
        }
        at += bytes.len() as u64 - 3;
    }
    Ok(None)
}

/// Reads every directory of a file of this length, by the offset of its end record; no
/// more than `most` members in all.
pub fn directories(file: &File, length: u64, most: u64) -> io::Result<HashMap<u64, CentralDirectory>> {
    let (mut all, mut at, mut left) = (HashMap::new(), 0, most);
    while let Some(end) = find(file, at, length, &[*b"PK\x05\x06"])? {
        at = end + 4;
        if let Some(directory) = directory(file, end, length, left)? {
            left -= directory.members.len() as u64;
            all.insert(end, directory);
        }
        if all.len() >= MOST {
            break;
        }
    }
    Ok(all)
}

/// Returns whether a file ends as a zip does, whatever it begins with.
pub fn ends_as_zip(file: &File, length: u64) -> io::Result<bool> {
    let from = length.saturating_sub(LONGEST_END as u64);
    let tail = bytes_at(file, from, LONGEST_END)?;
    for place in memchr::memmem::rfind_iter(&tail, b"PK\x05\x06") {
        let comment = usize::from(u16_at(&tail, place + 20));
        if place + 22 + comment == tail.len() {
            let found = directory(file, from + place as u64, length, u64::MAX)?;
            return Ok(found.is_some_and(|directory| !directory.members.is_empty()));
        }
    }
    Ok(false)
}

/// Reads the directory whose end record is at an offset; `None` if there is none.
fn directory(file: &File, end: u64, length: u64, most: u64) -> io::Result<Option<CentralDirectory>> {
    let record = bytes_at(file, end, 22)?;
    let comment = u64::from(u16_at(&record, 20));
    if record.len() < 22 || end + 22 + comment > length {
        return Ok(None);
    }
    let (mut count, mut size) = (u64::from(u16_at(&record, 10)), u64::from(u32_at(&record, 12)));
    let (mut offset, mut behind) = (u64::from(u32_at(&record, 16)), end);
    if let Some((at, big)) = zip64(file, end)? {
        (count, size, offset) = (u64_at(&big, 32), u64_at(&big, 40), u64_at(&big, 48));
        behind = at;
    }
    let is_part = u16_at(&record, 4) != 0 && u16_at(&record, 4) != 0xffff;
    let Some(start) = behind.checked_sub(size) else { return Ok(None) };
    let base = start.saturating_sub(offset);
    let mut members = Vec::new();
    let mut at = start;
    while (members.len() as u64) < count.min(most) && at < behind {
        let Some((listed, next)) = directory_entry(file, at, base)? else { break };
        members.push(listed);
        at = next;
    }
    if count > 0 && members.is_empty() {
        return Ok(None);
    }
    Ok(Some(CentralDirectory { is_part, members }))
}

/// Finds the zip64 end record before an end record.
fn zip64(file: &File, end: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let Some(locator_at) = end.checked_sub(20) else { return Ok(None) };
    let locator = bytes_at(file, locator_at, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    for at in [locator_at.checked_sub(56), Some(u64_at(&locator, 8))].into_iter().flatten() {
        let big = bytes_at(file, at, 56)?;
        if big.starts_with(b"PK\x06\x06") && at < locator_at {
            return Ok(Some((at, big)));
        }
    }
    Ok(None)
}

/// Reads one entry of a directory, and returns the offset of the next.
fn directory_entry(file: &File, at: u64, base: u64) -> io::Result<Option<(DirectoryEntry, u64)>> {
    let head = bytes_at(file, at, 46)?;
    if head.len() < 46 || !head.starts_with(b"PK\x01\x02") {
        return Ok(None);
    }
    let lengths = [28, 30, 32].map(|at| usize::from(u16_at(&head, at)));
    let rest = bytes_at(file, at + 46, lengths.iter().sum())?;
    let (name, extra) = rest.split_at(lengths[0].min(rest.len()));
    let extra = &extra[..lengths[1].min(extra.len())];
    let mut sizes =
        [u64::from(u32_at(&head, 24)), u64::from(u32_at(&head, 20)), u64::from(u32_at(&head, 42))];
    big_sizes(extra, &mut sizes);
    let [size, packed, offset] = sizes;
    let by_unix = head[5] == 3 || head[5] == 19;
    let listed = DirectoryEntry {
        at: base.saturating_add(offset),
        stated: offset,
        name: name.to_vec(),
        packed,
        size,
        crc: u32_at(&head, 16),
        is_link: by_unix && (u32_at(&head, 38) >> 16) & 0xf000 == 0xa000,
    };
    Ok(Some((listed, at + 46 + rest.len() as u64)))
}

/// Replaces sizes that did not fit by those of the zip64 field.
pub fn big_sizes(extra: &[u8], sizes: &mut [u64]) {
    let Some(field) = field(extra, 1) else { return };
    let mut at = 0;
    for size in sizes.iter_mut().filter(|size| **size == 0xffff_ffff) {
        if field.len() >= at + 8 {
            *size = u64_at(field, at);
            at += 8;
        }
    }
}

/// The longest extra field that is trusted to hold what its kind says: times, owners
/// and sizes.
const LONG_FIELD: usize = 128;

/// Returns whether extra data is a row of short fields, with at most zeros after them,
/// as programs that align members write.
pub fn is_short(mut extra: &[u8]) -> bool {
    while extra.len() >= 4 && extra.iter().any(|byte| *byte != 0) {
        let length = usize::from(u16_at(extra, 2));
        if length > LONG_FIELD || extra.len() < 4 + length {
            return false;
        }
        extra = &extra[4 + length..];
    }
    extra.iter().all(|byte| *byte == 0)
}

/// Returns the extra field of a kind.
pub fn field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2));
        let data = extra.get(4..4 + length)?;
        if u16_at(extra, 0) == wanted {
            return Some(data);
        }
        extra = &extra[4 + length..];
    }
    None
}
