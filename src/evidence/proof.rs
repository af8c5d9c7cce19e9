//! Proofs that records are part of a committed source, without disclosing the others.

use hmac::{Hmac, KeyInit, Mac};

use crate::error::Result;
use crate::record::{Hash, prove, root};

use super::digest::parse_digest;
use super::merkle::{LeafHasher, SourceSecret};
use super::store::{FrameBytes, SourceHandle, Store};

/// Some records of a frame, and the nodes that lead from their leaves to its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameProof {
    /// The proved records with their salts and leaves, ascending.
    pub known: Vec<(u64, [u8; 16], Hash)>,
    /// The roots of the other subtrees, from left to right (see `record::prove`).
    pub nodes: Vec<Hash>,
    /// The root of the frame.
    pub root: Hash,
}

impl Store {
    /// Proves records (ascending) of a frame that was just read.
    pub fn prove_records(&self, at: SourceHandle, bytes: &FrameBytes, records: &[u64]) -> Result<FrameProof> {
        let mut hasher = LeafHasher::new(&SourceSecret(parse_digest(&self.row(at).secret)?));
        let leaves = hasher.leaves(bytes.first_record, &bytes.content, &bytes.spans);
        let indexes: Vec<u64> = records.iter().map(|record| record - bytes.first_record).collect();
        let known = records.iter().zip(&indexes);
        let known = known.map(|(record, index)| (*record, hasher.salt(*record), leaves[*index as usize]));
        Ok(FrameProof { known: known.collect(), nodes: prove(&leaves, &indexes), root: root(&leaves) })
    }

    /// Proves frames (ascending) of a source: returns the nodes that lead from their roots
    /// to the root of the source.
    pub fn prove_frames(&self, at: SourceHandle, frames: &[u64]) -> Result<Vec<Hash>> {
        let roots: Vec<Hash> =
            self.row(at).frames.iter().map(|frame| parse_digest(&frame.root)).collect::<Result<_>>()?;
        Ok(prove(&roots, frames))
    }

    /// Derives a key for a purpose from the secret of the first source, which no bundle
    /// discloses; `None` if there is no source. Redaction tokens are made with it.
    pub fn derive_key(&self, purpose: &str) -> Option<Hash> {
        let first = self.manifests().flat_map(|(_, manifest)| &manifest.sources).next()?;
        let key = parse_digest(&first.secret).ok()?;
        let mut keyed = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        keyed.update(purpose.as_bytes());
        Some(keyed.finalize().into_bytes().into())
    }
}
