//! Distinct values and their numbers, while a segment is filled.
//!
//! Filling a segment waits for memory more than for anything else: a table with a
//! million values fits in no cache. So a value costs two places in memory, the slot and
//! the value itself, and whoever has several values to look up asks for all the slots
//! first ([`Interner::slot`]), then for all the values ([`Interner::touch`]), so that the
//! processor fetches them at the same time. The values of several events are looked up
//! together; those that the event before has, too, need not be.

use std::hash::{BuildHasher, Hasher};

use hashbrown::DefaultHashBuilder;

/// How many bytes stand before each value in the arena: its length and its number.
const HEAD: usize = 8;
/// The least number of slots.
const FEW: usize = 16;
/// So few values are sorted by comparing them whole.
const FEW_TO_SORT: usize = 5;
/// Values that agree in so many bytes are sorted by comparing them whole.
const DEEP: usize = 512;
/// How many values are fetched together.
const TOGETHER: usize = 32;

/// Assigns each distinct value a number, from 0 in order of first sight.
pub(super) struct Interner {
    hasher: DefaultHashBuilder,
    /// Open addressing with linear probing; a power of two in number.
    slots: Vec<Slot>,
    /// Each value after its length and its number (4 bytes each, little-endian). The first
    /// byte belongs to no value.
    arena: Vec<u8>,
    /// Where each value stands in the arena.
    starts: Vec<u32>,
}

/// Where a value may be: the hash of the value there, and its place in the arena, which
/// is 0 where there is none.
#[derive(Clone, Copy, Default)]
pub(super) struct Slot {
    hash: u32,
    start: u32,
}

/// A value in the order of all.
#[derive(Debug, Clone, Copy)]
pub(super) struct SortedValue {
    /// The bytes that are being compared.
    key: u64,
    start: u32,
    /// Its number.
    pub id: u32,
}

impl Default for Interner {
    fn default() -> Interner {
        Interner {
            hasher: DefaultHashBuilder::default(),
            slots: vec![Slot::default(); FEW],
            arena: vec![0],
            starts: Vec::new(),
        }
    }
}

impl Interner {
    /// Returns the hash of a value, for the functions below.
    pub fn hash(&self, value: &[u8]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(value);
        (hasher.finish() >> 16) as u32
    }

    /// Returns the slot in which a value of this hash is looked for first.
    pub fn slot(&self, hash: u32) -> Slot {
        self.slots[hash as usize & (self.slots.len() - 1)]
    }

    /// Returns a byte of the value that a slot leads to, so that it is in a cache when it
    /// is compared.
    pub fn touch(&self, slot: Slot) -> u8 {
        self.arena[slot.start as usize]
    }

    /// Returns the number of a value with its hash, and whether it is new.
    pub fn intern(&mut self, value: &[u8], hash: u32) -> (u32, bool) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.start == 0 {
                break;
            }
            if slot.hash == hash {
                let (id, found) = entry(&self.arena, slot.start);
                if found == value {
                    return (id, false);
                }
            }
            at = (at + 1) & mask;
        }
        let id = u32::try_from(self.starts.len()).expect("a segment is closed far below 2^32 values");
        let start = u32::try_from(self.arena.len()).expect("a segment is closed far below 4 GB of text");
        let length = u32::try_from(value.len()).expect("a value is far shorter than 4 GB");
        self.arena.extend_from_slice(&length.to_le_bytes());
        self.arena.extend_from_slice(&id.to_le_bytes());
        self.arena.extend_from_slice(value);
        self.starts.push(start);
        self.slots[at] = Slot { hash, start };
        if self.starts.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        (id, true)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![Slot::default(); mask + 1];
        for slot in self.slots.iter().filter(|slot| slot.start != 0) {
            let mut at = slot.hash as usize & mask;
            while slots[at].start != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = *slot;
        }
        self.slots = slots;
    }

    /// Returns the value of a number.
    pub fn get(&self, id: u32) -> &[u8] {
        entry(&self.arena, self.starts[id as usize]).1
    }

    /// Returns the values in the order of their bytes.
    pub fn sorted(&self) -> Vec<SortedValue> {
        let places = (0..).zip(&self.starts);
        let mut values: Vec<SortedValue> =
            places.map(|(id, start)| SortedValue { key: 0, start: *start, id }).collect();
        self.sort(&mut values, 0);
        values
    }

    /// Sorts values that have their first `depth` bytes in common.
    ///
    /// It compares eight bytes of each, which stand side by side; only where these agree
    /// the next eight are fetched, of all such values together.
    fn sort(&self, values: &mut [SortedValue], depth: usize) {
        if values.len() < FEW_TO_SORT || depth > DEEP {
            values.sort_unstable_by(|one, other| self.at(one).cmp(self.at(other)));
            return;
        }
        values.iter_mut().for_each(|value| value.key = eight(self.at(value).get(depth..).unwrap_or(&[])));
        values.sort_unstable_by_key(|value| value.key);
        for same in values.chunk_by_mut(|one, other| one.key == other.key) {
            match same {
                [_] => {}
                // A zero may stand behind the end of a value.
                [value, ..] if value.key & 0xff == 0 => {
                    same.sort_unstable_by(|one, other| self.at(one).cmp(self.at(other)));
                }
                _ => self.sort(same, depth + 8),
            }
        }
    }

    /// Returns a value.
    pub fn at(&self, value: &SortedValue) -> &[u8] {
        entry(&self.arena, value.start).1
    }

    /// Calls `take` with each value in order, of which several are fetched together.
    pub fn each_sorted<E>(
        &self,
        sorted: &[SortedValue],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for values in sorted.chunks(TOGETHER) {
            let touched =
                values.iter().fold(0, |all, value| all ^ self.arena[value.start as usize + HEAD - 1]);
            std::hint::black_box(touched);
            values.iter().try_for_each(|value| take(self.at(value)))?;
        }
        Ok(())
    }
}

/// The first eight bytes as a number that compares like them.
fn eight(value: &[u8]) -> u64 {
    match value.first_chunk::<8>() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => value.iter().rev().fold(0, |key, byte| key >> 8 | u64::from(*byte) << 56),
    }
}

/// Returns the number and the value that stand at a place of the arena.
fn entry(arena: &[u8], start: u32) -> (u32, &[u8]) {
    let (head, rest) =
        arena[start as usize..].split_first_chunk::<HEAD>().expect("every value has its head before it");
    let [a, b, c, d, id @ ..] = *head;
    (u32::from_le_bytes(id), &rest[..u32::from_le_bytes([a, b, c, d]) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intern(interner: &mut Interner, text: &str) -> (u32, bool) {
        let hash = interner.hash(text.as_bytes());
        interner.touch(interner.slot(hash));
        interner.intern(text.as_bytes(), hash)
    }

    #[test]
    fn numbers_come_by_first_sight_and_sort_by_value() {
        let mut interner = Interner::default();
        let texts = ["b", "", "abcdefghz", "abcdefgh", "b", "abcdefgh\0"];
        let ids: Vec<_> = texts.iter().map(|text| intern(&mut interner, text)).collect();
        assert_eq!(ids, [(0, true), (1, true), (2, true), (3, true), (0, false), (4, true)]);
        let sorted: Vec<u32> = interner.sorted().iter().map(|value| value.id).collect();
        assert_eq!(sorted, [1, 3, 4, 2, 0]);
        assert_eq!(interner.get(2), b"abcdefghz");
    }

    #[test]
    fn every_value_is_found_again_however_many_there_are() {
        let mut interner = Interner::default();
        for round in 0..2 {
            for n in 0..5000 {
                assert_eq!(intern(&mut interner, &n.to_string()), (n, round == 0));
            }
        }
        assert_eq!(interner.get(4321), b"4321");
    }

    proptest::proptest! {
        #[test]
        fn values_sort_by_their_bytes(
            tails in proptest::collection::vec("[\\x00ab]{0,20}", 0..200), front in "a{0,600}"
        ) {
            let mut interner = Interner::default();
            let mut values: Vec<String> = tails.iter().map(|tail| format!("{front}{tail}")).collect();
            for value in &values {
                intern(&mut interner, value);
            }
            values.sort_unstable();
            values.dedup();
            let mut sorted = Vec::new();
            let taken = interner.each_sorted(&interner.sorted(), |value| {
                sorted.push(String::from_utf8_lossy(value).into_owned());
                Ok::<(), ()>(())
            });
            proptest::prop_assert_eq!((taken, sorted), (Ok(()), values));
        }
    }
}
