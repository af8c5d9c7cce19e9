//! Why a rule matches an event, or does not.

use rsigma_eval::{
    ConditionTrace, DetectionTrace, ItemTrace, JsonEvent, MatchReason, MatcherKind, SelectionBranch,
    explain_rule,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::rule::{Rule, RuleKind, by_reference};

/// What a rule says of an event, step by step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The rule: `sigma:<id>`.
    pub detector: String,
    /// Its title.
    pub title: String,
    /// Whether it matches; for a correlation, whether one of its rules does.
    pub matches: bool,
    /// The steps, each with those below it behind it.
    pub steps: Vec<ExplainedStep>,
}

/// A part of a rule, and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedStep {
    /// How deeply it is nested, from 0.
    pub depth: usize,
    /// Whether it holds.
    pub holds: bool,
    /// What it asks.
    pub asks: String,
    /// What is there instead, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Explains what a rule says of an event with these fields. `rules` are all rules, to which a
/// correlation may refer.
pub fn explain(rules: &[Rule], rule: &Rule, fields: &Map<String, Value>) -> Explanation {
    let mut steps = Steps::default();
    let matches = match &rule.kind {
        RuleKind::Event(compiled) => {
            let fields = Value::Object(fields.clone());
            let explained = explain_rule(compiled, &JsonEvent::borrow(&fields));
            explained.conditions.iter().for_each(|condition| steps.condition(condition, 0));
            explained.matched
        }
        RuleKind::Correlation(correlation) => {
            let numbers = by_reference(rules);
            let parts = correlation.rules.iter().filter_map(|name| numbers.get(name.as_str()));
            let mut any = false;
            parts.for_each(|number| any |= steps.part(rules, &rules[*number], fields));
            any
        }
    };
    Explanation { detector: format!("sigma:{}", rule.id), title: rule.title.clone(), matches, steps: steps.0 }
}

#[derive(Default)]
struct Steps(Vec<ExplainedStep>);

impl Steps {
    fn add(&mut self, depth: usize, holds: bool, asks: impl Into<String>) {
        self.0.push(ExplainedStep { depth, holds, asks: asks.into(), found: None });
    }

    /// Adds what a rule that a correlation refers to says; returns whether it matches.
    fn part(&mut self, rules: &[Rule], rule: &Rule, fields: &Map<String, Value>) -> bool {
        let explained = explain(rules, rule, fields);
        self.add(0, explained.matches, format!("sigma:{} {}", rule.id, rule.title));
        self.0
            .extend(explained.steps.into_iter().map(|step| ExplainedStep { depth: step.depth + 1, ..step }));
        explained.matches
    }

    fn condition(&mut self, condition: &ConditionTrace, depth: usize) {
        let holds = condition.matched();
        match condition {
            ConditionTrace::Selection { name, detection, .. } => {
                self.add(depth, holds, name);
                self.detection(detection, depth + 1);
            }
            ConditionTrace::And { children, .. } => {
                self.add(depth, holds, "all of");
                children.iter().for_each(|child| self.condition(child, depth + 1));
            }
            ConditionTrace::Or { children, .. } => {
                self.add(depth, holds, "any of");
                children.iter().for_each(|child| self.condition(child, depth + 1));
            }
            ConditionTrace::Not { child, .. } => {
                self.add(depth, holds, "not");
                self.condition(child, depth + 1);
            }
            ConditionTrace::Quantified { need, got, branches, .. } => {
                self.add(depth, holds, format!("at least {need} of {}: {got} hold", branches.len()));
                for SelectionBranch { name, matched, detection } in branches {
                    self.add(depth + 1, *matched, name);
                    self.detection(detection, depth + 2);
                }
            }
        }
    }

    fn detection(&mut self, detection: &DetectionTrace, depth: usize) {
        match detection {
            DetectionTrace::AllOf { items, .. } => items.iter().for_each(|item| self.item(item, depth)),
            DetectionTrace::AnyOf { branches, matched } => {
                self.add(depth, *matched, "any of");
                for branch in branches {
                    self.add(depth + 1, branch.matched(), "all of");
                    self.detection(branch, depth + 2);
                }
            }
            DetectionTrace::And { branches, .. } => {
                branches.iter().for_each(|branch| self.detection(branch, depth));
            }
            DetectionTrace::Keywords { item, .. } => self.item(item, depth),
            DetectionTrace::ArrayMatch {
                field, quantifier, matched, member_count, matched_count, ..
            } => {
                self.add(
                    depth,
                    *matched,
                    format!("{quantifier} of {field}: {matched_count} of {member_count}"),
                );
            }
            DetectionTrace::Conditional { condition, .. } => self.condition(condition, depth),
            DetectionTrace::Other { kind, matched } => self.add(depth, *matched, kind),
        }
    }

    fn item(&mut self, item: &ItemTrace, depth: usize) {
        let kind = word(item.matcher);
        let field = item.field.as_deref().unwrap_or("any field");
        let pattern = item.pattern.as_deref().map(|pattern| format!(" {pattern}")).unwrap_or_default();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let found = (!item.matched).then(|| match item.reason {
            MatchReason::FieldAbsent => "the event has no such field".to_owned(),
            MatchReason::NoKeywordMatch => "no value has it".to_owned(),
            MatchReason::Existence if item.actual.is_none() => "the event has no such field".to_owned(),
            _ => item.actual.as_ref().map_or_else(|| "nothing".to_owned(), text),
        });
        self.0.push(ExplainedStep {
            depth,
            holds: item.matched,
            asks: format!("{field} {kind}{pattern}"),
            found,
        });
    }
}

/// Returns what stands between a field and what a matcher compares it with.
fn word(matcher: MatcherKind) -> &'static str {
    match matcher {
        MatcherKind::Exact | MatcherKind::Bool | MatcherKind::Numeric => "is",
        MatcherKind::Contains => "contains",
        MatcherKind::StartsWith => "starts with",
        MatcherKind::EndsWith => "ends with",
        MatcherKind::Regex => "matches",
        MatcherKind::OneOf => "is one of",
        MatcherKind::Cidr => "is in",
        MatcherKind::Exists => "exists",
        MatcherKind::FieldRef => "is as the field",
        MatcherKind::Null => "is absent",
        MatcherKind::Expand => "is",
        MatcherKind::Timestamp => "has the time",
        MatcherKind::Keyword => "has",
    }
}
