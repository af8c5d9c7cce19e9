//! What the journal says is committed, and which keys sign for the case.

use crate::error::{Error, Result};

use crate::record::Digest;

use crate::journal;

use crate::journal::{Entry, EvidenceImport, KeyAdd, each_of};

use super::CaseMetadata;

/// Returns the fingerprints of the keys that sign for a case.
pub fn keys_of(about: &CaseMetadata, lines: &[Entry]) -> Vec<String> {
    let added = each_of::<KeyAdd>(lines).map(|(_, key)| key.fingerprint);
    about.key.iter().map(|key| key.fingerprint.clone()).chain(added).collect()
}

/// Returns a journal's committed batches, ascending: (number, SHA-256 of its manifest).
pub fn committed(lines: &[journal::Entry]) -> Result<Vec<(u32, [u8; 32])>> {
    let mut batches = Vec::new();
    for line in lines.iter().filter(|line| line.is::<EvidenceImport>()) {
        let damaged = || Error::integrity(format!("journal entry {} does not name a valid batch", line.seq));
        let import: EvidenceImport = line.read().ok_or_else(damaged)?;
        let hash: Digest = import.manifest_sha256.parse().map_err(|_| damaged())?;
        batches.push((import.batch, hash.0));
    }
    batches.sort_unstable();
    Ok(batches)
}
