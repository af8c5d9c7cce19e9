//! Decodes UTF-16 to UTF-8 while it streams.

use std::io::{self, Read};

/// A reader of UTF-16 with a byte order mark as UTF-8; what is not a character (an
/// unpaired surrogate, a byte left over) becomes U+FFFD.
pub struct Utf16Reader<R> {
    inner: R,
    little: bool,
    /// Bytes read and not yet decoded: an odd byte, or a high surrogate.
    rest: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    begun: bool,
    ended: bool,
}

impl<R: Read> Utf16Reader<R> {
    /// Creates a reader of `inner`, which begins with its byte order mark.
    pub fn new(inner: R, little: bool) -> Utf16Reader<R> {
        Utf16Reader { inner, little, rest: Vec::new(), out: Vec::new(), given: 0, begun: false, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        let read = self.inner.read(&mut buffer)?;
        self.ended = read == 0;
        self.rest.extend_from_slice(&buffer[..read]);
        let mut units: Vec<u16> = self.rest.chunks_exact(2).map(|pair| self.unit(pair)).collect();
        let mut used = units.len() * 2;
        // A high surrogate at the end waits for its other half.
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
            used -= 2;
        }
        self.rest.drain(..used);
        if !self.begun && !units.is_empty() {
            self.begun = true;
            units.remove(0);
        }
        (self.out, self.given) = (String::from_utf16_lossy(&units).into_bytes(), 0);
        if self.ended && !self.rest.is_empty() {
            self.rest.clear();
            self.out.extend_from_slice("\u{fffd}".as_bytes());
        }
        Ok(())
    }

    fn unit(&self, pair: &[u8]) -> u16 {
        let pair = [pair[0], pair[1]];
        if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.ended {
            self.refill()?;
        }
        let count = buffer.len().min(self.out.len() - self.given);
        buffer[..count].copy_from_slice(&self.out[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
