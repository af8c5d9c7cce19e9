//! Scans of web servers: one source asks for much that is not there, or names that only a
//! search for weaknesses asks for.
//!
//! Leaky buckets of each source (the sizes of CrowdSec's http-probing, http-crawl-non_statics and
//! http-sensitive-files): distinct missed paths, over 10 at 1 in 10 s; distinct pages, over 40
//! at 2 a second; sensitive names, over 3 at 1 in 5 s; attacks in requests, over 4 at 1 in 10 s.
//! Also: 30 distinct missed paths in an episode that is mostly misses (a patient scan); over
//! 500 misses of over 250 paths in 11 minutes (a large one); agents that say they scan.
//! `score` = max of level / limit over `miss_level`/10, `page_level`/40, `sensitive_level`/3,
//! `attack_level`/4, `patient`/30, `declared`/2 and min(`large_misses`/500, `large_missed`/250).

use std::collections::BTreeMap;

use super::web_scan::{Requests, Scan};
use super::wording::{in_order, span, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "scan",
    about: "One source searches a web server for what is not there, or for sensitive names",
    scope: DetectorScope::Requests,
    needs: &["source.ip", "http.response.status_code"],
    uses: &["url.path", "url.original", "user_agent.original", "http.request.referrer"],
    least_events: 2,
    attack: &["T1595.002", "T1595.003"],
    parameters: &[
        Parameter {
            name: "missed",
            about: "distinct missed paths that a bucket (1 leaks in 10 s) holds",
            default: 10.0,
            least: 3.0,
            most: 1_000.0,
        },
        Parameter {
            name: "pages",
            about: "distinct pages that a bucket (2 leak a second) holds",
            default: 40.0,
            least: 10.0,
            most: 10_000.0,
        },
        Parameter {
            name: "sensitive",
            about: "sensitive names that a bucket (1 leaks in 5 s) holds",
            default: 3.0,
            least: 1.0,
            most: 100.0,
        },
        Parameter {
            name: "attacks",
            about: "attacks in requests that a bucket (1 leaks in 10 s) holds",
            default: 4.0,
            least: 1.0,
            most: 100.0,
        },
        Parameter {
            name: "patient",
            about: "distinct missed paths of an episode of mostly misses",
            default: 30.0,
            least: 10.0,
            most: 1_000.0,
        },
    ],
    run,
};

/// Distinct missed paths without a referrer from which a scan of a browser is medium.
const SURE_MISSED: u32 = 25;
/// Distinct sensitive names from which a scan is medium.
const SURE_SENSITIVE: u32 = 10;

/// Returns the scans.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let Some(requests) = Requests::new(events) else {
        return DetectorOutcome::NotEvaluated("no event has a source, a path and a status".to_owned());
    };
    let scans = requests.scans();
    let found = scans
        .scans
        .iter()
        .filter_map(|scan| tell(events, &requests, scan, scans.rows(scan), parameters))
        .collect();
    DetectorOutcome::Found(in_order(found))
}

/// What a scan exceeds.
struct Excess {
    missed: f64,
    pages: f64,
    sensitive: f64,
    attacks: f64,
    patient: f64,
    declared: f64,
    large: f64,
}

impl Excess {
    /// Creates the ratios of a scan's numbers to their limits.
    fn new(scan: &Scan, parameters: &Parameters<'_>) -> Excess {
        let patient = if scan.share() >= 0.8 { f64::from(scan.missed) } else { 0.0 };
        Excess {
            missed: scan.miss_level / parameters.get("missed"),
            pages: if scan.is_crawler() { 0.0 } else { scan.page_level / parameters.get("pages") },
            sensitive: scan.sensitive_level / parameters.get("sensitive"),
            attacks: scan.attack_level / parameters.get("attacks"),
            patient: patient / parameters.get("patient"),
            declared: f64::from(scan.declared) / 2.0,
            large: f64::min(f64::from(scan.large_misses) / 500.0, f64::from(scan.large_missed) / 250.0),
        }
    }

    /// Returns the largest.
    fn score(&self) -> f64 {
        [self.missed, self.pages, self.sensitive, self.attacks, self.patient, self.declared, self.large]
            .into_iter()
            .fold(0.0, f64::max)
    }

    /// Returns whether a limit is exceeded.
    fn is_scan(&self) -> bool {
        self.missed > 1.0
            || self.pages > 1.0
            || self.sensitive > 1.0
            || self.attacks > 1.0
            || self.patient >= 1.0
            || self.declared >= 1.0
            || self.large > 1.0
    }
}

/// Returns how bad a scan is.
fn severity(scan: &Scan, excess: &Excess) -> Severity {
    let guesses =
        excess.missed > 1.0 && scan.unlinked >= SURE_MISSED && scan.share() >= 0.5 && !scan.is_crawler();
    let searches = excess.sensitive > 1.0 && scan.sensitive >= SURE_SENSITIVE && scan.share() >= 0.5;
    let declares = scan.declared > 50 && scan.paths > 10;
    let large = scan.is_large() && !scan.is_crawler();
    if guesses || searches || declares || large || excess.attacks > 1.0 {
        Severity::Medium
    } else {
        Severity::Low
    }
}

/// Returns the finding of a scan; none where no limit is exceeded.
fn tell(
    events: &Events,
    requests: &Requests<'_>,
    scan: &Scan,
    rows: &[u32],
    parameters: &Parameters<'_>,
) -> Option<Anomaly> {
    let excess = Excess::new(scan, parameters);
    if !excess.is_scan() {
        return None;
    }
    let rows = if excess.pages > 1.0 || scan.declared > 0 {
        rows
    } else {
        requests.between(rows, |row| requests.is_miss(row))
    };
    let (start, end) = (events.time(*rows.first()? as usize), events.time(*rows.last()? as usize));
    let source = requests.sources.value(scan.source);
    let crawled = excess.pages >= excess.score();
    let mut attack = vec!["T1595.002", "T1595.003"];
    attack.extend((scan.attacks > 0).then_some("T1190"));
    Some(Anomaly {
        title: if crawled { "Web server crawled" } else { "Web server scanned" }.to_owned(),
        why: format!(
            "{source} in {}: {}; visitors miss {} distinct paths within moments at most.",
            span(end - start),
            seen(scan, &excess),
            parameters.get("missed")
        ),
        severity: severity(scan, &excess),
        confidence: (0.4 + 0.1 * excess.score()).min(0.95),
        entity: vec![("source.ip", source.to_owned())],
        events: rows.to_vec(),
        start,
        end,
        attack,
        numbers: numbers(scan, &excess, parameters),
    })
}

/// Returns what was seen of a scan, in words.
fn seen(scan: &Scan, excess: &Excess) -> String {
    let mut parts = Vec::new();
    if scan.missed > 0 {
        parts.push(format!(
            "{} distinct paths refused or not found ({:.0} % of its {} requests)",
            whole(f64::from(scan.missed)),
            scan.share() * 100.0,
            whole(f64::from(scan.requests))
        ));
    }
    if scan.sensitive > 0 {
        parts.push(format!("{} of them sensitive names", scan.sensitive));
    }
    if scan.attacks > 0 {
        parts.push(format!("{} requests that attack", scan.attacks));
    }
    if excess.pages > 1.0 {
        let faster = scan.page_level;
        parts.push(format!(
            "{} paths, {faster:.0} of them faster than 2 a second",
            whole(f64::from(scan.paths))
        ));
    }
    if scan.declared > 0 {
        parts.push(format!("{} requests whose agent says that it scans", whole(f64::from(scan.declared))));
    }
    parts.join(", ")
}

/// Returns the numbers of a scan and their limits.
fn numbers(scan: &Scan, excess: &Excess, parameters: &Parameters<'_>) -> BTreeMap<&'static str, f64> {
    [
        ("miss_level", scan.miss_level),
        ("page_level", excess.pages * parameters.get("pages")),
        ("sensitive_level", scan.sensitive_level),
        ("attack_level", scan.attack_level),
        ("patient", excess.patient * parameters.get("patient")),
        ("declared", f64::from(scan.declared)),
        ("large_misses", f64::from(scan.large_misses)),
        ("large_missed", f64::from(scan.large_missed)),
        ("missed", f64::from(scan.missed)),
        ("unlinked", f64::from(scan.unlinked)),
        ("requests", f64::from(scan.requests)),
        ("paths", f64::from(scan.paths)),
        ("limit_missed", parameters.get("missed")),
        ("limit_pages", parameters.get("pages")),
        ("limit_sensitive", parameters.get("sensitive")),
        ("limit_attacks", parameters.get("attacks")),
        ("limit_patient", parameters.get("patient")),
        ("score", excess.score()),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    const FIELDS: [&str; 4] = ["source.ip", "url.path", "http.response.status_code", "user_agent.original"];
    const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:137.0) Gecko/20100101 Firefox/137.0";

    /// Returns the severities of what is found in requests of one source for paths.
    fn severities(
        paths: impl IntoIterator<Item = String>,
        apart: i64,
        status: &str,
        agent: &str,
    ) -> Vec<Severity> {
        let rows = paths
            .into_iter()
            .enumerate()
            .map(|(i, path)| row(i as i64 * apart, &["192.0.2.1", &path, status, agent]))
            .collect();
        found(&DETECTOR, &events(&FIELDS, rows)).iter().map(|detection| detection.severity).collect()
    }

    /// Returns paths that differ.
    fn paths(count: usize) -> impl Iterator<Item = String> {
        (0..count).map(|i| format!("/p{i}"))
    }

    #[test]
    fn ten_missed_paths_fit_and_eleven_overflow() {
        assert!(severities(paths(10), 0, "404", BROWSER).is_empty());
        assert_eq!(severities(paths(11), 0, "404", BROWSER), [Severity::Low]);
        assert!(severities(paths(20), 10, "404", BROWSER).is_empty());
    }

    #[test]
    fn twenty_five_missed_paths_are_medium_but_not_of_a_crawler() {
        assert_eq!(severities(paths(24), 1, "404", BROWSER), [Severity::Low]);
        assert_eq!(severities(paths(25), 1, "404", BROWSER), [Severity::Medium]);
        assert_eq!(severities(paths(200), 1, "404", "Googlebot/2.1"), [Severity::Low]);
    }

    #[test]
    fn a_patient_scan_is_low() {
        assert!(severities(paths(29), 60, "404", BROWSER).is_empty());
        assert_eq!(severities(paths(30), 60, "404", BROWSER), [Severity::Low]);
    }

    #[test]
    fn sensitive_names_count_more() {
        let names = |count: usize| {
            ["/.env", "/.git/head", "/backup.sql", "/wp-config.php"]
                .map(str::to_owned)
                .into_iter()
                .take(count)
        };
        assert!(severities(names(3), 0, "404", BROWSER).is_empty());
        assert_eq!(severities(names(4), 0, "404", BROWSER), [Severity::Low]);
    }

    #[test]
    fn attacks_are_medium() {
        let attacks = |count: usize| (0..count).map(|i| format!("/%2e%2e%2ff{i}"));
        assert!(severities(attacks(4), 1, "404", BROWSER).is_empty());
        assert_eq!(severities(attacks(6), 1, "404", BROWSER), [Severity::Medium]);
    }

    #[test]
    fn scanners_that_say_so_are_low_until_fifty_requests() {
        assert!(severities(paths(1), 1, "200", "Nikto/2.1").is_empty());
        assert_eq!(severities(paths(2), 1, "200", "Nikto/2.1"), [Severity::Low]);
        assert_eq!(severities(paths(50), 60, "200", "Nikto/2.1"), [Severity::Low]);
        assert_eq!(severities(paths(51), 60, "200", "Nikto/2.1"), [Severity::Medium]);
    }

    #[test]
    fn crawling_counts_pages_at_two_a_second() {
        assert!(severities(paths(40), 0, "200", BROWSER).is_empty());
        assert_eq!(severities(paths(41), 0, "200", BROWSER), [Severity::Low]);
        assert!(severities(paths(400), 1, "200", BROWSER).is_empty());
        assert!(severities(paths(400), 0, "200", "Googlebot/2.1").is_empty());
    }
}
