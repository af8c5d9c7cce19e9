//! Distinct values and their numbers, while a segment is filled.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Assigns each distinct value a number, from 0 in order of first sight.
#[derive(Default)]
pub(super) struct Interner {
    hasher: DefaultHashBuilder,
    table: HashTable<Seen>,
    /// Each value after its length (4 bytes, little-endian), so that finding a
    /// value touches memory in one place.
    arena: Vec<u8>,
    /// Where each value stands in the arena.
    starts: Vec<u32>,
    last: u32,
}

#[derive(Clone, Copy)]
struct Seen {
    id: u32,
    start: u32,
}

impl Interner {
    /// Returns the number of a value, and whether it is new.
    ///
    /// Neighboring records often repeat a value, so the last one is tried first.
    pub fn intern(&mut self, value: &[u8]) -> (u32, bool) {
        if !self.starts.is_empty() && self.get(self.last) == value {
            return (self.last, false);
        }
        let Interner { hasher, table, arena, starts, last } = self;
        let hash = hasher.hash_one(value);
        if let Some(seen) = table.find(hash, |seen| at(arena, seen.start) == value) {
            *last = seen.id;
            return (seen.id, false);
        }
        let id = u32::try_from(starts.len()).expect("a segment is closed far below 2^32 values");
        let start = u32::try_from(arena.len()).expect("a segment is closed far below 4 GB of text");
        let length = u32::try_from(value.len()).expect("a value is far shorter than 4 GB");
        arena.extend_from_slice(&length.to_le_bytes());
        arena.extend_from_slice(value);
        starts.push(start);
        table.insert_unique(hash, Seen { id, start }, |seen| hasher.hash_one(at(arena, seen.start)));
        *last = id;
        (id, true)
    }

    /// Returns the value of a number.
    pub fn get(&self, id: u32) -> &[u8] {
        at(&self.arena, self.starts[id as usize])
    }

    /// Returns the numbers in the order of their values' bytes.
    pub fn sorted(&self) -> Vec<u32> {
        let mut keyed: Vec<(u64, u32)> =
            (0..self.starts.len() as u32).map(|id| (head(self.get(id)), id)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(self.get(b.1))));
        keyed.into_iter().map(|(_, id)| id).collect()
    }
}

/// The first eight bytes as a number, so that most comparisons stay in one array.
fn head(value: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let n = value.len().min(8);
    bytes[..n].copy_from_slice(&value[..n]);
    u64::from_be_bytes(bytes)
}

fn at(arena: &[u8], start: u32) -> &[u8] {
    let (length, rest) =
        arena[start as usize..].split_first_chunk().expect("every value has its length before it");
    &rest[..u32::from_le_bytes(*length) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_by_first_sight_and_sort_by_value() {
        let mut interner = Interner::default();
        let texts = ["b", "", "abcdefghz", "abcdefgh", "b", "abcdefgh\0"];
        let ids: Vec<_> = texts.iter().map(|text| interner.intern(text.as_bytes())).collect();
        assert_eq!(ids, [(0, true), (1, true), (2, true), (3, true), (0, false), (4, true)]);
        assert_eq!(interner.sorted(), [1, 3, 4, 2, 0]);
        assert_eq!(interner.get(2), b"abcdefghz");
    }
}
