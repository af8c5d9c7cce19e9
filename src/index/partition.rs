//! Looking for where a test begins to fail.

/// Returns the first number below `len` for which a test fails, where it holds up to there.
pub(super) fn partition_point(len: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// Returns how far a test holds from 0 on, below `len`; it holds at 0 and, once it
/// fails, no more. Looks in growing steps, for mostly it is not far.
pub(super) fn run_length(len: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let mut step = 1;
    while step < len && holds(step) {
        step = step.saturating_mul(2);
    }
    let (from, to) = (step / 2, step.min(len));
    from + partition_point((to - from) as usize, |i| holds(from + i as u32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_looking_find_the_first_failure() {
        for len in 1..70u32 {
            for holds in 1..=len {
                assert_eq!(partition_point(len as usize, |i| i < holds as usize), holds as usize);
                assert_eq!(run_length(len, |i| i < holds), holds);
            }
        }
        assert_eq!(partition_point(5, |_| false), 0);
    }
}
