//! The events of a batch that rules match.

use std::collections::{BTreeSet, HashMap};

use rsigma_parser::{CorrelationCondition, CorrelationRule};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::episodes::EPISODE_FIELDS;
use super::rule::{Rule, RuleKind};
use crate::index::Hit;

/// Events that at least one rule matches, in no order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Matches {
    /// The events, each with the place of what is said of it.
    pub events: Vec<(Hit, u32)>,
    /// What is said of them: many events share it.
    pub kinds: Vec<MatchKind>,
}

/// What is said of an event that rules match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MatchKind {
    /// The numbers of the rules, ascending.
    pub rules: Vec<usize>,
    /// The fields of the event that findings and correlations look at.
    pub fields: Map<String, Value>,
}

/// An event that rules match.
pub struct MatchedEvent<'m> {
    /// Which.
    pub hit: Hit,
    /// The numbers of the rules, ascending.
    pub rules: &'m [usize],
    /// Its fields, as far as findings and correlations look at them.
    pub fields: &'m Map<String, Value>,
}

/// Gathers matches.
#[derive(Default)]
pub struct MatchesBuilder {
    matches: Matches,
    known: HashMap<String, u32>,
}

impl MatchesBuilder {
    /// Adds an event.
    pub fn add(&mut self, hit: Hit, kind: MatchKind) {
        let key = serde_json::to_string(&kind).expect("fields are JSON");
        let place = *self.known.entry(key).or_insert_with(|| {
            self.matches.kinds.push(kind);
            self.matches.kinds.len() as u32 - 1
        });
        self.matches.events.push((hit, place));
    }

    /// Returns them.
    pub fn finish(self) -> Matches {
        self.matches
    }
}

impl Matches {
    /// Returns whether they refer to nothing that is not there.
    pub fn is_sound(&self, rules: usize) -> bool {
        self.events.iter().all(|(_, place)| (*place as usize) < self.kinds.len())
            && self.kinds.iter().flat_map(|kind| &kind.rules).all(|rule| *rule < rules)
    }
}

/// Returns the fields of events that findings and correlations of these rules look at.
pub fn fields_in_use(rules: &[Rule]) -> BTreeSet<&str> {
    let mut fields: BTreeSet<&str> = EPISODE_FIELDS.into_iter().collect();
    for rule in rules {
        fields.extend(rule.entity.iter().map(String::as_str));
        if let RuleKind::Correlation(correlation) = &rule.kind {
            add_correlated(correlation, &mut fields);
        }
    }
    fields
}

fn add_correlated<'r>(rule: &'r CorrelationRule, fields: &mut BTreeSet<&'r str>) {
    fields.extend(rule.group_by.iter().map(String::as_str));
    fields.extend(rule.aliases.iter().flat_map(|alias| alias.mapping.values()).map(String::as_str));
    if let CorrelationCondition::Threshold { field: Some(names), .. } = &rule.condition {
        fields.extend(names.iter().map(String::as_str));
    }
}
