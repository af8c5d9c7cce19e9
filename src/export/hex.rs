//! Hashes and salts in lower-case hexadecimal, as the files of a bundle have them.

use sha2::{Digest, Sha256};

use crate::record::{Hash, SourceId};

/// Returns bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Returns hashes in hexadecimal.
pub fn hex_all(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

/// Parses a hash that is written exactly as [`hex`] writes it.
pub fn unhex(text: &str) -> Option<Hash> {
    text.parse::<SourceId>().ok().filter(|id| id.to_string() == text).map(|id| id.0)
}

/// Parses the hashes of a tree's nodes.
///
/// # Errors
///
/// Describes so where one of them is not a hash.
pub fn unhex_nodes(texts: &[String]) -> Result<Vec<Hash>, String> {
    texts.iter().map(|text| unhex(text).ok_or_else(|| "a node is not a hash".to_owned())).collect()
}

/// Parses the sixteen bytes of a salt.
pub fn unhex_salt(text: &str) -> Option<[u8; 16]> {
    let mut salt = [0; 16];
    let whole = unhex(&format!("{text}{:032}", 0))?;
    salt.copy_from_slice(&whole[..16]);
    Some(salt)
}

/// Returns the SHA-256 of bytes in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    SourceId(Sha256::digest(bytes).into()).to_string()
}
