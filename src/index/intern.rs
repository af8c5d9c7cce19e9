//! Distinct texts and their numbers, while a segment is filled.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Gives each distinct text a number, from 0 in order of first sight.
#[derive(Default)]
pub(super) struct Interner {
    hasher: DefaultHashBuilder,
    table: HashTable<u32>,
    text: String,
    ends: Vec<u32>,
    last: u32,
}

impl Interner {
    /// Gives the number of a text, and whether it is new.
    ///
    /// Neighbouring records often repeat a value, so the last one is tried first.
    pub fn intern(&mut self, text: &str) -> (u32, bool) {
        if !self.ends.is_empty() && self.get(self.last) == text {
            return (self.last, false);
        }
        let Interner { hasher, table, text: arena, ends, last } = self;
        let hash = hasher.hash_one(text);
        let known = table.find(hash, |id| slice(arena, ends, *id) == text).copied();
        if let Some(id) = known {
            *last = id;
            return (id, false);
        }
        let id = u32::try_from(ends.len()).expect("a segment is closed far below 2^32 values");
        arena.push_str(text);
        ends.push(u32::try_from(arena.len()).expect("a segment is closed far below 4 GB of text"));
        table.insert_unique(hash, id, |id| hasher.hash_one(slice(arena, ends, *id)));
        *last = id;
        (id, true)
    }

    /// Gives the text of a number.
    pub fn get(&self, id: u32) -> &str {
        slice(&self.text, &self.ends, id)
    }

    /// Gives the numbers in the order of their texts' bytes.
    pub fn sorted(&self) -> Vec<u32> {
        let mut keyed: Vec<(u64, u32)> =
            (0..self.ends.len() as u32).map(|id| (head(self.get(id)), id)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(self.get(b.1))));
        keyed.into_iter().map(|(_, id)| id).collect()
    }
}

/// The first eight bytes as a number, so that most comparisons stay in one array.
fn head(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let n = text.len().min(8);
    bytes[..n].copy_from_slice(&text.as_bytes()[..n]);
    u64::from_be_bytes(bytes)
}

fn slice<'a>(arena: &'a str, ends: &[u32], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] as usize };
    &arena[start..ends[id] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_by_first_sight_and_sort_by_text() {
        let mut interner = Interner::default();
        let ids: Vec<_> = ["b", "", "abcdefghz", "abcdefgh", "b", "abcdefgh\0"]
            .iter()
            .map(|text| interner.intern(text).0)
            .collect();
        assert_eq!(ids, [0, 1, 2, 3, 0, 4]);
        assert_eq!(interner.sorted(), [1, 3, 4, 2, 0]);
        assert_eq!(interner.get(2), "abcdefghz");
    }
}
