//! A source of logs that is silent when it never is.
//!
//! Per host (or, without one, per file with its rotated copies) and data set: usual rates by hour
//! of the week (see `rates.rs`), from 200 events on. A gap with `expected` events at these rates,
//! times `level` (below 1 where the hours around are calm too, as on holidays), has by chance the
//! probability exp(-`expected` * `level` / `dispersion`); `dispersion` is the larger of how much more
//! than Poisson the counts vary, of the scale of the upper tail of all own gaps (for events that
//! come in flocks), and of a tenth of what the fourth longest gap expects (for those that rest
//! often; a week more allows for one more).
//! Reported from -ln p = `score` = `expected` * `level` / `dispersion` >= 13.8 (p < 1e-6); medium from 20, with a week of history, unless the gap may be a holiday.

use std::collections::HashMap;

use super::groups::Groups;
use super::source_rates::Rates;
use super::statistics::quantile;
use super::wording::{DAY, HOUR, in_order, rough, span, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "silence",
    about: "A source of logs is silent at an hour when it never is",
    scope: DetectorScope::All,
    needs: &[],
    uses: &["host.name", "event.dataset", "vestigo.source_name"],
    least_events: 200,
    attack: &["T1070.002", "T1562.006"],
    parameters: &[
        Parameter {
            name: "p",
            about: "probability of the silence by chance, as -log10",
            default: 6.0,
            least: 3.0,
            most: 30.0,
        },
        Parameter {
            name: "events",
            about: "events of a source, at least",
            default: 200.0,
            least: 50.0,
            most: 1e6,
        },
    ],
    run,
};

/// The -ln p from which a silence may be medium.
const SURE: f64 = 20.0;
/// A gap of a source that sleeps at night may be a holiday from this length on.
const HOLIDAY: i64 = 12 * HOUR;

/// Gaps, and one more in each week, that may be odd; a gap as long as the next longest is usual.
const USUAL: usize = 3;
/// The -ln p that the longest usual gap has at most.
const OFTEN: f64 = 10.0;

/// One silence of a source.
pub(super) struct Gap {
    before: usize,
    after: Option<usize>,
    pub(super) start: i64,
    pub(super) end: i64,
    expected: f64,
    level: f64,
    dispersion: f64,
}

impl Gap {
    /// Returns -ln of the probability of the gap by chance.
    fn score(&self) -> f64 {
        self.expected * self.level / self.dispersion
    }
}

/// Returns the silences.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let sources = Sources::new(events);
    let limit = parameters.get("p") * std::f64::consts::LN_10;
    let (mut found, mut evaluated) = (Vec::new(), 0);
    for rows in sources.groups.rows().chunk_by(|a, b| sources.same(*a, *b)) {
        if (rows.len() as f64) < parameters.get("events") {
            continue;
        }
        evaluated += 1;
        let times: Vec<i64> = rows.iter().map(|row| events.time(*row as usize)).collect();
        let rates = Rates::new(&times);
        for gap in gaps(&times, &rates, sources.end(rows), limit) {
            found.push(tell(&sources, rows, &times, &rates, &gap));
        }
    }
    match evaluated {
        0 => DetectorOutcome::NotEvaluated(format!(
            "no source of logs has {} events",
            parameters.get("events")
        )),
        _ => DetectorOutcome::Found(merged(found)),
    }
}

/// The sources of logs.
struct Sources<'e> {
    events: &'e Events,
    hosts: Option<&'e ValueColumn>,
    sets: Option<&'e ValueColumn>,
    names: Option<&'e ValueColumn>,
    /// The number of the family (a log with its rotated copies) of each name.
    families: Vec<u32>,
    family_names: Vec<String>,
    /// All rows, those of a source together.
    groups: Groups,
    /// The last event of each host and of each family.
    host_ends: Vec<i64>,
    family_ends: Vec<i64>,
}

impl<'e> Sources<'e> {
    /// Creates the sources of events.
    fn new(events: &'e Events) -> Sources<'e> {
        let (hosts, sets, names) = (
            events.column("host.name"),
            events.column("event.dataset"),
            events.column("vestigo.source_name"),
        );
        let (mut families, mut family_names, mut known) = (Vec::new(), Vec::new(), HashMap::new());
        for value in 0..names.map_or(0, ValueColumn::distinct) as u32 {
            let name = family(names.map_or("", |names| names.value(value)));
            families.push(*known.entry(name).or_insert_with(|| {
                family_names.push(name.to_owned());
                family_names.len() as u32 - 1
            }));
        }
        let all: Vec<u32> = (0..events.len() as u32).collect();
        let distinct = sets.map_or(0, ValueColumn::distinct);
        let by_set =
            Groups::new(distinct + 1, &all, |row| Some(ordinal(sets, row).unwrap_or(distinct as u32)));
        let mut sources = Sources {
            events,
            hosts,
            sets,
            names,
            families,
            groups: by_set,
            host_ends: vec![i64::MIN; hosts.map_or(0, ValueColumn::distinct)],
            family_ends: vec![i64::MIN; family_names.len()],
            family_names,
        };
        let places = sources.host_ends.len() + sources.family_ends.len() + 1;
        sources.groups = Groups::new(places, sources.groups.rows(), |row| Some(sources.place(row)));
        for row in all {
            let time = events.time(row as usize);
            if let Some(host) = ordinal(hosts, row) {
                sources.host_ends[host as usize] = time;
            }
            if let Some(family) = sources.family(row) {
                sources.family_ends[family as usize] = time;
            }
        }
        sources
    }

    /// Returns the number of the family of an event's file.
    fn family(&self, row: u32) -> Option<u32> {
        ordinal(self.names, row).map(|name| self.families[name as usize])
    }

    /// Returns the number of an event's host, or else of the family of its file.
    fn place(&self, row: u32) -> u32 {
        let hosts = self.host_ends.len() as u32;
        ordinal(self.hosts, row)
            .or_else(|| self.family(row).map(|family| hosts + family))
            .unwrap_or(hosts + self.family_ends.len() as u32)
    }

    /// Returns whether two events are of one source.
    fn same(&self, one: u32, other: u32) -> bool {
        self.place(one) == self.place(other) && ordinal(self.sets, one) == ordinal(self.sets, other)
    }

    /// Returns when the last event of the same host or file was.
    fn end(&self, rows: &[u32]) -> i64 {
        let last = rows[rows.len() - 1];
        let host = ordinal(self.hosts, last).map_or(i64::MIN, |host| self.host_ends[host as usize]);
        let family = self.family(last).map_or(i64::MIN, |family| self.family_ends[family as usize]);
        host.max(family)
    }

    /// Returns the entity of a source, the host first.
    fn entity(&self, row: u32) -> Vec<(&'static str, String)> {
        let row_ = row as usize;
        let host = self.events.text("host.name", row_).map(|host| ("host.name", host.to_owned()));
        let set = self.events.text("event.dataset", row_).map(|set| ("event.dataset", set.to_owned()));
        let family = self
            .family(row)
            .filter(|_| host.is_none())
            .map(|family| ("vestigo.source_name", self.family_names[family as usize].clone()));
        let entity: Vec<_> = [host, set, family].into_iter().flatten().collect();
        if entity.is_empty() { vec![("event.dataset", "all events".to_owned())] } else { entity }
    }
}

/// Returns the number of a row's value in a column that may not be there.
fn ordinal(column: Option<&ValueColumn>, row: u32) -> Option<u32> {
    column.and_then(|column| column.ordinal(row as usize))
}

/// Returns the name of a log without what rotation adds: numbers, dates and packing.
fn family(name: &str) -> &str {
    let mut name = name;
    loop {
        let shorter = [".gz", ".bz2", ".xz", ".zst", ".zip"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .unwrap_or(name);
        let digits = shorter.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '_');
        let shorter =
            if digits.len() < shorter.len() { digits.strip_suffix('.').unwrap_or(digits) } else { shorter };
        if shorter.len() == name.len() || shorter.is_empty() {
            return name;
        }
        name = shorter;
    }
}

/// Returns the gaps of a source that chance does not explain; `end` is when logs go on.
pub(super) fn gaps(times: &[i64], rates: &Rates, end: i64, limit: f64) -> Vec<Gap> {
    let mut amounts: Vec<f64> = times.windows(2).map(|two| rates.expected(two[0], two[1])).collect();
    let all = amounts.clone();
    let (low, high) = if amounts.len() >= 2_000 { (0.99, 0.999) } else { (0.9, 0.99) };
    let tail = (quantile(&mut amounts, high) - quantile(&mut amounts, low)) / std::f64::consts::LN_10;
    let usual = USUAL + ((times[times.len() - 1] - times[0]) / (7 * DAY)) as usize;
    let often = if amounts.len() > usual {
        *amounts.select_nth_unstable_by(usual, |a, b| b.total_cmp(a)).1
    } else {
        0.0
    };
    let dispersion = rates.dispersion.max(tail).max(often / OFTEN);
    let last = times.len() - 1;
    let ends = [(last, None, times[last], end, rates.expected(times[last], end.max(times[last])))];
    let inner =
        all.iter().enumerate().map(|(at, expected)| (at, Some(at + 1), times[at], times[at + 1], *expected));
    inner
        .chain(ends)
        .filter(|gap| gap.4 >= limit * dispersion)
        .map(|(before, after, start, end, expected)| Gap {
            before,
            after,
            start,
            end,
            expected,
            level: rates.level(start, end),
            dispersion,
        })
        .filter(|gap| gap.score() >= limit)
        .collect()
}

/// Returns the finding of a gap.
fn tell(sources: &Sources<'_>, rows: &[u32], times: &[i64], rates: &Rates, gap: &Gap) -> Anomaly {
    let entity = sources.entity(rows[gap.before]);
    let history = times[times.len() - 1] - times[0];
    let holiday = rates.sleeps && gap.end - gap.start >= HOLIDAY;
    let long = (gap.end - gap.start) * 2 > history;
    let sure = gap.score() >= SURE && history >= 7 * DAY && !holiday && !long && gap.after.is_some();
    let names: Vec<&str> = entity.iter().map(|(_, name)| name.as_str()).collect();
    let more = match gap.after {
        None => ", and did not come back while its neighbors went on",
        Some(_) if holiday => "; as it rests at night, this may be a holiday",
        Some(_) => "",
    };
    Anomaly {
        title: "Logs are silent when they never are".to_owned(),
        why: format!(
            "{} wrote nothing for {}, in which {} events are usual at these hours ({} with the hours around reckoned in); the odds of this by chance are 1 in 10^{}{more}.",
            names.join(", "),
            span(gap.end - gap.start),
            rough(gap.expected),
            rough(gap.expected * gap.level),
            whole(gap.score() / std::f64::consts::LN_10)
        ),
        severity: if sure { Severity::Medium } else { Severity::Low },
        confidence: if sure { (gap.score() / 40.0).clamp(0.5, 0.9) } else { 0.4 },
        entity,
        events: [Some(gap.before), gap.after].into_iter().flatten().map(|at| rows[at]).collect(),
        start: gap.start,
        end: gap.end,
        attack: vec!["T1070.002", "T1562.006"],
        numbers: [
            ("expected", gap.expected),
            ("level", gap.level),
            ("dispersion", gap.dispersion),
            ("seconds", (gap.end - gap.start) as f64 / 1e9),
            ("events", times.len() as f64),
            ("history_days", history as f64 / DAY as f64),
            ("score", gap.score()),
        ]
        .into(),
    }
}

/// Returns the findings, of those of one host at one time only the strongest.
fn merged(mut found: Vec<Anomaly>) -> Vec<Anomaly> {
    found.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(b.numbers["score"].total_cmp(&a.numbers["score"]))
            .then_with(|| a.entity.cmp(&b.entity))
    });
    let mut kept: Vec<Anomaly> = Vec::new();
    for detection in found {
        let told = kept.iter().any(|known| {
            known.entity[0] == detection.entity[0]
                && known.start < detection.end
                && detection.start < known.end
        });
        if !told {
            kept.push(detection);
        }
    }
    in_order(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    /// Returns what is found when a host that writes once a minute, shaken a little, for so
    /// many days is silent for so many minutes.
    fn silences(days: i64, minutes: i64) -> Vec<Severity> {
        let from = days * 1_440 - 700;
        let rows = (0..days * 1_440)
            .filter(|i| !(from..from + minutes).contains(i))
            .map(|i| row(i * 60 + i * 7_919 % 41, &["gate", "auth"]))
            .collect();
        found(&DETECTOR, &events(&["host.name", "event.dataset"], rows))
            .iter()
            .map(|detection| detection.severity)
            .collect()
    }

    #[test]
    fn fourteen_missing_events_are_a_silence() {
        assert!(silences(14, 12).is_empty());
        assert_eq!(silences(14, 15), [Severity::Low]);
        assert_eq!(silences(14, 26), [Severity::Medium]);
    }

    #[test]
    fn a_week_of_history_is_needed_for_medium() {
        assert_eq!(silences(6, 60), [Severity::Low]);
        assert_eq!(silences(8, 60), [Severity::Medium]);
    }

    #[test]
    fn few_events_are_not_evaluated() {
        let rows = (0..199).map(|i| row(i * 60, &["gate"])).collect();
        let outcome = run(
            &events(&["host.name"], rows),
            &Parameters { of: DETECTOR.parameters, set: Default::default() },
        );
        assert!(matches!(outcome, DetectorOutcome::NotEvaluated(_)));
    }

    #[test]
    fn flocks_of_events_have_gaps() {
        let rows = (0..20_000).map(|i| row(i / 20 * 300 + i % 20, &["kafka"])).collect();
        assert!(found(&DETECTOR, &events(&["host.name"], rows)).is_empty());
    }

    #[test]
    fn nights_and_weekends_are_no_silence() {
        let works = |i: &i64| (8..18).contains(&(i / 60 % 24)) && (i / 1_440 + 3) % 7 < 5;
        let rows = (0..28 * 1_440).filter(works).map(|i| row(i * 60 + i * 7_919 % 41, &["office"])).collect();
        assert!(found(&DETECTOR, &events(&["host.name"], rows)).is_empty());
    }

    #[test]
    fn rotated_copies_are_one_log() {
        assert_eq!(family("auth.log.3.gz"), "auth.log");
        assert_eq!(family("access.log-20260427.gz"), "access.log");
        assert_eq!(family("server.log.2026-04-27-13"), "server.log");
        assert_eq!(family("auth.log"), "auth.log");
        assert_eq!(family("2026"), "2026");
    }
}
