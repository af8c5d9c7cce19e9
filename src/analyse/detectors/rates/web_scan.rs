//! Episodes in which one source asks a web server for what is not there.

use std::collections::VecDeque;

use super::groups::Groups;
use super::web_names::{decoded, is_attack, is_crawler, is_scanner, is_sensitive, is_static};
use super::wording::{HOUR, MINUTE, SECOND};
use crate::analyse::detectors::events::{Events, ValueColumn};
use crate::analyse::detectors::leaky_bucket::LeakyBucket;

/// Quiet time after which another episode begins.
const QUIET: i64 = HOUR;
/// The span in which a large scan is counted.
const LARGE_SPAN: i64 = 11 * MINUTE;
/// Pages at once, or requests, from which an episode without misses is looked at.
const LEAST_PAGES: f64 = 10.0;

/// What one source did until it was quiet for an hour.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// The source's number in its column.
    pub source: u32,
    /// Where its rows stand among all that are grouped by source.
    span: std::ops::Range<usize>,
    /// Distinct paths that were refused or not found, and how many requests were.
    pub missed: u32,
    pub misses: u32,
    /// Those of the distinct that no page linked to.
    pub unlinked: u32,
    /// Requests in the episode.
    pub requests: u32,
    /// Distinct paths that were asked for.
    pub paths: u32,
    /// The highest levels of the leaky buckets.
    pub miss_level: f64,
    pub page_level: f64,
    pub sensitive_level: f64,
    pub attack_level: f64,
    /// Distinct sensitive names and attacks among what was refused or not found.
    pub sensitive: u32,
    pub attacks: u32,
    /// Most misses and new missed paths within eleven minutes.
    pub large_misses: u32,
    pub large_missed: u32,
    /// Requests whose agent says that it is a scanner, or a crawler.
    pub declared: u32,
    pub crawler: u32,
}

/// The episodes, in order of their sources and times.
pub struct Scans {
    groups: Groups,
    pub scans: Vec<Scan>,
}

impl Scans {
    /// Returns the rows of the source in an episode, ascending.
    pub fn rows(&self, scan: &Scan) -> &[u32] {
        &self.groups.rows()[scan.span.clone()]
    }
}

/// The columns of requests, with what was already found out about their values.
pub struct Requests<'e> {
    times: &'e [i64],
    pub sources: &'e ValueColumn,
    pub paths: &'e ValueColumn,
    originals: Option<&'e ValueColumn>,
    agents: Option<&'e ValueColumn>,
    referrers: Option<&'e ValueColumn>,
    status: &'e ValueColumn,
    /// Whether a status refuses or does not find, or gives.
    misses: Vec<bool>,
    gives: Vec<bool>,
    scanners: Vec<bool>,
    crawlers: Vec<bool>,
}

/// What marks rows and paths as already counted in an episode.
struct Seen {
    missed: Vec<u32>,
    paths: Vec<u32>,
    /// Whether a path or request is sensitive or an attack: unknown, no or yes.
    sensitive: Vec<Option<bool>>,
    attack: Vec<Option<bool>>,
    attacked: Vec<u32>,
    fixed: Vec<Option<bool>>,
}

impl<'e> Requests<'e> {
    /// Returns the columns; none where there is no source, path or status.
    pub fn new(events: &'e Events) -> Option<Requests<'e>> {
        let status = events.column("http.response.status_code")?;
        let of = |column: Option<&ValueColumn>, is: fn(&str) -> bool| {
            column.map_or(Vec::new(), |column| {
                (0..column.distinct() as u32).map(|value| is(column.value(value))).collect()
            })
        };
        let agents = events.column("user_agent.original");
        Some(Requests {
            times: events.times(),
            sources: events.column("source.ip")?,
            paths: events.column("url.path").or_else(|| events.column("url.original"))?,
            originals: events.column("url.original"),
            agents,
            referrers: events.column("http.request.referrer"),
            status,
            misses: of(Some(status), |code| {
                matches!(code, "400" | "403" | "404" | "405" | "410" | "414" | "501")
            }),
            gives: of(Some(status), |code| code.len() == 3 && code.starts_with('2')),
            scanners: of(agents, is_scanner),
            crawlers: of(agents, is_crawler),
        })
    }

    /// Returns whether a request was refused, or its path not found.
    pub fn is_miss(&self, row: u32) -> bool {
        self.status.ordinal(row as usize).is_some_and(|code| self.misses[code as usize])
    }

    /// Returns when a request was made.
    pub fn time(&self, row: u32) -> i64 {
        self.times[row as usize]
    }

    /// Returns the rows from the moment of the first that is meant to that of the last.
    pub fn between<'r>(&self, rows: &'r [u32], is_meant: impl Fn(u32) -> bool) -> &'r [u32] {
        let first = rows.iter().find(|row| is_meant(**row)).or(rows.first());
        let last = rows.iter().rfind(|row| is_meant(**row)).or(rows.last());
        let (Some(first), Some(last)) = (first, last) else { return rows };
        let from = rows.partition_point(|row| self.time(*row) < self.time(*first));
        let to = rows.partition_point(|row| self.time(*row) <= self.time(*last));
        &rows[from..to]
    }

    /// Returns whether a request was answered with what it asked for.
    pub fn is_given(&self, row: u32) -> bool {
        self.status.ordinal(row as usize).is_some_and(|code| self.gives[code as usize])
    }

    /// Returns all episodes in which more than one path was missed, an agent says that it scans,
    /// or many pages were asked for.
    pub fn scans(&self) -> Scans {
        let len = self.times.len();
        let groups = Groups::of_column(self.sources, len);
        let mut seen = Seen {
            missed: vec![0; self.paths.distinct()],
            paths: vec![0; self.paths.distinct()],
            sensitive: vec![None; self.paths.distinct()],
            attack: vec![None; self.originals.unwrap_or(self.paths).distinct()],
            attacked: vec![0; self.originals.unwrap_or(self.paths).distinct()],
            fixed: vec![None; self.paths.distinct()],
        };
        let (mut scans, mut episode, mut to) = (Vec::new(), 0, 0);
        for source in 0..groups.count() as u32 {
            for rows in
                groups.of(source).chunk_by(|a, b| self.times[*b as usize] - self.times[*a as usize] <= QUIET)
            {
                let from = to;
                to += rows.len();
                if !self.is_worth(rows) {
                    continue;
                }
                episode += 1;
                let scan = self.scan(source, rows, episode, &mut seen);
                if scan.missed > 1 || scan.attacks > 1 || scan.declared > 1 || scan.page_level > LEAST_PAGES {
                    scans.push(Scan { span: from..to, ..scan });
                }
            }
        }
        Scans { groups, scans }
    }

    /// Returns whether an episode may be one to tell of: it has several misses, several requests
    /// of scanners, or many requests.
    fn is_worth(&self, rows: &[u32]) -> bool {
        let declares = |row: u32| {
            self.agents
                .and_then(|agents| agents.ordinal(row as usize))
                .is_some_and(|agent| self.scanners[agent as usize])
        };
        rows.len() > 1
            && (rows.len() as f64 > LEAST_PAGES
                || rows.iter().filter(|row| self.is_miss(**row)).nth(1).is_some()
                || rows.iter().any(|row| declares(*row)))
    }

    /// Returns what a source did in one episode.
    fn scan(&self, source: u32, rows: &[u32], episode: u32, seen: &mut Seen) -> Scan {
        let mut scan = Scan { source, requests: rows.len() as u32, ..Scan::default() };
        let mut buckets = [10 * SECOND, SECOND / 2, 5 * SECOND, 10 * SECOND].map(LeakyBucket::new);
        let mut recent = Recent::default();
        for row in rows {
            let (at, time) = (*row as usize, self.times[*row as usize]);
            if let Some(agent) = self.agents.and_then(|agents| agents.ordinal(at)) {
                scan.declared += u32::from(self.scanners[agent as usize]);
                scan.crawler += u32::from(self.crawlers[agent as usize]);
            }
            let Some(path) = self.paths.ordinal(at) else { continue };
            let place = path as usize;
            if seen.paths[place] != episode {
                seen.paths[place] = episode;
                scan.paths += 1;
                if !*seen.fixed[place].get_or_insert_with(|| is_static(self.paths.value(path))) {
                    scan.page_level = scan.page_level.max(buckets[1].fill(time));
                }
            }
            if !self.is_miss(*row) {
                continue;
            }
            scan.misses += 1;
            let new = seen.missed[place] != episode;
            let (misses, missed) = recent.add(time, new);
            if misses > scan.large_misses {
                (scan.large_misses, scan.large_missed) = (misses, missed);
            }
            if new {
                seen.missed[place] = episode;
                scan.missed += 1;
                scan.miss_level = scan.miss_level.max(buckets[0].fill(time));
                scan.unlinked += u32::from(
                    self.referrers.and_then(|column| column.text(at)).is_none_or(|from| from == "-"),
                );
                if *seen.sensitive[place]
                    .get_or_insert_with(|| is_sensitive(&decoded(self.paths.value(path))))
                {
                    scan.sensitive += 1;
                    scan.sensitive_level = scan.sensitive_level.max(buckets[2].fill(time));
                }
            }
            let column = self.originals.unwrap_or(self.paths);
            let Some(original) = column.ordinal(at) else { continue };
            let place = original as usize;
            if seen.attacked[place] != episode
                && *seen.attack[place].get_or_insert_with(|| is_attack(&decoded(column.value(original))))
            {
                seen.attacked[place] = episode;
                scan.attacks += 1;
                scan.attack_level = scan.attack_level.max(buckets[3].fill(time));
            }
        }
        scan
    }
}

/// The misses of the last eleven minutes.
#[derive(Default)]
struct Recent {
    misses: VecDeque<(i64, bool)>,
    new: u32,
}

impl Recent {
    /// Adds a miss, of a new path or not; returns how many there are, and how many are new.
    fn add(&mut self, time: i64, new: bool) -> (u32, u32) {
        self.misses.push_back((time, new));
        self.new += u32::from(new);
        while self.misses.front().is_some_and(|(first, _)| time - first > LARGE_SPAN) {
            self.new -= self.misses.pop_front().map_or(0, |(_, new)| u32::from(new));
        }
        (self.misses.len() as u32, self.new)
    }
}

impl Scan {
    /// Returns whether the agent mostly says that it is a crawler or monitor.
    pub fn is_crawler(&self) -> bool {
        self.crawler * 2 > self.requests
    }

    /// Returns the share of requests that were refused or not found.
    pub fn share(&self) -> f64 {
        f64::from(self.misses) / f64::from(self.requests.max(1))
    }

    /// Returns whether so much was missed within minutes that it is a large scan.
    pub fn is_large(&self) -> bool {
        self.large_misses > 500 && self.large_missed > 250
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::detectors::rates::testing::{events, row};

    /// Returns requests of one source for paths that do not exist, so many seconds apart.
    fn misses(count: i64, apart: i64) -> Events {
        let rows = (0..count).map(|i| row(i * apart, &["192.0.2.1", &format!("/x{i}"), "404"])).collect();
        events(&["source.ip", "url.path", "http.response.status_code"], rows)
    }

    #[test]
    fn levels_leak() {
        let events_ = misses(11, 0);
        assert_eq!(Requests::new(&events_).unwrap().scans().scans[0].miss_level, 11.0);
        let events_ = misses(100, 10);
        assert_eq!(Requests::new(&events_).unwrap().scans().scans[0].miss_level, 1.0);
    }

    #[test]
    fn a_quiet_hour_ends_an_episode() {
        let events_ = misses(3, 3_600);
        assert_eq!(Requests::new(&events_).unwrap().scans().scans.len(), 1);
        let events_ = misses(3, 3_601);
        assert_eq!(Requests::new(&events_).unwrap().scans().scans.len(), 0);
    }

    #[test]
    fn large_scans_are_counted_in_eleven_minutes() {
        let events_ = misses(501, 1);
        assert!(Requests::new(&events_).unwrap().scans().scans[0].is_large());
        let events_ = misses(500, 1);
        assert!(!Requests::new(&events_).unwrap().scans().scans[0].is_large());
    }
}
