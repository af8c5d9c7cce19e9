//! Spraying: one source that tries a few passwords on many users.
//!
//! The failures of a source, and the sign-ins with another's credentials (Windows 4648), in a
//! sliding window are a spray when one of these holds:
//! - wide: in 15 min at least 5 users and 15 attempts, none of more than 8 a user, 60 % of the
//!   users tried 2 to 6 times, over 5 min or more (Elastic, Okta password spray);
//! - fast: in 5 min more than 10 users and 30 attempts (Elastic, Linux password spraying);
//! - listing: in 1 min at least 6 users, no more than 2 attempts each, from a private address
//!   (inside a network nobody mistypes six names in a minute);
//! - rare: in 15 min at least 5 users, and as many are less likely than 1e-6 in a Poisson
//!   distribution of the usual number.
//!
//! The usual number is the mean of distinct users that this source failed for in the quarter
//! hours before in which it failed at all, else that of all other sources, at least 1. For a
//! source that several users share it is that of all its other quarter hours, and each of the
//! above must also be rare; a success from there makes nothing high. A public source that
//! tries names of which hardly any exists is low: every host sees that.
//! score = −log10 P(X ≥ users | Poisson(usual_users)).

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, HOUR, SECOND, Successes};
use super::parameter::parameter;
use super::window::Tally;
use super::{network, report, statistics};

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "spraying",
    about: "One source that tries a few passwords on many users",
    scope: DetectorScope::SignIns,
    needs: &["event.outcome", "user.name"],
    uses: &["source.ip", "source.address", "host.name", "event.action", "user.effective.name"],
    least_events: 5,
    attack: &["T1110.003"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 6] = [
    parameter("users", "users in 15 minutes", 5.0, 2.0, 10_000.0),
    parameter("attempts", "attempts in 15 minutes", 15.0, 2.0, 100_000.0),
    parameter("fast-users", "users in 5 minutes, to be exceeded", 10.0, 2.0, 10_000.0),
    parameter("fast-attempts", "attempts in 5 minutes", 30.0, 2.0, 100_000.0),
    parameter("listed-users", "users in a minute from a private address", 6.0, 3.0, 10_000.0),
    parameter("rarity", "powers of ten by which the number of users is unlikely", 6.0, 2.0, 30.0),
];

/// Users who exist, below which a public source only tries a dictionary.
const FEW: usize = 3;
const MINUTE: i64 = 60 * SECOND;
const QUARTER: i64 = 15 * MINUTE;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let mut attempts = Attempts::read(events);
    attempts.aim_at_others(events);
    let sprays = Sprays::new(&attempts, parameters);
    let mut taken = vec![false; attempts.all.len()];
    let mut found = Vec::new();
    for (source, list) in &sprays.by_source {
        for spray in sprays.find(list, Some(*source)) {
            spray.tries.iter().for_each(|at| taken[*at] = true);
            found.push(sprays.report(&spray, None));
        }
    }
    for (network, list) in sprays.by_network(|at| !taken[at]) {
        for spray in sprays.find(&list, None) {
            if sprays.count(&spray.tries, |one| one.source).len() > 1 {
                found.push(sprays.report(&spray, Some(&network)));
            }
        }
    }
    report::ordered(found)
}

/// What a window looked like when it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Rare,
    Listing,
    Wide,
    Fast,
}

struct Spray {
    tries: Vec<usize>,
    kind: Kind,
    /// The most users in a quarter of an hour, and how many are usual.
    peak: usize,
    usual: f64,
}

struct Sprays<'a> {
    attempts: &'a Attempts,
    successes: Successes,
    by_source: BTreeMap<u32, Vec<usize>>,
    /// Sum and number of the quarter hours' distinct users, over all sources.
    everywhere: (usize, usize),
    users: usize,
    tries: usize,
    fast_users: usize,
    fast_tries: usize,
    listed: usize,
    rarity: f64,
}

impl<'a> Sprays<'a> {
    fn new(attempts: &'a Attempts, parameters: &Parameters<'_>) -> Sprays<'a> {
        let number = |name: &str| parameters.get(name) as usize;
        let successes = attempts.successes();
        let mut by_source: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, one) in attempts.all.iter().enumerate().filter(|(_, one)| one.failed) {
            let (Some(source), Some(user)) = (one.source, one.user) else { continue };
            if !(one.typo && successes.knows(one.source, user, one.time)) {
                by_source.entry(source).or_default().push(at);
            }
        }
        let mut sprays = Sprays {
            attempts,
            successes,
            by_source,
            everywhere: (0, 0),
            users: number("users"),
            tries: number("attempts"),
            fast_users: number("fast-users"),
            fast_tries: number("fast-attempts"),
            listed: number("listed-users"),
            rarity: parameters.get("rarity"),
        };
        let quarters: Vec<_> = sprays.by_source.values().flat_map(|list| sprays.quarters(list)).collect();
        sprays.everywhere = (quarters.iter().map(|(_, users)| users).sum(), quarters.len());
        sprays
    }

    fn one(&self, at: usize) -> &'a Attempt {
        &self.attempts.all[at]
    }

    /// Returns the quarter hours in which a list has attempts, with their distinct users.
    fn quarters(&self, list: &[usize]) -> Vec<(i64, usize)> {
        let quarter = |at: &usize| self.one(*at).time.div_euclid(QUARTER);
        let users =
            |chunk: &[usize]| chunk.iter().map(|at| self.one(*at).user).collect::<BTreeSet<_>>().len();
        list.chunk_by(|a, b| quarter(a) == quarter(b))
            .map(|chunk| (quarter(&chunk[0]), users(chunk)))
            .collect()
    }

    /// Returns what the usual number of users is at a time: that of the list itself before,
    /// when it has five quarter hours or more, else that of all others. `sums` has the quarter
    /// hours with the users up to and with each.
    fn usual(&self, sums: &[(i64, usize)], time: i64, shared: bool) -> f64 {
        if shared {
            let own = sums.last().map_or(0, |(_, sum)| *sum);
            return (own as f64 / sums.len().max(1) as f64).max(1.0);
        }
        let before = sums.partition_point(|(quarter, _)| *quarter < (time - QUARTER).div_euclid(QUARTER));
        let own = sums.last().map_or(0, |(_, sum)| *sum);
        let (sum, number) = match before {
            5.. => (sums[before - 1].1, before),
            _ => (self.everywhere.0.saturating_sub(own), self.everywhere.1.saturating_sub(sums.len())),
        };
        (sum as f64 / number.max(1) as f64).max(1.0)
    }

    /// Returns the attempts without those of a spray, by network.
    fn by_network(&self, free: impl Fn(usize) -> bool) -> BTreeMap<String, Vec<usize>> {
        let mut networks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (source, list) in &self.by_source {
            let Some(network) = network::network(self.attempts.source(*source).1, 24, 64) else { continue };
            networks.entry(network).or_default().extend(list.iter().copied().filter(|at| free(*at)));
        }
        networks.values_mut().for_each(|list| list.sort_unstable());
        networks
    }

    /// Returns the sprays in a list of attempts: of a source, or of a network.
    fn find(&self, list: &[usize], source: Option<u32>) -> Vec<Spray> {
        let mut sums = self.quarters(list);
        (1..sums.len()).for_each(|at| sums[at].1 += sums[at - 1].1);
        let shared = self.successes.is_shared(source);
        let inside = source.is_some_and(|source| network::is_private(self.attempts.source(source).1));
        let mut windows = [MINUTE, 5 * MINUTE, QUARTER].map(Sliding::new);
        let mut sprays: Vec<(usize, usize, Spray)> = Vec::new();
        for nth in 0..list.len() {
            windows.iter_mut().for_each(|window| window.advance(nth, |nth| self.one(list[nth])));
            let usual = || self.usual(&sums, self.one(list[nth]).time, shared);
            let Some(kind) = self.kind(&windows, list, nth, inside, source.is_some().then_some(&usual))
            else {
                continue;
            };
            if shared && !self.is_rare(windows[2].users.distinct(), usual()) {
                continue;
            }
            let (first, peak) = (windows[2].first, windows[2].users.distinct());
            let near = |last: usize| self.one(list[first]).time - self.one(list[last]).time <= HOUR;
            match sprays.last_mut().filter(|(_, last, _)| near(*last)) {
                Some((_, last, spray)) => {
                    *last = nth;
                    spray.kind = spray.kind.max(kind);
                    spray.peak = spray.peak.max(peak);
                }
                None => sprays.push((first, nth, Spray { tries: Vec::new(), kind, peak, usual: usual() })),
            }
        }
        let whole = |(first, last, spray): (usize, usize, Spray)| Spray {
            tries: list[first..=last].to_vec(),
            ..spray
        };
        sprays.into_iter().map(whole).collect()
    }

    fn kind(
        &self,
        windows: &[Sliding; 3],
        list: &[usize],
        nth: usize,
        inside: bool,
        usual: Option<&dyn Fn() -> f64>,
    ) -> Option<Kind> {
        let [minute, five, quarter] = windows.each_ref().map(|window| &window.users);
        let span = self.one(list[nth]).time - self.one(list[windows[2].first]).time;
        if five.distinct() > self.fast_users && five.total() >= self.fast_tries {
            return Some(Kind::Fast);
        }
        let wide = quarter.distinct() >= self.users && quarter.total() >= self.tries && quarter.most() <= 8;
        if wide && quarter.share(2, 6) >= 0.6 && span >= 5 * MINUTE {
            return Some(Kind::Wide);
        }
        if inside && minute.distinct() >= self.listed && minute.most() <= 2 {
            return Some(Kind::Listing);
        }
        let users = quarter.distinct();
        let rare = |usual: &dyn Fn() -> f64| self.is_rare(users, usual());
        (users >= self.users && usual.is_some_and(rare)).then_some(Kind::Rare)
    }

    fn is_rare(&self, users: usize, usual: f64) -> bool {
        -statistics::poisson_tail_log10(users as u64, usual) > self.rarity
    }

    fn count(&self, tries: &[usize], of: impl Fn(&Attempt) -> Option<u32>) -> BTreeMap<u32, usize> {
        let mut counts = BTreeMap::new();
        for value in tries.iter().filter_map(|at| of(self.one(*at))) {
            *counts.entry(value).or_default() += 1;
        }
        counts
    }

    /// Returns the success that the spray led to: from one of its sources, up to an hour after
    /// it, of a user who was tried and had never come from there, or of anybody where nobody
    /// had.
    fn success(&self, tries: &[usize]) -> Option<&'a Attempt> {
        let all = &self.attempts.all;
        let (start, end) = (self.one(tries[0]).time, self.one(tries[tries.len() - 1]).time);
        let users = self.count(tries, |one| one.user);
        let led = |one: &&Attempt| {
            let tried = one.user.is_some_and(|user| {
                users.contains_key(&user) && !self.successes.knows(one.source, user, start)
            });
            tried || !self.successes.any_before(one.source, start, all)
        };
        let sources = self.count(tries, |one| one.source).into_keys();
        let of_source = |source| {
            self.successes.between(Some(source), start, end + HOUR, all).iter().map(|at| &all[*at]).find(led)
        };
        sources.filter_map(of_source).min_by_key(|one| (one.time, one.row))
    }

    fn report(&self, spray: &Spray, network: Option<&str>) -> Anomaly {
        let tries = &spray.tries;
        let (start, end) = (self.one(tries[0]).time, self.one(tries[tries.len() - 1]).time);
        let users = self.count(tries, |one| one.user);
        let existing = users.keys().filter(|user| self.successes.has_user(**user)).count();
        let success = self.success(tries);
        let severity = match (success, spray.kind) {
            (Some(one), _) if !self.successes.is_shared(one.source) => Severity::High,
            (_, Kind::Rare) if 2 * existing < users.len() => Severity::Low,
            _ if existing < FEW && self.successes.users() >= FEW && self.is_public(tries) => Severity::Low,
            _ => Severity::Medium,
        };
        let score = -statistics::poisson_tail_log10(spray.peak as u64, spray.usual);
        let numbers = BTreeMap::from([
            ("users", users.len() as f64),
            ("existing_users", existing as f64),
            ("attempts", tries.len() as f64),
            ("most_attempts_per_user", users.values().copied().max().unwrap_or(0) as f64),
            ("seconds", (end - start) as f64 / SECOND as f64),
            ("peak_users", spray.peak as f64),
            ("usual_users", spray.usual),
            ("success", success.is_some() as u8 as f64),
            ("score", score),
        ]);
        Anomaly {
            title: match success {
                Some(_) => "Passwords sprayed over many users, and one signed in",
                None => "Passwords sprayed over many users",
            }
            .to_owned(),
            why: self.why(spray, &users, success, network),
            severity,
            confidence: 1.0 - (-(users.len() as f64) / 5.0).exp2(),
            entity: self.entity(tries, success),
            events: report::rows(tries.iter().map(|at| self.one(*at).row).chain(success.map(|one| one.row))),
            start,
            end: success.map_or(end, |one| one.time.max(end)),
            attack: if success.is_some() { vec!["T1110.003", "T1078"] } else { vec!["T1110.003"] },
            numbers,
        }
    }

    fn is_public(&self, tries: &[usize]) -> bool {
        let mut sources = self.count(tries, |one| one.source).into_keys();
        sources.all(|source| !network::is_private(self.attempts.source(source).1))
    }

    fn entity(&self, tries: &[usize], success: Option<&Attempt>) -> Vec<(&'static str, String)> {
        let mut sources: Vec<_> = self.count(tries, |one| one.source).into_iter().collect();
        sources.sort_by_key(|(source, count)| (std::cmp::Reverse(*count), *source));
        let source = |(source, _): &(u32, usize)| {
            let (field, value) = self.attempts.source(*source);
            (field, value.to_owned())
        };
        let mut entity: Vec<_> = sources.iter().take(5).map(source).collect();
        entity.extend(
            success.and_then(|one| one.user).map(|user| ("user.name", self.attempts.user(user).to_owned())),
        );
        let hosts = self.count(tries, |one| one.host);
        if let (Some(host), 1) = (hosts.keys().next(), hosts.len()) {
            entity.push(("host.name", self.attempts.host(*host).to_owned()));
        }
        entity
    }

    fn why(
        &self,
        spray: &Spray,
        users: &BTreeMap<u32, usize>,
        success: Option<&Attempt>,
        network: Option<&str>,
    ) -> String {
        let tries = &spray.tries;
        let from = network.map_or("One source".to_owned(), |network| format!("Addresses of {network}"));
        let then = match success.map(|one| one.user.map_or("somebody", |user| self.attempts.user(user))) {
            Some(user) => format!(" {user} signed in from there."),
            None => String::new(),
        };
        format!(
            "{from} tried {} {} times in {}, no user more than {}. Up to {} in a quarter of an hour, where {:.1} are usual, are {}.{then}",
            report::count(users.len(), "user"),
            tries.len(),
            report::duration(self.one(tries[tries.len() - 1]).time - self.one(tries[0]).time),
            report::count(users.values().copied().max().unwrap_or(0), "time"),
            spray.peak,
            spray.usual,
            report::chance(statistics::poisson_tail_log10(spray.peak as u64, spray.usual)),
        )
    }
}

/// The users of the attempts in a span of time that ends at the latest one.
struct Sliding {
    length: i64,
    first: usize,
    users: Tally,
}

impl Sliding {
    fn new(length: i64) -> Sliding {
        Sliding { length, first: 0, users: Tally::default() }
    }

    fn advance<'a>(&mut self, nth: usize, one: impl Fn(usize) -> &'a Attempt) {
        self.users.add(one(nth).user.expect("attempts of a spray name users"));
        while one(nth).time - one(self.first).time > self.length {
            self.users.remove(one(self.first).user.expect("attempts of a spray name users"));
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests;
