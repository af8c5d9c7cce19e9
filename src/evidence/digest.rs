//! SHA-256 hashes as the evidence store writes and computes them.

use std::io::{ErrorKind, Read};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::record::Digest;

/// Returns the SHA-256 of the rest of a stream.
pub fn hash_reader(reader: &mut impl Read) -> std::io::Result<[u8; 32]> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(n) => hash.update(&buffer[..n]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Parses a SHA-256 of a manifest.
pub(super) fn parse_digest(text: &str) -> Result<[u8; 32]> {
    text.parse::<Digest>()
        .map(|digest| digest.0)
        .map_err(|_| Error::integrity("a hash is not 64 hexadecimal digits"))
}
