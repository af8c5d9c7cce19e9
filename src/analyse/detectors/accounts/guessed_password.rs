//! Guessed password: many failures of one source or of one user, and a success behind them.
//!
//! Failures of a source are guessing when they fill a leaky bucket (5, one leaks in 10 s:
//! CrowdSec's ssh-bf), when there are 8 in 2 hours (whatever ssh-slow-bf finds, its bucket of
//! 10 that leaks one a minute, has that, and so has one try in nine minutes), or when 4 in 2
//! hours have a median distance above 10 minutes (ssh-time-based-bf). A success does not
//! empty the bucket, it is the point. Failures that lead to no finding by source are looked
//! at by user again. A user's own typos ([`super::attempts`]) never count, and the failures of
//! a source that several users share count for each of them alone.
//!
//! Whatever the speed, a success after 5 failures of its source in a row, within 7 days, is told
//! as well: medium when nobody had ever signed in from there, low otherwise.
//!
//! score = failures × −log10(typo_rate): how unlikely it is that one who knows the password
//! mistypes it so often in a row, typo_rate = (typos + 1) / (typos + successes + 10) over all
//! sign-ins (a Beta(1, 9) prior). Without a success it is medium from 25 failures on, or from 50
//! where ten sources or more flood the log: then that is the weather. confidence = 1 − 2^(−failures / 5).

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, DAY, HOUR, SECOND, Successes};
use super::parameter::parameter;
use super::{report, statistics, window};
use crate::analyse::detectors::leaky_bucket::LeakyBucket;

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "guessed-password",
    about: "Many failed sign-ins of one source or user, and whether one of them succeeded",
    scope: DetectorScope::SignIns,
    needs: &["event.outcome"],
    uses: &["user.name", "source.ip", "source.address", "host.name", "event.action"],
    least_events: 5,
    attack: &["T1110.001"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 7] = [
    parameter("fast", "failures that fill the fast bucket", 5.0, 2.0, 1000.0),
    parameter("fast-leak", "seconds in which one leaks from the fast bucket", 10.0, 1.0, 3600.0),
    parameter("steady", "failures within the memory that are guessing at any speed", 8.0, 2.0, 1000.0),
    parameter("patient", "failures far apart that are patient guessing", 4.0, 3.0, 1000.0),
    parameter("patient-interval", "minutes above which they are far apart", 10.0, 1.0, 1440.0),
    parameter("memory", "hours after which failures are forgotten", 2.0, 0.5, 168.0),
    parameter("flood", "failures without a success that are medium", 25.0, 5.0, 1e6),
];

/// Sources that flood the log, from which on floods are its weather.
const WEATHER: usize = 10;
/// Failures in a row within a week before a success that are told.
const ENTRY: usize = 5;
const WEEK: i64 = 7 * DAY;
/// Failures from which on even a source that the user knows is guessing, when they come fast.
const MACHINE: usize = 50;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let attempts = Attempts::read(events);
    let mut guessing = Guessing::new(&attempts, parameters);
    let mut taken = vec![false; attempts.all.len()];
    let mut entries = guessing.entries();
    let alone = |one: &Attempt| one.user.filter(|_| guessing.successes.is_shared(one.source));
    let by_source = guessing.failures(|_, one| one.source.map(|source| (source, alone(one))));
    let keys: BTreeSet<_> =
        by_source.keys().copied().chain(entries.keys().map(|source| (*source, None))).collect();
    let mut told = Vec::new();
    for (source, user) in keys {
        let mut episodes = guessing.episodes(by_source.get(&(source, user)).map_or(&[], Vec::as_slice));
        for entry in entries.remove(&source).filter(|_| user.is_none()).unwrap_or_default() {
            guessing.take_in(&mut episodes, entry);
        }
        told.extend(episodes);
    }
    told.iter().flat_map(|episode| &episode.failures).for_each(|at| taken[*at] = true);
    for failures in guessing.failures(|at, one| one.user.filter(|_| !taken[at])).values() {
        for episode in guessing.episodes(failures) {
            // More sources than that are for distributed guessing.
            if guessing.distinct(&episode, |one| one.source).len() < 5 {
                told.push(episode);
            }
        }
    }
    guessing.settle(&told);
    report::ordered(told.iter().map(|episode| guessing.report(episode)).collect())
}

/// Failures of a source, or of a user, that are guessing, as positions in order of time.
#[derive(Clone)]
struct Episode {
    failures: Vec<usize>,
    overflow: i64,
    /// Whether the fast bucket was full: no hand types like that.
    fast: bool,
    /// The success that ended a run of failures, however slow.
    entry: Option<usize>,
}

impl Episode {
    fn last(&self) -> usize {
        self.failures[self.failures.len() - 1]
    }
}

struct Guessing<'a> {
    attempts: &'a Attempts,
    successes: Successes,
    typo_rate: f64,
    fast: LeakyBucket,
    capacity: f64,
    steady: usize,
    patient: usize,
    interval: i64,
    memory: i64,
    flood: usize,
}

impl<'a> Guessing<'a> {
    fn new(attempts: &'a Attempts, parameters: &Parameters<'_>) -> Guessing<'a> {
        let nanoseconds = |name: &str, unit: i64| (parameters.get(name) * unit as f64) as i64;
        Guessing {
            attempts,
            successes: attempts.successes(),
            typo_rate: attempts.typo_rate(),
            fast: LeakyBucket::new(nanoseconds("fast-leak", SECOND).max(1)),
            capacity: parameters.get("fast"),
            steady: parameters.get("steady") as usize,
            patient: parameters.get("patient") as usize,
            interval: nanoseconds("patient-interval", 60 * SECOND),
            memory: nanoseconds("memory", HOUR),
            flood: parameters.get("flood") as usize,
        }
    }

    /// Returns the failures, no typos, by what they have in common, in order of time.
    fn failures<K: Ord>(&self, key: impl Fn(usize, &Attempt) -> Option<K>) -> BTreeMap<K, Vec<usize>> {
        let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        let failures = self.attempts.all.iter().enumerate().filter(|(_, one)| one.failed && !one.typo);
        for (at, one) in failures {
            if let Some(key) = key(at, one) {
                groups.entry(key).or_default().push(at);
            }
        }
        groups
    }

    fn episodes(&self, failures: &[usize]) -> Vec<Episode> {
        window::episodes(failures, |at| self.attempts.all[at].time, self.memory)
            .into_iter()
            .filter_map(|episode| self.overflow(episode))
            .collect()
    }

    /// Returns failures as an episode when they overflow one of the buckets.
    fn overflow(&self, at: &[usize]) -> Option<Episode> {
        let times: Vec<i64> = at.iter().map(|at| self.attempts.all[*at].time).collect();
        let mut fast = self.fast;
        let (mut overflow, mut is_fast, mut first) = (None, false, 0);
        for (nth, time) in times.iter().enumerate() {
            while time - times[first] > self.memory {
                first += 1;
            }
            let full = fast.overflows(*time, self.capacity);
            is_fast |= full;
            let steady = nth + 1 - first >= self.steady;
            if overflow.is_none() && (full || steady || self.is_patient(&times[first..=nth])) {
                overflow = Some(*time);
            }
        }
        Some(Episode { failures: at.to_vec(), overflow: overflow?, fast: is_fast, entry: None })
    }

    /// Returns for each source its runs of failures within a week that ended in a success;
    /// runs less than a day apart are one.
    fn entries(&self) -> BTreeMap<u32, Vec<Episode>> {
        let all = &self.attempts.all;
        let mut runs: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut entries: BTreeMap<u32, Vec<Episode>> = BTreeMap::new();
        for (at, one) in all.iter().enumerate() {
            let Some(source) = one.source.filter(|_| !self.successes.is_shared(one.source)) else { continue };
            if one.failed {
                runs.entry(source).or_default().push(at);
                continue;
            }
            let mut run = runs.remove(&source).unwrap_or_default();
            run.retain(|failure| one.time - all[*failure].time <= WEEK);
            if run.len() < ENTRY {
                continue;
            }
            let list = entries.entry(source).or_default();
            match list.last_mut().filter(|last| all[run[0]].time - all[last.last()].time <= DAY) {
                Some(last) => last.failures.extend(run),
                None => {
                    list.push(Episode { failures: run, overflow: one.time, fast: false, entry: Some(at) })
                }
            }
        }
        entries
    }

    /// Raises the number of failures that are medium where floods are the weather.
    fn settle(&mut self, told: &[Episode]) {
        let floods = told.iter().filter(|episode| episode.failures.len() >= self.flood);
        let sources: BTreeSet<_> =
            floods.map(|episode| self.attempts.all[episode.failures[0]].source).collect();
        if sources.len() >= WEATHER {
            self.flood *= 2;
        }
    }

    /// Adds a run that ended in a success to episodes, unless they tell of a success in that
    /// time, and in place of those within it.
    fn take_in(&self, episodes: &mut Vec<Episode>, entry: Episode) {
        let (first, last) = (entry.failures[0], entry.last());
        let within = |one: &Episode| one.failures[0] <= last && one.last() >= first;
        if !episodes.iter().any(|one| within(one) && self.success(one).is_some()) {
            episodes.retain(|one| one.failures[0] < first || one.last() > last);
            episodes.push(entry);
        }
    }

    /// Returns whether so many failures are too far apart for somebody who tries again.
    fn is_patient(&self, times: &[i64]) -> bool {
        if times.len() < self.patient {
            return false;
        }
        let distances: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        statistics::median(&distances).is_some_and(|median| median > self.interval as f64)
    }

    /// Returns the distinct values of an episode, and how many failures each has.
    fn distinct(&self, episode: &Episode, of: impl Fn(&Attempt) -> Option<u32>) -> BTreeMap<u32, usize> {
        let mut values = BTreeMap::new();
        for value in episode.failures.iter().filter_map(|at| of(&self.attempts.all[*at])) {
            *values.entry(value).or_default() += 1;
        }
        values
    }

    /// Returns the success that the guessing led to: from one of its sources, within an hour,
    /// of a user that was tried, or of anybody where the source never signed in before.
    fn success(&self, episode: &Episode) -> Option<&'a Attempt> {
        let all = &self.attempts.all;
        if let Some(entry) = episode.entry {
            return Some(&all[entry]);
        }
        let (first, last) = (episode.failures[0], episode.failures[episode.failures.len() - 1]);
        let tried = self.distinct(episode, |one| one.user);
        let sources: BTreeSet<_> = episode.failures.iter().map(|at| all[*at].source).collect();
        let of_source = |source: &Option<u32>| {
            let stranger = !self.successes.any_before(*source, all[first].time, all);
            let within = self.successes.between(*source, episode.overflow, all[last].time + HOUR, all);
            let led = |at: &&usize| stranger || all[**at].user.is_some_and(|user| tried.contains_key(&user));
            within.iter().find(led).copied()
        };
        sources.iter().filter_map(of_source).min().map(|at| &all[at])
    }

    fn report(&self, episode: &Episode) -> Anomaly {
        let all = &self.attempts.all;
        let failures = episode.failures.len();
        let (start, last) = (all[episode.failures[0]].time, all[episode.failures[failures - 1]].time);
        let success = self.success(episode);
        let knows =
            |one: &Attempt| one.user.is_some_and(|user| self.successes.knows(one.source, user, start));
        let known = success.is_some_and(knows);
        let severity = match success {
            Some(one) if episode.entry.is_some() => self.after_entry(one, start),
            Some(_) if !known || episode.fast && failures >= MACHINE => Severity::High,
            Some(_) | None if failures >= self.flood => Severity::Medium,
            _ => Severity::Low,
        };
        let guessed = success.filter(|_| severity == Severity::High);
        let rows = episode.failures.iter().map(|at| all[*at].row).chain(success.map(|one| one.row));
        Anomaly {
            title: match (guessed, success) {
                (Some(_), _) => "Password guessed: a sign-in succeeded after many failures",
                (None, Some(_)) if known => "Many failed sign-ins before a success from a known source",
                (None, Some(_)) => "A sign-in after many failed ones of its source",
                (None, None) => "Passwords guessed without success",
            }
            .to_owned(),
            why: self.why(episode, success, known),
            severity,
            confidence: 1.0 - (-(failures as f64) / 5.0).exp2(),
            entity: self.entity(episode, success),
            events: report::rows(rows),
            start,
            end: success.map_or(last, |one| one.time.max(last)),
            attack: if guessed.is_some() { vec!["T1110.001", "T1078"] } else { vec!["T1110.001"] },
            numbers: self.numbers(episode, success, known),
        }
    }

    fn after_entry(&self, success: &Attempt, start: i64) -> Severity {
        let known = self.successes.any_before(success.source, start, &self.attempts.all);
        if known { Severity::Low } else { Severity::Medium }
    }

    fn numbers(
        &self,
        episode: &Episode,
        success: Option<&Attempt>,
        known: bool,
    ) -> BTreeMap<&'static str, f64> {
        let failures = episode.failures.len();
        let last = self.attempts.all[episode.failures[failures - 1]].time;
        let start = self.attempts.all[episode.failures[0]].time;
        let mut numbers = BTreeMap::from([
            ("failures", failures as f64),
            ("typo_rate", self.typo_rate),
            ("users", self.distinct(episode, |one| one.user).len() as f64),
            ("sources", self.distinct(episode, |one| one.source).len() as f64),
            ("seconds", (last - start) as f64 / SECOND as f64),
            ("success", success.is_some() as u8 as f64),
            ("score", failures as f64 * -self.typo_rate.log10()),
        ]);
        if let Some(success) = success {
            numbers.insert("source_known_to_user", known as u8 as f64);
            numbers.insert("seconds_to_success", (success.time - last).max(0) as f64 / SECOND as f64);
        }
        numbers
    }

    /// Returns whom it is about: the source that tried most, who got in or was the only
    /// target, and the host if it was one.
    fn entity(&self, episode: &Episode, success: Option<&Attempt>) -> Vec<(&'static str, String)> {
        let mut entity = Vec::new();
        let mut sources: Vec<_> = self.distinct(episode, |one| one.source).into_iter().collect();
        sources.sort_by_key(|(source, count)| (std::cmp::Reverse(*count), *source));
        let first = success.and_then(|one| one.source).or(sources.first().map(|(source, _)| *source));
        if let Some(source) = first {
            let (field, value) = self.attempts.source(source);
            entity.push((field, value.to_owned()));
        }
        let users = self.distinct(episode, |one| one.user);
        let only = users.keys().next().copied().filter(|_| users.len() == 1);
        if let Some(user) = success.and_then(|one| one.user).or(only) {
            entity.push(("user.name", self.attempts.user(user).to_owned()));
        }
        let hosts = self.distinct(episode, |one| one.host);
        if let (Some(host), 1) = (hosts.keys().next(), hosts.len()) {
            entity.push(("host.name", self.attempts.host(*host).to_owned()));
        }
        entity
    }

    fn why(&self, episode: &Episode, success: Option<&Attempt>, known: bool) -> String {
        let all = &self.attempts.all;
        let failures = episode.failures.len();
        let (start, last) = (all[episode.failures[0]].time, all[episode.failures[failures - 1]].time);
        let users = self.distinct(episode, |one| one.user);
        let whom = match users.len() {
            0 => String::new(),
            1 => format!(" for {}", self.attempts.user(*users.keys().next().expect("there is one"))),
            many => format!(" for {many} users"),
        };
        let then = match success {
            None => "; none succeeded within an hour".to_owned(),
            Some(one) => {
                let who = one.user.map_or("somebody", |user| self.attempts.user(user));
                let after = report::duration((one.time - last).max(0));
                let from = if known { ", from where this user had signed in before" } else { "" };
                format!("; then {who} signed in, {after} later{from}")
            }
        };
        format!(
            "{failures} failed sign-ins{whom} in {}{then}. At the rate at which those mistype who get in here, {:.1} %, as many failures in a row are {}.",
            report::duration(last - start),
            100.0 * self.typo_rate,
            report::chance(failures as f64 * self.typo_rate.log10()),
        )
    }
}

#[cfg(test)]
mod tests;
