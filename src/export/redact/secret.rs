//! A redacted value and its commitment.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::record::{Hash, to_hex};

/// The field of values that were named and are none of a field's.
pub const NAMED: &str = "named";

/// A value that is redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The field whose value it is.
    pub field: String,
    /// The value.
    pub value: String,
    /// What its commitment is salted with.
    pub salt: [u8; 16],
    /// SHA-256(salt ‖ field ‖ 0x00 ‖ value).
    pub commitment: Hash,
}

impl Secret {
    /// Creates the secret of a value.
    pub fn new(key: &Hash, field: &str, value: &str) -> Secret {
        let mut keyed = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        for part in [field.as_bytes(), &[0], value.as_bytes()] {
            keyed.update(part);
        }
        let full = keyed.finalize().into_bytes();
        let salt: [u8; 16] = full[..16].try_into().expect("a SHA-256 has 32 bytes");
        let mut hash = Sha256::new();
        for part in [&salt[..], field.as_bytes(), &[0], value.as_bytes()] {
            hash.update(part);
        }
        let (field, value) = (field.to_owned(), value.to_owned());
        Secret { field, value, salt, commitment: hash.finalize().into() }
    }

    /// Returns the digits of its token: the first 16 of its commitment.
    pub fn token_digits(&self) -> String {
        to_hex(&self.commitment[..8])
    }

    /// Returns the token that replaces it.
    pub fn token(&self) -> String {
        format!("[{}:{}]", self.field, self.token_digits())
    }
}
