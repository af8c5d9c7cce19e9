//! The salted leaves of records, from which the Merkle trees are built (`record::root`).
//!
//! Leaf of record i = SHA-256(0x00 ‖ salt_i ‖ the record's bytes), where salt_i = the
//! first 16 bytes of HMAC-SHA-256(source secret, i as big-endian u64). The root of a frame
//! is that of the tree over its records' leaves. The root of a source is that of the tree
//! whose leaves *are* the frame roots: they are combined as nodes and not hashed with
//! 0x00 again.

use sha2::block_api::compress256;

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
///
/// A record is a few blocks of the hash function, and there are millions: so the blocks
/// are put together here and hashed in one go, with nothing set up for each record. HMAC
/// begins with a block of the key on each side (RFC 2104), which are hashed once.
#[derive(Clone)]
pub struct LeafHasher {
    inner: State,
    outer: State,
    /// The message that is hashed.
    message: Vec<u8>,
}

/// The state of SHA-256 between two blocks.
type State = [u32; 8];

/// The length of a block in bytes.
const BLOCK: usize = 64;

/// The state before the first block (FIPS 180-4 §5.3.3).
const START: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

impl LeafHasher {
    /// Creates a hasher with the secret of a source.
    pub fn new(secret: &SourceSecret) -> LeafHasher {
        let keyed = |pad: u8| {
            let (mut block, mut state) = ([pad; BLOCK], START);
            block.iter_mut().zip(secret.0).for_each(|(byte, key)| *byte ^= key);
            compress256(&mut state, &[block]);
            state
        };
        LeafHasher { inner: keyed(0x36), outer: keyed(0x5c), message: Vec::new() }
    }

    /// Returns the salt of a record.
    pub fn salt(&self, record: u64) -> [u8; 16] {
        let inner = after_key(self.inner, &record.to_be_bytes());
        let full = after_key(self.outer, &inner);
        full[..16].try_into().expect("a SHA-256 has 32 bytes")
    }

    /// Returns the leaf of a record.
    pub fn leaf(&mut self, record: u64, bytes: &[u8]) -> Hash {
        let salt = self.salt(record);
        let message = &mut self.message;
        message.clear();
        message.push(0);
        message.extend_from_slice(&salt);
        message.extend_from_slice(bytes);
        let bits = message.len() as u64 * 8;
        message.push(0x80);
        message.resize((message.len() + 8).next_multiple_of(BLOCK) - 8, 0);
        message.extend_from_slice(&bits.to_be_bytes());
        let mut state = START;
        compress256(&mut state, message.as_chunks::<BLOCK>().0);
        digest_of(state)
    }

    /// Returns the leaves of consecutive records that together are `content`.
    pub fn leaves(&mut self, first_record: u64, content: &[u8], spans: &[Span]) -> Vec<Hash> {
        let (mut leaves, mut at) = (Vec::with_capacity(spans.len()), 0);
        for (record, span) in (first_record..).zip(spans) {
            leaves.push(self.leaf(record, &content[at..at + span.length()]));
            at += span.length();
        }
        leaves
    }
}

/// Returns the hash of a message of which the first block is in the state, and the rest
/// and the padding fit in one.
fn after_key(mut state: State, rest: &[u8]) -> Hash {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] = 0x80;
    let bits = (BLOCK + rest.len()) as u64 * 8;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    compress256(&mut state, &[block]);
    digest_of(state)
}

/// Returns the hash that a state is after the last block.
fn digest_of(state: State) -> Hash {
    let mut hash = [0; 32];
    for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    proptest! {
        #[test]
        fn a_leaf_is_the_hash_of_the_salt_and_the_record(
            secret: [u8; 32], record: u64, bytes in prop::collection::vec(any::<u8>(), 0..300)
        ) {
            let mut keyed = Hmac::<Sha256>::new_from_slice(&secret).expect("any key");
            keyed.update(&record.to_be_bytes());
            let mut hash = Sha256::new();
            hash.update([0]);
            hash.update(&keyed.finalize().into_bytes()[..16]);
            hash.update(&bytes);
            let expected: Hash = hash.finalize().into();
            prop_assert_eq!(LeafHasher::new(&SourceSecret(secret)).leaf(record, &bytes), expected);
        }
    }
}
