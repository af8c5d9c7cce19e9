//! Counting events over time.

use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Histogram, Request};
use crate::record::{TimeRange, Timestamp, Zone, bucket_edges, readable_width};

/// How many buckets there are at most where nobody says it.
const BUCKETS: usize = 60;

/// The most buckets that are made.
pub const MOST_BUCKETS: usize = 1_000_000;

/// How many values a bucket is split into.
const SERIES: usize = 8;

/// How time is cut into buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketChoice {
    /// A readable width, at most sixty buckets.
    Readable,
    /// So many buckets of equal width.
    Count(usize),
    /// Buckets of this width, in nanoseconds.
    Width(i64),
}

/// Counts the matching events of each bucket, empty ones too, split by the most
/// frequent values of a field where one is named; none where nothing that matches has
/// a time. Where the request is unbounded, the buckets begin or end with the events.
pub fn timeline(
    case: &Case,
    request: &Request,
    buckets: BucketChoice,
    by: Option<&str>,
    zone: &Zone,
    cancel: &CancelToken,
) -> Result<Option<Histogram>> {
    let hint = "Choose a wider --interval.";
    let Some(edges) = bucket_edges_of(case, request, buckets, zone, hint, cancel)? else { return Ok(None) };
    case.index().histogram(request, &edges, by, SERIES, cancel).map(Some)
}

/// Returns the edges of the buckets into which the events that match are cut; none where
/// none of them has a time. `hint` says what to do about too many buckets.
pub(super) fn bucket_edges_of(
    case: &Case,
    request: &Request,
    buckets: BucketChoice,
    zone: &Zone,
    hint: &str,
    cancel: &CancelToken,
) -> Result<Option<Vec<Timestamp>>> {
    let Some((first, last)) = case.index().span(request, cancel)? else { return Ok(None) };
    let (asked, all) = (request.window, TimeRange::ALL);
    let range = TimeRange {
        from: if asked.from == all.from { first } else { asked.from },
        to: if asked.to == all.to { last.plus(1) } else { asked.to },
    };
    edges(range, buckets, zone, hint).map(Some)
}

fn edges(range: TimeRange, buckets: BucketChoice, zone: &Zone, hint: &str) -> Result<Vec<Timestamp>> {
    let length = i128::from(range.to.nanos()) - i128::from(range.from.nanos());
    let width = match buckets {
        BucketChoice::Count(count) => {
            let count = count.clamp(1, MOST_BUCKETS) as i128;
            let edge = |n: i128| i128::from(range.from.nanos()) + length * n / count;
            return Ok((0..=count).map(|n| Timestamp::from_nanos(edge(n) as i64)).collect());
        }
        BucketChoice::Width(width) => width,
        BucketChoice::Readable => readable_width(range, BUCKETS),
    };
    if length / i128::from(width) > MOST_BUCKETS as i128 {
        return Err(Error::usage("that would be more than a million buckets").hint(hint));
    }
    Ok(bucket_edges(range, width, zone))
}

/// Parses a width such as `5m` into nanoseconds.
pub fn parse_interval(text: &str) -> Result<i64> {
    crate::query::parse_interval(text).ok_or_else(|| {
        Error::usage(format!("`{}` is not an interval", visible(text)))
            .hint("Write a whole number and one of s, m, h, d, w: 5m.")
    })
}
