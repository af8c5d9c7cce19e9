//! A source, user or kind of event that has gone to another level and stays there.
//!
//! Counts per hour, as r = ln(1 + count) - ln(1 + usual in this hour of the week); the usual is
//! the median of the own hours (without two weeks of history: of the hours of the day). PELT
//! with the normal cost and penalty 2 ln n divides r into segments; sigma is 1.4826 times the
//! MAD of r, at least 0.15. Reported are segments of at least 24 hours (without two weeks of
//! history: 72, for a weekend is no shift) whose level is at least twice, or at most half, that
//! of the hours before; falls only when they last seven times as long.
//! `ratio` = exp(`level` - `level_before`), and `score` = |`level` - `level_before`| / `sigma` * sqrt(`hours`).

use std::ops::Range;

use super::hour_of_week::{HOURS, hour_of_week};
use super::pelt::changes;
use super::series::{Series, rows_between};
use super::statistics::{median, median_and_deviation};
use super::wording::{DAY, HOUR, in_order, rough, span};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "level-shift",
    about: "A source or user whose events per hour have gone to another level and stay there",
    scope: DetectorScope::All,
    needs: &[],
    uses: &["source.ip", "user.name", "event.action"],
    least_events: 500,
    attack: &["T1499"],
    parameters: &[
        Parameter {
            name: "ratio",
            about: "least ratio of the new level to the level before",
            default: 2.0,
            least: 1.2,
            most: 100.0,
        },
        Parameter {
            name: "hours",
            about: "hours that a new level lasts at least",
            default: 24.0,
            least: 6.0,
            most: 720.0,
        },
        Parameter {
            name: "rate",
            about: "events per hour of the higher level, at least",
            default: 5.0,
            least: 1.0,
            most: 10_000.0,
        },
    ],
    run,
};

/// Hours that are looked at, at most: the latest of them.
const MOST_HOURS: u32 = 4_380;
/// Hours that there must be before a shift.
const LEAST_BEFORE: usize = 72;
/// The ratio and the score from which a shift is medium.
const SURE_RATIO: f64 = 2.5;
const SURE_SCORE: f64 = 10.0;
/// How many times longer than a rise a fall must last: people take days off.
const FALL: usize = 7;
/// How many values of a field are divided into segments, at most: those that changed most.
const MOST_VALUES: usize = 200;

/// The hours of one value.
struct Hours {
    value: u32,
    /// The first hour, counted in the series.
    first: u32,
    counts: Vec<f64>,
    /// The logarithms against what is usual.
    residuals: Vec<f64>,
}

/// The numbers that a case may set.
struct AmountLimits {
    ratio: f64,
    hours: usize,
    rate: f64,
}

/// Returns the values whose level has shifted.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let times = events.times();
    let lasts = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
    let profile = lasts >= 14 * DAY;
    let hours = parameters.get("hours") * if profile { 1.0 } else { 3.0 };
    let limits = AmountLimits {
        ratio: parameters.get("ratio").ln(),
        hours: hours as usize,
        rate: parameters.get("rate"),
    };
    if lasts < (LEAST_BEFORE as i64 + hours as i64) * HOUR {
        return DetectorOutcome::NotEvaluated(format!(
            "the events span {}; {} hours are needed",
            span(lasts),
            LEAST_BEFORE + hours as usize
        ));
    }
    let mut found = Vec::new();
    for (field, most) in
        [("source.ip", Severity::Medium), ("user.name", Severity::Medium), ("event.action", Severity::Low)]
    {
        if let Some(column) = events.column(field) {
            Field { times, name: field, column, most }.shifts(profile, &limits, &mut found);
        }
    }
    DetectorOutcome::Found(in_order(found))
}

/// A field whose values are looked at.
struct Field<'e> {
    times: &'e [i64],
    name: &'static str,
    column: &'e ValueColumn,
    /// How bad a shift may be.
    most: Severity,
}

/// A span of hours on another level than those before it.
struct Shift {
    hours: Range<usize>,
    level: f64,
    before: f64,
    rate: f64,
    rate_before: f64,
    hours_before: usize,
}

impl Field<'_> {
    /// Adds the shifts of its values.
    fn shifts(&self, profile: bool, limits: &AmountLimits, found: &mut Vec<Anomaly>) {
        let distinct = self.column.distinct();
        let series =
            Series::new(self.times, HOUR, distinct, limits.rate as u32, |row| self.column.ordinal(row));
        let mut changed: Vec<(f64, Hours)> = Vec::new();
        for value in series.values() {
            if let Some(hours) = Hours::new(&series, value, profile, limits) {
                let strongest = hours.strongest(limits);
                if strongest >= limits.ratio {
                    changed.push((strongest, hours));
                }
            }
        }
        changed.sort_by(|a, b| {
            let names = || self.column.value(a.1.value).cmp(self.column.value(b.1.value));
            b.0.total_cmp(&a.0).then_with(names)
        });
        changed.truncate(MOST_VALUES);
        for (_, hours) in changed {
            let sigma = (1.4826 * median_and_deviation(&mut hours.residuals.clone()).1).max(0.15);
            for shift in hours.shifts(sigma, limits) {
                found.extend(self.tell(&series, &hours, &shift, sigma));
            }
        }
    }

    /// Returns the finding of a shift; none where it has no events.
    fn tell(&self, series: &Series, hours: &Hours, shift: &Shift, sigma: f64) -> Option<Anomaly> {
        let begin = |hour: usize| series.begin(hours.first + hour as u32);
        let (from, to) = (begin(shift.hours.start), begin(shift.hours.end));
        let rows = rows_between(self.times, from, to, |row| self.column.ordinal(row) == Some(hours.value));
        let (first, last) = (*rows.first()?, *rows.last()?);
        let value = self.column.value(hours.value);
        let ratio = (shift.level - shift.before).exp();
        let number = shift.hours.len() as f64;
        let score = (shift.level - shift.before).abs() / sigma * number.sqrt();
        let up = ratio > 1.0;
        Some(Anomaly {
            title: if up { "Activity rose and stays high" } else { "Activity fell and stays low" }.to_owned(),
            why: format!(
                "{value} has {} events an hour for {}, {} times its level of {} an hour in the {} hours \
                 before, its habits of the week allowed for.",
                rough(shift.rate),
                span(to - from),
                rough(ratio),
                rough(shift.rate_before),
                rough(shift.hours_before as f64)
            ),
            severity: if up && ratio >= SURE_RATIO && score >= SURE_SCORE {
                self.most
            } else {
                Severity::Low
            },
            confidence: (score / 40.0).clamp(0.3, 0.9),
            entity: vec![(self.name, value.to_owned())],
            start: self.times[first as usize],
            end: self.times[last as usize],
            events: rows,
            attack: vec!["T1499"],
            numbers: [
                ("level", shift.level),
                ("level_before", shift.before),
                ("sigma", sigma),
                ("hours", number),
                ("hours_before", shift.hours_before as f64),
                ("rate", shift.rate),
                ("rate_before", shift.rate_before),
                ("ratio", ratio),
                ("score", score),
            ]
            .into(),
        })
    }
}

impl Hours {
    /// Creates the hours of a value from its first to the last of all; none where they are too
    /// few.
    fn new(series: &Series, value: u32, profile: bool, limits: &AmountLimits) -> Option<Hours> {
        let own = series.of(value);
        let first = own.first()?.at.max(series.len.saturating_sub(MOST_HOURS));
        let len = (series.len - first) as usize;
        let total: f64 = own.iter().map(|bucket| f64::from(bucket.count)).sum();
        if len < LEAST_BEFORE + limits.hours || total < limits.rate * limits.hours as f64 {
            return None;
        }
        let mut counts = vec![0.0; len];
        for bucket in own.iter().filter(|bucket| bucket.at >= first) {
            counts[(bucket.at - first) as usize] = f64::from(bucket.count);
        }
        let cycle = if profile { HOURS } else { 24 };
        let slot = |at: usize| hour_of_week(series.begin(first + at as u32)) % cycle;
        let mut slots: Vec<Vec<f64>> = vec![Vec::new(); cycle];
        for (at, count) in counts.iter().enumerate() {
            slots[slot(at)].push(*count);
        }
        let usual: Vec<f64> = slots.iter_mut().map(|counts| (1.0 + median(counts)).ln()).collect();
        let residuals =
            counts.iter().enumerate().map(|(at, count)| (1.0 + count).ln() - usual[slot(at)]).collect();
        Some(Hours { value, first, counts, residuals })
    }

    /// Returns how far the mean of any window of the least length lies from the median, where
    /// the rate is high enough to count.
    fn strongest(&self, limits: &AmountLimits) -> f64 {
        let middle = median(&mut self.residuals.clone());
        let (mut sum, mut count, mut strongest) = (0.0, 0.0, 0.0_f64);
        let enough = self.counts.iter().sum::<f64>() >= limits.rate * self.counts.len() as f64;
        for at in 0..self.residuals.len() {
            sum += self.residuals[at];
            count += self.counts[at];
            if at >= limits.hours {
                sum -= self.residuals[at - limits.hours];
                count -= self.counts[at - limits.hours];
            }
            if at + 1 >= limits.hours && (enough || count >= limits.rate * limits.hours as f64) {
                strongest = strongest.max((sum / limits.hours as f64 - middle).abs());
            }
        }
        strongest * 1.05
    }

    /// Returns the segments on another level than before, those next to one another as one.
    fn shifts(&self, sigma: f64, limits: &AmountLimits) -> Vec<Shift> {
        let len = self.residuals.len();
        let mut edges = vec![0];
        edges.extend(changes(&self.residuals, sigma, 2.0 * (len as f64).ln(), limits.hours));
        edges.push(len);
        let (mut normal, mut normal_counts): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut shifts: Vec<Shift> = Vec::new();
        for edge in edges.windows(2) {
            let (level, before) = (mean(&self.residuals[edge[0]..edge[1]]), mean(&normal));
            let (rate, usual) = (mean(&self.counts[edge[0]..edge[1]]), mean(&normal_counts));
            let far = (level - before).abs() >= limits.ratio && rate.max(usual) >= limits.rate;
            if normal.len() < LEAST_BEFORE || !far {
                normal.extend_from_slice(&self.residuals[edge[0]..edge[1]]);
                normal_counts.extend_from_slice(&self.counts[edge[0]..edge[1]]);
                continue;
            }
            let joined = shifts
                .pop_if(|last| last.hours.end == edge[0] && (last.level > last.before) == (level > before));
            let hours = joined.map_or(edge[0], |last| last.hours.start)..edge[1];
            shifts.push(Shift {
                level: mean(&self.residuals[hours.clone()]),
                rate: mean(&self.counts[hours.clone()]),
                hours,
                before,
                rate_before: usual,
                hours_before: normal.len(),
            });
        }
        shifts.retain(|shift| shift.level > shift.before || shift.hours.len() >= FALL * limits.hours);
        shifts
    }
}

/// Returns the mean of values, 0 of none.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    /// Returns `hours` hours of a source with about ten events an hour, `times` as many in the
    /// hours of `shift`.
    fn polls(hours: i64, shift: std::ops::Range<i64>, times: f64) -> Events {
        let rows = (0..hours)
            .flat_map(|hour| {
                let usual = 10 + hour * 7_919 % 5 - 2;
                let count = if shift.contains(&hour) { (usual as f64 * times) as i64 } else { usual };
                (0..count).map(move |i| row(hour * 3_600 + i * 3_600 / count, &["192.0.2.1"]))
            })
            .collect();
        events(&["source.ip"], rows)
    }

    #[test]
    fn a_shift_must_be_twofold() {
        assert!(found(&DETECTOR, &polls(600, 500..550, 1.6)).is_empty());
        let shift = found(&DETECTOR, &polls(600, 500..550, 3.0));
        assert_eq!((shift.len(), shift[0].severity), (1, Severity::Medium));
        assert!((2.4..3.2).contains(&shift[0].numbers["ratio"]), "{:?}", shift[0].numbers);
    }

    #[test]
    fn a_shift_must_last_a_day() {
        assert!(found(&DETECTOR, &polls(600, 500..512, 3.0)).is_empty());
        assert_eq!(found(&DETECTOR, &polls(600, 500..526, 3.0)).len(), 1);
    }

    #[test]
    fn without_two_weeks_it_must_last_three_days() {
        assert!(found(&DETECTOR, &polls(300, 200..248, 3.0)).is_empty());
        assert_eq!(found(&DETECTOR, &polls(300, 200..290, 3.0)).len(), 1);
    }

    #[test]
    fn a_fall_must_last_a_week_and_is_low() {
        assert!(found(&DETECTOR, &polls(900, 500..600, 0.2)).is_empty());
        let shift = found(&DETECTOR, &polls(900, 500..690, 0.2));
        assert_eq!((shift.len(), shift[0].severity), (1, Severity::Low));
    }

    #[test]
    fn weekends_are_no_shift() {
        let rows = (0..28 * 24)
            .filter(|hour| hour / 24 % 7 < 5)
            .flat_map(|hour| (0..30).map(move |i| row(hour * 3_600 + i * 100, &["192.0.2.1"])))
            .collect();
        assert!(found(&DETECTOR, &events(&["source.ip"], rows)).is_empty());
    }
}
