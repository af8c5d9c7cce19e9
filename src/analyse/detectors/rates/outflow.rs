//! Far more bytes to one source or user than ever before.
//!
//! Bytes of answers (or bytes sent, of flows) per source and per user, by hour and by day, as
//! logarithms: more than 50 MB, more than the own median + 6 MAD (at least 0.1 each), more than
//! the own most so far, and more than 99.9 % of all others' amounts, after 7 active days.
//! `score` = (ln(1 + `amount`) - `median`) / `deviation`. Without such a history: over 500 MB and
//! over four times the most of all others, `score` = `amount` / max(`others_most`, 50 MB).

use super::amounts::{Amount, AmountLimits, Beyond, Population, beyond, of_large, sums, wider};
use super::series::rows_between;
use super::wording::{DAY, HOUR, bytes, in_order, rough, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "outflow",
    about: "Far more bytes went to one source or user than ever before",
    scope: DetectorScope::All,
    needs: &[],
    uses: &["source.ip", "user.name", "http.response.body.bytes", "http.response.bytes", "source.bytes"],
    least_events: 10,
    attack: &["T1567", "T1048"],
    parameters: &[
        Parameter {
            name: "megabytes",
            about: "megabytes in an hour or a day, at least",
            default: 50.0,
            least: 0.1,
            most: 1e6,
        },
        Parameter {
            name: "deviations",
            about: "deviations (MAD of logarithms) above the own median",
            default: 6.0,
            least: 2.0,
            most: 50.0,
        },
        Parameter {
            name: "days",
            about: "active days that there must be before",
            default: 7.0,
            least: 2.0,
            most: 90.0,
        },
    ],
    run,
};

/// Bytes from which an outflow without any like it can be high.
const MASSIVE: f64 = 1e9;
/// Bytes that a source without history must exceed.
const STRANGER: f64 = 500e6;
/// Amounts of others that there must be to hold a stranger against.
const LEAST_OTHERS: usize = 50;

/// The columns of bytes, in the order in which they count.
struct Bytes<'e>([Option<&'e ValueColumn>; 3]);

impl Bytes<'_> {
    /// Returns the bytes of an event.
    fn of(&self, row: usize) -> Option<f64> {
        self.0.iter().flatten().find_map(|column| column.number(row)).filter(|number| *number > 0.0)
    }
}

/// Hours or days on end that lie beyond history.
struct Episode {
    from: i64,
    to: i64,
    worst: Beyond,
    total: f64,
    unit: &'static str,
    population: usize,
    /// How long after the first event of all it begins, in nanoseconds.
    into: i64,
}

/// Returns the outflows.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let columns = Bytes(
        ["http.response.body.bytes", "http.response.bytes", "source.bytes"].map(|field| events.column(field)),
    );
    if columns.0.iter().all(Option::is_none) {
        return DetectorOutcome::NotEvaluated("no event has a number of bytes".to_owned());
    }
    let limits = AmountLimits {
        least: parameters.get("megabytes") * 1e6,
        deviations: parameters.get("deviations"),
        days: parameters.get("days"),
    };
    let mut found = Vec::new();
    for field in ["source.ip", "user.name"] {
        let Some(column) = events.column(field) else { continue };
        let of = |row: usize| Some((column.ordinal(row)?, columns.of(row)?));
        let mut hours: Vec<(u32, i64)> = Vec::new();
        let by_hour = sums(events.times(), HOUR, column.distinct(), of);
        let by_day = wider(&by_hour, DAY / HOUR, column.distinct());
        for (width, unit, amounts) in [(HOUR, "an hour", by_hour), (DAY, "a day", by_day)] {
            let large = of_large(&amounts, limits.least, column.distinct());
            if large.is_empty() {
                continue;
            }
            let population = Population::new(&amounts, column.distinct());
            for own in large.chunk_by(|a, b| a.entity == b.entity) {
                for mut episode in episodes(own, &population, width, unit, &limits) {
                    episode.into = episode.from - events.time(0);
                    let entity = own[0].entity;
                    if width == DAY
                        && hours
                            .iter()
                            .any(|(of, at)| *of == entity && (episode.from..episode.to).contains(at))
                    {
                        continue;
                    }
                    hours.extend(
                        (episode.from..episode.to)
                            .step_by(HOUR as usize)
                            .map(|at| (entity, at))
                            .filter(|_| width == HOUR),
                    );
                    let rows = rows_between(events.times(), episode.from, episode.to, |row| {
                        of(row).is_some_and(|(of, _)| of == entity)
                    });
                    found.push(tell(events, field, column.value(entity), &episode, rows));
                }
            }
        }
    }
    DetectorOutcome::Found(in_order(found))
}

/// Returns the episodes of one entity.
fn episodes(
    own: &[Amount],
    population: &Population,
    width: i64,
    unit: &'static str,
    limits: &AmountLimits,
) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    for (amount, far) in beyond(own, population, width, limits) {
        let Some(far) = far.filter(|far| far.deviation > 0.0 || is_strange(far, population.len)) else {
            continue;
        };
        let from = amount.at * width;
        match episodes.last_mut().filter(|episode| episode.to == from) {
            Some(episode) => {
                episode.to = from + width;
                episode.total += amount.amount;
                if far.amount > episode.worst.amount {
                    episode.worst = far;
                }
            }
            None => episodes.push(Episode {
                from,
                to: from + width,
                worst: far,
                total: amount.amount,
                unit,
                population: population.len,
                into: 0,
            }),
        }
    }
    episodes
}

/// Returns whether an amount without history is beyond all others.
fn is_strange(far: &Beyond, others: usize) -> bool {
    far.amount >= STRANGER && far.amount > 4.0 * far.others_most && others >= LEAST_OTHERS
}

/// Returns how bad an episode is, how sure, and its score.
fn judge(episode: &Episode) -> (Severity, f64, f64) {
    let worst = &episode.worst;
    if worst.deviation == 0.0 {
        let score = worst.amount / worst.others_most.max(50e6);
        let sure = worst.amount >= MASSIVE
            && score >= 20.0
            && episode.population >= 1_000
            && episode.into >= 7 * DAY;
        return (if sure { Severity::Medium } else { Severity::Low }, 0.5, score);
    }
    let massive = worst.amount >= MASSIVE
        && worst.amount >= 50.0 * worst.most
        && worst.amount >= 5.0 * worst.others_most;
    (if massive { Severity::High } else { Severity::Medium }, if massive { 0.9 } else { 0.7 }, worst.score)
}

/// Returns the finding of an episode.
fn tell(events: &Events, field: &'static str, value: &str, episode: &Episode, rows: Vec<u32>) -> Anomaly {
    let worst = &episode.worst;
    let (severity, confidence, score) = judge(episode);
    let usual = match worst.deviation {
        0.0 => format!(
            "it has {} active days of history, too few to tell what is usual, and no other had more than {} in such a time",
            whole(worst.days),
            bytes(worst.others_most)
        ),
        _ => format!(
            "on {} active days before it had {} as a rule and {} at most, {} deviations less; no other had more than {}",
            whole(worst.days),
            bytes(worst.median.exp() - 1.0),
            bytes(worst.most),
            rough(worst.score),
            bytes(worst.others_most)
        ),
    };
    Anomaly {
        title: "Far more data went out than ever before".to_owned(),
        why: format!(
            "{value} was sent {} in {} ({} in all): {usual}.",
            bytes(worst.amount),
            episode.unit,
            bytes(episode.total)
        ),
        severity,
        confidence,
        entity: vec![(field, value.to_owned())],
        start: rows.first().map_or(episode.from, |row| events.time(*row as usize)),
        end: rows.last().map_or(episode.to, |row| events.time(*row as usize)),
        events: rows,
        attack: vec!["T1567", "T1048"],
        numbers: [
            ("amount", worst.amount),
            ("total", episode.total),
            ("median", worst.median),
            ("deviation", worst.deviation),
            ("most_before", worst.most),
            ("others", worst.others),
            ("others_most", worst.others_most),
            ("days", worst.days),
            ("score", score),
        ]
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    const FIELDS: [&str; 2] = ["source.ip", "http.response.body.bytes"];

    /// Returns what is found when a source, after so many days with 2 MB, has `amount` bytes.
    fn after(days: i64, amount: f64) -> Vec<Anomaly> {
        let mut rows: Vec<_> = (0..days)
            .map(|day| row(day * 86_400, &["192.0.2.1", &(2_000_000 + day * 10_000).to_string()]))
            .collect();
        rows.extend((0..120).map(|i| row(i * 7_000, &[&format!("198.51.100.{i}"), "1000000"])));
        rows.push(row(days * 86_400, &["192.0.2.1", &amount.to_string()]));
        found(&DETECTOR, &events(&FIELDS, rows))
    }

    #[test]
    fn fifty_megabytes_are_the_floor() {
        assert!(after(10, 49_999_999.0).is_empty());
        let outflow = after(10, 50_000_000.0);
        assert_eq!((outflow.len(), outflow[0].severity), (1, Severity::Medium));
    }

    #[test]
    fn seven_days_of_history_are_needed() {
        assert!(after(6, 90e6).is_empty());
        assert_eq!(after(7, 90e6).len(), 1);
        assert_eq!(after(3, 600e6)[0].severity, Severity::Low);
    }

    #[test]
    fn a_gigabyte_is_high_when_there_was_nothing_like_it() {
        assert_eq!(after(10, 999_999_999.0)[0].severity, Severity::Medium);
        assert_eq!(after(10, 1e9)[0].severity, Severity::High);
    }

    #[test]
    fn what_others_have_too_is_no_outflow() {
        let mut rows: Vec<_> = (0..10).map(|day| row(day * 86_400, &["192.0.2.1", "2000000"])).collect();
        rows.extend([
            row(5_000, &["198.51.100.1", "70000000"]),
            row(10 * 86_400, &["192.0.2.1", "60000000"]),
        ]);
        assert!(found(&DETECTOR, &events(&FIELDS, rows)).is_empty());
    }
}
