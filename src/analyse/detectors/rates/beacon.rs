//! One source that connects to the same place again and again at even distances.
//!
//! The score of RITA (activecm/rita, analysis/beacons.go): the mean of `ts` (evenness of the
//! intervals: half for no Bowley skew, half for a small MAD), `ds` (the same of the bytes, left out
//! where there are none), `dur` (share of the time covered, or longest run of hours / 12) and
//! `hist` (1 - CV of the counts per hour, or the share of the two most frequent counts), from
//! 24 connections on; + 0.15 (`prevalence`) where at most 2 % of sources know the place, - 0.15
//! where at least half do. `score` = clamp((`ts` + `ds` + `dur` + `hist`) / `parts` + `prevalence`, 0, 1).
//! Low from 0.7; medium from 0.9 with `ts` of 0.8, when it is new (first seen a week or more into
//! the logs) or goes out to a place that few know, and does not say that it is a monitor.

use super::beacon_score::{Hours, evenness};
use super::groups::Groups;
use super::web_names::is_crawler;
use super::wording::{DAY, SECOND, in_order, rough, span, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "beacon",
    about: "A source connects to the same place again and again at even distances, as a program does",
    scope: DetectorScope::All,
    needs: &["source.ip"],
    uses: &[
        "url.path",
        "url.domain",
        "destination.ip",
        "destination.domain",
        "http.response.body.bytes",
        "http.response.bytes",
        "source.bytes",
        "user_agent.original",
    ],
    least_events: 24,
    attack: &["T1071.001"],
    parameters: &[
        Parameter {
            name: "connections",
            about: "connections, at least",
            default: 24.0,
            least: 4.0,
            most: 10_000.0,
        },
        Parameter { name: "low", about: "score from which it is low", default: 0.7, least: 0.3, most: 1.0 },
        Parameter {
            name: "medium",
            about: "score from which it is medium",
            default: 0.9,
            least: 0.5,
            most: 1.0,
        },
        Parameter {
            name: "evenness",
            about: "evenness of intervals (ts), at least",
            default: 0.7,
            least: 0.0,
            most: 1.0,
        },
    ],
    run,
};

/// How long into the logs a beacon begins that is new.
const NEW_AFTER: i64 = 7 * DAY;
/// Evenness from which a beacon may be medium.
const SURE_EVENNESS: f64 = 0.8;
/// How alike hours are at least (hist): a job that runs once a day is no beacon.
const LEAST_LIKENESS: f64 = 0.3;
/// Distinct domains from which logs are those of a proxy: the domain is the place.
const PROXY_DOMAINS: usize = 20;
/// Sources that there must be to tell that few know a place.
const LEAST_SOURCES: f64 = 10.0;

/// The places that events connect to, each with a number.
struct Places<'e> {
    columns: Vec<&'e ValueColumn>,
}

impl<'e> Places<'e> {
    /// Creates them from the columns: the domain of proxies, else the path, else the address.
    fn new(events: &'e Events) -> Places<'e> {
        let domain = events.column("url.domain").filter(|column| column.distinct() > PROXY_DOMAINS);
        let rest = ["url.path", "destination.ip", "destination.domain"].map(|field| events.column(field));
        Places { columns: [domain].into_iter().chain(rest).flatten().collect() }
    }

    /// Returns how many there are.
    fn count(&self) -> usize {
        self.columns.iter().map(|column| column.distinct()).sum()
    }

    /// Returns the number of an event's place.
    fn of(&self, row: u32) -> Option<u32> {
        let mut before = 0;
        for column in &self.columns {
            if let Some(value) = column.ordinal(row as usize) {
                return Some(before + value);
            }
            before += column.distinct() as u32;
        }
        None
    }

    /// Returns the name of an event's place.
    fn name(&self, row: u32) -> &str {
        self.columns.iter().find_map(|column| column.text(row as usize)).unwrap_or_default()
    }
}

/// The parts of a score.
struct Parts {
    ts: f64,
    ds: Option<f64>,
    dur: f64,
    hist: f64,
    prevalence: f64,
    share: f64,
    period: f64,
    score: f64,
}

/// Returns the beacons.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let Some(sources) = events.column("source.ip") else {
        return DetectorOutcome::NotEvaluated("no event has a source".to_owned());
    };
    let places = Places::new(events);
    if places.columns.is_empty() {
        return DetectorOutcome::NotEvaluated("no event tells where it connects to".to_owned());
    }
    let all: Vec<u32> = (0..events.len() as u32).collect();
    let by_place = Groups::new(places.count(), &all, |row| places.of(row));
    let groups = Groups::new(sources.distinct(), by_place.rows(), |row| sources.ordinal(row as usize));
    let (mut known, mut known_sources) = (vec![0_u32; places.count()], 0.0);
    let mut pairs: Vec<&[u32]> = Vec::new();
    for source in 0..groups.count() as u32 {
        let rows = groups.of(source);
        known_sources += f64::from(u8::from(!rows.is_empty()));
        for rows in rows.chunk_by(|a, b| places.of(*a) == places.of(*b)) {
            known[places.of(rows[0]).map_or(0, |place| place as usize)] += 1;
            if rows.len() as f64 >= parameters.get("connections") {
                pairs.push(rows);
            }
        }
    }
    let found = pairs
        .into_iter()
        .filter_map(|rows| {
            let share = f64::from(known[places.of(rows[0])? as usize]) / known_sources;
            let parts = Parts::new(events, rows, share, known_sources >= LEAST_SOURCES, parameters)?;
            Some(tell(events, sources, &places, rows, &parts, parameters))
        })
        .collect();
    DetectorOutcome::Found(in_order(found))
}

impl Parts {
    /// Creates the parts of the connections in rows; none where they do not make a beacon.
    fn new(
        events: &Events,
        rows: &[u32],
        share: f64,
        tells_share: bool,
        parameters: &Parameters<'_>,
    ) -> Option<Parts> {
        let times: Vec<i64> = rows.iter().map(|row| events.time(*row as usize)).collect();
        let intervals: Vec<f64> = times
            .windows(2)
            .map(|two| (two[1] - two[0]) as f64 / SECOND as f64)
            .filter(|seconds| *seconds > 0.0)
            .collect();
        if (intervals.len() + 1) as f64 <= parameters.get("connections") - 1.0 {
            return None;
        }
        let ts = evenness(&intervals);
        if ts < parameters.get("evenness") {
            return None;
        }
        let columns = ["http.response.body.bytes", "http.response.bytes", "source.bytes"]
            .map(|field| events.column(field));
        let bytes: Vec<f64> = rows
            .iter()
            .filter_map(|row| columns.iter().flatten().find_map(|column| column.number(*row as usize)))
            .collect();
        let ds = (bytes.len() * 2 > rows.len()).then(|| evenness(&bytes));
        let hours = Hours::new(&times);
        let whole_span = events.time(events.len() - 1) - events.time(0);
        let (dur, hist) = (hours.duration(whole_span), hours.likeness());
        let prevalence = match share {
            share if tells_share && share <= 0.02 => 0.15,
            share if tells_share && share >= 0.5 => -0.15,
            _ => 0.0,
        };
        let parts = 3.0 + f64::from(u8::from(ds.is_some()));
        let score = ((ts + ds.unwrap_or(0.0) + dur + hist) / parts + prevalence).clamp(0.0, 1.0);
        let period = super::statistics::median(&mut intervals.clone());
        (score >= parameters.get("low") && dur > 0.0 && hist >= LEAST_LIKENESS).then_some(Parts {
            ts,
            ds,
            dur,
            hist,
            prevalence,
            share,
            period,
            score,
        })
    }
}

/// Returns the finding of a beacon.
fn tell(
    events: &Events,
    sources: &ValueColumn,
    places: &Places<'_>,
    rows: &[u32],
    parts: &Parts,
    parameters: &Parameters<'_>,
) -> Anomaly {
    let (start, end) = (events.time(rows[0] as usize), events.time(rows[rows.len() - 1] as usize));
    let (source, place) = (sources.text(rows[0] as usize).unwrap_or_default(), places.name(rows[0]));
    let goes_out = events.column("url.path").is_none_or(|paths| paths.ordinal(rows[0] as usize).is_none())
        || events.column("url.domain").is_some_and(|column| column.distinct() > PROXY_DOMAINS);
    let new = start - events.time(0) >= NEW_AFTER;
    let says = events.text("user_agent.original", rows[0] as usize).is_some_and(is_crawler);
    let sure = parts.score >= parameters.get("medium")
        && parts.ts >= SURE_EVENNESS
        && !says
        && (new || goes_out && parts.prevalence > 0.0);
    Anomaly {
        title: "Connections at even distances, as a program makes them".to_owned(),
        why: format!(
            "{source} connected to {place} {} times in {}, every {} as a rule (evenness {:.2}, hours alike {:.2}); {} of sources know that place{}.",
            whole(rows.len() as f64),
            span(end - start),
            span((parts.period * SECOND as f64) as i64),
            parts.ts,
            parts.hist,
            format_args!("{} %", rough(parts.share * 100.0)),
            if new { ", and it was not there in the first week of the logs" } else { "" }
        ),
        severity: if sure { Severity::Medium } else { Severity::Low },
        confidence: if sure { parts.score } else { parts.score * 0.6 },
        entity: vec![("source.ip", source.to_owned())],
        events: rows.to_vec(),
        start,
        end,
        attack: vec!["T1071.001"],
        numbers: [
            ("ts", parts.ts),
            ("ds", parts.ds.unwrap_or(0.0)),
            ("dur", parts.dur),
            ("hist", parts.hist),
            ("prevalence", parts.prevalence),
            ("parts", if parts.ds.is_some() { 4.0 } else { 3.0 }),
            ("share_of_sources", parts.share),
            ("period_seconds", parts.period),
            ("connections", rows.len() as f64),
            ("score", parts.score),
        ]
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    const FIELDS: [&str; 4] = ["source.ip", "url.path", "http.response.body.bytes", "user_agent.original"];

    /// Returns what is found when a source connects so often, every so many seconds, from a
    /// day on, beside many others.
    fn beacons(day: i64, count: i64, every: i64, agent: &str) -> Vec<Severity> {
        let mut rows: Vec<_> = (0..600)
            .map(|i| {
                row(
                    i * 3_000 + i * i % 997,
                    &[&format!("198.51.100.{}", i % 200), &format!("/p{}", i % 90), "4000", "Mozilla/5.0"],
                )
            })
            .collect();
        rows.extend(
            (0..count).map(|i| {
                row(day * 86_400 + i * every + i * 7_919 % 11, &["192.0.2.1", "/t.php", "64", agent])
            }),
        );
        found(&DETECTOR, &events(&FIELDS, rows)).iter().map(|detection| detection.severity).collect()
    }

    #[test]
    fn twenty_four_connections_make_a_beacon() {
        assert!(beacons(10, 23, 1_200, "Mozilla/4.0").is_empty());
        assert_eq!(beacons(10, 24, 1_200, "Mozilla/4.0").len(), 1);
    }

    #[test]
    fn what_is_new_is_medium() {
        assert_eq!(beacons(6, 144, 600, "Mozilla/4.0"), [Severity::Low]);
        assert_eq!(beacons(8, 144, 600, "Mozilla/4.0"), [Severity::Medium]);
    }

    #[test]
    fn monitors_are_low() {
        assert_eq!(beacons(8, 288, 300, "UptimeRobot/2.0"), [Severity::Low]);
    }

    #[test]
    fn less_than_six_hours_are_no_beacon() {
        assert!(beacons(8, 100, 170, "Mozilla/4.0").is_empty());
        assert_eq!(beacons(8, 100, 230, "Mozilla/4.0").len(), 1);
    }

    #[test]
    fn random_polling_is_no_beacon() {
        let mut at = 0;
        let rows = (0..2_000_i64)
            .map(|i| {
                at += 1 + (-300.0 * (1.0 - (i * 7_919 % 1_000) as f64 / 1_000.0).ln()) as i64;
                row(at, &["192.0.2.1", "/api", "500", "acme-sync"])
            })
            .collect();
        assert!(found(&DETECTOR, &events(&FIELDS, rows)).is_empty());
    }
}
