//! A window of time that slides over events and counts distinct values.

use std::collections::HashMap;

/// How often each value stands in the window, with the largest count always at hand.
#[derive(Debug, Default)]
pub struct Tally {
    counts: HashMap<u32, usize>,
    /// How many values have each count.
    having: Vec<usize>,
    total: usize,
    most: usize,
}

impl Tally {
    /// Adds a value.
    pub fn add(&mut self, value: u32) {
        let count = self.counts.entry(value).or_default();
        self.having.resize(self.having.len().max(*count + 2), 0);
        if *count > 0 {
            self.having[*count] -= 1;
        }
        *count += 1;
        self.having[*count] += 1;
        self.most = self.most.max(*count);
        self.total += 1;
    }

    /// Takes a value out that was added before.
    pub fn remove(&mut self, value: u32) {
        let Some(count) = self.counts.get_mut(&value) else { return };
        self.having[*count] -= 1;
        *count -= 1;
        self.total -= 1;
        if *count == 0 {
            self.counts.remove(&value);
        } else {
            self.having[*count] += 1;
        }
        while self.most > 0 && self.having[self.most] == 0 {
            self.most -= 1;
        }
    }

    /// Returns how many distinct values there are.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Returns how many values there are, each as often as it was added.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Returns how often the most frequent value was added.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Returns the share of values that were added at least `least` and at most `most` times.
    pub fn share(&self, least: usize, most: usize) -> f64 {
        let within: usize = self.having.iter().take(most + 1).skip(least).sum();
        within as f64 / self.distinct().max(1) as f64
    }
}

/// Returns the episodes of positions in time: those closer than `gap` belong together.
pub fn episodes(positions: &[usize], time: impl Fn(usize) -> i64, gap: i64) -> Vec<&[usize]> {
    positions.chunk_by(|a, b| time(*b) - time(*a) <= gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_knows_its_largest_count_also_after_it_left() {
        let mut tally = Tally::default();
        [1, 1, 1, 2, 2, 3].into_iter().for_each(|value| tally.add(value));
        assert_eq!((tally.distinct(), tally.total(), tally.most()), (3, 6, 3));
        tally.remove(1);
        assert_eq!(tally.most(), 2);
        assert!((tally.share(2, 6) - 2.0 / 3.0).abs() < 1e-12);
        [1, 1, 2, 2, 3].into_iter().for_each(|value| tally.remove(value));
        assert_eq!((tally.distinct(), tally.total(), tally.most()), (0, 0, 0));
    }

    #[test]
    fn episodes_end_where_the_gap_is_longer() {
        let times = [0, 5, 10, 21, 22];
        let positions = [0, 1, 2, 3, 4];
        assert_eq!(episodes(&positions, |at| times[at], 10), [&[0, 1, 2][..], &[3, 4]]);
        assert_eq!(episodes(&positions, |at| times[at], 11).len(), 1);
    }
}
