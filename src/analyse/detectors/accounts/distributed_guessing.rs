//! Distributed guessing: one user tried from many sources, or many users from many.
//!
//! One user: in 1 h at least 5 sources and 10 attempts, and these are spread: 2 countries, 3
//! networks (AS, else /16), 8 sources or 3 agents (Elastic, Okta multi-source brute force).
//! Many users: in 15 min at least 5 sources, 8 users (and no fewer than sources) and 25
//! attempts, none of more than 5 a user (Okta multi-source spray, Entra). Where that goes on
//! all day it is the noise of the internet: low below a score of 6, not told below 3.
//!
//! score = −log10 P(X ≥ sources | Poisson(usual_sources)): usual_sources is the mean of
//! distinct sources per window over the whole log without this episode's worst, at least 0.1.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, HOUR, SECOND, Successes, rank};
use super::parameter::parameter;
use super::window::Tally;
use super::{network, report, statistics};

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "distributed-guessing",
    about: "Guessing that many sources share, so that none of them stands out",
    scope: DetectorScope::SignIns,
    needs: &["event.outcome", "user.name"],
    uses: &[
        "source.ip",
        "source.address",
        "source.geo.country_iso_code",
        "source.as.number",
        "user_agent.original",
        "event.action",
        "host.name",
    ],
    least_events: 10,
    attack: &["T1110"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 7] = [
    parameter("sources", "sources that try one user in an hour", 5.0, 2.0, 10_000.0),
    parameter("attempts", "attempts at one user in an hour", 10.0, 2.0, 100_000.0),
    parameter("many-sources", "sources that need no other spread", 8.0, 2.0, 10_000.0),
    parameter("many-users", "users that are tried by many sources in 15 minutes", 8.0, 2.0, 10_000.0),
    parameter("many-attempts", "attempts at many users in 15 minutes", 25.0, 2.0, 100_000.0),
    parameter("per-user", "attempts at each of many users at most", 5.0, 1.0, 1000.0),
    parameter("rarity", "powers of ten by which the number of sources is unlikely", 6.0, 2.0, 30.0),
];

/// Powers of ten below which the number of sources is no news.
const TOLD: f64 = 3.0;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let attempts = Attempts::read(events);
    let guessing = Guessing::new(&attempts, events, parameters);
    let mut by_user: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut everyone = Vec::new();
    for (at, one) in attempts.all.iter().enumerate() {
        let (Some(user), true, true) = (one.user, one.failed, one.source.is_some()) else { continue };
        if !(one.typo && guessing.successes.knows(one.source, user, one.time)) {
            by_user.entry(user).or_default().push(at);
            everyone.push(at);
        }
    }
    let mut found = Vec::new();
    let mut taken = vec![false; attempts.all.len()];
    for list in by_user.values() {
        for episode in guessing.find(list, Aim::One) {
            episode.tries.iter().for_each(|at| taken[*at] = true);
            found.push(guessing.report(&episode));
        }
    }
    everyone.retain(|at| !taken[*at]);
    found.extend(guessing.find(&everyone, Aim::Many).iter().map(|episode| guessing.report(episode)));
    found.retain(|one| one.severity == Severity::High || one.numbers["score"] >= TOLD);
    report::ordered(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    One,
    Many,
}

impl Aim {
    fn window(self) -> i64 {
        match self {
            Aim::One => HOUR,
            Aim::Many => HOUR / 4,
        }
    }
}

struct Episode {
    aim: Aim,
    tries: Vec<usize>,
    peak: usize,
    usual: f64,
}

struct Guessing<'a> {
    attempts: &'a Attempts,
    successes: Successes,
    /// By row: the country, the network and the agent.
    spread: [Vec<Option<u32>>; 3],
    span: i64,
    parameters: &'a Parameters<'a>,
}

impl<'a> Guessing<'a> {
    fn new(attempts: &'a Attempts, events: &Events, parameters: &'a Parameters<'a>) -> Guessing<'a> {
        let text = |_, value: &str| Some(value.to_owned());
        let network = |field, value: &str| match field {
            "source.ip" => network::network(value, 16, 32),
            _ => Some(value.to_owned()),
        };
        let spread = [
            rank(events, &["source.geo.country_iso_code"], text).1,
            rank(events, &["source.as.number", "source.ip"], network).1,
            rank(events, &["user_agent.original"], text).1,
        ];
        let span = attempts.all.last().map_or(0, |last| last.time - attempts.all[0].time);
        Guessing { attempts, successes: attempts.successes(), spread, span, parameters }
    }

    fn one(&self, at: usize) -> &'a Attempt {
        &self.attempts.all[at]
    }

    fn at_least(&self, name: &str, number: usize) -> bool {
        number as f64 >= self.parameters.get(name)
    }

    /// Returns the episodes in which a window over these failures is as described above.
    fn find(&self, list: &[usize], aim: Aim) -> Vec<Episode> {
        let mut window = Sliding::default();
        let mut ranges: Vec<(usize, usize, usize)> = Vec::new();
        for nth in 0..list.len() {
            window.add(self, list[nth]);
            while self.one(list[nth]).time - self.one(list[window.first]).time > aim.window() {
                window.remove(self, list[window.first]);
            }
            if !self.is_guessing(&window, aim) {
                continue;
            }
            let (first, sources) = (window.first, window.sources.distinct());
            let near = |last: usize| self.one(list[first]).time - self.one(list[last]).time <= HOUR;
            match ranges.last_mut().filter(|(_, last, _)| near(*last)) {
                Some((_, last, peak)) => (*last, *peak) = (nth, sources.max(*peak)),
                None => ranges.push((first, nth, sources)),
            }
        }
        if ranges.is_empty() {
            return Vec::new();
        }
        let (pairs, windows) = self.usual(list, aim);
        let episode = |(first, last, peak): (usize, usize, usize)| {
            let usual = (pairs.saturating_sub(peak) as f64 / (windows - 1).max(1) as f64).max(0.1);
            Episode { aim, tries: list[first..=last].to_vec(), peak, usual }
        };
        ranges.into_iter().map(episode).collect()
    }

    fn is_guessing(&self, window: &Sliding, aim: Aim) -> bool {
        let sources = window.sources.distinct();
        let [countries, networks, agents] = window.spread.each_ref().map(Tally::distinct);
        let attempts = window.sources.total();
        if !self.at_least("sources", sources) {
            return false;
        }
        match aim {
            Aim::One => {
                let spread = countries >= 2 || networks >= 3 || agents >= 3;
                self.at_least("attempts", attempts) && (spread || self.at_least("many-sources", sources))
            }
            Aim::Many => {
                let users = window.users.distinct();
                let few_each = window.users.most() as f64 <= self.parameters.get("per-user");
                let many = self.at_least("many-users", users) && users >= sources;
                many && few_each && self.at_least("many-attempts", attempts)
            }
        }
    }

    /// Returns in how many windows of the log, one after the other, each source tried, summed
    /// over the sources, and how many windows there are.
    fn usual(&self, list: &[usize], aim: Aim) -> (usize, usize) {
        let window = |at: &usize| self.one(*at).time.div_euclid(aim.window());
        let pairs: BTreeSet<_> = list.iter().map(|at| (window(at), self.one(*at).source)).collect();
        (pairs.len(), (self.span / aim.window()) as usize + 1)
    }

    fn count(&self, tries: &[usize], of: impl Fn(&Attempt) -> Option<u32>) -> Vec<(u32, usize)> {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for value in tries.iter().filter_map(|at| of(self.one(*at))) {
            *counts.entry(value).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
        counts
    }

    /// Returns the first success of a user who was tried, from a source that had tried that
    /// user in the episode and from which the user had never come.
    fn success(&self, tries: &[usize]) -> Option<&'a Attempt> {
        let all = &self.attempts.all;
        let (start, end) = (self.one(tries[0]).time, self.one(tries[tries.len() - 1]).time);
        let pairs: BTreeSet<_> = tries.iter().map(|at| (self.one(*at).source, self.one(*at).user)).collect();
        let led = |one: &&Attempt| {
            let known = one.user.is_some_and(|user| self.successes.knows(one.source, user, start));
            pairs.contains(&(one.source, one.user)) && !known
        };
        let sources: BTreeSet<_> = pairs.iter().map(|(source, _)| *source).collect();
        let of_source = |source| {
            self.successes.between(source, start, end + HOUR, all).iter().map(|at| &all[*at]).find(led)
        };
        sources.into_iter().filter_map(of_source).min_by_key(|one| (one.time, one.row))
    }

    fn report(&self, episode: &Episode) -> Anomaly {
        let tries = &episode.tries;
        let (start, end) = (self.one(tries[0]).time, self.one(tries[tries.len() - 1]).time);
        let success = self.success(tries);
        let score = -statistics::poisson_tail_log10(episode.peak as u64, episode.usual);
        let severity = match success {
            Some(_) => Severity::High,
            None if score >= self.parameters.get("rarity") => Severity::Medium,
            None => Severity::Low,
        };
        let (sources, users) = (self.count(tries, |one| one.source), self.count(tries, |one| one.user));
        let numbers = BTreeMap::from([
            ("sources", sources.len() as f64),
            ("users", users.len() as f64),
            ("attempts", tries.len() as f64),
            ("seconds", (end - start) as f64 / SECOND as f64),
            ("peak_sources", episode.peak as f64),
            ("usual_sources", episode.usual),
            ("success", success.is_some() as u8 as f64),
            ("score", score),
        ]);
        let technique = if episode.aim == Aim::One { "T1110.001" } else { "T1110.003" };
        let mut attack = vec!["T1110", technique];
        attack.extend(success.map(|_| "T1078"));
        Anomaly {
            title: match (episode.aim, success) {
                (_, Some(_)) => "Password guessed by many sources together",
                (Aim::One, None) => "Many sources guess the password of one user",
                (Aim::Many, None) => "Many sources try many users together",
            }
            .to_owned(),
            why: self.why(episode, &sources, &users, success),
            severity,
            confidence: (score / (score + 6.0)).clamp(0.0, 1.0),
            entity: self.entity(&sources, &users, success),
            events: report::rows(tries.iter().map(|at| self.one(*at).row).chain(success.map(|one| one.row))),
            start,
            end: success.map_or(end, |one| one.time.max(end)),
            attack,
            numbers,
        }
    }

    fn entity(
        &self,
        sources: &[(u32, usize)],
        users: &[(u32, usize)],
        success: Option<&Attempt>,
    ) -> Vec<(&'static str, String)> {
        let first = success.and_then(|one| one.user);
        let others = users.iter().map(|(user, _)| *user).filter(|user| Some(*user) != first);
        let users = first.into_iter().chain(others).take(5);
        let mut entity: Vec<_> =
            users.map(|user| ("user.name", self.attempts.user(user).to_owned())).collect();
        let first = success.and_then(|one| one.source);
        let others = sources.iter().map(|(source, _)| *source).filter(|source| Some(*source) != first);
        entity.extend(first.into_iter().chain(others).take(5).map(|source| {
            let (field, value) = self.attempts.source(source);
            (field, value.to_owned())
        }));
        entity
    }

    fn why(
        &self,
        episode: &Episode,
        sources: &[(u32, usize)],
        users: &[(u32, usize)],
        success: Option<&Attempt>,
    ) -> String {
        let tries = &episode.tries;
        let whom = match users {
            [(user, _)] => self.attempts.user(*user).to_owned(),
            many => report::count(many.len(), "user"),
        };
        let then = success.map_or(String::new(), |one| {
            let user = one.user.map_or("somebody", |user| self.attempts.user(user));
            let source = one.source.map_or("one of them", |source| self.attempts.source(source).1);
            format!(" {user} then signed in from {source}, which had failed before.")
        });
        let score = statistics::poisson_tail_log10(episode.peak as u64, episode.usual);
        format!(
            "{} failed to sign in as {whom} {} times in {}. Up to {} in {}, where {:.1} are usual, are {}.{then}",
            report::count(sources.len(), "source"),
            tries.len(),
            report::duration(self.one(tries[tries.len() - 1]).time - self.one(tries[0]).time),
            episode.peak,
            report::duration(episode.aim.window()),
            episode.usual,
            report::chance(score),
        )
    }
}

/// What stands in the window that ends at the latest failure.
#[derive(Default)]
struct Sliding {
    first: usize,
    sources: Tally,
    users: Tally,
    spread: [Tally; 3],
}

impl Sliding {
    fn add(&mut self, guessing: &Guessing<'_>, at: usize) {
        let one = guessing.one(at);
        one.source.into_iter().for_each(|source| self.sources.add(source));
        one.user.into_iter().for_each(|user| self.users.add(user));
        for (tally, values) in self.spread.iter_mut().zip(&guessing.spread) {
            values[one.row as usize].into_iter().for_each(|value| tally.add(value));
        }
    }

    fn remove(&mut self, guessing: &Guessing<'_>, at: usize) {
        let one = guessing.one(at);
        one.source.into_iter().for_each(|source| self.sources.remove(source));
        one.user.into_iter().for_each(|user| self.users.remove(user));
        for (tally, values) in self.spread.iter_mut().zip(&guessing.spread) {
            values[one.row as usize].into_iter().for_each(|value| tally.remove(value));
        }
        self.first += 1;
    }
}

#[cfg(test)]
mod tests;
