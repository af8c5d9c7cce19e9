//! Alert: what rules and detectors find becomes findings of the case.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use serde_json::Number;

use crate::analyse::{self, Alert, DetectionPlan, INDICATOR, NotEvaluated, Parameter, ResultKey, RuleSet};
use crate::case::{Case, Watch};
use crate::error::{Error, Result, visible};
use crate::index::CancelToken;
use crate::journal::Annotation;
use crate::record::Timestamp;

use super::filters::keep_out;
use super::indicators::known_indicators;
use super::reconcile::Reconciled;
use super::{Session, Warning, annotate, load_rules};

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct DetectRequest {
    /// Files or folders of rules, besides those of this program.
    pub rules: Vec<PathBuf>,
    /// Only these detectors: `sigma:<id>`, `behaviour:<name>`, or the beginning of one.
    pub only: Vec<String>,
    /// Numbers of detectors for this run, besides those that the case sets:
    /// `<detector>.<parameter>`.
    pub parameters: BTreeMap<String, f64>,
}

/// What was found, and what could not be looked for.
pub struct DetectReport {
    /// The case with its findings.
    pub case: Case,
    /// SHA-256 of the entries that were written, in hex.
    pub ids: Vec<String>,
    /// The fingerprints of what was found in this run.
    pub found: HashSet<String>,
    /// How many findings are new.
    pub new: usize,
    /// How many are not as they were.
    pub changed: usize,
    /// How many are no longer found.
    pub gone: usize,
    /// How many are open again: seen after their fix, or accepted for a time that is over.
    pub reopened: usize,
    /// How many were kept out by filters.
    pub filtered: usize,
    /// How many rules and detectors looked.
    pub ran: usize,
    /// How many events were looked at: earlier runs had looked at the others.
    pub events: u64,
    /// Detectors that could not be evaluated.
    pub not_evaluated: Vec<NotEvaluated>,
    /// Rule files that cannot be used, with the reason.
    pub unread: Vec<(String, String)>,
    /// What did not come to its end.
    pub warnings: Vec<Warning>,
}

/// Looks for what is unusual, and keeps it as findings. A finding that was found before
/// is not made twice; one that has other events now is changed; one that is no longer
/// found, and that nobody has taken up, is closed.
pub fn detect(
    case: &Case,
    request: &DetectRequest,
    session: &Session,
    cancel: &CancelToken,
    watch: Watch<'_>,
) -> Result<DetectReport> {
    let parameters = parameters(case, &request.parameters)?;
    let is_wanted = |detector: &str| request.only.is_empty() || is_named(detector, &request.only);
    let rules = wanted_rules(&request.rules, &is_wanted)?;
    let plan = DetectionPlan {
        rules: &rules.rules,
        is_wanted: &is_wanted,
        parameters: &parameters,
        indicators: &known_indicators(case),
        kept: request.only.is_empty().then(|| kept_as(&request.rules, &rules)),
    };
    let mut run = analyse::detect(case, &plan, cancel)?;
    if run.ran.is_empty() {
        return Err(nothing_is_called(&request.only));
    }
    let filtered = keep_out(case, &mut run.detections, cancel)?;
    let found = run.detections.iter().map(Alert::fingerprint).collect();
    let day = day_of(session.clock.now());
    let mut reconciled = Reconciled::new(case, &run.detections, &run.ran, &day)?;
    // Without anything to write, nothing is written: no entry, no checkpoint.
    let (case, ids, warnings) = if reconciled.annotations.is_empty() {
        (case.clone(), Vec::new(), Vec::new())
    } else {
        cancel.check()?;
        let make = |case: &Case| {
            reconciled = Reconciled::new(case, &run.detections, &run.ran, &day)?;
            Ok(std::mem::take(&mut reconciled.annotations))
        };
        let written = annotate(case, make, session, watch)?;
        (written.case, written.ids, written.warnings)
    };
    Ok(DetectReport {
        case,
        ids,
        found,
        new: reconciled.new,
        changed: reconciled.changed,
        gone: reconciled.gone,
        reopened: reconciled.reopened,
        filtered,
        ran: run.ran.len(),
        events: run.events,
        not_evaluated: run.not_evaluated,
        unread: rules.unread.into_iter().chain(run.unused).collect(),
        warnings,
    })
}

/// Returns how many events each rule matches, in the order of the rules, which are those of
/// this program and of these files and folders.
pub fn count_rule_matches(
    case: &Case,
    rules: &RuleSet,
    paths: &[PathBuf],
    cancel: &CancelToken,
) -> Result<Vec<u64>> {
    analyse::count_matches(case, &rules.rules, &kept_as(paths, rules), cancel)
}

/// Returns where the results of a run of all rules are kept; `paths` are those that the user
/// named.
fn kept_as(paths: &[PathBuf], rules: &RuleSet) -> ResultKey {
    let name = if paths.is_empty() { "detection" } else { "detection-with-rules" };
    ResultKey { name, rules: rules.digest.clone() }
}

/// Returns the error that nothing is called so.
pub(super) fn nothing_is_called(named: &[String]) -> Error {
    if is_named(INDICATOR, named) {
        return Error::usage("no list of indicators is kept with the case")
            .hint("Add one: `vestigo ioc add FILE`.");
    }
    let named = named.iter().map(|only| format!("`{}`", visible(only))).collect::<Vec<_>>();
    Error::usage(format!("there is no rule or detector {}", named.join(", ")))
        .hint("See `vestigo rules list`.")
}

/// Returns whether a rule or detector is among those that are named, by their ids or the
/// beginnings of ids.
pub(super) fn is_named(detector: &str, named: &[String]) -> bool {
    named.iter().any(|name| detector.starts_with(name.as_str()) || detector.ends_with(&format!(":{name}")))
}

/// Loads rules, and keeps those that are wanted, with those that correlations refer to.
pub fn wanted_rules(paths: &[PathBuf], is_wanted: &dyn Fn(&str) -> bool) -> Result<RuleSet> {
    let mut rules = load_rules(paths)?;
    let base: HashSet<String> = rules.referenced();
    rules.rules.retain(|rule| is_wanted(&format!("sigma:{}", rule.id)) || base.contains(&rule.id));
    Ok(rules)
}

/// Returns the day of a moment, in UTC: `YYYY-MM-DD`.
pub fn day_of(now: Timestamp) -> String {
    now.to_string().chars().take(10).collect()
}

/// Returns the numbers that are set for detectors: those of the case, and those for this
/// run, which count where there are both. One that this version does not have is left out.
pub fn parameters(case: &Case, own: &BTreeMap<String, f64>) -> Result<BTreeMap<String, f64>> {
    own.iter().try_for_each(|(name, value)| check_parameter(name, *value))?;
    let set = case.state().parameters.iter();
    let set = set.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)));
    let mut all: BTreeMap<String, f64> =
        set.filter(|(name, value)| check_parameter(name, *value).is_ok()).collect();
    all.extend(own.iter().map(|(name, value)| (name.clone(), *value)));
    Ok(all)
}

/// Returns the annotation that sets a number of a detector, or its default again.
pub fn set_parameter(name: &str, value: Option<f64>) -> Result<Annotation> {
    let default = || declared(name).map(|declared| declared.default);
    check_parameter(name, value.map_or_else(default, Ok)?)?;
    Ok(Annotation::SetParameter { parameter: name.to_owned(), value: value.and_then(Number::from_f64) })
}

/// Finds the declaration of a number of a detector.
fn declared(name: &str) -> Result<&'static Parameter> {
    let declared = name.split_once('.').and_then(|(detector, parameter)| {
        let detector = analyse::behavior_detectors().find(|known| known.name == detector)?;
        detector.parameters.iter().find(|known| known.name == parameter)
    });
    declared.ok_or_else(|| {
        Error::usage(format!("no detector has a number `{}`", visible(name)))
            .hint("`vestigo rules list --json` names those of each detector.")
    })
}

/// Checks a number that is set for a detector.
fn check_parameter(name: &str, value: f64) -> Result<()> {
    let declared = declared(name)?;
    if (declared.least..=declared.most).contains(&value) {
        return Ok(());
    }
    Err(Error::usage(format!("{name} cannot be {value}: it is {}", declared.about))
        .hint(format!("It can be from {} to {}.", declared.least, declared.most)))
}
