//! A rule as a query of columns, which may match more than the rule, and never less.
//!
//! What a query cannot say exactly (a negation, one field compared with another, several
//! values of one field) matches every event; `judge` asks the rule itself of those that
//! are left.

use rsigma_eval::matcher::{CompiledMatcher, GroupMode};
use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledRule, EventValue, MapEvent};
use rsigma_parser::{ConditionExpr, Quantifier};

use super::super::derived::derived_field;
use super::needles::needles;
use crate::index::{ANY_FIELD, RowQuery, ValueTest};

/// The queries of many rules, and the tests that they share.
#[derive(Default)]
pub struct RuleQueries {
    /// The tests, by the numbers that queries give.
    pub tests: Vec<ValueTest>,
}

impl RuleQueries {
    /// Returns the query of a rule.
    pub fn query(&mut self, rule: &CompiledRule) -> RowQuery {
        any_of(rule.conditions.iter().map(|condition| self.condition(rule, condition)).collect())
    }

    fn condition(&mut self, rule: &CompiledRule, condition: &ConditionExpr) -> RowQuery {
        match condition {
            ConditionExpr::Identifier(name) => match rule.detections.get(name) {
                Some(detection) => self.detection(detection),
                None => RowQuery::Or(Vec::new()),
            },
            ConditionExpr::And(members) => {
                all_of(members.iter().map(|member| self.condition(rule, member)).collect())
            }
            ConditionExpr::Or(members) => {
                any_of(members.iter().map(|member| self.condition(rule, member)).collect())
            }
            ConditionExpr::Not(_) => RowQuery::All,
            ConditionExpr::Selector { quantifier, pattern } => {
                let mut named: Vec<_> = rule.detections.iter().collect();
                named.retain(|(name, _)| pattern.matches_detection_name(name));
                named.sort_by_key(|(name, _)| name.as_str());
                let parts = named.into_iter().map(|(_, detection)| self.detection(detection)).collect();
                match quantifier {
                    Quantifier::All => all_of(parts),
                    Quantifier::Count(0) => RowQuery::All,
                    Quantifier::Any | Quantifier::Count(_) => any_of(parts),
                }
            }
        }
    }

    fn detection(&mut self, detection: &CompiledDetection) -> RowQuery {
        match detection {
            CompiledDetection::AllOf(items) => all_of(items.iter().map(|item| self.item(item)).collect()),
            CompiledDetection::AnyOf(parts) => {
                any_of(parts.iter().map(|part| self.detection(part)).collect())
            }
            CompiledDetection::And(parts) => all_of(parts.iter().map(|part| self.detection(part)).collect()),
            CompiledDetection::Keywords(matcher) => self.matcher(ANY_FIELD, matcher),
            CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => RowQuery::All,
        }
    }

    fn item(&mut self, item: &CompiledDetectionItem) -> RowQuery {
        let Some(field) = &item.field else { return self.matcher(ANY_FIELD, &item.matcher) };
        match item.exists {
            Some(true) => RowQuery::Exists(base(field).to_owned()),
            Some(false) => RowQuery::All,
            None => self.matcher(field, &item.matcher),
        }
    }

    /// Of several values of a field, each may match another part of what all must match.
    fn matcher(&mut self, field: &str, matcher: &CompiledMatcher) -> RowQuery {
        use CompiledMatcher as M;
        match matcher {
            M::AllOf(parts) | M::CaseInsensitiveGroup { children: parts, mode: GroupMode::All } => {
                all_of(parts.iter().map(|part| self.matcher(field, part)).collect())
            }
            M::AnyOf(parts) if parts.iter().any(has_all) => {
                any_of(parts.iter().map(|part| self.matcher(field, part)).collect())
            }
            M::Null | M::Exists(false) => RowQuery::All,
            M::RegexSetMatch { mode: GroupMode::All, .. } => RowQuery::All,
            matcher if needs_event(matcher) || has_all(matcher) => RowQuery::All,
            matcher => self.test(field, matcher),
        }
    }

    fn test(&mut self, field: &str, matcher: &CompiledMatcher) -> RowQuery {
        let needles = needles(matcher).unwrap_or_default();
        let matcher = matcher.clone();
        let alone: MapEvent<String, String> = MapEvent::new(Default::default());
        let matches = move |text: &str| matcher.matches(&EventValue::Str(text.into()), &alone);
        let (field, view) = match derived_field(field) {
            Some(derived) => (derived.base, Some(derived.view)),
            None => (field, None),
        };
        self.tests.push(ValueTest { field: field.to_owned(), view, needles, matches: Box::new(matches) });
        RowQuery::Test(self.tests.len() - 1)
    }
}

/// Returns the field whose values a field is derived from.
fn base(field: &str) -> &str {
    derived_field(field).map_or(field, |derived| derived.base)
}

fn all_of(mut members: Vec<RowQuery>) -> RowQuery {
    members.retain(|member| *member != RowQuery::All);
    match members.len() {
        0 => RowQuery::All,
        1 => members.remove(0),
        _ => RowQuery::And(members),
    }
}

fn any_of(mut members: Vec<RowQuery>) -> RowQuery {
    if members.contains(&RowQuery::All) {
        return RowQuery::All;
    }
    if members.len() == 1 { members.remove(0) } else { RowQuery::Or(members) }
}

/// Returns whether a matcher wants several things of one field.
fn has_all(matcher: &CompiledMatcher) -> bool {
    match matcher {
        CompiledMatcher::AllOf(_)
        | CompiledMatcher::CaseInsensitiveGroup { mode: GroupMode::All, .. }
        | CompiledMatcher::RegexSetMatch { mode: GroupMode::All, .. } => true,
        CompiledMatcher::AnyOf(parts) | CompiledMatcher::CaseInsensitiveGroup { children: parts, .. } => {
            parts.iter().any(has_all)
        }
        CompiledMatcher::Not(inner) => has_all(inner),
        _ => false,
    }
}

/// Returns whether a matcher looks at more than the value.
fn needs_event(matcher: &CompiledMatcher) -> bool {
    match matcher {
        CompiledMatcher::FieldRef { .. }
        | CompiledMatcher::Expand { .. }
        | CompiledMatcher::TimestampPart { .. }
        | CompiledMatcher::Null
        | CompiledMatcher::Exists(_) => true,
        CompiledMatcher::AnyOf(parts) | CompiledMatcher::CaseInsensitiveGroup { children: parts, .. } => {
            parts.iter().any(needs_event)
        }
        CompiledMatcher::Not(inner) => needs_event(inner),
        _ => false,
    }
}

/// Returns whether the query of a rule selects an event with these fields.
#[cfg(test)]
pub fn selects(rule: &CompiledRule, fields: &serde_json::Map<String, serde_json::Value>) -> bool {
    let mut selection = RuleQueries::default();
    let query = selection.query(rule);
    holds(&query, &selection.tests, fields)
}

#[cfg(test)]
fn holds(query: &RowQuery, tests: &[ValueTest], fields: &serde_json::Map<String, serde_json::Value>) -> bool {
    use serde_json::Value;
    let texts = |value: &Value| -> Vec<String> {
        let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match value {
            Value::Array(values) => values.iter().map(one).collect(),
            value => vec![one(value)],
        }
    };
    match query {
        RowQuery::All => true,
        RowQuery::And(members) => members.iter().all(|member| holds(member, tests, fields)),
        RowQuery::Or(members) => members.iter().any(|member| holds(member, tests, fields)),
        RowQuery::Exists(field) => fields.contains_key(field),
        RowQuery::Test(number) => {
            let test = &tests[*number];
            let values = fields.iter().filter(|(name, _)| test.field == ANY_FIELD || **name == test.field);
            values.flat_map(|(_, value)| texts(value)).any(|value| {
                let text = test.view.map_or(value.clone(), |view| view(&value));
                let lower = text.to_ascii_lowercase();
                let has_needle = test.needles.is_empty()
                    || !text.is_ascii()
                    || test.needles.iter().any(|needle| lower.contains(needle.as_str()));
                has_needle && (test.matches)(&text)
            })
        }
    }
}
