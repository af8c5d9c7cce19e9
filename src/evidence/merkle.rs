//! Merkle trees over records (RFC 9162 §2.1), with salted leaves.
//!
//! Leaf of record i = SHA-256(0x00 ‖ salt_i ‖ the record's bytes), where salt_i
//! = the first 16 bytes of HMAC-SHA-256(source secret, i as big-endian u64).
//! Node = SHA-256(0x01 ‖ left ‖ right). A frame's root is the tree over its
//! records' leaves. A source's root is the tree whose leaves *are* the frame
//! roots: they are combined as nodes and not hashed with 0x00 again. The tree
//! over n > 1 leaves splits at the largest power of two below n. The tree over
//! nothing is SHA-256 of nothing.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::SourceSecret;

/// A SHA-256.
pub type Hash = [u8; 32];

/// Salts the leaves of one source.
#[derive(Clone)]
pub struct Salter {
    keyed: Hmac<Sha256>,
}

impl Salter {
    /// Makes the salter of a secret.
    pub fn new(secret: &SourceSecret) -> Salter {
        Salter { keyed: Hmac::new_from_slice(&secret.0).expect("HMAC takes a key of any length") }
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

/// Gives the root over leaves (or over frame roots).
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}
