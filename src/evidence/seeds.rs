//! The hash states with which the contents of continuing sources begin.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use sha2::Sha256;

use crate::record::SourceId;

use super::store::{Batch, SourceHandle};

/// The hash of a whole content goes on where that of the source before was at an offset:
/// so each byte of evidence is hashed once, however many sources continue it.
#[derive(Default)]
pub(super) struct Seeds {
    /// For each source, at which offsets its hash is wanted, and for which sources.
    wanted: HashMap<SourceHandle, BTreeMap<u64, Vec<SourceHandle>>>,
    states: Mutex<HashMap<SourceHandle, Sha256>>,
    /// Sources that continue one whose content is not what its hash says.
    spoiled: Mutex<HashSet<SourceHandle>>,
}

impl Seeds {
    /// Determines which hashes the sources of these batches need.
    pub fn new(batches: &[(u32, Batch)]) -> Seeds {
        let (mut seeds, mut known) = (Seeds::default(), HashMap::new());
        for (number, batch) in batches {
            for (row, source) in batch.manifest.sources.iter().enumerate() {
                let at = SourceHandle { batch: *number, row };
                if let Some(continues) = &source.continues
                    && let Some(before) =
                        continues.source.parse::<SourceId>().ok().and_then(|id| known.get(&id))
                {
                    let offsets = seeds.wanted.entry(*before).or_default();
                    offsets.entry(continues.offset).or_default().push(at);
                }
                if let Ok(id) = source.source.parse::<SourceId>() {
                    known.entry(id).or_insert(at);
                }
            }
        }
        seeds
    }

    /// Returns at which offsets the hash of a source's content is wanted, ascending.
    pub fn offsets(&self, at: SourceHandle) -> Vec<u64> {
        self.wanted.get(&at).map(|offsets| offsets.keys().copied().collect()).unwrap_or_default()
    }

    /// Takes the hash of a source's content up to an offset.
    pub fn put(&self, at: SourceHandle, offset: u64, state: &Sha256) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        for next in self.wanted.get(&at).and_then(|offsets| offsets.get(&offset)).into_iter().flatten() {
            states.insert(*next, state.clone());
        }
    }

    /// Notes that the content of a source is not what its hash says.
    pub fn spoil(&self, at: SourceHandle) {
        let next = self.wanted.get(&at).into_iter().flat_map(|offsets| offsets.values().flatten());
        self.spoiled.lock().unwrap_or_else(PoisonError::into_inner).extend(next);
    }

    /// Reports whether the content of what a source continues is not what its hash says.
    pub fn is_spoiled(&self, at: SourceHandle) -> bool {
        self.spoiled.lock().unwrap_or_else(PoisonError::into_inner).contains(&at)
    }

    /// Returns the hash of what precedes a source's own content; `None` if that is
    /// missing or damaged.
    pub fn take(&self, at: SourceHandle) -> Option<Sha256> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).remove(&at)
    }
}
