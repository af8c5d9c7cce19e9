//! One run of rules over a case.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::correlate::Correlator;
use super::episodes::Episodes;
use super::judge::{judge, matches as is_match};
use super::matches::{MatchedEvent, Matches};
use super::rule::{Rule, RuleKind};
use crate::analyse::alert::Alert;
use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Hit, Order};
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

/// Asks rules of all events of a case, but for those of batches whose matches are known.
/// The matches of the others become known.
pub fn run(
    case: &Case,
    rules: &[Rule],
    known: &mut BTreeMap<u32, Matches>,
    cancel: &CancelToken,
) -> Result<SigmaRun> {
    let batches: BTreeSet<u32> =
        case.index().batches().iter().copied().filter(|batch| !known.contains_key(batch)).collect();
    known.extend(judge(case, rules, &batches, cancel)?);
    let (mut correlator, unused) = Correlator::new(rules);
    let quiet = only_correlated(rules);
    let (mut episodes, mut matches) = (Episodes::default(), vec![0; rules.len()]);
    for matched in in_order(known) {
        for number in matched.rules {
            matches[*number] += 1;
            if !quiet.contains(number) {
                episodes.add(*number, &rules[*number], matched.hit, matched.fields);
            }
        }
        for correlated in correlator.take(&matched) {
            matches[correlated.rule] += 1;
            episodes.add_correlated(correlated.rule, correlated.group, correlated.hits, correlated.value);
        }
    }
    Ok(SigmaRun { detections: episodes.finish(rules), matches, unused })
}

/// Returns the matches of all batches, the earliest first.
fn in_order(known: &BTreeMap<u32, Matches>) -> impl Iterator<Item = MatchedEvent<'_>> {
    let mut events: Vec<(Hit, u32, u32)> = known
        .iter()
        .flat_map(|(batch, matches)| matches.events.iter().map(|(hit, kind)| (*hit, *batch, *kind)))
        .collect();
    events.sort_unstable_by(|one, other| Order::Oldest.compare(&one.0, &other.0));
    events.into_iter().map(|(hit, batch, kind)| {
        let kind = &known[&batch].kinds[kind as usize];
        MatchedEvent { hit, rules: &kind.rules, fields: &kind.fields }
    })
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
    (0..).zip(events).any(|(record, fields)| {
        let matching: Vec<usize> =
            (0..rules.len()).filter(|number| is_match(&rules[*number], fields) == Some(true)).collect();
        let time = fields.get("@timestamp").and_then(Value::as_str).and_then(|time| time.parse().ok());
        let hit = Hit { time, source: SourceId([0; 32]), record };
        let held = correlator.take(&MatchedEvent { hit, rules: &matching, fields });
        held.iter().any(|held| held.rule == number)
    })
}
