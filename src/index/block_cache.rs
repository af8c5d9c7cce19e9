//! Decoded dictionary blocks, kept within a bound of memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zstd::bulk::Decompressor;

use super::dictionary_block::DictionaryBlock;
use crate::error::{Context, Result};

/// How much memory decoded blocks may take, in bytes.
const BUDGET: usize = 192 << 20;

/// A column: its segment's number, and its own.
pub(super) type DictionaryKey = (u32, u32);

/// Blocks that were decoded, by column and number.
pub(super) struct Cache {
    held: Mutex<Held>,
    /// Counts the searches. Blocks of the running ones stay: when a dictionary
    /// is larger than the budget, a part of it is kept and the rest is decoded
    /// each time, instead of all of it.
    search: AtomicU64,
    budget: usize,
    /// Decompressors that nobody uses at the moment; making one takes as long
    /// as decoding a small block.
    idle: Mutex<Vec<Decompressor<'static>>>,
}

#[derive(Default)]
struct Held {
    blocks: HashMap<(DictionaryKey, u32), (Arc<DictionaryBlock>, u64)>,
    bytes: usize,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache::with_budget(BUDGET)
    }
}

impl Cache {
    /// Creates a cache that keeps so many bytes.
    pub fn with_budget(budget: usize) -> Cache {
        Cache { held: Mutex::default(), search: AtomicU64::new(0), budget, idle: Mutex::default() }
    }

    /// Starts another search.
    pub fn begin(&self) {
        self.search.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns a block, decoding it if it is not cached.
    pub fn get(
        &self,
        key: (DictionaryKey, u32),
        decode: impl FnOnce(&mut Decompressor<'static>) -> Result<DictionaryBlock>,
    ) -> Result<Arc<DictionaryBlock>> {
        let now = self.search.load(Ordering::Relaxed);
        if let Some((block, used)) = self.held().blocks.get_mut(&key) {
            *used = now;
            return Ok(block.clone());
        }
        let idle = self.idle().pop();
        let mut zstd = match idle {
            Some(zstd) => zstd,
            None => Decompressor::new().context(|| "cannot begin to decompress".to_owned())?,
        };
        let block = Arc::new(decode(&mut zstd)?);
        self.idle().push(zstd);
        self.keep(key, &block, now);
        Ok(block)
    }

    fn keep(&self, key: (DictionaryKey, u32), block: &Arc<DictionaryBlock>, now: u64) {
        let mut held = self.held();
        if held.bytes + block.bytes() > self.budget {
            held.forget(now, self.budget * 3 / 4);
        }
        if held.bytes + block.bytes() <= self.budget
            && held.blocks.insert(key, (block.clone(), now)).is_none()
        {
            held.bytes += block.bytes();
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Decompressor<'static>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Drops what was not used for longest, but nothing of the running search,
    /// until no more than `goal` bytes are held.
    fn forget(&mut self, now: u64, goal: usize) {
        let mut old: Vec<_> = self
            .blocks
            .iter()
            .filter(|(_, (_, used))| *used < now)
            .map(|(key, (_, used))| (*used, *key))
            .collect();
        old.sort_unstable();
        for (_, key) in old {
            if self.bytes <= goal {
                break;
            }
            if let Some((block, _)) = self.blocks.remove(&key) {
                self.bytes -= block.bytes();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Result<DictionaryBlock> {
        Ok(DictionaryBlock::of([text.to_owned()]))
    }

    #[test]
    fn blocks_of_an_earlier_search_make_room() {
        let cache = Cache::with_budget(1000);
        let text = "x".repeat(100);
        cache.begin();
        (0..9).for_each(|i| drop(cache.get(((0, 0), i), |_| block(&text)).unwrap()));
        assert_eq!(cache.held().blocks.len(), 4);
        assert!(cache.held().blocks.contains_key(&((0, 0), 0)), "the running search keeps what it has");
        cache.begin();
        cache.get(((0, 0), 8), |_| block(&text)).unwrap();
        assert!(cache.held().blocks.contains_key(&((0, 0), 8)));
        assert!(cache.held().bytes <= 1000);
    }

    #[test]
    fn a_block_that_is_held_is_not_decoded_again() {
        let cache = Cache::with_budget(10_000);
        let first = cache.get(((1, 2), 3), |_| block("a")).unwrap();
        let again = cache.get(((1, 2), 3), |_| unreachable!("it is held")).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
    }
}
