//! Many more events of a source, a user or a kind within minutes than it usually has.
//!
//! Counts in buckets of five minutes. A bucket is a burst when it counts at least 20 events,
//! its robust z = 0.6745 (x - median) / MAD is at least 3.5 (Iglewicz and Hoaglin 1993; where
//! the MAD is 0, the tail alone decides), and the probability of so many or more is below
//! 1e-6: Poisson of the mean, or negative binomial when the variance is over 1.5 times the
//! mean, both of the own buckets before, and from two weeks of history on also of the own
//! buckets in this hour of the week (the larger probability counts).
//! `score` = -log10 of the tail of `count` by `mean` and `variance`, at most 300.
//! Medium from 40 events, three times the most so far, p < 1e-9 and a week of history, unless the
//! value only catches up after a break, or says that it is a crawler; else low.
//! A value without history of its own is held against the buckets of all others, and is low
//! unless it counts a thousand events and ten times what 99.9 % of the others' buckets count.

use super::burst_episode::{BurstMeasure, Episode};
use super::burst_history::BucketHistory;
use super::series::{Bucket, Series, rows_between};
use super::web_names::is_crawler;
use super::wording::{MINUTE, in_order, span};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "burst",
    about: "Far more events of one source, user or kind within minutes than it usually has",
    scope: DetectorScope::All,
    needs: &[],
    uses: &[
        "source.ip",
        "user.name",
        "event.action",
        "event.dataset",
        "event.outcome",
        "http.response.status_code",
        "user_agent.original",
    ],
    least_events: 100,
    attack: &["T1499"],
    parameters: &[
        Parameter {
            name: "bucket",
            about: "width of a bucket, in minutes",
            default: 5.0,
            least: 1.0,
            most: 60.0,
        },
        Parameter {
            name: "least",
            about: "events that a burst has at least in a bucket",
            default: 20.0,
            least: 5.0,
            most: 10_000.0,
        },
        Parameter { name: "z", about: "least robust z", default: 3.5, least: 2.0, most: 20.0 },
        Parameter {
            name: "p",
            about: "probability of a burst by chance, as -log10",
            default: 6.0,
            least: 3.0,
            most: 30.0,
        },
    ],
    run,
};

/// The numbers that a case may set.
struct AmountLimits {
    width: i64,
    least: f64,
    z: f64,
    ln_p: f64,
}

/// Returns what bursts.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let limits = AmountLimits {
        width: (parameters.get("bucket") * MINUTE as f64) as i64,
        least: parameters.get("least"),
        z: parameters.get("z"),
        ln_p: -parameters.get("p") * std::f64::consts::LN_10,
    };
    let times = events.times();
    let lasts = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
    if lasts < 20 * limits.width {
        return DetectorOutcome::NotEvaluated(format!(
            "the events span {}; 20 buckets are needed",
            span(lasts)
        ));
    }
    let mut found: Vec<Anomaly> = Vec::new();
    let status = events.column("http.response.status_code");
    let outcome = events.column("event.outcome");
    let failed = outcome.map_or(Vec::new(), |column| {
        (0..column.distinct() as u32).map(|value| column.value(value) == "failure").collect::<Vec<bool>>()
    });
    let is_failure = |row: usize| {
        outcome.and_then(|column| column.ordinal(row)).is_some_and(|value| failed[value as usize])
    };
    let is_error =
        |row: usize| status.and_then(|column| column.number(row)).is_some_and(|code| code >= 500.0);
    let all = |_: usize| true;
    let mut look = |measure: BurstMeasure, counts: &dyn Fn(usize) -> bool| {
        if let Some(column) = events.column(measure.field) {
            let of = |row: usize| column.ordinal(row).filter(|_| counts(row));
            find(times, column, &of, &measure, &limits, &mut found);
        }
    };
    look(BurstMeasure { field: "source.ip", what: "events", lasting: 1 }, &all);
    look(BurstMeasure { field: "user.name", what: "events", lasting: 1 }, &all);
    if outcome.is_some() {
        look(BurstMeasure { field: "source.ip", what: "failures", lasting: 1 }, &is_failure);
        look(BurstMeasure { field: "user.name", what: "failures", lasting: 1 }, &is_failure);
    }
    if status.is_some() {
        look(BurstMeasure { field: "event.dataset", what: "server errors", lasting: 6 }, &is_error);
    }
    look(BurstMeasure { field: "event.action", what: "events", lasting: 36 }, &all);
    let mut found = once(found);
    for detection in found
        .iter_mut()
        .filter(|detection| detection.severity > Severity::Low && is_of_crawler(events, &detection.events))
    {
        detection.severity = Severity::Low;
        detection.why.push_str(" Its agent says that it is a crawler or a monitor.");
    }
    DetectorOutcome::Found(in_order(found))
}

/// Returns whether the agents of most of the rows say that they are crawlers or monitors.
fn is_of_crawler(events: &Events, rows: &[u32]) -> bool {
    let Some(agents) = events.column("user_agent.original") else { return false };
    rows.iter().filter(|row| agents.text(**row as usize).is_some_and(is_crawler)).count() * 2 > rows.len()
}

/// Returns the findings without those whose entity already has one at the same time: its
/// failures are told with all its events.
fn once(found: Vec<Anomaly>) -> Vec<Anomaly> {
    let mut kept: Vec<Anomaly> = Vec::new();
    let mut known = std::collections::HashMap::<(&'static str, String), Vec<(i64, i64)>>::new();
    for detection in found {
        let spans = known.entry(detection.entity[0].clone()).or_default();
        if spans.iter().all(|(start, end)| detection.start > *end || detection.end < *start) {
            spans.push((detection.start, detection.end));
            kept.push(detection);
        }
    }
    kept
}

/// Adds the bursts of one measure.
fn find(
    times: &[i64],
    column: &ValueColumn,
    of: &dyn Fn(usize) -> Option<u32>,
    measure: &BurstMeasure,
    limits: &AmountLimits,
    found: &mut Vec<Anomaly>,
) {
    let series = Series::new(times, limits.width, column.distinct(), limits.least as u32, of);
    let others = f64::from(series.count_of_share(0.999));
    for value in series.values() {
        let own = series.of(value);
        for episode in episodes(&series, own, limits, others) {
            let (from, to) = (series.begin(episode.first), series.begin(episode.last + 1));
            let rows = rows_between(times, from, to, |row| of(row) == Some(value));
            found.push(episode.tell(times, measure, column.value(value), rows));
        }
    }
}

/// Returns the episodes of one value; `others` is what 99.9 % of all buckets count at most.
fn episodes(series: &Series, own: &[Bucket], limits: &AmountLimits, others: f64) -> Vec<Episode> {
    let mut history = BucketHistory::new(series, own);
    let mut episodes: Vec<Episode> = Vec::new();
    for bucket in own {
        let count = f64::from(bucket.count);
        let baseline = if count < limits.least {
            None
        } else if history.is_enough(bucket.at) {
            history.baseline(bucket.at, count).filter(|baseline| {
                baseline.ln_tail < limits.ln_p && baseline.z().is_none_or(|z| z >= limits.z)
            })
        } else {
            history.stranger(others, series.known(), count)
        };
        match (baseline, episodes.last_mut().filter(|episode| bucket.at <= episode.last + 2)) {
            (Some(baseline), Some(episode)) => episode.extend(bucket.at, count, baseline),
            (Some(baseline), None) => {
                let quiet = history.last().map_or(0, |last| i64::from(bucket.at - last - 1) * limits.width);
                episodes.push(Episode::new(bucket.at, count, baseline, quiet));
            }
            (None, _) => history.add_waiting(),
        }
        history.add(*bucket);
    }
    episodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    /// Returns thirty days of a source that polls every five minutes, with `more` polls in the
    /// second bucket after `day` days.
    fn polls(day: i64, more: i64) -> Events {
        let mut rows: Vec<_> = (0..30 * 288).map(|i| row(i * 300 + i % 7, &["192.0.2.1"])).collect();
        rows.extend((0..more).map(|i| row(day * 86_400 + 300 + i % 300, &["192.0.2.1"])));
        events(&["source.ip"], rows)
    }

    #[test]
    fn twenty_events_make_a_burst_and_nineteen_none() {
        assert!(found(&DETECTOR, &polls(28, 18)).is_empty());
        let burst = found(&DETECTOR, &polls(28, 19));
        assert_eq!(burst.len(), 1);
        assert_eq!(burst[0].numbers["count"], 20.0);
        assert_eq!((burst[0].severity, burst[0].events.len()), (Severity::Low, 20));
    }

    #[test]
    fn forty_events_are_medium_after_a_week() {
        assert_eq!(found(&DETECTOR, &polls(28, 38))[0].severity, Severity::Low);
        assert_eq!(found(&DETECTOR, &polls(28, 39))[0].severity, Severity::Medium);
        assert_eq!(found(&DETECTOR, &polls(6, 100))[0].severity, Severity::Low);
    }

    #[test]
    fn crawlers_are_low() {
        let mut rows: Vec<_> = (0..30 * 288).map(|i| row(i * 300, &["192.0.2.1", "Googlebot/2.1"])).collect();
        rows.extend((0..500).map(|i| row(28 * 86_400 + i % 300, &["192.0.2.1", "Googlebot/2.1"])));
        assert_eq!(
            found(&DETECTOR, &events(&["source.ip", "user_agent.original"], rows))[0].severity,
            Severity::Low
        );
    }

    #[test]
    fn the_odds_must_be_below_one_in_a_million() {
        let busy = |more: i64| {
            let mut rows: Vec<_> = (0..10 * 288)
                .flat_map(|i| (0..40 + (i * 7_919 % 13) - 6).map(move |k| row(i * 300 + k, &["192.0.2.1"])))
                .collect();
            rows.extend((0..more).map(|k| row(9 * 86_400 + k, &["192.0.2.1"])));
            found(&DETECTOR, &events(&["source.ip"], rows)).len()
        };
        assert_eq!(busy(20), 0);
        assert_eq!(busy(60), 1);
    }

    #[test]
    fn a_history_is_needed() {
        assert!(found(&DETECTOR, &polls(0, 100)).is_empty());
    }

    #[test]
    fn catching_up_after_a_break_is_low() {
        let mut rows: Vec<_> = (0..30 * 288)
            .filter(|i| !(8_000..8_100).contains(i))
            .map(|i| row(i * 300, &["192.0.2.1"]))
            .collect();
        rows.extend((0..100).map(|i| row(8_100 * 300 + i, &["192.0.2.1"])));
        let burst = found(&DETECTOR, &events(&["source.ip"], rows));
        assert_eq!((burst.len(), burst[0].severity), (1, Severity::Low));
    }

    #[test]
    fn strangers_are_held_against_all_others() {
        let with = |count: i64| {
            let mut rows: Vec<_> =
                (0..2_000).map(|i| row(i * 60, &[&format!("192.0.2.{}", i % 200)])).collect();
            rows.extend((0..count).map(|i| row(60_000 + i % 200, &["203.0.113.9"])));
            found(&DETECTOR, &events(&["source.ip"], rows))
        };
        assert!(with(19).is_empty());
        assert_eq!(with(999)[0].severity, Severity::Low);
        assert_eq!(with(1_000)[0].severity, Severity::Medium);
    }

    #[test]
    fn short_logs_are_not_evaluated() {
        let rows = (0..200).map(|i| row(i * 10, &["192.0.2.1"])).collect();
        let outcome = run(
            &events(&["source.ip"], rows),
            &Parameters { of: DETECTOR.parameters, set: Default::default() },
        );
        assert!(matches!(outcome, DetectorOutcome::NotEvaluated(_)));
    }
}
