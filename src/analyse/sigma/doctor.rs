//! Which rules can fire in a case, and which cannot, and why.

use std::collections::BTreeSet;

use super::rule::{Rule, RuleKind};
use crate::analyse::derived::derived_field;

/// What a rule can do in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diagnosis {
    /// It matched so many events.
    Fires(u64),
    /// All that it asks for is there, and no event matched.
    Silent,
    /// None of its fields is there: the case has no such logs.
    NoSource(Vec<String>),
    /// Some of its fields are missing.
    FieldsMissing(Vec<String>),
}

/// Returns what a rule can do where these fields have values, and it matched so many
/// events.
pub fn diagnose(rule: &Rule, known: &BTreeSet<String>, matches: u64) -> Diagnosis {
    if matches > 0 {
        return Diagnosis::Fires(matches);
    }
    let fields = rule.fields();
    let base = |field: &&str| derived_field(field).map_or(*field, |derived| derived.base).to_owned();
    let is_missing = |field: &&&str| !known.contains(&base(field));
    let missing: Vec<String> = fields.iter().filter(is_missing).map(|field| (*field).to_owned()).collect();
    if missing.is_empty() || matches!(rule.kind, RuleKind::Correlation(_)) {
        Diagnosis::Silent
    } else if missing.len() == fields.len() {
        Diagnosis::NoSource(missing)
    } else {
        Diagnosis::FieldsMissing(missing)
    }
}
