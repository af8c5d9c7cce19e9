//! Credential switch: from a host where one user is signed in, another signs in elsewhere.
//!
//! A sign-in of y to host B from host A is a switch when y has no session of their own on A
//! (none began there within 12 h), never went from A to B in the last 30 days, and somebody
//! else has (one began within 2 h): Hopper's credential switching (Ho et al., USENIX Security
//! 2021). Who of several it was nobody can tell, so each user x weighs exp(−minutes since x
//! signed in / 10).
//!
//! score = origin_novelty / ((1 + edges_from_host) · (1 + own_sessions)): edges_from_host
//! counts y's earlier sign-ins from A, own_sessions those to A at any time (who is often there
//! has a session that nobody wrote down), origin_novelty is the weighted mean of 1 / (1 +
//! sign-ins of x to B). Told from 0.05 on, medium from 0.4 on, high when three hosts are
//! reached so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, DAY, HOUR, SECOND, known};
use super::parameter::parameter;
use super::report;

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "credential-switch",
    about: "A sign-in from a host with a user who has no session there, while another has",
    scope: DetectorScope::SignIns,
    needs: &["user.name", "host.name", "event.outcome"],
    uses: &["source.ip", "source.address", "host.ip", "event.action"],
    least_events: 2,
    attack: &["T1021", "T1078"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 4] = [
    parameter("session", "hours for which a session may explain a sign-in", 12.0, 1.0, 168.0),
    parameter("origin", "hours within which somebody else must have come", 2.0, 0.1, 24.0),
    parameter("memory", "days after which a path is forgotten", 30.0, 1.0, 365.0),
    parameter("hosts", "hosts reached so within an episode that are high", 3.0, 2.0, 100.0),
];

/// Switches closer than this, over common hosts or users, are one episode.
const EPISODE: i64 = 2 * HOUR;
/// How many who came to a host are looked at.
const RECENT: usize = 500;
const TOLD: f64 = 0.05;
const MEDIUM: f64 = 0.4;

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let attempts = Attempts::read(events);
    let hosts = addresses(&attempts, events);
    let mut paths = Paths::default();
    let mut switches = Vec::new();
    for one in attempts.all.iter().filter(|one| !one.failed) {
        *paths.sessions.entry((one.user, one.host)).or_default() += 1;
    }
    for one in attempts.all.iter().filter(|one| !one.failed) {
        let (Some(user), Some(host)) = (one.user, one.host) else { continue };
        let from = one.source.and_then(|source| hosts.get(attempts.source(source).1).copied());
        if let Some(from) = from.filter(|from| *from != host) {
            switches.extend(paths.switch(*one, user, from, host, parameters));
            paths.go(user, from, host, one.time);
        }
        paths.arrive(*one, user, host);
    }
    let told = episodes(switches).into_iter().map(|episode| tell(&episode, &attempts, parameters)).collect();
    report::ordered(told)
}

/// Returns the host of each name and address that a host is known by.
fn addresses(attempts: &Attempts, events: &Events) -> HashMap<String, u32> {
    let mut hosts = HashMap::new();
    for one in &attempts.all {
        let Some(host) = one.host else { continue };
        if !hosts.contains_key(attempts.host(host)) {
            hosts.insert(attempts.host(host).to_owned(), host);
        }
        if let Some(address) =
            known(events.text("host.ip", one.row as usize)).filter(|address| !hosts.contains_key(*address))
        {
            hosts.insert(address.to_owned(), host);
        }
    }
    hosts
}

struct Switch {
    signin: Attempt,
    user: u32,
    from: u32,
    host: u32,
    edges: usize,
    sessions: usize,
    novelty: f64,
    /// The others on the host, the likeliest first.
    origins: Vec<Attempt>,
}

impl Switch {
    fn score(&self) -> f64 {
        self.novelty / ((1.0 + self.edges as f64) * (1.0 + self.sessions as f64))
    }
}

/// Who arrived where, and who went from where to where.
#[derive(Default)]
struct Paths {
    arrived: HashMap<u32, Vec<Attempt>>,
    arrival: HashMap<(u32, u32), (i64, usize)>,
    latest: HashMap<(u32, u32, u32), i64>,
    from: HashMap<(u32, u32), usize>,
    /// Sign-ins of a user to a host, before and after.
    sessions: HashMap<(Option<u32>, Option<u32>), usize>,
}

impl Paths {
    fn arrive(&mut self, one: Attempt, user: u32, host: u32) {
        self.arrived.entry(host).or_default().push(one);
        let arrival = self.arrival.entry((user, host)).or_default();
        *arrival = (one.time, arrival.1 + 1);
    }

    fn go(&mut self, user: u32, from: u32, host: u32, time: i64) {
        self.latest.insert((user, from, host), time);
        *self.from.entry((user, from)).or_default() += 1;
    }

    fn switch(
        &self,
        one: Attempt,
        user: u32,
        from: u32,
        host: u32,
        parameters: &Parameters<'_>,
    ) -> Option<Switch> {
        let within =
            |time: i64, name: &str, unit: i64| (one.time - time) as f64 <= parameters.get(name) * unit as f64;
        let own = self.arrival.get(&(user, from)).is_some_and(|(time, _)| within(*time, "session", HOUR));
        let before = self.latest.get(&(user, from, host)).is_some_and(|time| within(*time, "memory", DAY));
        if own || before {
            return None;
        }
        let mut origins: Vec<Attempt> = Vec::new();
        for other in self
            .arrived
            .get(&from)?
            .iter()
            .rev()
            .take(RECENT)
            .take_while(|other| within(other.time, "origin", HOUR))
        {
            if other.user != Some(user) && origins.iter().all(|known| known.user != other.user) {
                origins.push(*other);
            }
        }
        if origins.is_empty() {
            return None;
        }
        let weight = |origin: &Attempt| (-((one.time - origin.time) as f64) / (600.0 * SECOND as f64)).exp();
        let novelty = |origin: &Attempt| {
            let key = origin.user.map(|user| (user, host));
            1.0 / (1.0 + key.and_then(|key| self.arrival.get(&key)).map_or(0, |(_, times)| *times) as f64)
        };
        let weights: f64 = origins.iter().map(weight).sum();
        let novelty = origins.iter().map(|origin| weight(origin) * novelty(origin)).sum::<f64>() / weights;
        let edges = self.from.get(&(user, from)).copied().unwrap_or(0);
        let sessions = self.sessions.get(&(Some(user), Some(from))).copied().unwrap_or(0);
        let switch = Switch { signin: one, user, from, host, edges, sessions, novelty, origins };
        (switch.score() >= TOLD).then_some(switch)
    }
}

/// Returns switches that follow each other over common hosts or users as one.
fn episodes(switches: Vec<Switch>) -> Vec<Vec<Switch>> {
    let mut episodes: Vec<Vec<Switch>> = Vec::new();
    for switch in switches {
        let near = |other: &&Switch| switch.signin.time - other.signin.time <= EPISODE;
        let common =
            |other: &Switch| [other.from, other.host].contains(&switch.from) || other.user == switch.user;
        let joins = |episode: &&mut Vec<Switch>| episode.iter().rev().take_while(near).any(common);
        match episodes.iter_mut().rev().take(50).find(joins) {
            Some(episode) => episode.push(switch),
            None => episodes.push(vec![switch]),
        }
    }
    episodes
}

fn tell(episode: &[Switch], attempts: &Attempts, parameters: &Parameters<'_>) -> Anomaly {
    let worst =
        episode.iter().max_by(|a, b| a.score().total_cmp(&b.score())).expect("an episode has a switch");
    let clear = episode.iter().filter(|switch| switch.score() >= MEDIUM.min(worst.score()));
    let reached: BTreeSet<u32> = clear.map(|switch| switch.host).collect();
    let severity = match worst.score() {
        score if score < MEDIUM => Severity::Low,
        _ if reached.len() as f64 >= parameters.get("hosts") => Severity::High,
        _ => Severity::Medium,
    };
    let first = &episode[0];
    let origin =
        first.origins.first().and_then(|one| one.user).map_or("somebody", |user| attempts.user(user));
    let origins = first.origins.iter().take(1);
    let rows = episode.iter().map(|switch| switch.signin.row).chain(origins.map(|one| one.row));
    Anomaly {
        title: "Sign-in with another user's credentials from a host in between".to_owned(),
        why: why(first, origin, reached.len(), attempts),
        severity,
        confidence: 0.8 * worst.score().clamp(0.0, 1.0),
        entity: entity(episode, attempts),
        events: report::rows(rows),
        start: first.origins.first().map_or(first.signin.time, |one| one.time),
        end: episode[episode.len() - 1].signin.time,
        attack: vec!["T1021", "T1078"],
        numbers: BTreeMap::from([
            ("edges_from_host", worst.edges as f64),
            ("own_sessions", worst.sessions as f64),
            ("origin_novelty", worst.novelty),
            ("others_on_host", worst.origins.len() as f64),
            ("switches", episode.len() as f64),
            ("hosts_reached", reached.len() as f64),
            ("score", worst.score()),
        ]),
    }
}

fn why(first: &Switch, origin: &str, reached: usize, attempts: &Attempts) -> String {
    let (user, from, host) =
        (attempts.user(first.user), attempts.host(first.from), attempts.host(first.host));
    let after = first.origins.first().map_or(0, |one| first.signin.time - one.time);
    let on = if reached > 1 { format!(" {reached} hosts were reached so.") } else { String::new() };
    format!(
        "{user} signed in to {host} from {from} without a session there, {} after {origin} had come to {from}. \
         {user} had gone on from {from} {} before, and not to {host} in 30 days. How new those on {from} are to {host}: \
         {:.2}, between 0 (often there) and 1 (never).{on}",
        report::duration(after),
        report::count(first.edges, "time"),
        first.novelty,
    )
}

/// Returns the users whose credentials were used, the likely origin, the hosts reached, and
/// those in between; of each no more than five.
fn entity(episode: &[Switch], attempts: &Attempts) -> Vec<(&'static str, String)> {
    let mut entity: Vec<(&'static str, String)> = Vec::new();
    let mut add = |field, value: &str| {
        let many = entity.iter().filter(|(known, _)| *known == field).count() >= 5;
        if !many && !entity.iter().any(|(known, text)| *known == field && text == value) {
            entity.push((field, value.to_owned()));
        }
    };
    add("user.name", attempts.user(episode[0].user));
    let origin = episode[0].origins.first().and_then(|one| one.user);
    origin.into_iter().for_each(|user| add("user.name", attempts.user(user)));
    episode.iter().for_each(|switch| add("user.name", attempts.user(switch.user)));
    episode.iter().for_each(|switch| add("host.name", attempts.host(switch.host)));
    for source in episode.iter().filter_map(|switch| switch.signin.source) {
        let (field, value) = attempts.source(source);
        add(field, value);
    }
    entity
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, found};
    use super::*;

    const DAY: i64 = 86_400;

    /// A developer on the bastion, a backup that comes to the database from elsewhere, and a
    /// switch to it from the bastion.
    fn rows() -> Vec<Row> {
        let mut rows: Vec<Row> =
            (0..20).map(|day| Row::success(day * DAY, "backup", "10.0.0.9").at("10.0.0.3")).collect();
        rows.push(Row::success(30 * DAY, "ann", "192.0.2.1").at("10.0.0.1"));
        rows.push(Row::success(30 * DAY + 240, "backup", "10.0.0.1").at("10.0.0.3"));
        rows
    }

    fn severities(rows: &[Row]) -> Vec<Severity> {
        found(&DETECTOR, rows).iter().map(|one| one.severity).collect()
    }

    #[test]
    fn one_who_is_often_there_is_not_told() {
        let mut rows = rows();
        rows.extend((1..30).map(|day| Row::success(day * DAY, "backup", "192.0.2.9").at("10.0.0.1")));
        assert_eq!(severities(&rows), []);
    }

    #[test]
    fn another_user_from_the_bastion_is_medium() {
        let found = found(&DETECTOR, &rows());
        assert_eq!(found[0].severity, Severity::Medium);
        assert_eq!(found[0].entity[0], ("user.name", "backup".to_owned()));
        assert_eq!(found[0].numbers["score"], 1.0);
    }

    #[test]
    fn one_who_has_access_anyway_is_low() {
        let mut rows = rows();
        rows.push(Row::success(29 * DAY, "ann", "10.0.0.1").at("10.0.0.3"));
        rows.push(Row::success(28 * DAY, "ann", "10.0.0.1").at("10.0.0.3"));
        rows.extend([28, 29].map(|day| Row::success(day * DAY - 9, "ann", "192.0.2.1").at("10.0.0.1")));
        assert_eq!(severities(&rows), [Severity::Low]);
    }

    #[test]
    fn a_session_within_two_hours_is_an_origin_and_an_older_one_is_not() {
        let switch = |after| {
            let mut rows = rows();
            rows.last_mut().unwrap().time = 30 * DAY + after;
            severities(&rows).len()
        };
        assert_eq!((switch(7200), switch(7201)), (1, 0));
    }

    #[test]
    fn one_who_has_a_session_there_goes_on_without_a_switch() {
        let mut rows = rows();
        rows.push(Row::success(30 * DAY - 3600, "backup", "192.0.2.9").at("10.0.0.1"));
        assert_eq!(severities(&rows), []);
    }

    #[test]
    fn a_path_of_the_last_thirty_days_is_known() {
        let known = |days: i64| {
            let mut rows = rows();
            rows.push(Row::success((30 - days) * DAY + 240, "backup", "10.0.0.1").at("10.0.0.3"));
            severities(&rows).len()
        };
        assert_eq!((known(30), known(31)), (0, 1));
    }

    #[test]
    fn three_hosts_make_it_high() {
        let mut rows = rows();
        rows.push(Row::success(30 * DAY + 300, "root", "10.0.0.3").at("10.0.0.4"));
        assert_eq!(severities(&rows), [Severity::Medium]);
        rows.push(Row::success(30 * DAY + 400, "root", "10.0.0.1").at("10.0.0.5"));
        assert_eq!(severities(&rows), [Severity::High]);
    }
}
