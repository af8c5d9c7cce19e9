//! Rare pair: a user signs in to a host where neither that user nor similar ones ever were.
//!
//! P(host | peers) = (Σ_v s_v · n_vh / n_v + P(host)) / (Σ_v s_v + 1): the share of the host
//! in the sign-ins of other users v, weighted by how alike their hosts are (the Jaccard index
//! squared: unsquared, users of all hosts count as peers of those of some), backed off to the host's share of all sign-ins. P(host | user) = P(host | peers) / (n_user + 1),
//! one pseudo-count (after Siadati & Memon, CCS 2017). Flagged when P(host | user) < 1e-4 and
//! P(host | peers) < 1e-3, for a user with 50 sign-ins or more, on a host that others have
//! used for a day or longer: a new host is rare for all.
//! score = −log10 P(host | user) = log10((user_signins + 1) / peer_share). Never high.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, DAY};
use super::parameter::parameter;
use super::report;

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "rare-pair",
    about: "A sign-in to a host that neither the user nor similar users ever use",
    scope: DetectorScope::SignIns,
    needs: &["user.name", "host.name", "event.outcome"],
    uses: &["source.ip", "source.address", "event.action"],
    least_events: 50,
    attack: &["T1021", "T1078"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 4] = [
    parameter("signins", "sign-ins after which a user is known", 50.0, 5.0, 100_000.0),
    parameter("user-share", "chance of the host for the user, below which it is rare", 1e-4, 1e-9, 0.1),
    parameter("peer-share", "chance of the host for similar users, below which it is rare", 1e-3, 1e-9, 0.5),
    parameter("medium-score", "powers of ten by which it is unlikely that are medium", 5.3, 1.0, 20.0),
];

/// How many users of the same hosts are compared at most; a host that more use is not rare.
const PEERS: usize = 200;
/// How many of a user's hosts tell who is alike.
const HOSTS: usize = 50;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let attempts = Attempts::read(events);
    let mut access = Access::default();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut open: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for one in attempts.all.iter().filter(|one| !one.failed) {
        let (Some(user), Some(host)) = (one.user, one.host) else { continue };
        if let Some(pair) =
            open.get(&(user, host)).map(|at| &mut pairs[*at]).filter(|pair| one.time - pair.start <= DAY)
        {
            (pair.end, _) = (one.time, pair.signins.push(*one));
        } else if let Some(chances) = access.chances(user, host, one.time, parameters) {
            open.insert((user, host), pairs.len());
            pairs.push(Pair { user, host, start: one.time, end: one.time, signins: vec![*one], chances });
        }
        access.add(user, host, one.time);
    }
    report::ordered(pairs.iter().map(|pair| pair.report(&attempts, parameters)).collect())
}

/// Who signed in where, and how often.
#[derive(Default)]
struct Access {
    hosts_of: BTreeMap<u32, BTreeMap<u32, usize>>,
    users_of: BTreeMap<u32, BTreeMap<u32, usize>>,
    totals: BTreeMap<u32, usize>,
    first: BTreeMap<u32, i64>,
    all: usize,
}

#[derive(Clone, Copy)]
struct Chances {
    signins: usize,
    peers: f64,
    host_users: usize,
}

impl Access {
    fn add(&mut self, user: u32, host: u32, time: i64) {
        *self.hosts_of.entry(user).or_default().entry(host).or_default() += 1;
        *self.users_of.entry(host).or_default().entry(user).or_default() += 1;
        *self.totals.entry(user).or_default() += 1;
        self.first.entry(host).or_insert(time);
        self.all += 1;
    }

    /// Returns how likely a pair is, if it is new and rare.
    fn chances(&self, user: u32, host: u32, time: i64, parameters: &Parameters<'_>) -> Option<Chances> {
        let (signins, own) = (*self.totals.get(&user)?, self.hosts_of.get(&user)?);
        let known = self.first.get(&host).is_some_and(|first| time - first >= DAY);
        if own.contains_key(&host) || !known || (signins as f64) < parameters.get("signins") {
            return None;
        }
        let users = self.users_of.get(&host).filter(|users| users.len() <= PEERS)?;
        let share = |other: u32, count: usize| count as f64 / self.totals[&other] as f64;
        let alike = |other: u32| self.alike(own, other, host);
        let weighted: f64 = users.iter().map(|(other, count)| alike(*other) * share(*other, *count)).sum();
        let peers: BTreeSet<u32> =
            own.keys().take(HOSTS).flat_map(|host| self.users_of[host].keys().take(PEERS)).copied().collect();
        let weights: f64 = peers.iter().filter(|other| **other != user).map(|other| alike(*other)).sum();
        let of_all = users.values().sum::<usize>() as f64 / self.all as f64;
        let peers = (weighted + of_all) / (weights + 1.0);
        let rare = peers / (signins as f64 + 1.0) < parameters.get("user-share")
            && peers < parameters.get("peer-share");
        rare.then_some(Chances { signins, peers, host_users: users.len() })
    }

    /// Returns how alike the hosts of two users are, from 0 to 1, but for one host.
    fn alike(&self, own: &BTreeMap<u32, usize>, other: u32, but: u32) -> f64 {
        let other = &self.hosts_of[&other];
        let both = own.keys().filter(|host| other.contains_key(host)).count();
        let either = own.len() + other.len() - both - other.contains_key(&but) as usize;
        (both as f64 / either.max(1) as f64).powi(2)
    }
}

struct Pair {
    user: u32,
    host: u32,
    start: i64,
    end: i64,
    signins: Vec<Attempt>,
    chances: Chances,
}

impl Pair {
    fn report(&self, attempts: &Attempts, parameters: &Parameters<'_>) -> Anomaly {
        let Chances { signins, peers, host_users } = self.chances;
        let score = ((signins as f64 + 1.0) / peers).log10();
        let (user, host) = (attempts.user(self.user), attempts.host(self.host));
        let mut entity = vec![("user.name", user.to_owned()), ("host.name", host.to_owned())];
        entity.extend(self.signins[0].source.map(|source| {
            let (field, value) = attempts.source(source);
            (field, value.to_owned())
        }));
        Anomaly {
            title: "Sign-in to a host that this user and similar users do not use".to_owned(),
            why: format!(
                "{user} signed in to {host} {} and never before in {}; {} used it until then, and similar users only for {} of their sign-ins. For this user that is {}.",
                report::count(self.signins.len(), "time"),
                report::count(signins, "sign-in"),
                report::count(host_users, "user"),
                report::chance(peers.log10()),
                report::chance(-score),
            ),
            severity: if score >= parameters.get("medium-score") { Severity::Medium } else { Severity::Low },
            confidence: (score / (score + 5.0)).clamp(0.0, 1.0),
            entity,
            events: report::rows(self.signins.iter().map(|one| one.row)),
            start: self.start,
            end: self.end,
            attack: vec!["T1021", "T1078"],
            numbers: BTreeMap::from([
                ("user_signins", signins as f64),
                ("peer_share", peers),
                ("host_users", host_users as f64),
                ("signins", self.signins.len() as f64),
                ("score", score),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, found};
    use super::*;

    /// Returns sign-ins of developers to `web` and of an administrator to `web` and `vault`.
    fn rows(own: i64, vault: i64) -> Vec<Row> {
        let mut rows: Vec<Row> =
            (0..own).map(|at| Row::success(at * 3600, "ann", "192.0.2.1").at("web")).collect();
        for user in ["bob", "eve", "joe", "kim"] {
            rows.extend((0..400).map(|at| Row::success(at * 900, user, "192.0.2.2").at("web")));
        }
        rows.extend((0..vault).map(|at| Row::success(at * 600, "kim", "192.0.2.3").at("vault")));
        rows.push(Row::success(400 * 3600, "ann", "192.0.2.1").at("vault"));
        rows
    }

    #[test]
    fn a_host_that_only_one_other_used_once_is_rare() {
        let found = found(&DETECTOR, &rows(100, 1));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].entity[..2],
            [("user.name", "ann".to_owned()), ("host.name", "vault".to_owned())]
        );
        assert!(found[0].severity < Severity::High);
    }

    #[test]
    fn a_host_that_similar_users_use_is_not_rare() {
        assert_eq!(found(&DETECTOR, &rows(100, 40)), []);
    }

    #[test]
    fn a_user_of_less_than_fifty_signins_is_unknown() {
        assert_eq!(found(&DETECTOR, &rows(49, 1)), []);
        assert_eq!(found(&DETECTOR, &rows(50, 1)).len(), 1);
    }

    #[test]
    fn a_new_host_is_rare_for_nobody() {
        assert_eq!(found(&DETECTOR, &rows(100, 0)), []);
    }
}
