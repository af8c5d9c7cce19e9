//! Time ranges divided into buckets with readable widths.

use chrono::{NaiveTime, TimeDelta};

use super::{TimeRange, Timestamp, Zone};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Widths that read well, in nanoseconds.
const WIDTHS: [i64; 24] = [
    1_000_000,
    10_000_000,
    100_000_000,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    60 * SECOND,
    120 * SECOND,
    300 * SECOND,
    600 * SECOND,
    900 * SECOND,
    1800 * SECOND,
    3600 * SECOND,
    2 * 3600 * SECOND,
    3 * 3600 * SECOND,
    6 * 3600 * SECOND,
    12 * 3600 * SECOND,
    DAY,
    2 * DAY,
    7 * DAY,
    28 * DAY,
];

/// Returns the narrowest readable width, in nanoseconds, that divides a range into
/// at most `most` buckets.
pub fn readable_width(window: TimeRange, most: usize) -> i64 {
    let length = i128::from(window.to.nanos()) - i128::from(window.from.nanos());
    let fits = |width: i64| length / i128::from(width) + 1 < most.max(2) as i128;
    let known = WIDTHS.into_iter().find(|width| fits(*width));
    known.unwrap_or_else(|| {
        let years = length / most.max(1) as i128 / i128::from(364 * DAY) + 1;
        i64::try_from(years * i128::from(364 * DAY)).unwrap_or(i64::MAX)
    })
}

/// Returns the edges of adjoining buckets of a width that cover a range: one
/// more than there are buckets. Edges are at whole multiples of the width in
/// the zone's local time; widths of whole days begin at local midnight, so a
/// day of 23 or 25 hours is one bucket.
pub fn bucket_edges(window: TimeRange, width: i64, zone: &Zone) -> Vec<Timestamp> {
    if width >= DAY && width % DAY == 0 {
        return day_edges(window, width / DAY, zone);
    }
    let east = i64::from(zone.offset_at(window.from)) * SECOND;
    let local = window.from.nanos().saturating_add(east);
    let mut at = Timestamp::from_nanos(local - local.rem_euclid(width)).plus(-east);
    let mut edges = vec![at];
    while at < window.to && at < Timestamp::MAX {
        at = at.plus(width);
        edges.push(at);
    }
    edges
}

fn day_edges(window: TimeRange, days: i64, zone: &Zone) -> Vec<Timestamp> {
    let mut day = zone.local(window.from).date();
    let mut edges = Vec::new();
    loop {
        let midnight =
            zone.resolve(day.and_time(NaiveTime::MIN)).map_or(Timestamp::MAX, |resolved| resolved.timestamp);
        edges.push(midnight);
        let next = TimeDelta::try_days(days).and_then(|days| day.checked_add_signed(days));
        match next {
            Some(next) if midnight < window.to && midnight < Timestamp::MAX => day = next,
            _ => return edges,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64) -> TimeRange {
        TimeRange { from: Timestamp::from_secs(from), to: Timestamp::from_secs(to) }
    }

    #[test]
    fn three_days_in_sixty_buckets_are_cut_by_two_hours() {
        assert_eq!(readable_width(window(0, 3 * 86_400), 60), 2 * 3600 * SECOND);
    }

    #[test]
    fn buckets_begin_on_whole_multiples_and_cover_the_window() {
        let edges = bucket_edges(window(100, 700), 300 * SECOND, &Zone::UTC);
        assert_eq!(edges, [0, 300, 600, 900].map(Timestamp::from_secs));
    }

    #[test]
    fn a_day_of_twenty_five_hours_is_one_bucket() {
        let berlin: Zone = "Europe/Berlin".parse().expect("known");
        let edges = bucket_edges(window(1_761_430_000, 1_761_530_000), DAY, &berlin);
        let hours: Vec<i64> = edges.windows(2).map(|pair| (pair[1].secs() - pair[0].secs()) / 3600).collect();
        assert_eq!(hours, [25, 24]);
    }
}
