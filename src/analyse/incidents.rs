//! Which findings belong together.
//!
//! Findings about the same address or user, not more than a day apart, are linked. What
//! is linked is an incident where its risk within a day reaches [`RISK`], or where it has
//! [`TACTICS_OF_INCIDENT`] tactics of ATT&CK. The risk of a finding is the weight of its
//! severity times its confidence.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::Timestamp;

/// From how much risk within a day findings are an incident.
pub const RISK: f64 = 100.0;
/// From how many tactics within a day they are.
pub const TACTICS_OF_INCIDENT: usize = 3;
/// A day, in nanoseconds.
const DAY: i64 = 24 * 3600 * 1_000_000_000;
/// A user whom more findings name than this links none: everybody guesses at `root`.
const MOST_OF_USER: usize = 20;

/// A finding, as far as it matters here.
#[derive(Debug, Clone, Default)]
pub struct IncidentPart {
    /// Its first moment.
    pub start: Option<Timestamp>,
    /// Its last moment.
    pub end: Option<Timestamp>,
    /// Whether its severity is at least medium: what is low does not make an incident alone.
    pub is_serious: bool,
    /// The weight of its severity times its confidence.
    pub risk: f64,
    /// The addresses that it is about.
    pub addresses: Vec<String>,
    /// The users that it is about.
    pub users: Vec<String>,
    /// Its tactics.
    pub tactics: Vec<String>,
}

/// Returns for each finding the number of its incident, from 1 in order of time.
pub fn incidents(parts: &[IncidentPart]) -> Vec<Option<u64>> {
    let mut groups = Groups::new(parts.len());
    let mut by_entity: BTreeMap<(u8, &str), Vec<usize>> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate().filter(|(_, part)| part.start.is_some()) {
        let addresses = part.addresses.iter().map(|address| (0, address.as_str()));
        let users = part.users.iter().map(|user| (1, user.as_str()));
        for entity in addresses.chain(users) {
            by_entity.entry(entity).or_default().push(number);
        }
    }
    for ((kind, _), mut members) in by_entity {
        if kind == 1 && members.len() > MOST_OF_USER {
            continue;
        }
        members.sort_by_key(|number| (parts[*number].start, *number));
        let mut last: Option<(usize, Option<Timestamp>)> = None;
        for number in members {
            let part = &parts[number];
            if let Some((before, end)) = last
                && distance(end, part.start) <= DAY
            {
                groups.join(before, number);
            }
            let end = last.map_or(part.end, |(_, end)| end.max(part.end));
            last = Some((number, end));
        }
    }
    numbered(parts, &mut groups)
}

fn numbered(parts: &[IncidentPart], groups: &mut Groups) -> Vec<Option<u64>> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for number in 0..parts.len() {
        members.entry(groups.root(number)).or_default().push(number);
    }
    let mut found: Vec<Vec<usize>> =
        members.into_values().filter(|members| is_incident(parts, members)).collect();
    found.sort_by_key(|members| members.iter().map(|number| (parts[*number].start, *number)).min());
    let mut numbers = vec![None; parts.len()];
    for (incident, members) in (1..).zip(found) {
        members.into_iter().for_each(|number| numbers[number] = Some(incident));
    }
    numbers
}

/// Returns whether findings that are linked have enough risk, or tactics, within a day.
fn is_incident(parts: &[IncidentPart], members: &[usize]) -> bool {
    if members.len() < 2 || !members.iter().any(|number| parts[*number].is_serious) {
        return false;
    }
    members.iter().any(|first| {
        let start = parts[*first].start;
        let within = members.iter().map(|number| &parts[*number]);
        let within: Vec<_> =
            within.filter(|part| part.start >= start && distance(start, part.start) <= DAY).collect();
        let risk: f64 = within.iter().map(|part| part.risk).sum();
        let tactics: BTreeSet<&String> = within.iter().flat_map(|part| &part.tactics).collect();
        within.len() > 1 && (risk >= RISK || tactics.len() >= TACTICS_OF_INCIDENT)
    })
}

/// Returns how long after one moment another one is, in nanoseconds.
fn distance(one: Option<Timestamp>, other: Option<Timestamp>) -> i64 {
    match (one, other) {
        (Some(one), Some(other)) => other.nanos().saturating_sub(one.nanos()),
        _ => i64::MAX,
    }
}

/// Sets that are joined.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Groups {
        Groups((0..count).collect())
    }

    fn root(&mut self, number: usize) -> usize {
        let mut root = number;
        while self.0[root] != root {
            self.0[root] = self.0[self.0[root]];
            root = self.0[root];
        }
        root
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(hour: i64, risk: f64, address: &str, user: &str, tactic: &str) -> IncidentPart {
        let at = Some(Timestamp::from_nanos(hour * 3600 * 1_000_000_000));
        let some = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        IncidentPart {
            start: at,
            end: at,
            is_serious: risk > 15.0,
            risk,
            addresses: some(address),
            users: some(user),
            tactics: some(tactic),
        }
    }

    #[test]
    fn an_address_leads_to_a_user_and_the_user_to_what_was_done() {
        let parts = [
            part(0, 40.0, "203.0.113.7", "deploy", "credential-access"),
            part(1, 20.0, "", "deploy", "privilege-escalation"),
            part(2, 40.0, "", "deploy", "persistence"),
            part(2, 10.0, "198.51.100.4", "", "reconnaissance"),
        ];
        assert_eq!(incidents(&parts), [Some(1), Some(1), Some(1), None]);
    }

    #[test]
    fn too_little_risk_is_no_incident_and_neither_is_one_finding() {
        assert_eq!(incidents(&[part(0, 99.0, "a", "", "x"), part(1, 0.9, "a", "", "x")]), [None, None]);
        assert_eq!(
            incidents(&[part(0, 60.0, "a", "", "x"), part(1, 40.0, "a", "", "x")]),
            [Some(1), Some(1)]
        );
        assert_eq!(incidents(&[part(0, 800.0, "a", "", "x")]), [None]);
        let low: Vec<_> = (0..20).map(|_| part(0, 8.0, "a", "", "x")).collect();
        assert!(incidents(&low).iter().all(Option::is_none));
    }

    #[test]
    fn what_is_more_than_a_day_apart_is_not_linked() {
        assert_eq!(incidents(&[part(0, 60.0, "a", "", "x"), part(25, 60.0, "a", "", "x")]), [None, None]);
    }

    #[test]
    fn a_user_whom_everybody_guesses_at_links_nothing() {
        let parts: Vec<_> = (0..30).map(|n| part(0, 60.0, &format!("192.0.2.{n}"), "root", "x")).collect();
        assert!(incidents(&parts).iter().all(Option::is_none));
    }
}
