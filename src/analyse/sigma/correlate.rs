//! Correlations: matches of rules that come together within a window.

use std::collections::HashMap;

use rsigma_eval::{
    CorrelationBody, CorrelationConfig, CorrelationEngine, CorrelationEventMode, DetectionBody,
    EvaluationResult, JsonEvent, ResultBody, RuleHeader, TimestampFallback,
};
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

/// Watches the events that rules match, in their order.
pub struct Correlator<'r> {
    engine: CorrelationEngine,
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
                if let Err(error) = engine.add_correlation(correlation) {
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
        (Correlator { engine, numbers, references, seen: Vec::new(), is_idle }, unused)
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
        let seconds = time.nanos().div_euclid(1_000_000_000);
        let results = self.engine.process_with_detections(&JsonEvent::borrow(&fields), results, seconds);
        results.into_iter().filter_map(|result| self.correlated(result)).collect()
    }

    fn correlated(&self, result: EvaluationResult) -> Option<Correlated> {
        let EvaluationResult { header, body } = result;
        let ResultBody::Correlation(CorrelationBody { group_key, aggregated_value, event_refs, .. }) = body
        else {
            return None;
        };
        let name = header.rule_id.unwrap_or(header.rule_title);
        let refs = event_refs.unwrap_or_default();
        let seen = refs.iter().filter_map(|event| event.id.as_ref()?.parse::<usize>().ok());
        let mut hits: Vec<Hit> = seen.filter_map(|number| self.seen.get(number).copied()).collect();
        hits.sort_unstable_by_key(|hit| (hit.time, hit.source, hit.record));
        hits.dedup();
        Some(Correlated {
            rule: *self.numbers.get(name.as_str())?,
            group: group_key,
            value: aggregated_value,
            hits,
        })
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
