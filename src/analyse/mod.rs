//! What is unusual?
//!
//! Owns the detectors: Sigma rules (`sigma`) and those of behavior (`detectors`), what
//! they found, and which findings belong together. Promises that nothing depends on the
//! order of import, that every finding has the numbers behind it, and that what could
//! not be looked at is said.

mod alert;
mod attack;
mod derived;
mod detectors;
mod incidents;
mod indicators;
mod known_results;
mod requests;
mod run;
mod sigma;

pub use alert::{Alert, NotEvaluated};
pub use attack::stage;
pub use derived::{add_derived, derived_field};
pub use detectors::{Detector, Parameter, all as behavior_detectors, coverage, full_name};
pub use incidents::{IncidentPart, incidents};
pub use indicators::{INDICATOR, Indicator, IndicatorKind, IndicatorText, read_indicators};
pub use known_results::ResultKey;
pub use run::{DetectionPlan, DetectionRun, count_matches, detect};
#[cfg(test)]
pub use sigma::selects;
pub use sigma::{
    Diagnosis, Explanation, Rule, RuleKind, RuleSet, diagnose, event_fields, explain, holds_for, matches,
    weight,
};
