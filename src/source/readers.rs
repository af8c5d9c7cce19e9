//! Reader adapters that count, hash, and stop at a limit.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use sha2::{Digest, Sha256};

/// How much one input may expand to in total.
#[derive(Clone)]
pub struct ExpansionLimit {
    given: Rc<Cell<u64>>,
    packed: u64,
    ratio: u64,
    expanded: u64,
}

impl ExpansionLimit {
    /// Creates the limit of an input of `packed` bytes: up to `expanded` bytes, and
    /// beyond that up to `ratio` times its own length.
    pub fn new(packed: u64, ratio: u64, expanded: u64) -> ExpansionLimit {
        ExpansionLimit { given: Rc::default(), packed, ratio, expanded }
    }
}

/// Stops a stream if its input expands too far.
pub struct BoundedReader<R> {
    inner: R,
    bound: ExpansionLimit,
}

impl<R: Read> BoundedReader<R> {
    /// Counts the output of `inner` against a limit.
    pub fn new(inner: R, bound: ExpansionLimit) -> BoundedReader<R> {
        BoundedReader { inner, bound }
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ExpansionLimit { given, packed, ratio, expanded } = &self.bound;
        if given.get() > *expanded && given.get() / (*ratio).max(1) > *packed {
            return Err(io::Error::other(format!(
                "it expands to more than {ratio} times its size and {expanded} bytes: pass --allow-large to read it anyway"
            )));
        }
        let read = self.inner.read(buffer)?;
        given.set(given.get() + read as u64);
        Ok(read)
    }
}

/// Hashes what passes.
pub struct HashingReader<R> {
    inner: R,
    hash: Sha256,
    length: u64,
}

impl<R: Read> HashingReader<R> {
    /// Hashes what is read from `inner`.
    pub fn new(inner: R) -> HashingReader<R> {
        HashingReader { inner, hash: Sha256::new(), length: 0 }
    }

    /// Returns the SHA-256 and the length of what passed.
    pub fn finish(self) -> ([u8; 32], u64) {
        (self.hash.finalize().into(), self.length)
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.length += read as u64;
        Ok(read)
    }
}
