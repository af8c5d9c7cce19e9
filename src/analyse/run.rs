//! One run of everything that looks for what is unusual.

use std::collections::{BTreeMap, BTreeSet};

use super::alert::{Alert, NotEvaluated};
use super::indicators::{self, INDICATOR, Indicator};
use super::known_results::{KnownResults, ResultKey};
use super::{detectors, sigma};
use crate::case::Case;
use crate::error::Result;
use crate::index::CancelToken;

/// What a run looks for.
pub struct DetectionPlan<'p> {
    /// The rules.
    pub rules: &'p [sigma::Rule],
    /// Tells whether a rule or detector is wanted, by its full name.
    pub is_wanted: &'p dyn Fn(&str) -> bool,
    /// Numbers that are set for detectors: `<detector>.<parameter>`.
    pub parameters: &'p BTreeMap<String, f64>,
    /// What others know to be bad, with the names of the lists that have it.
    pub indicators: &'p BTreeMap<Indicator, Vec<String>>,
    /// Where results of earlier runs are kept, if they may be used. Then all detectors have
    /// to be wanted.
    pub kept: Option<ResultKey>,
}

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
    /// How many events were looked at: the others were by an earlier run.
    pub events: u64,
}

/// Returns how many events of a case each rule matches, in the order of the rules.
pub fn count_matches(
    case: &Case,
    rules: &[sigma::Rule],
    kept: &ResultKey,
    cancel: &CancelToken,
) -> Result<Vec<u64>> {
    let mut known = KnownResults::load(case, kept, rules.len());
    let run = sigma::run(case, rules, &mut known.matches, cancel)?;
    known.keep(case, kept);
    Ok(run.matches)
}

/// Asks rules, and the behavior detectors that are wanted, of the events of a case.
pub fn detect(case: &Case, plan: &DetectionPlan<'_>, cancel: &CancelToken) -> Result<DetectionRun> {
    let (rules, is_wanted) = (plan.rules, plan.is_wanted);
    let load = |key| KnownResults::load(case, key, rules.len());
    let mut known = plan.kept.as_ref().map(load).unwrap_or_default();
    let events = case.index().len_without(&known.matches.keys().copied().collect());
    let by_rules = sigma::run(case, rules, &mut known.matches, cancel)?;
    let by_behavior = detectors::run(case, is_wanted, plan.parameters, &mut known.scopes, cancel)?;
    // Where every list was removed, what they found is found no longer.
    let looks = is_wanted(INDICATOR) && (!plan.indicators.is_empty() || has_hits(case));
    let by_lists = if looks { indicators::find(case, plan.indicators, cancel)? } else { Vec::new() };
    if let Some(key) = &plan.kept {
        known.keep(case, key);
    }
    let mut detections = by_rules.detections;
    detections.retain(|detection| is_wanted(&detection.detector));
    detections.extend(by_behavior.detections);
    detections.extend(by_lists);
    detections.sort_by(|one, other| {
        let key = |detection: &Alert| (detection.start, detection.detector.clone(), detection.entity.clone());
        key(one).cmp(&key(other))
    });
    let names = rules.iter().map(|rule| format!("sigma:{}", rule.id)).filter(|name| is_wanted(name));
    Ok(DetectionRun {
        detections,
        ran: names.chain(by_behavior.ran).chain(looks.then(|| INDICATOR.to_owned())).collect(),
        not_evaluated: by_behavior.not_evaluated,
        unused: by_rules.unused,
        matches: by_rules.matches,
        events,
    })
}

/// Returns whether indicators were found before.
fn has_hits(case: &Case) -> bool {
    let detected = case.state().findings.iter().filter_map(|finding| finding.detected.as_ref());
    detected.into_iter().any(|detected| detected.detector == INDICATOR)
}
