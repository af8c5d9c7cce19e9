//! Alert: what rules and detectors find becomes findings of the case.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use crate::analyse::{self, Alert, NotEvaluated, RuleSet};
use crate::case::{Case, Watch};
use crate::error::{Error, Result, visible};
use crate::index::CancelToken;
use crate::record::Timestamp;

use super::filters::keep_out;
use super::reconcile::Reconciled;
use super::{Session, Warning, annotate, load_rules};

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct DetectRequest {
    /// Files or folders of rules, besides those of this program.
    pub rules: Vec<PathBuf>,
    /// Only these detectors: `sigma:<id>`, `behaviour:<name>`, or the beginning of one.
    pub only: Vec<String>,
    /// Numbers that the case sets for detectors: `<detector>.<parameter>`.
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
    request.parameters.iter().try_for_each(|(name, value)| check_parameter(name, *value))?;
    let is_wanted = |detector: &str| {
        request.only.is_empty()
            || request
                .only
                .iter()
                .any(|only| detector.starts_with(only.as_str()) || detector.ends_with(&format!(":{only}")))
    };
    let rules = wanted_rules(&request.rules, &is_wanted)?;
    let mut run = analyse::detect(case, &rules.rules, &is_wanted, &request.parameters, cancel)?;
    if run.ran.is_empty() {
        let named = request.only.iter().map(|only| format!("`{}`", visible(only))).collect::<Vec<_>>();
        return Err(Error::usage(format!("there is no rule or detector {}", named.join(", ")))
            .hint("See `vestigo rules list`."));
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
        not_evaluated: run.not_evaluated,
        unread: rules.unread.into_iter().chain(run.unused).collect(),
        warnings,
    })
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

/// Checks a number that is set for a detector.
fn check_parameter(name: &str, value: f64) -> Result<()> {
    let declared = name.split_once('.').and_then(|(detector, parameter)| {
        let detector = analyse::behavior_detectors().find(|known| known.name == detector)?;
        detector.parameters.iter().find(|known| known.name == parameter)
    });
    let Some(declared) = declared else {
        return Err(Error::usage(format!("no detector has a number `{}`", visible(name)))
            .hint("`vestigo rules list --json` names those of each detector."));
    };
    if (declared.least..=declared.most).contains(&value) {
        return Ok(());
    }
    Err(Error::usage(format!("{name} cannot be {value}: it is {}", declared.about))
        .hint(format!("It can be from {} to {}.", declared.least, declared.most)))
}
