//! The order of a source's times, in the order of its records.

use super::cancel::CancelToken;
use super::segment::OpenSegment;
use crate::error::Result;
use crate::record::SourceId;

/// Into how many stretches of equal length a source is cut, in the order of its records.
pub const STRETCHES: usize = 10;

/// An hour, in nanoseconds: shorter steps are no jumps.
const HOUR: i64 = 3_600_000_000_000;
/// How many times the longest ordinary step a jump is, at least.
const FAR: i64 = 20;
/// The share of steps that are ordinary.
const ORDINARY: f64 = 0.99;
/// Steps from which it is known which are ordinary.
const LEAST_STEPS: usize = 100;

/// The order of the times of a source's events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceOrder {
    /// How many events it has.
    pub events: u64,
    /// How many of them tell a time.
    pub timed: u64,
    /// Events whose time is before that of the one before them.
    pub steps_back: u64,
    /// The longest step back, in nanoseconds.
    pub farthest_back: i64,
    /// Steps of more than an hour, back or far longer than steps are in the source.
    pub jumps: u64,
    /// The longest of them, in nanoseconds; negative where it leads back.
    pub farthest_jump: i64,
    /// The record after that one.
    pub jump_record: u64,
    /// The first record of each stretch but the first.
    pub bounds: Vec<u64>,
}

/// An event: its source, its record, its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    source: u32,
    record: u64,
    time: Option<i64>,
}

impl Place {
    /// Returns the events of a segment.
    pub fn all(
        segment: &OpenSegment,
        number: &dyn Fn(&SourceId) -> u32,
        cancel: &CancelToken,
    ) -> Result<Vec<Place>> {
        cancel.check()?;
        let (origins, records) = (segment.origins()?, segment.records()?);
        let times = (segment.timed > 0).then(|| segment.times()).transpose()?;
        let numbers: Vec<u32> = segment.sources.iter().map(number).collect();
        let place = |row: u32| Place {
            source: numbers[origins.get_val(row) as usize],
            record: records.get_val(row),
            time: times.as_ref().filter(|_| row < segment.timed).map(|times| times.get(row)),
        };
        Ok((0..segment.rows).map(place).collect())
    }
}

/// Returns the order of each of so many sources.
pub(super) fn orders(mut places: Vec<Place>, sources: usize) -> Vec<SourceOrder> {
    places.sort_unstable();
    let mut orders = vec![SourceOrder::default(); sources];
    for own in places.chunk_by(|one, other| one.source == other.source) {
        orders[own[0].source as usize] = SourceOrder::of(own);
    }
    orders
}

impl SourceOrder {
    fn of(places: &[Place]) -> SourceOrder {
        let bounds = (1..STRETCHES).map(|at| places[at * places.len() / STRETCHES].record).collect();
        let timed: Vec<(u64, i64)> =
            places.iter().filter_map(|place| Some((place.record, place.time?))).collect();
        let mut order = SourceOrder {
            events: places.len() as u64,
            timed: timed.len() as u64,
            bounds,
            ..SourceOrder::default()
        };
        let step = |two: &[(u64, i64)]| two[1].1.saturating_sub(two[0].1);
        let mut onward: Vec<i64> = timed.windows(2).map(step).filter(|step| *step >= 0).collect();
        let far = far_step(&mut onward);
        for two in timed.windows(2) {
            let step = step(two);
            if step < 0 {
                order.steps_back += 1;
                order.farthest_back = order.farthest_back.max(step.saturating_neg());
            }
            if step < -HOUR || far.is_some_and(|far| step > far) {
                order.jumps += 1;
                if step.unsigned_abs() > order.farthest_jump.unsigned_abs() {
                    (order.farthest_jump, order.jump_record) = (step, two[1].0);
                }
            }
        }
        order
    }

    /// Returns the stretch in which a record lies.
    pub(super) fn stretch(&self, record: u64) -> usize {
        self.bounds.partition_point(|bound| *bound <= record)
    }

    /// Returns how many events lie in each stretch.
    pub fn stretch_events(&self) -> [u64; STRETCHES] {
        let (events, stretches) = (self.events, STRETCHES as u64);
        std::array::from_fn(|at| (at as u64 + 1) * events / stretches - at as u64 * events / stretches)
    }
}

/// Returns the step above which one is a jump; none where there are too few to tell.
fn far_step(onward: &mut [i64]) -> Option<i64> {
    if onward.len() < LEAST_STEPS {
        return None;
    }
    let ordinary = ((onward.len() as f64 * ORDINARY) as usize).min(onward.len() - 1);
    let (_, usual, _) = onward.select_nth_unstable(ordinary);
    Some(usual.saturating_mul(FAR).max(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(times: impl IntoIterator<Item = i64>) -> SourceOrder {
        let place =
            |(record, minute): (u64, i64)| Place { source: 0, record, time: Some(minute * HOUR / 60) };
        orders((0..).zip(times).map(place).collect(), 1).remove(0)
    }

    #[test]
    fn steps_back_are_counted_and_long_ones_are_jumps() {
        let order = order([0, 1, 2, 1, 3, 500, 400]);
        assert_eq!((order.steps_back, order.farthest_back), (2, 100 * HOUR / 60));
        assert_eq!((order.jumps, order.farthest_jump, order.jump_record), (1, -100 * HOUR / 60, 6));
    }

    #[test]
    fn a_long_step_is_a_jump_only_among_short_ones() {
        let steady = order((0..300).map(|at| if at < 150 { at } else { at + 1_000 }));
        assert_eq!((steady.jumps, steady.farthest_jump), (1, 1_001 * HOUR / 60));
        assert_eq!(order((0..300).map(|at| at * 1_000)).jumps, 0);
        assert_eq!(order((0..50).map(|at| if at < 25 { at } else { at + 1_000 })).jumps, 0);
    }

    #[test]
    fn stretches_hold_all_events() {
        for events in [1, 9, 10, 11, 1_003] {
            let order = order(0..events);
            let mut counted = [0; STRETCHES];
            (0..events).for_each(|record| counted[order.stretch(record as u64)] += 1);
            assert_eq!(counted.iter().sum::<u64>(), events as u64);
            assert_eq!(order.stretch_events(), counted, "{events}");
        }
    }
}
