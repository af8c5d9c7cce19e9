//! Streams that are counted, hashed and stopped at a bound.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use sha2::{Digest, Sha256};

/// How much may be expanded in all of one input.
#[derive(Clone)]
pub struct ExpansionLimit {
    given: Rc<Cell<u64>>,
    packed: u64,
    ratio: u64,
    expanded: u64,
}

impl ExpansionLimit {
    /// Lets an input of `packed` bytes give up to `expanded` bytes, and beyond
    /// that up to `ratio` times its own length.
    pub fn new(packed: u64, ratio: u64, expanded: u64) -> ExpansionLimit {
        ExpansionLimit { given: Rc::default(), packed, ratio, expanded }
    }
}

/// Stops a stream where its input expands too far.
pub struct Bounded<R> {
    inner: R,
    bound: ExpansionLimit,
}

impl<R: Read> Bounded<R> {
    /// Counts what `inner` gives against a bound.
    pub fn new(inner: R, bound: ExpansionLimit) -> Bounded<R> {
        Bounded { inner, bound }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ExpansionLimit { given, packed, ratio, expanded } = &self.bound;
        if given.get() > *expanded && given.get() / (*ratio).max(1) > *packed {
            return Err(io::Error::other(format!(
                "it expands to more than {ratio} times its size and {expanded} bytes: say --allow-large to read it all the same"
            )));
        }
        let read = self.inner.read(buffer)?;
        given.set(given.get() + read as u64);
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
