//! Canaries: events that a rule must match, and events that it must not match.

use serde_json::{Map, Value};

use crate::analyse::{Rule, RuleKind, add_derived, holds_for, matches};
use crate::case::RecordDecoder;
use crate::error::Result;
use crate::parse::{ParseOptions, Plan};
use crate::record::{EventRecord, Origin, SourceId, Timestamp, counted, json_object};

/// A canary that did not behave as its rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryFault {
    /// The rule's id.
    pub rule: String,
    /// The event: a raw line, or fields and values as JSON.
    pub event: String,
    /// Whether the rule was to match it.
    pub must_match: bool,
}

/// Tries the canaries of a rule; returns how many there are, and those that are wrong. The
/// canaries of a correlation are a sequence of events.
pub fn check_canaries(rules: &[Rule], number: usize) -> Result<(usize, Vec<CanaryFault>)> {
    let rule = &rules[number];
    let canary = &rule.canary;
    if let RuleKind::Correlation(_) = rule.kind {
        return check_sequences(rules, number);
    }
    let all = canary.fires.iter().map(|event| (event, true));
    let all: Vec<_> = all.chain(canary.silent.iter().map(|event| (event, false))).collect();
    let mut faults = Vec::new();
    for (event, must_match) in &all {
        if matches(rule, &canary_fields(event)?) != Some(*must_match) {
            let event = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
            faults.push(CanaryFault { rule: rule.id.clone(), event, must_match: *must_match });
        }
    }
    Ok((all.len(), faults))
}

fn check_sequences(rules: &[Rule], number: usize) -> Result<(usize, Vec<CanaryFault>)> {
    let Rule { id, canary, .. } = &rules[number];
    let (mut count, mut faults) = (0, Vec::new());
    for (events, must_match) in [(&canary.fires, true), (&canary.silent, false)] {
        if events.is_empty() {
            continue;
        }
        count += 1;
        let fields = events.iter().map(canary_fields).collect::<Result<Vec<_>>>()?;
        if holds_for(rules, number, &fields) != must_match {
            let event = format!("{} together", counted(events.len() as u64, "event"));
            faults.push(CanaryFault { rule: id.clone(), event, must_match });
        }
    }
    Ok((count, faults))
}

/// Returns the fields of a canary: a raw line is read as an import reads it.
fn canary_fields(event: &Value) -> Result<Map<String, Value>> {
    let mut fields = match event {
        Value::Object(fields) => fields.clone(),
        Value::String(line) => line_fields(line)?,
        _ => Map::new(),
    };
    add_derived(&mut fields);
    Ok(fields)
}

/// Returns the fields of a raw line, as an import of it alone gives them.
fn line_fields(line: &str) -> Result<Map<String, Value>> {
    let now = Timestamp::from_nanos(1_790_000_000_000_000_000);
    let bytes = line.trim_end().as_bytes();
    let plan = Plan::decide(bytes, true, &ParseOptions::default(), Some(now), now)?;
    let decoder = RecordDecoder::new(plan)?;
    let event = decoder.event(0, 0, bytes, |event| event.clone().into_owned());
    let origin =
        Origin { source: SourceId([0; 32]), record: 0, line: 1, offset: 0, length: bytes.len() as u64 };
    Ok(json_object(&EventRecord { origin, event, raw: bytes.to_vec(), part: 0, reread: None }, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{RuleSet, selects};

    #[test]
    fn columns_select_every_event_that_a_rule_matches() {
        let set = RuleSet::built_in();
        assert_eq!(set.unread, []);
        let canaries = set.rules.iter().flat_map(|rule| rule.canary.fires.iter().chain(&rule.canary.silent));
        let events: Vec<_> = canaries.map(|event| canary_fields(event).unwrap()).collect();
        let mut matched = 0;
        for rule in &set.rules {
            let RuleKind::Event(compiled) = &rule.kind else { continue };
            for event in events.iter().filter(|event| matches(rule, event) == Some(true)) {
                matched += 1;
                assert!(selects(compiled, event), "{}: {event:?}", rule.title);
            }
        }
        assert!(matched > 300, "{matched}");
    }
}
