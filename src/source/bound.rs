//! Streams that are counted, hashed and stopped at a bound.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use sha2::{Digest, Sha256};

/// Counts what passes.
pub struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Counted<R> {
    /// Counts what is read from `inner` into `count`.
    pub fn new(inner: R, count: Rc<Cell<u64>>) -> Counted<R> {
        Counted { inner, count }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Stops a stream that expands too far.
pub struct Bounded<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
    given: u64,
    ratio: u64,
    expanded: u64,
}

impl<R: Read> Bounded<R> {
    /// Lets `inner` give up to `expanded` bytes, and beyond that up to `ratio`
    /// times what `packed` counts.
    pub fn new(inner: R, packed: Rc<Cell<u64>>, ratio: u64, expanded: u64) -> Bounded<R> {
        Bounded { inner, packed, given: 0, ratio, expanded }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given > self.expanded && self.given / self.ratio.max(1) > self.packed.get() {
            return Err(io::Error::other(format!(
                "it expands to more than {} times its size and {} bytes: say --allow-large to read it all the same",
                self.ratio, self.expanded
            )));
        }
        let read = self.inner.read(buffer)?;
        self.given += read as u64;
        Ok(read)
    }
}

/// Hashes what passes.
pub struct Hashed<R> {
    inner: R,
    hash: Sha256,
    length: u64,
}

impl<R: Read> Hashed<R> {
    /// Hashes what is read from `inner`.
    pub fn new(inner: R) -> Hashed<R> {
        Hashed { inner, hash: Sha256::new(), length: 0 }
    }

    /// Gives the SHA-256 and the length of what passed.
    pub fn finish(self) -> ([u8; 32], u64) {
        (self.hash.finalize().into(), self.length)
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.length += read as u64;
        Ok(read)
    }
}
