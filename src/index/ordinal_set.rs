//! A set of ordinals of one dictionary.

/// A set of ordinals of one dictionary.
#[derive(Debug)]
pub(super) struct OrdinalSet {
    words: Vec<u64>,
    len: u32,
    count: u32,
    first: u32,
    last: u32,
}

impl OrdinalSet {
    /// Creates a set without ordinals, of a dictionary of `len` values.
    pub fn none(len: u32) -> OrdinalSet {
        OrdinalSet { words: vec![0; len.div_ceil(64) as usize], len, count: 0, first: u32::MAX, last: 0 }
    }

    /// Adds an ordinal that is not in it yet.
    pub fn insert(&mut self, ord: u32) {
        self.words[(ord / 64) as usize] |= 1 << (ord % 64);
        self.count += 1;
        (self.first, self.last) = (self.first.min(ord), self.last.max(ord));
    }

    /// Returns whether an ordinal is in the set.
    pub fn contains(&self, ord: u32) -> bool {
        self.words[(ord / 64) as usize] >> (ord % 64) & 1 == 1
    }

    /// Returns whether the set has no ordinals.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns whether every value is in the set.
    pub fn is_all(&self) -> bool {
        self.count == self.len
    }

    /// Returns the first and last ordinal where all between are in the set.
    pub fn run(&self) -> Option<(u32, u32)> {
        (self.count > 0 && self.last - self.first + 1 == self.count).then_some((self.first, self.last))
    }
}
