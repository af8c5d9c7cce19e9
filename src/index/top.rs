//! The most frequent and the rarest values.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::api::{TermOrder, TopValues};
use super::matcher::Matcher;
use super::merge_dictionaries::merge;
use super::parallel;
use super::search::QueryRun;
use super::segment::{OpenSegment, TimeScope};
use super::value_counts::ValueCounts;
use crate::error::{Error, Result};
use crate::record::{FieldId, fields};

/// How many values are looked up one by one at most, instead of walking through
/// all of them.
const CANDIDATES: usize = 4096;

/// Returns the `limit` most frequent or rarest values, of those that match where
/// a matcher is given.
pub(super) fn top(
    search: &QueryRun<'_>,
    segments: &[&OpenSegment],
    reach: TimeScope,
    field: &str,
    matcher: Option<&Matcher>,
    rank: TermOrder,
    limit: usize,
) -> Result<Vec<TopValues>> {
    if FieldId::by_name(field) == Some(fields::TIMESTAMP) {
        return Err(Error::usage("times have no top").hint("Count over time with `timeline`."));
    }
    let tallies =
        parallel::each(segments, |segment| ValueCounts::new(search, segment, reach, field, matcher))?;
    let tallies: Vec<ValueCounts<'_>> = tallies.into_iter().flatten().collect();
    let mut best = Best { rank, limit, heap: BinaryHeap::new() };
    let candidates = if rank == TermOrder::Most { candidates(&tallies, limit)? } else { None };
    match candidates {
        Some(values) => {
            for value in &values {
                let counts = tallies.iter().map(|tally| tally.count(value).map(u64::from));
                best.offer(value, counts.sum::<Result<u64>>()?);
            }
        }
        None => merge(search, &tallies, |value, count| best.offer(value, count))?,
    }
    let mut tops: Vec<TopValues> = best
        .sorted()
        .into_iter()
        .map(|(value, count)| TopValues { value, count, first: None, last: None })
        .collect();
    for tally in &tallies {
        tally.times(search, &mut tops)?;
    }
    Ok(tops)
}

/// Returns values among which the `limit` most frequent are; none if that
/// takes no fewer steps than looking at all.
///
/// Let T be the `limit`-th largest sum of what each segment's most frequent
/// values count: at least `limit` values occur T times or more. A value that
/// occurs so often in all does so at least T ÷ segments times in some segment.
fn candidates(tallies: &[ValueCounts<'_>], limit: usize) -> Result<Option<BTreeSet<String>>> {
    if limit == 0 || limit > CANDIDATES / 8 {
        return Ok(None);
    }
    let mut sums: HashMap<String, u64> = HashMap::new();
    for tally in tallies {
        for ord in most(&tally.counts, limit * 2) {
            *sums.entry(tally.terms.get(ord)?).or_default() += u64::from(tally.counts[ord as usize]);
        }
    }
    let mut sums: Vec<u64> = sums.into_values().collect();
    if sums.len() < limit {
        return Ok(None);
    }
    let (_, least, _) = sums.select_nth_unstable_by_key(limit - 1, |sum| Reverse(*sum));
    let enough = least.div_ceil(tallies.len() as u64);
    let mut values = BTreeSet::new();
    let mut found = 0;
    for tally in tallies {
        for (ord, _) in (0..).zip(&tally.counts).filter(|(_, count)| u64::from(**count) >= enough) {
            found += 1;
            if found > CANDIDATES {
                return Ok(None);
            }
            values.insert(tally.terms.get(ord)?);
        }
    }
    Ok(Some(values))
}

/// Returns the ordinals of the largest counts, in no order.
fn most(counts: &[u32], limit: usize) -> Vec<u32> {
    let mut heap: BinaryHeap<Reverse<(u32, u32)>> = BinaryHeap::with_capacity(limit + 1);
    let mut least = 0;
    for (ord, count) in (0..).zip(counts).filter(|(_, count)| **count > 0) {
        if heap.len() < limit {
            heap.push(Reverse((*count, ord)));
        } else if *count > least {
            heap.pop();
            heap.push(Reverse((*count, ord)));
        }
        if heap.len() == limit {
            least = heap.peek().map_or(0, |Reverse((count, _))| *count);
        }
    }
    heap.into_iter().map(|Reverse((_, ord))| ord).collect()
}

/// Keeps the best values of those offered.
struct Best {
    rank: TermOrder,
    limit: usize,
    /// The worst of them on top; the key is smaller the better.
    heap: BinaryHeap<((Reverse<u64>, u64), String)>,
}

impl Best {
    fn offer(&mut self, value: &str, count: u64) {
        let key = match self.rank {
            TermOrder::Most => (Reverse(count), 0),
            TermOrder::Rarest => (Reverse(0), count),
        };
        if self.heap.len() < self.limit {
            self.heap.push((key, value.to_owned()));
        } else if self.heap.peek().is_some_and(|(worst, text)| (key, value) < (*worst, text.as_str())) {
            self.heap.pop();
            self.heap.push((key, value.to_owned()));
        }
    }

    fn sorted(self) -> Vec<(String, u64)> {
        let rank = self.rank;
        let count = |(most, rare): (Reverse<u64>, u64)| match rank {
            TermOrder::Most => most.0,
            TermOrder::Rarest => rare,
        };
        self.heap.into_sorted_vec().into_iter().map(|(key, value)| (value, count(key))).collect()
    }
}
