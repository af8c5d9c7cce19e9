//! That some records are part of a sealed source, without showing the others.

use crate::error::Result;
use crate::record::{Hash, prove, root};

use super::frame::SourceSecret;
use super::merkle::LeafHasher;
use super::store::unhex;
use super::{FrameBytes, SourceHandle, Store};

/// Some records of a frame, and what leads from their leaves to its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameProof {
    /// The records that are proved, with their salts and leaves, ascending.
    pub known: Vec<(u64, [u8; 16], Hash)>,
    /// The other subtrees' roots, from left to right (see `record::prove`).
    pub nodes: Vec<Hash>,
    /// The frame's root.
    pub root: Hash,
}

impl Store {
    /// Proves records (ascending) of a frame that was just read.
    pub fn prove_records(&self, at: SourceHandle, bytes: &FrameBytes, records: &[u64]) -> Result<FrameProof> {
        let salter = LeafHasher::new(&SourceSecret(unhex(&self.row(at).secret)?));
        let (mut leaves, mut from) = (Vec::with_capacity(bytes.spans.len()), 0);
        for (record, span) in (bytes.first_record..).zip(&bytes.spans) {
            leaves.push(salter.leaf(record, &bytes.content[from..from + span.length()]));
            from += span.length();
        }
        let places: Vec<u64> = records.iter().map(|record| record - bytes.first_record).collect();
        let known = records.iter().zip(&places);
        let known = known.map(|(record, place)| (*record, salter.salt(*record), leaves[*place as usize]));
        Ok(FrameProof { known: known.collect(), nodes: prove(&leaves, &places), root: root(&leaves) })
    }

    /// Proves frames (ascending) of a source: the nodes that lead from their
    /// roots to its content root.
    pub fn prove_frames(&self, at: SourceHandle, frames: &[u64]) -> Result<Vec<Hash>> {
        let roots: Vec<Hash> =
            self.row(at).frames.iter().map(|frame| unhex(&frame.root)).collect::<Result<_>>()?;
        Ok(prove(&roots, frames))
    }

    /// Gives a secret that no bundle discloses, from which the tokens of
    /// redactions are made: the first source's, for a purpose of its own.
    pub fn derive_key(&self, purpose: &str) -> Option<Hash> {
        use hmac::{Hmac, KeyInit, Mac};
        let first = self.manifests().flat_map(|(_, manifest)| &manifest.sources).next()?;
        let key = unhex(&first.secret).ok()?;
        let mut keyed = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        keyed.update(purpose.as_bytes());
        Some(keyed.finalize().into_bytes().into())
    }
}
