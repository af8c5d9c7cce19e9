//! From matches to findings: the matches of a rule about the same entity, as long as they
//! do not lie far apart, are one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rule::Rule;
use crate::analyse::alert::Alert;
use crate::index::Hit;
use crate::record::Severity;
use crate::record::{Timestamp, counted};

/// Matches further apart, in nanoseconds, belong to different findings.
const FAR: i64 = 24 * 3600 * 1_000_000_000;

/// Whom an event is about, where its rule does not say.
const ENTITIES: [&str; 3] = ["source.ip", "user.name", "host.name"];

/// The field whose values tell what a server refused.
const STATUS: &str = "http.response.status_code";

/// The fields that findings look at, besides those that a rule names.
pub(super) const EPISODE_FIELDS: [&str; 4] = [ENTITIES[0], ENTITIES[1], ENTITIES[2], STATUS];

/// What severities weigh, from 0 to 100 (DETECTION: risk of an entity).
const WEIGHTS: [(Severity, f64); 5] = [
    (Severity::Info, 1.0),
    (Severity::Low, 10.0),
    (Severity::Medium, 25.0),
    (Severity::High, 50.0),
    (Severity::Critical, 80.0),
];

/// How sure a match of a rule is: the rule holds, but what it stands for may not.
const CONFIDENCE: f64 = 0.8;

/// Returns what a severity weighs.
pub fn weight(severity: Severity) -> f64 {
    WEIGHTS.iter().find(|(other, _)| *other == severity).map_or(0.0, |(_, weight)| *weight)
}

/// Matches that become findings.
#[derive(Default)]
pub struct Episodes {
    open: BTreeMap<(usize, Entity), Episode>,
    done: Vec<(usize, Entity, Episode)>,
}

type Entity = Vec<(String, String)>;

struct Episode {
    hits: Vec<Hit>,
    end: Option<Timestamp>,
    /// The values that all of its events have in common, of other fields.
    common: Vec<(String, String)>,
    /// Whether it looks for something, and a server refused each of its requests (status 400
    /// to 499).
    is_refused: bool,
    /// The largest number that a correlation computed.
    value: Option<f64>,
}

impl Episodes {
    /// Adds a match of a rule; matches come in their order.
    pub fn add(&mut self, number: usize, rule: &Rule, hit: Hit, fields: &Map<String, Value>) {
        let entity = entity(rule, fields);
        let common = ENTITIES.iter().filter_map(|name| pair(fields, name)).collect();
        let status = fields.get(STATUS).and_then(Value::as_u64);
        let is_refused = is_search(rule) && status.is_some_and(|status| (400..500).contains(&status));
        self.put(number, entity, Episode { hits: vec![hit], end: hit.time, common, is_refused, value: None });
    }

    /// Adds a correlation that held: the fields by which it groups name the entity.
    pub fn add_correlated(&mut self, number: usize, group: Entity, hits: Vec<Hit>, value: f64) {
        let end = hits.iter().filter_map(|hit| hit.time).max();
        let new = Episode { hits, end, common: Vec::new(), is_refused: false, value: Some(value) };
        self.put(number, group, new);
    }

    fn put(&mut self, number: usize, entity: Entity, new: Episode) {
        let key = (number, entity);
        let start = new.hits.first().and_then(|hit| hit.time);
        let is_far = |open: &Episode| match (open.end, start) {
            (Some(end), Some(start)) => start.nanos().saturating_sub(end.nanos()) > FAR,
            (None, None) => false,
            _ => true,
        };
        if self.open.get(&key).is_some_and(is_far)
            && let Some(done) = self.open.remove(&key)
        {
            self.done.push((key.0, key.1.clone(), done));
        }
        match self.open.get_mut(&key) {
            None => drop(self.open.insert(key, new)),
            Some(open) => {
                open.common.retain(|pair| new.common.contains(pair));
                open.end = open.end.max(new.end);
                open.is_refused &= new.is_refused;
                open.value = match (open.value, new.value) {
                    (Some(one), Some(other)) => Some(one.max(other)),
                    (one, other) => one.or(other),
                };
                open.hits.extend(new.hits);
            }
        }
    }

    /// Returns the findings.
    pub fn finish(mut self, rules: &[Rule]) -> Vec<Alert> {
        self.done.extend(self.open.into_iter().map(|((number, entity), episode)| (number, entity, episode)));
        self.done
            .into_iter()
            .map(|(number, entity, episode)| episode.detection(&rules[number], entity))
            .collect()
    }
}

impl Episode {
    fn detection(mut self, rule: &Rule, mut entity: Entity) -> Alert {
        self.hits.sort_unstable_by_key(|hit| (hit.time, hit.source, hit.record));
        self.hits.dedup();
        let known = |pair: &(String, String), entity: &Entity| entity.iter().any(|(name, _)| *name == pair.0);
        for pair in self.common {
            if !known(&pair, &entity) {
                entity.push(pair);
            }
        }
        let times = || self.hits.iter().filter_map(|hit| hit.time);
        let events = counted(self.hits.len() as u64, "event");
        let severity = if self.is_refused { refused(rule.severity) } else { rule.severity };
        let mut numbers = BTreeMap::from([
            ("confidence".to_owned(), CONFIDENCE),
            ("events".to_owned(), self.hits.len() as f64),
            ("weight".to_owned(), weight(severity)),
            ("score".to_owned(), weight(severity) * CONFIDENCE),
        ]);
        let mut why = match rule.description.split_once(". ") {
            Some((first, _)) => format!("{first}. "),
            None if rule.description.is_empty() => String::new(),
            None => format!("{} ", rule.description),
        };
        why += &match self.value {
            None if self.is_refused => format!("{events} matched the rule; the server refused each of them."),
            None => format!("{events} matched the rule."),
            Some(value) => {
                numbers.insert("value".to_owned(), value);
                format!("{events} matched together; the rule computed {value}.")
            }
        };
        Alert {
            detector: format!("sigma:{}", rule.id),
            title: rule.title.clone(),
            why,
            severity,
            confidence: CONFIDENCE,
            entity,
            start: times().min(),
            end: times().max(),
            attack: rule.attack.clone(),
            tactics: rule.tactics.clone(),
            numbers,
            advice: rule.advice.clone(),
            hits: self.hits,
        }
    }
}

/// Returns whether what a rule matches only looks for something: what is refused then gave
/// nothing away. An attack may have worked whatever the status says.
fn is_search(rule: &Rule) -> bool {
    rule.tactics.iter().any(|tactic| tactic == "reconnaissance")
}

/// Returns how bad a search is that the server refused as a whole: one step less.
fn refused(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Info => Severity::Info,
    }
}

/// Returns whom an event is about: the fields that the rule names, or the usual ones.
fn entity(rule: &Rule, fields: &Map<String, Value>) -> Entity {
    let named: Entity = rule.entity.iter().filter_map(|name| pair(fields, name)).collect();
    if named.is_empty() { ENTITIES.iter().filter_map(|name| pair(fields, name)).collect() } else { named }
}

fn pair(fields: &Map<String, Value>, name: &str) -> Option<(String, String)> {
    let value = match fields.get(name)? {
        Value::Array(values) => values.first()?,
        value => value,
    };
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => return None,
        other => other.to_string(),
    };
    Some((name.to_owned(), text))
}
