//! The salted leaves of records, over which hash trees stand (`record::root`).
//!
//! Leaf of record i = SHA-256(0x00 ‖ salt_i ‖ the record's bytes), where salt_i
//! = the first 16 bytes of HMAC-SHA-256(source secret, i as big-endian u64).
//! A frame's root is the tree over its records' leaves. A source's root is the
//! tree whose leaves *are* the frame roots: they are combined as nodes and not
//! hashed with 0x00 again.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::record::Hash;

use super::SourceSecret;

/// Salts the leaves of one source.
#[derive(Clone)]
pub struct LeafHasher {
    keyed: Hmac<Sha256>,
}

impl LeafHasher {
    /// Makes the salter of a secret.
    pub fn new(secret: &SourceSecret) -> LeafHasher {
        LeafHasher { keyed: Hmac::new_from_slice(&secret.0).expect("HMAC takes a key of any length") }
    }

    /// Gives the salt of a record.
    pub fn salt(&self, record: u64) -> [u8; 16] {
        let mut keyed = self.keyed.clone();
        keyed.update(&record.to_be_bytes());
        let full = keyed.finalize().into_bytes();
        full[..16].try_into().expect("a SHA-256 has 32 bytes")
    }

    /// Gives the leaf of a record.
    pub fn leaf(&self, record: u64, bytes: &[u8]) -> Hash {
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(self.salt(record));
        hash.update(bytes);
        hash.finalize().into()
    }
}
