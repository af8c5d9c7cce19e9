//! What do Sigma rules say about the events of a case?
//!
//! Owns the reading of rules, the mapping of their log sources and fields to ours
//! (`rules/mappings`), and the way from matches to findings. What a rule means is
//! decided by `rsigma-eval` alone: columns only select the events that it is asked of,
//! and never leave one out.

mod correlate;
mod doctor;
mod episodes;
mod explain;
mod judge;
mod matches;
mod needles;
mod rule;
mod rule_set;
mod run;
mod select;

pub use doctor::{Diagnosis, diagnose};
pub use episodes::weight;
pub use explain::{Explanation, explain};
pub use judge::{event_fields, matches};
pub use matches::Matches;
pub use rule::{Rule, RuleKind};
pub use rule_set::RuleSet;
pub use run::{holds_for, run};
#[cfg(test)]
pub use select::selects;
