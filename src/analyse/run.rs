//! One run of everything that looks for what is unusual.

use std::collections::{BTreeMap, BTreeSet};

use super::alert::{Alert, NotEvaluated};
use super::{detectors, sigma};
use crate::case::Case;
use crate::error::Result;
use crate::index::CancelToken;

/// What a run found.
#[derive(Debug)]
pub struct DetectionRun {
    /// The findings: the earliest first, then by detector and entity.
    pub detections: Vec<Alert>,
    /// The rules and detectors that looked.
    pub ran: BTreeSet<String>,
    /// The detectors that could not be evaluated.
    pub not_evaluated: Vec<NotEvaluated>,
    /// Rules that cannot be used, with the reason.
    pub unused: Vec<(String, String)>,
    /// How many events each rule matched, by its number.
    pub matches: Vec<u64>,
}

/// Asks rules, and the behavior detectors that are wanted, of all events of a case.
pub fn detect(
    case: &Case,
    rules: &[sigma::Rule],
    is_wanted: &dyn Fn(&str) -> bool,
    parameters: &BTreeMap<String, f64>,
    cancel: &CancelToken,
) -> Result<DetectionRun> {
    let by_rules = sigma::run(case, rules, cancel)?;
    let by_behavior = detectors::run(case, is_wanted, parameters, cancel)?;
    let mut detections = by_rules.detections;
    detections.retain(|detection| is_wanted(&detection.detector));
    detections.extend(by_behavior.detections);
    detections.sort_by(|one, other| {
        let key = |detection: &Alert| (detection.start, detection.detector.clone(), detection.entity.clone());
        key(one).cmp(&key(other))
    });
    let names = rules.iter().map(|rule| format!("sigma:{}", rule.id)).filter(|name| is_wanted(name));
    Ok(DetectionRun {
        detections,
        ran: names.chain(by_behavior.ran).collect(),
        not_evaluated: by_behavior.not_evaluated,
        unused: by_rules.unused,
        matches: by_rules.matches,
    })
}
