//! One run of rules over a case.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::correlate::Correlator;
use super::episodes::Episodes;
use super::judge::{MatchedEvent, evaluate, judge};
use super::rule::{Rule, RuleKind};
use crate::analyse::alert::Alert;
use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Hit};
use crate::record::SourceId;

/// What a run found.
#[derive(Debug, Default)]
pub struct SigmaRun {
    /// The findings.
    pub detections: Vec<Alert>,
    /// How many events each rule matched, by its number.
    pub matches: Vec<u64>,
    /// Correlations that cannot be used, with the reason.
    pub unused: Vec<(String, String)>,
}

/// Asks rules of all events of a case.
pub fn run(case: &Case, rules: &[Rule], cancel: &CancelToken) -> Result<SigmaRun> {
    let (mut correlator, unused) = Correlator::new(rules);
    let quiet = only_correlated(rules);
    let (mut episodes, mut matches) = (Episodes::default(), vec![0; rules.len()]);
    judge(case, rules, cancel, |matched| {
        for (number, _) in &matched.results {
            matches[*number] += 1;
            if !quiet.contains(number) {
                episodes.add(*number, &rules[*number], matched.hit, &matched.fields);
            }
        }
        for correlated in correlator.take(&matched) {
            matches[correlated.rule] += 1;
            episodes.add_correlated(correlated.rule, correlated.group, correlated.hits, correlated.value);
        }
    })?;
    Ok(SigmaRun { detections: episodes.finish(rules), matches, unused })
}

/// Returns the rules that are only there for correlations, which speak in their place
/// unless they say `generate: true`.
fn only_correlated(rules: &[Rule]) -> HashSet<usize> {
    let numbers = super::rule::by_reference(rules);
    let correlations = rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::Correlation(correlation) if !correlation.generate => Some(correlation),
        _ => None,
    });
    correlations.flat_map(|rule| &rule.rules).filter_map(|name| numbers.get(name.as_str()).copied()).collect()
}

/// Returns whether a correlation holds for a sequence of events with these fields; their
/// times are in `@timestamp`.
pub fn holds_for(rules: &[Rule], number: usize, events: &[Map<String, Value>]) -> bool {
    let (mut correlator, _) = Correlator::new(rules);
    let events = (0..).zip(events).map(|(record, fields)| {
        let results =
            rules.iter().enumerate().filter_map(|(number, rule)| Some((number, evaluate(rule, fields)?)));
        let time = fields.get("@timestamp").and_then(Value::as_str).and_then(|time| time.parse().ok());
        let hit = Hit { time, source: SourceId([0; 32]), record };
        MatchedEvent { hit, fields: fields.clone(), results: results.collect() }
    });
    events.into_iter().any(|event| correlator.take(&event).iter().any(|held| held.rule == number))
}
