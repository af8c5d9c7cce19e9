//! Correlations: matches of rules that come together within a window.
//!
//! The engine counts time in whole units, and is given milliseconds in place of seconds, so
//! that a window is not longer than it says and an order within a second is one. Two things
//! are as the specification says, not as the engine does them: a temporal correlation without
//! a condition needs all of its rules, and a percentile is compared with the condition.

use std::collections::{BTreeSet, HashMap};

use rsigma_eval::{
    CorrelationBody, CorrelationConfig, CorrelationEngine, CorrelationEventMode, DetectionBody,
    EvaluationResult, JsonEvent, ResultBody, RuleHeader, TimestampFallback,
};
use rsigma_parser::{ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType};
use serde_json::Value;

use super::matches::MatchedEvent;
use super::rule::{Rule, RuleKind};
use crate::index::Hit;

/// The field by which a correlation names the events that it is made of.
const ID: &str = "id";
/// How many events a correlation names at most.
const MOST_EVENTS: usize = 10_000;
/// How many windows are open at once at most: none is given up before its time.
const MOST_WINDOWS: usize = 100_000_000;

/// A correlation that held.
pub struct Correlated {
    /// The number of its rule.
    pub rule: usize,
    /// The fields by which events were grouped, and their values.
    pub group: Vec<(String, String)>,
    /// What was counted or computed.
    pub value: f64,
    /// The events of the window.
    pub hits: Vec<Hit>,
}

/// How many units of the engine's time a second has.
const UNITS: u64 = 1000;

/// Returns a correlation as the engine has to be given it.
fn as_specified(rule: &CorrelationRule) -> CorrelationRule {
    let mut rule = rule.clone();
    rule.timespan.seconds = rule.timespan.seconds.saturating_mul(UNITS);
    if let Some(gap) = &mut rule.gap {
        gap.seconds = gap.seconds.saturating_mul(UNITS);
    }
    // It is stated in seconds; what is told again is joined to one finding anyway.
    rule.custom_attributes.remove("rsigma.suppress");
    let parts = rule.rules.iter().collect::<BTreeSet<_>>().len() as u64;
    if let (CorrelationType::Temporal, CorrelationCondition::Threshold { predicates, .. }) =
        (rule.correlation_type, &mut rule.condition)
        && *predicates == [(ConditionOperator::Gte, 1)]
    {
        *predicates = vec![(ConditionOperator::Gte, parts)];
    }
    rule
}

/// Returns whether a percentile is as the condition of its correlation wants it; the engine
/// sees to all other values.
fn is_wanted(rule: &CorrelationRule, value: f64) -> bool {
    let CorrelationCondition::Threshold { predicates, .. } = &rule.condition else { return true };
    let holds = |(operator, bound): &(ConditionOperator, u64)| {
        let order = value.total_cmp(&(*bound as f64));
        match operator {
            ConditionOperator::Lt => order.is_lt(),
            ConditionOperator::Lte => order.is_le(),
            ConditionOperator::Gt => order.is_gt(),
            ConditionOperator::Gte => order.is_ge(),
            ConditionOperator::Eq => order.is_eq(),
            ConditionOperator::Neq => order.is_ne(),
        }
    };
    rule.correlation_type != CorrelationType::ValuePercentile || predicates.iter().all(holds)
}

/// Watches the events that rules match, in their order.
pub struct Correlator<'r> {
    engine: CorrelationEngine,
    rules: &'r [Rule],
    /// The numbers of the rules, by id.
    numbers: HashMap<&'r str, usize>,
    /// The words by which correlations refer to each rule.
    references: HashMap<usize, Vec<&'r str>>,
    /// The events seen, by the numbers under which the engine names them.
    seen: Vec<Hit>,
    is_idle: bool,
}

impl<'r> Correlator<'r> {
    /// Creates the correlator of rules. Correlations that cannot be used are returned with
    /// the reason.
    pub fn new(rules: &'r [Rule]) -> (Correlator<'r>, Vec<(String, String)>) {
        let config = CorrelationConfig {
            timestamp_fallback: TimestampFallback::Skip,
            max_state_entries: MOST_WINDOWS,
            correlation_event_mode: CorrelationEventMode::Refs,
            max_correlation_events: MOST_EVENTS,
            ..CorrelationConfig::default()
        };
        let mut engine = CorrelationEngine::new(config);
        let (mut unused, mut is_idle) = (Vec::new(), true);
        for rule in rules {
            if let RuleKind::Correlation(correlation) = &rule.kind {
                is_idle = false;
                if let Err(error) = engine.add_correlation(&as_specified(correlation)) {
                    unused.push((rule.file.clone(), error.to_string()));
                }
            }
        }
        let numbers = super::rule::by_reference(rules);
        let mut references: HashMap<usize, Vec<&str>> = HashMap::new();
        for rule in rules {
            let RuleKind::Correlation(correlation) = &rule.kind else { continue };
            for word in &correlation.rules {
                let words = numbers.get(word.as_str()).map(|number| references.entry(*number).or_default());
                if let Some(words) = words.filter(|words| !words.contains(&word.as_str())) {
                    words.push(word);
                }
            }
        }
        (Correlator { engine, rules, numbers, references, seen: Vec::new(), is_idle }, unused)
    }

    /// Takes an event, and returns the correlations that hold with it. An event that tells
    /// no time is not part of any.
    pub fn take(&mut self, matched: &MatchedEvent<'_>) -> Vec<Correlated> {
        let (false, Some(time)) = (self.is_idle, matched.hit.time) else { return Vec::new() };
        let words = matched.rules.iter().filter_map(|number| self.references.get(number)).flatten();
        let results: Vec<EvaluationResult> = words.map(|word| match_of(word)).collect();
        if results.is_empty() {
            return Vec::new();
        }
        let mut fields = matched.fields.clone();
        fields.insert(ID.to_owned(), Value::from(self.seen.len()));
        self.seen.push(matched.hit);
        let fields = Value::Object(fields);
        let moment = time.nanos().div_euclid(1_000_000_000 / UNITS as i64);
        let results = self.engine.process_with_detections(&JsonEvent::borrow(&fields), results, moment);
        results.into_iter().filter_map(|result| self.correlated(result)).collect()
    }

    fn correlated(&self, result: EvaluationResult) -> Option<Correlated> {
        let EvaluationResult { header, body } = result;
        let ResultBody::Correlation(CorrelationBody { group_key, aggregated_value, event_refs, .. }) = body
        else {
            return None;
        };
        let name = header.rule_id.unwrap_or(header.rule_title);
        let rule = *self.numbers.get(name.as_str())?;
        let RuleKind::Correlation(correlation) = &self.rules[rule].kind else { return None };
        if !is_wanted(correlation, aggregated_value) {
            return None;
        }
        let refs = event_refs.unwrap_or_default();
        let seen = refs.iter().filter_map(|event| event.id.as_ref()?.parse::<usize>().ok());
        let mut hits: Vec<Hit> = seen.filter_map(|number| self.seen.get(number).copied()).collect();
        hits.sort_unstable_by_key(|hit| (hit.time, hit.source, hit.record));
        hits.dedup();
        Some(Correlated { rule, group: group_key, value: aggregated_value, hits })
    }
}

/// Returns what the engine is told of a match: by which word correlations know its rule.
fn match_of(word: &str) -> EvaluationResult {
    let header = RuleHeader {
        rule_title: word.to_owned(),
        rule_id: Some(word.to_owned()),
        level: None,
        tags: Vec::new(),
        custom_attributes: Default::default(),
        enrichments: None,
    };
    let body = DetectionBody { matched_selections: Vec::new(), matched_fields: Vec::new(), event: None };
    EvaluationResult { header, body: ResultBody::Detection(body) }
}
