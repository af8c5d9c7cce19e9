//! Events of each value counted in buckets of equal width.

use super::groups::Groups;

/// Counts that are told apart in the counts of all buckets.
const MOST_COUNTED: usize = 100_000;

/// How often a value occurred in a bucket, where it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    pub value: u32,
    /// The number of the bucket, counted from that of the first event.
    pub at: u32,
    pub count: u32,
}

/// The counts of all values, those of a value together, in order of time.
pub struct Series {
    buckets: Vec<Bucket>,
    starts: Vec<u32>,
    /// How many buckets of all values count 0, 1, 2 … events; the last stands for all above, too.
    counts: Vec<u64>,
    /// How many values have a bucket.
    known: usize,
    /// When bucket 0 begins, in nanoseconds since 1970.
    pub origin: i64,
    /// The width of a bucket in nanoseconds.
    pub width: i64,
    /// How many buckets there are from the first event of all to the last.
    pub len: u32,
}

impl Series {
    /// Creates the counts of `values` values in buckets that begin at whole multiples of
    /// `width`; of a value none of whose buckets counts `least`, none is kept.
    pub fn new(
        times: &[i64],
        width: i64,
        values: usize,
        least: u32,
        value: impl Fn(usize) -> Option<u32>,
    ) -> Series {
        let first = times.first().map_or(0, |time| time.div_euclid(width));
        let last = times.last().map_or(-1, |time| time.div_euclid(width));
        let mut latest = vec![u32::MAX; values];
        let mut enough = vec![false; values];
        let mut buckets: Vec<Bucket> = Vec::new();
        let (mut bucket, mut ends) = (0, i64::MIN);
        for (row, time) in times.iter().enumerate() {
            if *time >= ends {
                bucket = time.div_euclid(width) - first;
                ends = (first + bucket + 1) * width;
            }
            let Some(value) = value(row) else { continue };
            let place = &mut latest[value as usize];
            let count = match buckets.get_mut(*place as usize) {
                Some(known) if known.at == bucket as u32 => {
                    known.count += 1;
                    known.count
                }
                _ => {
                    *place = buckets.len() as u32;
                    buckets.push(Bucket { value, at: bucket as u32, count: 1 });
                    1
                }
            };
            enough[value as usize] |= count >= least;
        }
        let mut counts = vec![0; MOST_COUNTED + 1];
        for bucket in &buckets {
            counts[(bucket.count as usize).min(MOST_COUNTED)] += 1;
        }
        let known = latest.iter().filter(|place| **place != u32::MAX).count();
        buckets.retain(|bucket| enough[bucket.value as usize]);
        let items: Vec<u32> = (0..buckets.len() as u32).collect();
        let groups = Groups::new(values, &items, |item| Some(buckets[item as usize].value));
        let sorted: Vec<Bucket> = groups.rows().iter().map(|item| buckets[*item as usize]).collect();
        let mut starts = vec![0_u32; values + 1];
        for value in 0..values {
            starts[value + 1] = starts[value] + groups.of(value as u32).len() as u32;
        }
        let (origin, len) = (first * width, (last - first + 1) as u32);
        Series { buckets: sorted, starts, counts, known, origin, width, len }
    }

    /// Returns the buckets in which a value occurred.
    pub fn of(&self, value: u32) -> &[Bucket] {
        let value = value as usize;
        &self.buckets[self.starts[value] as usize..self.starts[value + 1] as usize]
    }

    /// Returns what a share of the buckets of all values, kept or not, count at most.
    pub fn count_of_share(&self, share: f64) -> u32 {
        let wanted = (self.counts.iter().sum::<u64>() as f64 * share).ceil() as u64;
        let mut sum = 0;
        let place = self.counts.iter().position(|count| {
            sum += count;
            sum >= wanted
        });
        place.unwrap_or(MOST_COUNTED) as u32
    }

    /// Returns how many values have a bucket, kept or not.
    pub fn known(&self) -> usize {
        self.known
    }

    /// Returns the values of which buckets were kept, ascending.
    pub fn values(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.starts.len() as u32 - 1).filter(|value| !self.of(*value).is_empty())
    }

    /// Returns when a bucket begins, in nanoseconds since 1970.
    pub fn begin(&self, at: u32) -> i64 {
        self.origin + i64::from(at) * self.width
    }
}

/// Returns the rows in a span of time (its end excluded) that have a value.
pub fn rows_between(times: &[i64], from: i64, to: i64, has: impl Fn(usize) -> bool) -> Vec<u32> {
    let first = times.partition_point(|time| *time < from);
    let last = times.partition_point(|time| *time < to);
    (first..last).filter(|row| has(*row)).map(|row| row as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stand_by_value_and_time() {
        let values = [0, 1, 0, 0, 1];
        let series = Series::new(&[11, 12, 19, 20, 45], 10, 2, 1, |row| Some(values[row]));
        assert_eq!((series.origin, series.len), (10, 4));
        assert_eq!(
            series.of(0),
            [Bucket { value: 0, at: 0, count: 2 }, Bucket { value: 0, at: 1, count: 1 }]
        );
        assert_eq!(
            series.of(1),
            [Bucket { value: 1, at: 0, count: 1 }, Bucket { value: 1, at: 3, count: 1 }]
        );
        assert_eq!(series.begin(3), 40);
    }

    #[test]
    fn values_without_a_full_bucket_are_left_out() {
        let values = [0, 1, 0, 0, 1];
        let series = Series::new(&[11, 12, 19, 20, 45], 10, 2, 2, |row| Some(values[row]));
        assert_eq!(series.values().collect::<Vec<_>>(), [0]);
        assert_eq!((series.known(), series.count_of_share(0.7), series.count_of_share(0.8)), (2, 1, 2));
    }

    #[test]
    fn rows_of_a_span_leave_its_end_out() {
        assert_eq!(rows_between(&[1, 2, 3, 4], 2, 4, |_| true), [1, 2]);
    }
}
