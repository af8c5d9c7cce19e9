//! A set of rows of one segment.

use std::ops::Range;

/// A set of rows, one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSet {
    words: Vec<u64>,
    len: u32,
}

impl RowSet {
    /// Creates a set without rows, for a segment of `len` rows.
    pub fn none(len: u32) -> RowSet {
        RowSet { words: vec![0; len.div_ceil(64) as usize], len }
    }

    /// Creates a set of these rows.
    pub fn range(len: u32, range: Range<u32>) -> RowSet {
        let mut rows = RowSet::none(len);
        let range = range.start..range.end.min(len);
        if range.start >= range.end {
            return rows;
        }
        let (first, last) = (word(range.start), word(range.end - 1));
        rows.words[first..=last].fill(u64::MAX);
        rows.words[first] &= from_bit(range.start);
        rows.words[last] &= below_bit(range.end);
        rows
    }

    /// Creates a set of all rows.
    pub fn all(len: u32) -> RowSet {
        RowSet::range(len, 0..len)
    }

    /// Returns the memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// Adds a row.
    pub fn insert(&mut self, row: u32) {
        self.words[word(row)] |= 1 << (row % 64);
    }

    /// Returns whether a row is in the set.
    pub fn contains(&self, row: u32) -> bool {
        self.words[word(row)] >> (row % 64) & 1 == 1
    }

    /// Counts the rows of a range that are in the set.
    pub fn count(&self, range: Range<u32>) -> u64 {
        let range = range.start..range.end.min(self.len);
        if range.start >= range.end {
            return 0;
        }
        let (first, last) = (word(range.start), word(range.end - 1));
        let mut count = 0;
        for (i, bits) in self.words[first..=last].iter().enumerate() {
            let mut bits = *bits;
            if i == 0 {
                bits &= from_bit(range.start);
            }
            if first + i == last {
                bits &= below_bit(range.end);
            }
            count += u64::from(bits.count_ones());
        }
        count
    }

    /// Returns the first row of a range that is in the set.
    pub fn next(&self, range: Range<u32>) -> Option<u32> {
        let end = range.end.min(self.len);
        if range.start >= end {
            return None;
        }
        let mut at = word(range.start);
        let mut bits = self.words[at] & from_bit(range.start);
        while bits == 0 {
            at += 1;
            if at > word(end - 1) {
                return None;
            }
            bits = self.words[at];
        }
        Some(at as u32 * 64 + bits.trailing_zeros()).filter(|row| *row < end)
    }

    /// Returns the last row of a range that is in the set.
    pub fn previous(&self, range: Range<u32>) -> Option<u32> {
        let end = range.end.min(self.len);
        if range.start >= end {
            return None;
        }
        let mut at = word(end - 1);
        let mut bits = self.words[at] & below_bit(end);
        while bits == 0 {
            if at == word(range.start) {
                return None;
            }
            at -= 1;
            bits = self.words[at];
        }
        Some(at as u32 * 64 + 63 - bits.leading_zeros()).filter(|row| *row >= range.start)
    }

    /// Keeps the rows that are in the other set too.
    pub fn and(&mut self, other: &RowSet) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine &= theirs);
    }

    /// Adds the rows of the other set.
    pub fn or(&mut self, other: &RowSet) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Takes the rows that were not in the set.
    pub fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        if let Some(last) = self.words.last_mut() {
            *last &= below_bit(self.len);
        }
    }
}

fn word(row: u32) -> usize {
    (row / 64) as usize
}

/// The bits of a word from this row's on.
fn from_bit(row: u32) -> u64 {
    u64::MAX << (row % 64)
}

/// The bits of a word below the end of a range; all of them at a word's end.
fn below_bit(end: u32) -> u64 {
    match end % 64 {
        0 => u64::MAX,
        bits => (1 << bits) - 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_answers_as_a_list_of_flags_does(
            flags in prop::collection::vec(any::<bool>(), 0..300), from in 0u32..310, to in 0u32..310,
        ) {
            let len = flags.len() as u32;
            let mut rows = RowSet::none(len);
            (0..len).filter(|i| flags[*i as usize]).for_each(|i| rows.insert(i));
            let within: Vec<u32> = (from..to.min(len)).filter(|i| flags[*i as usize]).collect();
            prop_assert_eq!(rows.count(from..to), within.len() as u64);
            prop_assert_eq!(rows.next(from..to), within.first().copied());
            prop_assert_eq!(rows.previous(from..to), within.last().copied());
            let mut others = rows.clone();
            others.invert();
            prop_assert_eq!(others.count(0..len) + rows.count(0..len), u64::from(len));
            let mut both = rows.clone();
            both.and(&others);
            prop_assert_eq!(both, RowSet::none(len));
            others.or(&rows);
            prop_assert_eq!(others, RowSet::all(len));
            let run = RowSet::range(len, from..to);
            prop_assert!((0..len).all(|i| run.contains(i) == (from <= i && i < to)));
        }
    }
}
