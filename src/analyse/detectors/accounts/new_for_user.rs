//! New for this user: a network, country, client or region from which the user never came.
//!
//! What a user does from one place with one client within an hour is one visit. A value that
//! the user has never used, and not three others before, tells −log2((changes + 0.5) /
//! (visits + 1)) bits: the chance that this user changes it, from how often that happened
//! since the user is known (Krichevsky–Trofimov). A version in the client's name is no change.
//! Freeman et al. (NDSS 2016) add up such terms; so do we:
//! score = Σ −log2((changes_k + 0.5) / (visits + 1)) over the kinds k that are new.
//! Never high: novelty alone is precise and deaf.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{DAY, HOUR, rank};
use super::parameter::parameter;
use super::{network, report};

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "new-for-user",
    about: "A user who comes from a network or country, or with a client, never seen of that user",
    scope: DetectorScope::Actions,
    needs: &["user.name", "source.ip"],
    uses: &[
        "event.outcome",
        "user_agent.original",
        "source.geo.country_iso_code",
        "source.as.number",
        "cloud.region",
    ],
    least_events: 20,
    attack: &["T1078"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 5] = [
    parameter("learning", "days in which a user is only learned", 7.0, 1.0, 365.0),
    parameter("visits", "visits after which a user is known", 20.0, 2.0, 10_000.0),
    parameter("days", "days with visits after which a user is known", 5.0, 1.0, 365.0),
    parameter("bits", "bits of surprise that are low", 6.0, 1.0, 100.0),
    parameter("medium-bits", "bits that are medium, when place and client are new", 12.0, 1.0, 200.0),
];

/// What may be new; the names of the numbers tell them apart.
const KINDS: [(&str, &str, &str); 4] = [
    ("network", "bits_network", "changes_network"),
    ("country", "bits_country", "changes_country"),
    ("client", "bits_client", "changes_client"),
    ("region", "bits_region", "changes_region"),
];
const CLIENT: usize = 2;
/// A value that so many others use is not news.
const COMMON: usize = 3;

type Values = [Option<u32>; 4];
/// For each kind that is new: the bits that it tells, and how often it changed before.
type Bits = [Option<(f64, usize)>; 4];

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let visits = Visits::read(events);
    let mut users: BTreeMap<u32, User> = BTreeMap::new();
    let mut others: HashMap<(usize, u32), BTreeSet<u32>> = HashMap::new();
    let mut news: BTreeMap<u32, Vec<News>> = BTreeMap::new();
    for step in &visits.steps {
        let user = users.entry(step.user).or_insert_with(|| User::new(step.time));
        let known = user.is_known(step.time, parameters);
        let common = |kind: usize, value: u32| {
            others
                .get(&(kind, value))
                .is_some_and(|users| users.len() - users.contains(&step.user) as usize >= COMMON)
        };
        let bits = user.surprise(&step.values, known, common);
        let list = news.entry(step.user).or_default();
        if bits.iter().any(|bits| bits.is_some()) {
            match list.last_mut().filter(|open| step.time - open.start <= DAY) {
                Some(open) => open.add(step, bits),
                None => list.push(News::new(step, bits, user)),
            }
        } else if let Some(open) = list.last_mut().filter(|open| open.shares(step)) {
            (open.end, _) = (step.time, open.rows.push(step.row));
        }
        user.visit(step, known);
        for (kind, value) in
            step.values.iter().enumerate().filter_map(|(kind, value)| Some((kind, (*value)?)))
        {
            let users = others.entry((kind, value)).or_default();
            if users.len() <= COMMON {
                users.insert(step.user);
            }
        }
    }
    let tell = |(user, list): (u32, Vec<News>)| {
        let told = list.into_iter().filter(|news| news.score() >= parameters.get("bits"));
        told.map(|news| visits.report(user, &news, events, parameters)).collect::<Vec<_>>()
    };
    report::ordered(news.into_iter().flat_map(tell).collect())
}

/// Something that a user did from an address.
struct Step {
    row: u32,
    time: i64,
    user: u32,
    values: Values,
}

struct Visits {
    steps: Vec<Step>,
    users: Vec<String>,
    values: [Vec<String>; 4],
}

impl Visits {
    fn read(events: &Events) -> Visits {
        let text = |_, value: &str| Some(value.to_owned());
        let network = |field, value: &str| match field {
            "source.ip" => network::home(value),
            _ => Some(format!("AS{value}")),
        };
        let (users, of_user) = rank(events, &["user.name"], |_, name| Some(name.to_lowercase()));
        let (networks, of_network) = rank(events, &["source.as.number", "source.ip"], network);
        let (countries, of_country) = rank(events, &["source.geo.country_iso_code"], text);
        let (clients, of_client) = rank(events, &["user_agent.original"], |_, agent| Some(family(agent)));
        let (regions, of_region) = rank(events, &["cloud.region"], text);
        let mut steps: Vec<Step> = (0..events.len())
            .filter(|row| of_network[*row].is_some() && events.text("event.outcome", *row) != Some("failure"))
            .filter_map(|row| {
                let values = [of_network[row], of_country[row], of_client[row], of_region[row]];
                Some(Step { row: row as u32, time: events.time(row), user: of_user[row]?, values })
            })
            .collect();
        steps.sort_by_key(|step| (step.time, step.user, step.values, step.row));
        Visits { steps, users, values: [networks, countries, clients, regions] }
    }

    fn report(&self, user: u32, news: &News, events: &Events, parameters: &Parameters<'_>) -> Anomaly {
        let is_new = |kind: usize| news.bits[kind].is_some();
        let both = (is_new(0) || is_new(1)) && is_new(CLIENT);
        let score = news.score();
        let mut numbers =
            BTreeMap::from([("visits", news.visits as f64), ("days", news.days as f64), ("score", score)]);
        for (kind, (_, bits, changes)) in KINDS.iter().enumerate() {
            if let Some((told, before)) = news.bits[kind] {
                numbers.extend([(*bits, told), (*changes, before as f64)]);
            }
        }
        let name = events.text("user.name", news.rows[0] as usize).unwrap_or(&self.users[user as usize]);
        let sources: BTreeSet<&str> =
            news.rows.iter().filter_map(|row| events.text("source.ip", *row as usize)).collect();
        let mut entity = vec![("user.name", name.to_owned())];
        entity.extend(sources.into_iter().take(5).map(|source| ("source.ip", source.to_owned())));
        let medium = both && score >= parameters.get("medium-bits");
        Anomaly {
            title: if both {
                "Unusual place and client for this user"
            } else {
                "Something new for this user"
            }
            .to_owned(),
            why: self.why(name, news, events),
            severity: if medium { Severity::Medium } else { Severity::Low },
            confidence: (score / (score + 12.0)).clamp(0.0, 1.0),
            entity,
            events: report::rows(news.rows.iter().copied()),
            start: news.start,
            end: news.end,
            attack: vec!["T1078"],
            numbers,
        }
    }

    fn why(&self, name: &str, news: &News, events: &Events) -> String {
        let agents = news.rows.iter().filter_map(|row| events.text("user_agent.original", *row as usize));
        let told = |(kind, value): &(usize, u32)| {
            let value = self.values[*kind][*value as usize].as_str();
            // Clients as the log has them, with their versions.
            let value =
                agents.clone().find(|agent| *kind == CLIENT && family(agent) == value).unwrap_or(value);
            let times = news.bits[*kind].map_or(0, |(_, times)| times);
            let before = match times {
                0 => "never changed before".to_owned(),
                times => format!("changed {} before", report::count(times, "time")),
            };
            format!("the {} {value} ({before})", KINDS[*kind].0)
        };
        let values: Vec<String> = news.values.iter().take(5).map(told).collect();
        format!(
            "{name} came with {}: new after {} on {}, a surprise of {:.1} bits.",
            values.join(", "),
            report::count(news.visits, "visit"),
            report::count(news.days, "day"),
            news.score(),
        )
    }
}

/// Returns a client without the digits of its versions.
fn family(agent: &str) -> String {
    agent.chars().filter(|c| !c.is_ascii_digit() && !matches!(c, '.' | '_')).collect()
}

/// What a user is known to use.
struct User {
    first: i64,
    day: i64,
    days: usize,
    visits: usize,
    latest: HashMap<Values, i64>,
    seen: [BTreeSet<u32>; 4],
    changes: [usize; 4],
}

impl User {
    fn new(first: i64) -> User {
        User {
            first,
            day: i64::MIN,
            days: 0,
            visits: 0,
            latest: HashMap::new(),
            seen: Default::default(),
            changes: [0; 4],
        }
    }

    fn is_known(&self, time: i64, parameters: &Parameters<'_>) -> bool {
        let long = (time - self.first) as f64 >= parameters.get("learning") * DAY as f64;
        long && self.visits as f64 >= parameters.get("visits") && self.days as f64 >= parameters.get("days")
    }

    /// Returns for each kind how many bits its value tells if it is new, and how often the
    /// user had changed it before.
    fn surprise(&self, values: &Values, known: bool, common: impl Fn(usize, u32) -> bool) -> Bits {
        std::array::from_fn(|kind| {
            let value = values[kind].filter(|_| known)?;
            let seen = &self.seen[kind];
            let is_new = !seen.is_empty() && !seen.contains(&value) && !common(kind, value);
            let chance = (self.changes[kind] as f64 + 0.5) / (self.visits as f64 + 1.0);
            is_new.then_some((-chance.log2(), self.changes[kind]))
        })
    }

    fn visit(&mut self, step: &Step, known: bool) {
        for (kind, value) in step.values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let before = !self.seen[kind].is_empty();
            if self.seen[kind].insert(value) && before && known {
                self.changes[kind] += 1;
            }
        }
        let latest = self.latest.insert(step.values, step.time);
        if latest.is_none_or(|latest| step.time - latest > HOUR) {
            self.visits += 1;
        }
        let day = step.time.div_euclid(DAY);
        self.days += (day != self.day) as usize;
        self.day = day;
    }
}

/// What was new of a user within a day.
struct News {
    start: i64,
    end: i64,
    rows: Vec<u32>,
    visits: usize,
    days: usize,
    bits: Bits,
    values: BTreeSet<(usize, u32)>,
}

impl News {
    fn new(step: &Step, bits: Bits, user: &User) -> News {
        let (start, end, rows) = (step.time, step.time, Vec::new());
        let mut news = News {
            start,
            end,
            rows,
            visits: user.visits,
            days: user.days,
            bits: [None; 4],
            values: BTreeSet::new(),
        };
        news.add(step, bits);
        news
    }

    /// Takes in what is new; a kind counts once, with the bits of the visits at the start.
    fn add(&mut self, step: &Step, bits: Bits) {
        for (kind, told) in bits.into_iter().enumerate() {
            let Some((_, changes)) = told else { continue };
            self.values.extend(step.values[kind].map(|value| (kind, value)));
            let chance = (changes as f64 + 0.5) / (self.visits as f64 + 1.0);
            self.bits[kind] = self.bits[kind].or(Some((-chance.log2(), changes)));
        }
        self.rows.push(step.row);
        self.end = step.time;
    }

    /// Returns whether a step of the same day has one of the new values.
    fn shares(&self, step: &Step) -> bool {
        let new = |(kind, value): (usize, &Option<u32>)| {
            value.is_some_and(|value| self.values.contains(&(kind, value)))
        };
        step.time - self.start <= DAY && step.values.iter().enumerate().any(new)
    }

    fn score(&self) -> f64 {
        self.bits.iter().flatten().map(|(bits, _)| bits).sum()
    }
}

#[cfg(test)]
mod tests;
