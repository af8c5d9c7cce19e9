//! The local header of a member of a zip (APPNOTE.TXT 6.3.10 §4.3.7).

use std::fs::File;
use std::io;

use super::central_directory::{DirectoryEntry, big_sizes, bytes_at, field, is_short, u16_at, u32_at};

/// What a local header says.
pub struct LocalHeader {
    /// General purpose bit flag (§4.4.4).
    pub flags: u16,
    /// Compression method (§4.4.5).
    pub method: u16,
    /// CRC-32 of the content, 0 where it is not known.
    pub crc: u32,
    /// Length of the packed content, where it is known.
    pub packed: Option<u64>,
    /// Length of the content, where it is known.
    pub size: Option<u64>,
    /// Where the content begins.
    pub start: u64,
    /// The name of the member.
    pub name: Vec<u8>,
    /// Last change, nanoseconds since the epoch.
    pub mtime: Option<i64>,
    /// It has a zip64 field.
    pub is_big: bool,
    /// Its header holds more than known fields.
    pub is_long: bool,
}

impl LocalHeader {
    /// Reads the local header at a place; `listed` is what the directory says of the member.
    pub fn read(file: &File, at: u64, listed: Option<&DirectoryEntry>) -> io::Result<LocalHeader> {
        let head = bytes_at(file, at, 30)?;
        let (name, extra) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
        let rest = bytes_at(file, at + 30, name + extra)?;
        let (name, extra) = rest.split_at(name.min(rest.len()));
        let mut sizes = [u64::from(u32_at(&head, 22)), u64::from(u32_at(&head, 18))];
        big_sizes(extra, &mut sizes);
        let flags = u16_at(&head, 6);
        let streamed = flags & 8 != 0 && sizes[1] == 0;
        let known = |own: u64, listed: Option<u64>| if streamed { listed } else { Some(own) };
        let mtime = field(extra, 0x5455).filter(|field| field.len() >= 5 && field[0] & 1 != 0);
        Ok(LocalHeader {
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
}
