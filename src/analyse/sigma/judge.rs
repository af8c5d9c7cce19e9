//! Asking the rules themselves of the events that their queries select.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rsigma_eval::{JsonEvent, evaluate_rule};
use serde_json::{Map, Value};

use super::matches::{MatchKind, Matches, MatchesBuilder, fields_in_use};
use super::rule::{Rule, RuleKind};
use super::select::RuleQueries;
use crate::analyse::derived::add_derived;
use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Hit, RowQuery};
use crate::record::json_object;

/// How many events are read at once.
const BATCH: usize = 2048;

/// An event that rules match, or why it cannot be read.
type Judged = Result<(Hit, MatchKind)>;

/// Asks rules of the events of some batches of a case. Returns those that at least one
/// matches.
pub fn judge(
    case: &Case,
    rules: &[Rule],
    batches: &BTreeSet<u32>,
    cancel: &CancelToken,
) -> Result<BTreeMap<u32, Matches>> {
    let in_use = fields_in_use(rules);
    let mut all = BTreeMap::new();
    for (number, mut candidates) in candidates(case, rules, batches, cancel)? {
        // Events that lie side by side are read together.
        candidates.sort_unstable_by_key(|(hit, rule)| (hit.source, hit.record, *rule));
        let events: Vec<&[(Hit, usize)]> = candidates.chunk_by(|one, other| one.0 == other.0).collect();
        let mut matches = MatchesBuilder::default();
        for some in events.chunks(BATCH) {
            cancel.check()?;
            for (hit, mut kind) in judged(case, rules, some)? {
                kind.fields.retain(|name, _| in_use.contains(name.as_str()));
                matches.add(hit, kind);
            }
        }
        all.insert(number, matches.finish());
    }
    Ok(all)
}

/// Returns the events that a rule may match, with the number of the rule, by batch.
fn candidates(
    case: &Case,
    rules: &[Rule],
    batches: &BTreeSet<u32>,
    cancel: &CancelToken,
) -> Result<BTreeMap<u32, Vec<(Hit, usize)>>> {
    let mut selection = RuleQueries::default();
    let (mut numbers, mut queries) = (Vec::new(), Vec::<RowQuery>::new());
    for (number, rule) in rules.iter().enumerate() {
        if let RuleKind::Event(compiled) = &rule.kind {
            numbers.push(number);
            queries.push(selection.query(compiled));
        }
    }
    let found = case.index().select(&selection.tests, &queries, batches, cancel)?;
    let with_rules = |found: Vec<Vec<Hit>>| {
        let pairs = numbers.iter().zip(found);
        pairs.flat_map(|(number, hits)| hits.into_iter().map(move |hit| (hit, *number))).collect()
    };
    Ok(found.into_iter().map(|(batch, found)| (batch, with_rules(found))).collect())
}

/// Reads events, and asks their rules.
fn judged(case: &Case, rules: &[Rule], batch: &[&[(Hit, usize)]]) -> Result<Vec<(Hit, MatchKind)>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Judged)>> = Mutex::default();
    let run = || {
        while let Some((number, event)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            batch.get(number).map(|event| (number, *event))
        } {
            if let Some(judged) = judge_event(case, rules, event).transpose() {
                done.lock().unwrap_or_else(PoisonError::into_inner).push((number, judged));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(batch.len());
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(run)));
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, judged)| judged).collect()
}

fn judge_event(case: &Case, rules: &[Rule], event: &[(Hit, usize)]) -> Result<Option<(Hit, MatchKind)>> {
    let hit = event[0].0;
    let fields = event_fields(case, &hit)?;
    let fields = Value::Object(fields);
    let view = JsonEvent::borrow(&fields);
    let is_match = |number: &usize| match &rules[*number].kind {
        RuleKind::Event(compiled) => evaluate_rule(compiled, &view).is_some(),
        RuleKind::Correlation(_) => false,
    };
    let matching: Vec<usize> = event.iter().map(|(_, number)| *number).filter(is_match).collect();
    let Value::Object(fields) = fields else { return Ok(None) };
    Ok((!matching.is_empty()).then_some((hit, MatchKind { rules: matching, fields })))
}

/// Returns the fields of an event, with the derived ones.
pub fn event_fields(case: &Case, hit: &Hit) -> Result<Map<String, Value>> {
    let mut fields = json_object(&case.entry(hit)?, false);
    add_derived(&mut fields);
    Ok(fields)
}

/// Returns whether a rule matches an event with these fields; none for a correlation.
pub fn matches(rule: &Rule, fields: &Map<String, Value>) -> Option<bool> {
    let RuleKind::Event(compiled) = &rule.kind else { return None };
    let fields = Value::Object(fields.clone());
    Some(evaluate_rule(compiled, &JsonEvent::borrow(&fields)).is_some())
}
