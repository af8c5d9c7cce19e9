//! A bucket that fills with events and leaks at a steady rate.

/// A leaky bucket: what is in it, and when it was last filled.
#[derive(Debug, Clone, Copy)]
pub struct LeakyBucket {
    /// How much leaks in a nanosecond.
    rate: f64,
    level: f64,
    time: i64,
}

impl LeakyBucket {
    /// Creates an empty bucket that leaks one event in so many nanoseconds.
    pub fn new(one_in: i64) -> LeakyBucket {
        LeakyBucket { rate: 1.0 / one_in as f64, level: 0.0, time: i64::MIN }
    }

    /// Adds an event, and returns how much the bucket then holds.
    pub fn fill(&mut self, time: i64) -> f64 {
        let leaked = if self.time == i64::MIN { 0.0 } else { (time - self.time) as f64 * self.rate };
        self.level = (self.level - leaked).max(0.0) + 1.0;
        self.time = time;
        self.level
    }

    /// Adds an event, and returns whether a bucket of this capacity is full then.
    pub fn overflows(&mut self, time: i64, capacity: f64) -> bool {
        self.fill(time) > capacity - 1.0 + 1e-9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_faster_than_it_leaks() {
        let mut bucket = LeakyBucket::new(10);
        assert_eq!(bucket.fill(0), 1.0);
        assert_eq!(bucket.fill(5), 1.5);
        assert_eq!(bucket.fill(15), 1.5);
        assert_eq!(bucket.fill(1_000), 1.0);
    }
}
