//! What is computed of the values that a field has in one group.

use super::super::compare::date;
use super::distinct_values::{DistinctValues, hash_of};
use super::figure::Figure;
use super::table_cell::TableCell;
use super::value_distribution::ValueDistribution;
use crate::query::{FieldRef, Function};
use crate::record::{FieldKind, Timestamp};

/// What of a field's values is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WantedParts {
    /// Whether they are different.
    pub distinct: bool,
    /// Their numbers.
    pub numbers: bool,
    /// How often each number occurs.
    pub distribution: bool,
    /// Their times.
    pub times: bool,
}

impl WantedParts {
    /// Adds what a function looks at.
    pub fn add(&mut self, function: Function, field: &FieldRef) {
        match function {
            Function::Distinct => self.distinct = true,
            Function::Min | Function::Max if is_date(field) => self.times = true,
            Function::Sum | Function::Average | Function::Min | Function::Max => self.numbers = true,
            Function::Percentile(_) => {
                self.numbers = true;
                self.distribution = true;
            }
        }
    }
}

fn is_date(field: &FieldRef) -> bool {
    field.kind() == Some(FieldKind::Date)
}

/// A value, as far as it is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MeasuredValue {
    hash: Option<u128>,
    number: Option<Figure>,
    time: Option<Timestamp>,
}

impl MeasuredValue {
    /// Reads a value.
    pub fn of_text(text: &str, wanted: WantedParts) -> MeasuredValue {
        MeasuredValue {
            hash: wanted.distinct.then(|| hash_of(text.as_bytes())),
            number: if wanted.numbers { Figure::of_text(text) } else { None },
            time: if wanted.times { date(text) } else { None },
        }
    }

    /// Reads the time of an event.
    pub fn of_time(time: Timestamp, wanted: WantedParts) -> MeasuredValue {
        let hash = wanted.distinct.then(|| hash_of(&time.nanos().to_be_bytes()));
        MeasuredValue { hash, number: None, time: Some(time) }
    }
}

/// What is known of a field's values in one group.
#[derive(Debug, Clone)]
pub(super) struct FieldSummary {
    wanted: WantedParts,
    numbers: u64,
    /// Values that are no numbers, or no times.
    others: u64,
    /// The sum of the whole numbers, and of the others.
    whole: i128,
    fraction: Option<f64>,
    least: Option<Figure>,
    most: Option<Figure>,
    times: Option<(Timestamp, Timestamp)>,
    distinct: Option<DistinctValues>,
    distribution: Option<ValueDistribution>,
}

impl FieldSummary {
    /// Creates the summary of no values; `most` different ones are kept.
    pub fn new(wanted: WantedParts, most: usize) -> FieldSummary {
        FieldSummary {
            wanted,
            numbers: 0,
            others: 0,
            whole: 0,
            fraction: None,
            least: None,
            most: None,
            times: None,
            distinct: wanted.distinct.then(|| DistinctValues::new(most)),
            distribution: wanted.distribution.then(|| ValueDistribution::new(most)),
        }
    }

    /// Adds a value that occurs so often.
    pub fn add(&mut self, value: &MeasuredValue, count: u64) {
        if let Some((set, hash)) = self.distinct.as_mut().zip(value.hash) {
            set.add(hash);
        }
        if let Some(number) = value.number {
            self.add_number(number, count);
        } else if self.wanted.numbers {
            self.others += count;
        }
        if !self.wanted.times {
            return;
        }
        match value.time {
            Some(time) => self.add_times((time, time)),
            None => self.others += count,
        }
    }

    fn add_number(&mut self, number: Figure, count: u64) {
        self.numbers += count;
        match number {
            Figure::Whole(whole) => self.whole += whole * i128::from(count),
            Figure::Float(part) => *self.fraction.get_or_insert(0.0) += part * count as f64,
        }
        self.add_ends(Some(number), Some(number));
        if let Some(distribution) = &mut self.distribution {
            distribution.add(number, count);
        }
    }

    fn add_ends(&mut self, least: Option<Figure>, most: Option<Figure>) {
        self.least = [self.least, least].into_iter().flatten().min();
        self.most = self.most.max(most);
    }

    fn add_times(&mut self, (first, last): (Timestamp, Timestamp)) {
        self.times = Some(match self.times {
            Some((earliest, latest)) => (earliest.min(first), latest.max(last)),
            None => (first, last),
        });
    }

    /// Adds the values of another summary.
    pub fn merge(&mut self, other: FieldSummary) {
        self.numbers += other.numbers;
        self.others += other.others;
        self.whole += other.whole;
        if let Some(part) = other.fraction {
            *self.fraction.get_or_insert(0.0) += part;
        }
        self.add_ends(other.least, other.most);
        other.times.into_iter().for_each(|times| self.add_times(times));
        if let Some((set, other)) = self.distinct.as_mut().zip(other.distinct) {
            set.merge(&other);
        }
        if let Some((distribution, other)) = self.distribution.as_mut().zip(other.distribution) {
            distribution.merge(other);
        }
    }

    /// Keeps fewer different values from now on.
    pub fn shrink(&mut self, most: usize) {
        self.distinct.iter_mut().for_each(|set| set.shrink(most));
        self.distribution.iter_mut().for_each(|distribution| distribution.shrink(most));
    }

    /// Returns how many different values it holds.
    pub fn held(&self) -> usize {
        self.distinct.as_ref().map_or(0, DistinctValues::held)
            + self.distribution.as_ref().map_or(0, ValueDistribution::held)
    }

    /// Returns how many values were no numbers, or no times.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// Returns a function of the values, and whether it is approximate. Without a value
    /// that it takes there is none, but for `dc`, which is 0.
    pub fn cell(&mut self, function: Function, field: &FieldRef) -> (TableCell, bool) {
        let number = |number: Option<Figure>| number.map_or(TableCell::Missing, TableCell::Number);
        let time = |time: Option<Timestamp>| time.map_or(TableCell::Missing, TableCell::Time);
        match function {
            Function::Distinct => {
                let (count, approximate) = self.distinct.as_mut().map_or((0, false), DistinctValues::count);
                (TableCell::Number(Figure::Whole(count.into())), approximate)
            }
            Function::Sum => (number(self.sum()), false),
            Function::Average => (number(self.average()), false),
            Function::Min if is_date(field) => (time(self.times.map(|times| times.0)), false),
            Function::Max if is_date(field) => (time(self.times.map(|times| times.1)), false),
            Function::Min => (number(self.least), false),
            Function::Max => (number(self.most), false),
            Function::Percentile(hundredths) => {
                let found = self.distribution.as_ref().and_then(|all| all.percentile(hundredths));
                (number(found.map(|found| found.0)), found.is_some_and(|found| found.1))
            }
        }
    }

    fn sum(&self) -> Option<Figure> {
        let sum = match self.fraction {
            None => Figure::Whole(self.whole),
            Some(part) => finite(self.whole as f64 + part),
        };
        (self.numbers > 0).then_some(sum)
    }

    fn average(&self) -> Option<Figure> {
        let sum = self.sum()?;
        let count = i128::from(self.numbers);
        Some(match sum {
            Figure::Whole(sum) if sum % count == 0 => Figure::Whole(sum / count),
            sum => finite(sum.as_f64() / self.numbers as f64),
        })
    }
}

/// Returns a number that a sum of large numbers may have outgrown.
fn finite(number: f64) -> Figure {
    Figure::of_float(number.clamp(f64::MIN, f64::MAX))
}
