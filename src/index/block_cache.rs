//! Decoded parts of dictionaries, kept within a bound of memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::dictionary_block::DictionaryBlock;
use super::number_terms::NumberTerms;
use crate::error::Result;

/// How much memory they may take, in bytes.
const BUDGET: usize = 192 << 20;

/// A column: its segment's number, and its own.
pub(super) type DictionaryKey = (u32, u32);

/// The number under which the distinct numbers of a column stand, which are no block.
const NUMBERS: u32 = u32::MAX;

/// Blocks and numbers that were decoded, by column and number.
pub(super) struct Cache {
    held: Mutex<Held>,
    /// Counts the searches. Blocks of the running ones stay: when a dictionary
    /// is larger than the budget, a part of it is kept and the rest is decoded
    /// each time, instead of all of it.
    search: AtomicU64,
    budget: usize,
}

#[derive(Default)]
struct Held {
    parts: HashMap<(DictionaryKey, u32), (Part, u64)>,
    bytes: usize,
}

#[derive(Clone)]
enum Part {
    Block(Arc<DictionaryBlock>),
    Numbers(Arc<NumberTerms>),
}

impl Part {
    fn bytes(&self) -> usize {
        match self {
            Part::Block(block) => block.bytes(),
            Part::Numbers(numbers) => numbers.bytes(),
        }
    }
}

impl Default for Cache {
    fn default() -> Cache {
        Cache::with_budget(BUDGET)
    }
}

impl Cache {
    /// Creates a cache that keeps so many bytes.
    pub fn with_budget(budget: usize) -> Cache {
        Cache { held: Mutex::default(), search: AtomicU64::new(0), budget }
    }

    /// Starts another search.
    pub fn begin(&self) {
        self.search.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns a block, decoding it if it is not cached.
    pub fn block(
        &self,
        key: (DictionaryKey, u32),
        decode: impl FnOnce() -> Result<DictionaryBlock>,
    ) -> Result<Arc<DictionaryBlock>> {
        let now = self.search.load(Ordering::Relaxed);
        if let Some(Part::Block(block)) = self.held().find(key, now) {
            return Ok(block);
        }
        let block = Arc::new(decode()?);
        self.keep(key, Part::Block(block.clone()), now);
        Ok(block)
    }

    /// Returns the distinct numbers of a column, reading them if they are not cached.
    pub fn numbers(&self, key: DictionaryKey, read: impl FnOnce() -> NumberTerms) -> Arc<NumberTerms> {
        let (key, now) = ((key, NUMBERS), self.search.load(Ordering::Relaxed));
        if let Some(Part::Numbers(numbers)) = self.held().find(key, now) {
            return numbers;
        }
        let numbers = Arc::new(read());
        self.keep(key, Part::Numbers(numbers.clone()), now);
        numbers
    }

    fn keep(&self, key: (DictionaryKey, u32), part: Part, now: u64) {
        let (mut held, bytes) = (self.held(), part.bytes());
        if held.bytes + bytes > self.budget {
            held.forget(now, self.budget * 3 / 4);
        }
        if held.bytes + bytes <= self.budget && held.parts.insert(key, (part, now)).is_none() {
            held.bytes += bytes;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn find(&mut self, key: (DictionaryKey, u32), now: u64) -> Option<Part> {
        let (part, used) = self.parts.get_mut(&key)?;
        *used = now;
        Some(part.clone())
    }

    /// Drops what was not used for longest, but nothing of the running search,
    /// until no more than `goal` bytes are held.
    fn forget(&mut self, now: u64, goal: usize) {
        let mut old: Vec<_> = self
            .parts
            .iter()
            .filter(|(_, (_, used))| *used < now)
            .map(|(key, (_, used))| (*used, *key))
            .collect();
        old.sort_unstable();
        for (_, key) in old {
            if self.bytes <= goal {
                break;
            }
            if let Some((part, _)) = self.parts.remove(&key) {
                self.bytes -= part.bytes();
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
        (0..9).for_each(|i| drop(cache.block(((0, 0), i), || block(&text)).unwrap()));
        assert_eq!(cache.held().parts.len(), 4);
        assert!(cache.held().parts.contains_key(&((0, 0), 0)), "the running search keeps what it has");
        cache.begin();
        cache.block(((0, 0), 8), || block(&text)).unwrap();
        assert!(cache.held().parts.contains_key(&((0, 0), 8)));
        assert!(cache.held().bytes <= 1000);
    }

    #[test]
    fn a_block_that_is_held_is_not_decoded_again() {
        let cache = Cache::with_budget(10_000);
        let first = cache.block(((1, 2), 3), || block("a")).unwrap();
        let again = cache.block(((1, 2), 3), || unreachable!("it is held")).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
    }
}
