//! Amounts of an entity per hour and per day, and when one is far beyond all history.

use super::statistics::{median_and_deviation, quantile};
use super::wording::DAY;

/// The least spread of logarithms that is reckoned with: a factor of about 1.1.
const LEAST_DEVIATION: f64 = 0.1;

/// The amount of an entity in a bucket of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    pub entity: u32,
    /// The number of the bucket since 1970.
    pub at: i64,
    pub amount: f64,
}

/// Returns the sums of the events' amounts by entity and bucket, in order of time.
pub fn sums(
    times: &[i64],
    width: i64,
    entities: usize,
    of: impl Fn(usize) -> Option<(u32, f64)>,
) -> Vec<Amount> {
    let mut sums = Sums::new(entities);
    let (mut at, mut ends) = (0, i64::MIN);
    for (row, time) in times.iter().enumerate() {
        if *time >= ends {
            at = time.div_euclid(width);
            ends = (at + 1) * width;
        }
        if let Some((entity, amount)) = of(row) {
            sums.add(entity, at, amount);
        }
    }
    sums.sums
}

/// Returns the amounts of buckets that are `times` as wide, in order of time.
pub fn wider(amounts: &[Amount], times: i64, entities: usize) -> Vec<Amount> {
    let mut sums = Sums::new(entities);
    for amount in amounts {
        sums.add(amount.entity, amount.at.div_euclid(times), amount.amount);
    }
    sums.sums
}

/// Sums that are being added up, in order of time.
struct Sums {
    latest: Vec<u32>,
    sums: Vec<Amount>,
}

impl Sums {
    /// Creates no sums yet.
    fn new(entities: usize) -> Sums {
        Sums { latest: vec![u32::MAX; entities], sums: Vec::new() }
    }

    /// Adds to the amount of an entity in a bucket.
    fn add(&mut self, entity: u32, at: i64, amount: f64) {
        let place = &mut self.latest[entity as usize];
        match self.sums.get_mut(*place as usize) {
            Some(known) if known.at == at => known.amount += amount,
            _ => {
                *place = self.sums.len() as u32;
                self.sums.push(Amount { entity, at, amount });
            }
        }
    }
}

/// Returns the amounts of the entities that have one of at least `least`, those of an entity
/// together, in order of time.
pub fn of_large(amounts: &[Amount], least: f64, entities: usize) -> Vec<Amount> {
    let mut large = vec![false; entities];
    for amount in amounts {
        large[amount.entity as usize] |= amount.amount >= least;
    }
    let mut kept: Vec<Amount> =
        amounts.iter().filter(|amount| large[amount.entity as usize]).copied().collect();
    kept.sort_by_key(|amount| amount.entity);
    kept
}

/// How far an amount lies beyond what was usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beyond {
    pub amount: f64,
    /// The median and the spread of the logarithms of the own amounts.
    pub median: f64,
    pub deviation: f64,
    /// The most of its own before, and what 99.9 % of all others' amounts are at most.
    pub most: f64,
    pub others: f64,
    pub others_most: f64,
    pub days: f64,
    /// How many deviations above the own median.
    pub score: f64,
}

/// The limits that an amount must exceed.
#[derive(Debug, Clone, Copy)]
pub struct AmountLimits {
    pub least: f64,
    pub deviations: f64,
    pub days: f64,
}

/// Returns the amounts of one entity (`own`, in order of time) that lie beyond its history of
/// earlier active days and beyond 99.9 % of the others' amounts. An amount that does not
/// lie beyond becomes history; of the others those of the same entity are left out.
pub fn beyond(
    own: &[Amount],
    all: &Population,
    width: i64,
    limits: &AmountLimits,
) -> Vec<(Amount, Option<Beyond>)> {
    let mut history: Vec<f64> = Vec::new();
    let (mut days, mut last_day, mut most) = (0.0, i64::MIN, 0.0_f64);
    let mut out = Vec::new();
    for amount in own {
        let day = (amount.at * width).div_euclid(DAY);
        let before = if day == last_day { days - 1.0 } else { days };
        let enough = before >= limits.days;
        let (others, others_most) = all.without(amount.entity);
        let judged = amount.amount >= limits.least && amount.amount > others;
        let mut far = None;
        if judged && enough && amount.amount > most {
            let (median, deviation) = median_and_deviation(&mut history.clone());
            let deviation = deviation.max(LEAST_DEVIATION);
            let score = ((1.0 + amount.amount).ln() - median) / deviation;
            if score > limits.deviations {
                far = Some(Beyond {
                    amount: amount.amount,
                    median,
                    deviation,
                    most,
                    others,
                    others_most,
                    days,
                    score,
                });
            }
        } else if judged && !enough {
            far = Some(Beyond {
                amount: amount.amount,
                median: 0.0,
                deviation: 0.0,
                most,
                others,
                others_most,
                days,
                score: 0.0,
            });
        }
        if far.is_none_or(|far| far.deviation == 0.0) {
            history.push((1.0 + amount.amount).ln());
            most = most.max(amount.amount);
            days += f64::from(u8::from(day != last_day));
            last_day = day;
        }
        out.push((*amount, far));
    }
    out
}

/// The amounts of all entities in buckets of one width.
pub struct Population {
    share: f64,
    /// The highest amounts with their entities, falling, enough to leave one entity out.
    highest: Vec<(f64, u32)>,
    pub len: usize,
}

impl Population {
    /// Creates it from the amounts.
    pub fn new(amounts: &[Amount], entities: usize) -> Population {
        let mut values: Vec<f64> = amounts.iter().map(|amount| amount.amount).collect();
        let share = quantile(&mut values, 0.999);
        let mut most = vec![0.0_f64; entities];
        for amount in amounts {
            let most = &mut most[amount.entity as usize];
            *most = most.max(amount.amount);
        }
        let mut highest: Vec<(f64, u32)> = most.into_iter().zip(0..).collect();
        highest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        highest.truncate(2);
        Population { share, highest, len: amounts.len() }
    }

    /// Returns what 99.9 % of the amounts, or all others if that is less, are at most, and what
    /// all others are at most.
    pub fn without(&self, entity: u32) -> (f64, f64) {
        let most = self.highest.iter().find(|(_, other)| *other != entity).map_or(0.0, |(most, _)| *most);
        (self.share.min(most), most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: AmountLimits = AmountLimits { least: 50.0, deviations: 6.0, days: 7.0 };

    /// Returns an amount a day: 10 and 12 by turns, then the last.
    fn days(count: i64, last: f64) -> Vec<Amount> {
        (0..=count)
            .map(|at| Amount {
                entity: 0,
                at,
                amount: if at == count { last } else { 10.0 + 2.0 * (at % 2) as f64 },
            })
            .collect()
    }

    #[test]
    fn seven_active_days_are_needed() {
        let all = Population::new(&[], 1);
        let last = |count| beyond(&days(count, 60.0), &all, DAY, &LIMITS).pop().unwrap().1.unwrap();
        assert_eq!(last(6).score, 0.0);
        assert!(last(7).score > 6.0);
    }

    #[test]
    fn amounts_below_the_floor_are_history() {
        let all = Population::new(&[], 1);
        assert!(beyond(&days(9, 49.9), &all, DAY, &LIMITS).pop().unwrap().1.is_none());
        assert!(beyond(&days(9, 50.0), &all, DAY, &LIMITS).pop().unwrap().1.is_some());
    }

    #[test]
    fn others_are_left_without_the_entity_itself() {
        let amount = |entity, amount| Amount { entity, at: 0, amount };
        let all = Population::new(&[amount(0, 100.0), amount(1, 20.0), amount(2, 30.0)], 3);
        assert_eq!(all.without(0).1, 30.0);
        assert_eq!(all.without(1).1, 100.0);
    }

    #[test]
    fn sums_stand_in_order_of_time() {
        let events = [(0, 1.0), (1, 2.0), (0, 3.0), (0, 4.0)];
        let sums = sums(&[1, 2, 3, 15], 10, 2, |row| Some(events[row]));
        let amount = |(entity, at, amount)| Amount { entity, at, amount };
        assert_eq!(sums, [(0, 0, 4.0), (1, 0, 2.0), (0, 1, 4.0)].map(amount));
        assert_eq!(wider(&sums, 2, 2), [(0, 0, 8.0), (1, 0, 2.0)].map(amount));
        assert_eq!(of_large(&sums, 4.0, 2), [(0, 0, 4.0), (0, 1, 4.0)].map(amount));
        assert!(of_large(&sums, 4.1, 2).is_empty());
    }
}
