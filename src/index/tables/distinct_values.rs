//! How many different values there are.
//!
//! Values are known by 128 bits of their SHA-256. Up to a bound all of them are
//! kept, and the count is exact. Above it the smallest hashes are kept, and the
//! count is estimated from how densely they lie (k minimum values; Bar-Yossef et
//! al. 2002): its relative standard error is 1 ÷ √(k − 2), 0.3 % for 100,000.

use sha2::{Digest as _, Sha256};

/// No compaction is worth it below so many hashes.
const FEW: usize = 64;

/// A set of values that may have been thinned.
#[derive(Debug, Clone)]
pub(super) struct DistinctValues {
    /// The hashes, those from `compacted` on in no order and perhaps twice.
    hashes: Vec<u128>,
    compacted: usize,
    /// How many are kept.
    most: usize,
    /// Larger hashes were dropped.
    ceiling: Option<u128>,
}

/// Returns the hash by which a value is known.
pub(super) fn hash_of(value: &[u8]) -> u128 {
    let digest = Sha256::digest(value);
    u128::from_be_bytes(digest[..16].try_into().expect("a SHA-256 has 32 bytes"))
}

impl DistinctValues {
    /// Creates an empty set that keeps so many hashes, at least two.
    pub fn new(most: usize) -> DistinctValues {
        DistinctValues { hashes: Vec::new(), compacted: 0, most: most.max(2), ceiling: None }
    }

    /// Adds a value.
    pub fn add(&mut self, hash: u128) {
        if self.ceiling.is_some_and(|ceiling| hash > ceiling) {
            return;
        }
        self.hashes.push(hash);
        if self.hashes.len() >= (self.compacted * 2).max(FEW) {
            self.compact();
        }
    }

    /// Adds the values of another set.
    pub fn merge(&mut self, other: &DistinctValues) {
        self.most = self.most.min(other.most);
        self.ceiling = [self.ceiling, other.ceiling].into_iter().flatten().min();
        self.hashes.extend_from_slice(&other.hashes);
        self.compact();
    }

    /// Keeps fewer hashes from now on.
    pub fn shrink(&mut self, most: usize) {
        self.most = self.most.min(most.max(2));
        self.compact();
    }

    /// Returns how many hashes it holds.
    pub fn held(&self) -> usize {
        self.hashes.len()
    }

    /// Returns how many different values there are, and whether that is an estimate.
    pub fn count(&mut self) -> (u64, bool) {
        self.compact();
        match (self.ceiling, self.hashes.last()) {
            (Some(_), Some(last)) => {
                let share = (*last as f64 / 2f64.powi(128)).max(f64::MIN_POSITIVE);
                (((self.hashes.len() - 1) as f64 / share).round() as u64, true)
            }
            (ceiling, _) => (self.hashes.len() as u64, ceiling.is_some()),
        }
    }

    fn compact(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if let Some(ceiling) = self.ceiling {
            self.hashes.truncate(self.hashes.partition_point(|hash| *hash <= ceiling));
        }
        if self.hashes.len() > self.most {
            self.hashes.truncate(self.most);
            self.ceiling = self.hashes.last().copied();
        }
        self.compacted = self.hashes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(most: usize, values: std::ops::Range<u32>) -> DistinctValues {
        let mut set = DistinctValues::new(most);
        for value in values.clone().chain(values) {
            set.add(hash_of(&value.to_be_bytes()));
        }
        set
    }

    #[test]
    fn a_count_is_exact_up_to_the_bound() {
        assert_eq!(set(1000, 0..1000).count(), (1000, false));
        assert_eq!(set(1000, 0..0).count(), (0, false));
        let mut one = set(1000, 0..600);
        one.merge(&set(1000, 400..1000));
        assert_eq!(one.count(), (1000, false));
    }

    #[test]
    fn a_count_above_the_bound_is_near_and_says_so() {
        let mut merged = set(1000, 0..20_000);
        merged.merge(&set(1000, 15_000..40_000));
        for (mut set, truth) in [(set(1000, 0..30_000), 30_000.0), (merged, 40_000.0)] {
            let (count, approximate) = set.count();
            assert!(approximate && (count as f64 / truth - 1.0).abs() < 0.12, "{count}");
        }
    }

    #[test]
    fn sets_of_different_bounds_merge() {
        let mut small = set(100, 0..50);
        small.merge(&set(1000, 0..500));
        let (count, approximate) = small.count();
        assert!(approximate && (300..800).contains(&count), "{count}");
    }
}
