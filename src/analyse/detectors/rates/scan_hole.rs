//! What a scan found: after a source missed many paths, it is given one that nobody else asks
//! for, where it searched.
//!
//! In an episode with more than 10 distinct missed paths (in a leaky bucket that loses 1 in
//! 10 s, or 30 of mostly misses): a path that was first missed and then given, or that is given
//! in a folder in which at least 3 distinct paths were missed before, or that has a sensitive
//! name. Left out is what another source was given too, what the source was given before
//! the scan, what pages load by themselves, and folders that gave more than they refused.
//! `score` = sqrt(`missed` * `missed_in_folder`) / `others` with `others` = 1 + sources that were
//! also given the path (0 here); it grows with how hard the source searched there.

use std::collections::{HashMap, HashSet};

use super::web_names::{decoded, folder, is_sensitive, is_static};
use super::web_scan::{Requests, Scan};
use super::wording::{in_order, span, whole};
use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

/// The detector.
pub const DETECTOR: Detector = Detector {
    name: "scan-hole",
    about: "A scan of a web server was given something that nobody else asks for",
    scope: DetectorScope::Requests,
    needs: &["source.ip", "http.response.status_code"],
    uses: &["url.path", "url.original", "user_agent.original", "http.request.referrer"],
    least_events: 2,
    attack: &["T1595.003", "T1190"],
    parameters: &[
        Parameter {
            name: "missed",
            about: "distinct missed paths that a bucket (1 leaks in 10 s) holds",
            default: 10.0,
            least: 3.0,
            most: 1_000.0,
        },
        Parameter {
            name: "folder",
            about: "distinct missed paths in the folder of what was found, at least",
            default: 3.0,
            least: 1.0,
            most: 100.0,
        },
    ],
    run,
};

/// Distinct missed paths from which a scan with a hole is high.
const SURE_MISSED: u32 = 20;
/// Names that everybody asks for.
const COMMON: [&str; 9] = [
    "/",
    "/index.html",
    "/index.php",
    "/robots.txt",
    "/favicon.ico",
    "/sitemap.xml",
    "/humans.txt",
    "/ads.txt",
    "/.well-known/security.txt",
];

/// Returns the scans that found something.
fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let Some(requests) = Requests::new(events) else {
        return DetectorOutcome::NotEvaluated("no event has a source, a path and a status".to_owned());
    };
    let limit = parameters.get("missed");
    let scans = requests.scans();
    let searching: Vec<&Scan> = scans
        .scans
        .iter()
        .filter(|scan| scan.miss_level > limit || scan.missed >= 30 && scan.share() >= 0.8)
        .collect();
    if searching.is_empty() {
        return DetectorOutcome::Found(Vec::new());
    }
    let given = Given::new(events, &requests);
    let found = searching
        .into_iter()
        .filter_map(|scan| tell(events, &requests, &given, scan, scans.rows(scan), parameters))
        .collect();
    DetectorOutcome::Found(in_order(found))
}

/// Who was first given each path, and whether others were too.
struct Given {
    first: Vec<u32>,
    rows: Vec<u32>,
    others: Vec<bool>,
}

impl Given {
    /// Returns who was given what.
    fn new(events: &Events, requests: &Requests<'_>) -> Given {
        let paths = requests.paths.distinct();
        let mut given =
            Given { first: vec![u32::MAX; paths], rows: vec![0; paths], others: vec![false; paths] };
        for row in 0..events.len() as u32 {
            if !requests.is_given(row) {
                continue;
            }
            let (Some(path), Some(source)) =
                (requests.paths.ordinal(row as usize), requests.sources.ordinal(row as usize))
            else {
                continue;
            };
            let place = path as usize;
            if given.first[place] == u32::MAX {
                (given.first[place], given.rows[place]) = (source, row);
            } else if given.first[place] != source {
                given.others[place] = true;
            }
        }
        given
    }
}

/// A path that was found.
struct Hole {
    row: u32,
    path: u32,
    in_folder: u32,
}

/// Returns what a scan found, in order of time. Of one moment, what was missed counts first, for
/// the order of events at one moment is not known.
fn holes(requests: &Requests<'_>, given: &Given, scan: &Scan, rows: &[u32], least: u32) -> Vec<Hole> {
    let mut missed: HashSet<u32> = HashSet::new();
    let mut folders: HashMap<&str, (u32, u32)> = HashMap::new();
    let mut known: HashSet<u32> = HashSet::new();
    let mut holes = Vec::new();
    let begin = requests.time(rows[0]);
    let path_of = |row: u32| requests.paths.ordinal(row as usize);
    for moment in rows.chunk_by(|a, b| requests.time(*a) == requests.time(*b)) {
        for path in moment.iter().filter(|row| requests.is_miss(**row)).filter_map(|row| path_of(*row)) {
            let (refused, _) = folders.entry(folder(requests.paths.value(path))).or_default();
            *refused += u32::from(missed.insert(path));
        }
        let mut new = Vec::new();
        for row in moment.iter().filter(|row| requests.is_given(**row)) {
            if let Some(path) = path_of(*row).filter(|path| known.insert(*path)) {
                folders.entry(folder(requests.paths.value(path))).or_default().1 += 1;
                new.push((*row, path));
            }
        }
        for (row, path) in new {
            let name = requests.paths.value(path);
            let (refused, gave) = folders[folder(name)];
            let own = !given.others[path as usize] && requests.time(given.rows[path as usize]) >= begin;
            let searched = missed.contains(&path) || refused >= least && gave <= refused;
            let plain = is_static(name) || COMMON.contains(&name);
            let named = !missed.is_empty() && is_sensitive(&decoded(name));
            if own && (named || searched && !plain && !scan.is_crawler()) {
                holes.push(Hole { row, path, in_folder: refused });
            }
        }
    }
    holes
}

/// Returns the finding of a scan that found something.
fn tell(
    events: &Events,
    requests: &Requests<'_>,
    given: &Given,
    scan: &Scan,
    rows: &[u32],
    parameters: &Parameters<'_>,
) -> Option<Anomaly> {
    let holes = holes(requests, given, scan, rows, parameters.get("folder") as u32);
    let name = |hole: &Hole| requests.paths.value(hole.path);
    let best = holes.iter().max_by(|a, b| {
        let moments = requests.time(b.row).cmp(&requests.time(a.row));
        a.in_folder.cmp(&b.in_folder).then(moments).then_with(|| name(b).cmp(name(a)))
    })?;
    let found: HashSet<u32> = holes.iter().map(|hole| hole.row).collect();
    let rows = requests.between(rows, |row| requests.is_miss(row) || found.contains(&row));
    let source = requests.sources.value(scan.source);
    let (start, end) = (events.time(*rows.first()? as usize), events.time(*rows.last()? as usize));
    let sure = scan.missed >= SURE_MISSED && scan.share() >= 0.5;
    let more = if holes.len() > 1 {
        format!(" and {} more", whole(holes.len() as f64 - 1.0))
    } else {
        String::new()
    };
    Some(Anomaly {
        title: "Web scan found something".to_owned(),
        why: format!(
            "{source} missed {} distinct paths in {}, {} of them in {}, and was then given {}{more}, which no other source was given.",
            whole(f64::from(scan.missed)),
            span(end - start),
            best.in_folder,
            folder(requests.paths.value(best.path)),
            requests.paths.value(best.path)
        ),
        severity: if sure { Severity::High } else { Severity::Medium },
        confidence: if sure { 0.9 } else { 0.6 },
        entity: vec![
            ("source.ip", source.to_owned()),
            ("url.path", requests.paths.value(best.path).to_owned()),
        ],
        events: rows.to_vec(),
        start,
        end,
        attack: vec!["T1595.003", "T1190"],
        numbers: [
            ("missed", f64::from(scan.missed)),
            ("misses", f64::from(scan.misses)),
            ("requests", f64::from(scan.requests)),
            ("missed_in_folder", f64::from(best.in_folder)),
            ("found", holes.len() as f64),
            ("others", 1.0),
            ("score", (f64::from(scan.missed) * f64::from(best.in_folder)).sqrt()),
        ]
        .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, found, row};

    const FIELDS: [&str; 4] = ["source.ip", "url.path", "http.response.status_code", "user_agent.original"];

    /// Returns what is found when so many paths of a folder are missed and one is then given;
    /// `other` is a source that was given it, too.
    fn after(missed: i64, hole: &str, other: Option<&str>) -> Vec<Severity> {
        let mut rows: Vec<_> = (0..missed)
            .map(|i| row(i, &["192.0.2.1", &format!("/intra/x{i}"), "404", "Mozilla/5.0"]))
            .collect();
        rows.push(row(missed, &["192.0.2.1", hole, "200", "Mozilla/5.0"]));
        rows.extend(other.map(|other| row(9_000, &[other, hole, "200", "Mozilla/5.0"])));
        found(&DETECTOR, &events(&FIELDS, rows)).iter().map(|detection| detection.severity).collect()
    }

    #[test]
    fn a_hole_after_twenty_misses_is_high() {
        assert!(after(9, "/intra/upload.php", None).is_empty());
        assert_eq!(after(19, "/intra/upload.php", None), [Severity::Medium]);
        assert_eq!(after(20, "/intra/upload.php", None), [Severity::High]);
    }

    #[test]
    fn what_others_are_given_is_no_hole() {
        assert!(after(40, "/intra/upload.php", Some("198.51.100.7")).is_empty());
    }

    #[test]
    fn other_folders_and_static_files_are_no_hole() {
        assert!(after(40, "/news/today", None).is_empty());
        assert!(after(40, "/intra/app.css", None).is_empty());
        assert!(after(40, "/robots.txt", None).is_empty());
    }

    #[test]
    fn sensitive_names_are_holes_anywhere() {
        assert_eq!(after(40, "/.env", None), [Severity::High]);
    }

    #[test]
    fn folders_that_give_more_than_they_refuse_are_no_hole() {
        let mut rows: Vec<_> =
            (0..30).map(|i| row(i, &["192.0.2.1", &format!("/x{i}"), "404", "Mozilla/5.0"])).collect();
        rows.extend((0..3).map(|i| row(100 + i, &["192.0.2.1", &format!("/a/x{i}"), "404", "Mozilla/5.0"])));
        rows.extend((0..4).map(|i| row(90 + i, &["192.0.2.1", &format!("/a/y{i}"), "200", "Mozilla/5.0"])));
        assert!(found(&DETECTOR, &events(&FIELDS, rows)).is_empty());
    }
}
