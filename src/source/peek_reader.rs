//! A reader that can peek ahead, and counts what was consumed.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// How much is read at once.
const ROOM: usize = 1 << 16;

/// A reader whose next bytes can be peeked at.
pub struct PeekReader<'a> {
    inner: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    from: usize,
    taken: u64,
    ended: bool,
    failed: Option<String>,
}

impl<'a> PeekReader<'a> {
    /// Creates a reader of a stream from its current position on.
    pub fn new(inner: Box<dyn Read + 'a>) -> PeekReader<'a> {
        PeekReader { inner, buffer: Vec::new(), from: 0, taken: 0, ended: false, failed: None }
    }

    /// Creates a reader at the end of a stream of this length.
    pub fn at_end(taken: u64) -> PeekReader<'a> {
        PeekReader { taken, ended: true, ..PeekReader::new(Box::new(io::empty())) }
    }

    /// Returns the next bytes without consuming them: at least `least`, unless the
    /// stream ends or fails before.
    ///
    /// # Errors
    ///
    /// Fails if nothing is left but the reason why the stream failed.
    pub fn peek(&mut self, least: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.from < least && !self.ended {
            self.buffer.drain(..self.from);
            self.from = 0;
            let held = self.buffer.len();
            self.buffer.resize(held + ROOM.max(least), 0);
            let outcome = self.inner.read(&mut self.buffer[held..]);
            self.buffer.truncate(held + *outcome.as_ref().unwrap_or(&0));
            match outcome {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error.to_string());
                }
            }
        }
        match &self.failed {
            Some(why) if self.from == self.buffer.len() => Err(io::Error::other(why.clone())),
            _ => Ok(&self.buffer[self.from..]),
        }
    }

    /// Consumes bytes that were peeked at.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.buffer.len() - self.from);
        self.from += count;
        self.taken += count as u64;
    }

    /// Consumes and returns up to `count` bytes.
    pub fn read_up_to(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let bytes = self.peek(count)?;
        let bytes = bytes[..count.min(bytes.len())].to_vec();
        self.consume(bytes.len());
        Ok(bytes)
    }

    /// Skips zeros.
    pub fn skip_zeros(&mut self) -> io::Result<()> {
        loop {
            let next = self.peek(1)?;
            let (count, all) = (next.iter().take_while(|byte| **byte == 0).count(), next.len());
            self.consume(count);
            if count < all || all == 0 {
                return Ok(());
            }
        }
    }

    /// Returns how many bytes were consumed.
    pub fn position(&self) -> u64 {
        self.taken
    }

    /// Consumes everything to the end; returns how much that was, and whether it was
    /// not all zeros.
    pub fn drain_rest(&mut self) -> (u64, bool) {
        let (before, mut zeros) = (self.taken, true);
        while let Ok(next) = self.peek(1) {
            let count = next.len();
            if count == 0 {
                break;
            }
            zeros &= next.iter().all(|byte| *byte == 0);
            self.consume(count);
        }
        (self.taken - before, !zeros)
    }
}

impl Read for PeekReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let next = self.peek(1)?;
        let count = next.len().min(buffer.len());
        buffer[..count].copy_from_slice(&next[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Reads a file at its own position, whoever else reads the file meanwhile.
pub struct PositionedFile<'f> {
    /// The file.
    pub file: &'f File,
    /// The next byte that is read.
    pub place: &'f Cell<u64>,
}

impl Read for PositionedFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.place.get()))?;
        let count = self.file.read(buffer)?;
        self.place.set(self.place.get() + count as u64);
        Ok(count)
    }
}
