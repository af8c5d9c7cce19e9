//! The salted leaves of records, from which the Merkle trees are built (`record::root`).
//!
//! Leaf of record i = SHA-256(0x00 ‖ salt_i ‖ the record's bytes), where salt_i = the
//! first 16 bytes of HMAC-SHA-256(source secret, i as big-endian u64). The root of a frame
//! is that of the tree over its records' leaves. The root of a source is that of the tree
//! whose leaves *are* the frame roots: they are combined as nodes and not hashed with
//! 0x00 again.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Context, Result};
use crate::record::Hash;

use super::span_table::Span;

/// The secret that salts the leaves of a source. Log lines can be guessed: with unsalted
/// leaves, whoever holds a proof could test guesses about the neighboring records.
#[derive(Clone)]
pub struct SourceSecret(pub [u8; 32]);

impl SourceSecret {
    /// Creates a secret from random bytes of the system.
    pub fn random() -> Result<SourceSecret> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context(|| "cannot get random bytes from the system".to_owned())?;
        Ok(SourceSecret(bytes))
    }
}

/// Computes the salted leaves of a source.
#[derive(Clone)]
pub struct LeafHasher {
    keyed: Hmac<Sha256>,
}

impl LeafHasher {
    /// Creates a hasher with the secret of a source.
    pub fn new(secret: &SourceSecret) -> LeafHasher {
        LeafHasher { keyed: Hmac::new_from_slice(&secret.0).expect("HMAC takes a key of any length") }
    }

    /// Returns the salt of a record.
    pub fn salt(&self, record: u64) -> [u8; 16] {
        let mut keyed = self.keyed.clone();
        keyed.update(&record.to_be_bytes());
        let full = keyed.finalize().into_bytes();
        full[..16].try_into().expect("a SHA-256 has 32 bytes")
    }

    /// Returns the leaf of a record.
    pub fn leaf(&self, record: u64, bytes: &[u8]) -> Hash {
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(self.salt(record));
        hash.update(bytes);
        hash.finalize().into()
    }

    /// Returns the leaves of consecutive records that together are `content`.
    pub fn leaves(&self, first_record: u64, content: &[u8], spans: &[Span]) -> Vec<Hash> {
        let (mut leaves, mut at) = (Vec::with_capacity(spans.len()), 0);
        for (record, span) in (first_record..).zip(spans) {
            leaves.push(self.leaf(record, &content[at..at + span.length()]));
            at += span.length();
        }
        leaves
    }
}
