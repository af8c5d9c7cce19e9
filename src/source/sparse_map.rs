//! Sparse members of GNU tar: ranges of data with holes between them.

use std::io::{self, Read};

use super::peek_reader::PeekReader;

const BLOCK: usize = 512;

/// The most ranges of one member.
const STRETCHES: usize = 1 << 20;

/// The map of a sparse member.
pub struct SparseMap {
    /// Offset and length of each range of data, ascending.
    stretches: Vec<(u64, u64)>,
    /// The length of the file with its holes.
    real: u64,
}

impl SparseMap {
    /// Reads the map in an old GNU header and the blocks after it, which are consumed;
    /// `None` if it is not consistent.
    pub fn read(header: &[u8], packed: &mut PeekReader<'_>) -> Option<SparseMap> {
        let mut stretches = Vec::new();
        let mut sound = add(&header[386..482], &mut stretches);
        let mut more = header[482] != 0;
        while more {
            let block = packed.read_up_to(BLOCK).ok()?;
            more = *block.get(504)? != 0;
            sound &= add(&block[..504], &mut stretches) && stretches.len() <= STRETCHES;
            if !sound {
                stretches.clear();
            }
        }
        let map = SparseMap { stretches, real: number(&header[483..495])? };
        let mut end = 0;
        for (offset, length) in &map.stretches {
            sound &= *offset >= end;
            end = offset.checked_add(*length)?;
        }
        (sound && end <= map.real).then_some(map)
    }

    /// Returns how many bytes of data there are.
    pub fn data(&self) -> u64 {
        self.stretches.iter().map(|(_, length)| length).sum()
    }

    /// Returns how many bytes of holes there are.
    pub fn holes(&self) -> u64 {
        self.real - self.data()
    }
}

/// Adds the entries of a table; false where one is not a pair of numbers.
fn add(table: &[u8], stretches: &mut Vec<(u64, u64)>) -> bool {
    for entry in table.chunks_exact(24).filter(|entry| entry[0] != 0) {
        match number(&entry[..12]).zip(number(&entry[12..])) {
            Some(pair) => stretches.push(pair),
            None => return false,
        }
    }
    true
}

/// Reads a number of a header: octal digits, or base 256 after a set bit.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len() - 8);
        let is_small = high[0] == 0x80 && high[1..].iter().all(|byte| *byte == 0);
        return is_small.then(|| u64::from_be_bytes(low.try_into().expect("eight bytes were split off")));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

/// Data with its holes filled with zeros.
pub struct SparseReader<R> {
    inner: R,
    stretches: std::vec::IntoIter<(u64, u64)>,
    /// Zeros left to return, then data left to return.
    next: (u64, u64),
    at: u64,
    real: u64,
    ended: bool,
}

impl<R: Read> SparseReader<R> {
    /// Creates a reader that fills the holes of `inner`.
    pub fn new(inner: R, map: SparseMap) -> SparseReader<R> {
        SparseReader {
            inner,
            stretches: map.stretches.into_iter(),
            next: (0, 0),
            at: 0,
            real: map.real,
            ended: false,
        }
    }
}

impl<R: Read> Read for SparseReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.next == (0, 0) && !self.ended {
            self.next = match self.stretches.next() {
                Some((offset, length)) => (offset - self.at, length),
                None => {
                    self.ended = true;
                    (self.real - self.at, 0)
                }
            };
            self.at += self.next.0 + self.next.1;
        }
        let (zeros, data) = &mut self.next;
        let wanted = if *zeros > 0 { &mut *zeros } else { &mut *data };
        let room = usize::try_from(*wanted).unwrap_or(usize::MAX).min(buffer.len());
        if room == 0 {
            return Ok(0);
        }
        if self.next.0 > 0 {
            buffer[..room].fill(0);
            self.next.0 -= room as u64;
            return Ok(room);
        }
        let count = self.inner.read(&mut buffer[..room])?;
        self.next.1 -= count as u64;
        Ok(count)
    }
}
