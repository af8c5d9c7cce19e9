//! Asking the rules themselves of the events that their queries select.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rsigma_eval::{EvaluationResult, JsonEvent, evaluate_rule};
use serde_json::{Map, Value};

use super::rule::{Rule, RuleKind};
use super::select::RuleQueries;
use crate::analyse::derived::add_derived;
use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Hit, Order, RowQuery};
use crate::record::json_object;

/// How many events are read at once.
const BATCH: usize = 2048;

/// The field by which a correlation names the events that it is made of.
pub(super) const ID: &str = "id";

/// An event that rules match.
pub struct MatchedEvent {
    /// Which.
    pub hit: Hit,
    /// Its fields, with the derived ones.
    pub fields: Map<String, Value>,
    /// What the rules that match say, by their numbers, ascending.
    pub results: Vec<(usize, EvaluationResult)>,
}

/// Asks rules of the events of a case. Calls with each event that at least one matches,
/// the earliest first.
pub fn judge(
    case: &Case,
    rules: &[Rule],
    cancel: &CancelToken,
    mut take: impl FnMut(MatchedEvent),
) -> Result<()> {
    let mut candidates = candidates(case, rules, cancel)?;
    candidates
        .sort_unstable_by(|one, other| Order::Oldest.compare(&one.0, &other.0).then(one.1.cmp(&other.1)));
    let events: Vec<&[(Hit, usize)]> = candidates.chunk_by(|one, other| one.0 == other.0).collect();
    for batch in events.chunks(BATCH) {
        cancel.check()?;
        for matched in judged(case, rules, batch)? {
            take(matched);
        }
    }
    Ok(())
}

/// Returns the events that a rule may match, with the number of the rule.
fn candidates(case: &Case, rules: &[Rule], cancel: &CancelToken) -> Result<Vec<(Hit, usize)>> {
    let mut selection = RuleQueries::default();
    let (mut numbers, mut queries) = (Vec::new(), Vec::<RowQuery>::new());
    for (number, rule) in rules.iter().enumerate() {
        if let RuleKind::Event(compiled) = &rule.kind {
            numbers.push(number);
            queries.push(selection.query(compiled));
        }
    }
    let found = case.index().select(&selection.tests, &queries, cancel)?;
    let pairs = numbers.into_iter().zip(found);
    Ok(pairs.flat_map(|(number, hits)| hits.into_iter().map(move |hit| (hit, number))).collect())
}

/// Reads events, and asks their rules.
fn judged(case: &Case, rules: &[Rule], batch: &[&[(Hit, usize)]]) -> Result<Vec<MatchedEvent>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Option<MatchedEvent>>)>> = Mutex::default();
    let run = || {
        while let Some((number, event)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            batch.get(number).map(|event| (number, *event))
        } {
            let judged = judge_event(case, rules, event);
            if !matches!(judged, Ok(None)) {
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
    done.into_iter().filter_map(|(_, judged)| judged.transpose()).collect()
}

fn judge_event(case: &Case, rules: &[Rule], event: &[(Hit, usize)]) -> Result<Option<MatchedEvent>> {
    let hit = event[0].0;
    let fields = event_fields(case, &hit)?;
    let fields = Value::Object(fields);
    let view = JsonEvent::borrow(&fields);
    let results: Vec<(usize, EvaluationResult)> = event
        .iter()
        .filter_map(|(_, number)| {
            let RuleKind::Event(compiled) = &rules[*number].kind else { return None };
            Some((*number, evaluate_rule(compiled, &view)?))
        })
        .collect();
    let Value::Object(fields) = fields else { return Ok(None) };
    Ok((!results.is_empty()).then_some(MatchedEvent { hit, fields, results }))
}

/// Returns the fields of an event, with the derived ones.
fn event_fields(case: &Case, hit: &Hit) -> Result<Map<String, Value>> {
    let mut fields = json_object(&case.entry(hit)?, false);
    add_derived(&mut fields);
    Ok(fields)
}

/// Returns whether a rule matches an event with these fields; none for a correlation.
pub fn matches(rule: &Rule, fields: &Map<String, Value>) -> Option<bool> {
    matches!(rule.kind, RuleKind::Event(_)).then(|| evaluate(rule, fields).is_some())
}

/// Asks a rule of an event with these fields.
pub(super) fn evaluate(rule: &Rule, fields: &Map<String, Value>) -> Option<EvaluationResult> {
    let RuleKind::Event(compiled) = &rule.kind else { return None };
    let fields = Value::Object(fields.clone());
    evaluate_rule(compiled, &JsonEvent::borrow(&fields))
}
